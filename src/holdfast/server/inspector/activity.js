// Activity: what was changed last, and what is being changed, as it happens.

import { follow, read } from "./api.js";
import { empty, h, labels, problem, said, time } from "./dom.js";
import { listed, meta, row } from "./rows.js";

export const title = "Activity";
const MOST = 200; // live rows that are kept on the page

export async function show(main, _, signal) {
  const light = h("p", { class: "live", role: "status" }, "connecting …");
  const coming = h("ol", { class: "rows", "aria-label": "As it happens" });
  const place = h("div", { class: "results" });
  main.append(light, coming, h("h2", {}, "Changed last"), place);
  await listed(
    place,
    (cursor) => read("/items", { where: { in: { state: ["active", "superseded", "pending", "rejected", "deleted"] } }, limit: 50, cursor }, { signal }),
    (item) => row(item, { before: h("div", { class: "rank" }, time(item.known_from)) }),
    empty("Nothing has happened yet.", "Changes appear here as agents make them."),
  );
  listen(light, coming, signal);
}

async function listen(light, coming, signal) {
  const seen = (event, told) => {
    if (event === "began") { light.textContent = "Live: changes appear as they are made."; light.classList.add("on"); return; }
    coming.prepend(event === "erased" ? erased(told) : changed(told));
    if (coming.children.length > MOST) coming.lastChild.remove();
  };
  try { await follow(seen, signal); }
  catch (error) { if (!signal.aborted) { light.classList.remove("on"); light.replaceChildren("Not live any more. ", problem(error)); } }
}

const changed = ({ item, verb, at, actor, reason }) => h("li", { class: "row fresh" }, h("div", { class: "rank" }, time(at)), h("div", { class: "body" },
  h("p", {}, h("span", { class: "verb" }, verb), actor ? [" by ", said(actor)] : null, reason ? [": ", said(reason)] : null), h("a", { href: `#/memory/${encodeURIComponent(item.id)}` }, said(item.text, { class: "brief" })), meta(item)));

const erased = ({ scope }) => h("li", { class: "row fresh" }, h("div", { class: "rank" }, "now"), h("div", { class: "body" }, h("p", {}, h("span", { class: "verb" }, "erase"), " of something in ", labels(scope))));
