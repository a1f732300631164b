// A memory as one row of a list, and lists that go on.

import { button, count, empty, h, labels, memoryLink, problem, said, shortId, time, valueText } from "./dom.js";

const LONGEST = 360;

/** The beginning of a text, where it is long; no letter is cut in two. */
const clipped = (text, most) => (text.length > most ? `${Array.from(text.slice(0, most)).slice(0, -1).join("")}…` : text);

/** A text as a row shows it. */
export const brief = (text) => said(clipped(text, LONGEST), { class: "brief" });

export const kindMark = (kind) => h("span", { class: `kind ${kind}` }, kind);

const state = (item) => (item.state === "active" ? null : h("span", { class: `state ${item.state}` }, item.state === "pending" ? "waits for review" : item.state));

/** What is known of a memory beside its text, on one line. */
export function meta(item) {
  return h(
    "p", { class: "meta" },
    kindMark(item.kind), labels(item.scope), state(item),
    item.slot ? h("span", { class: "slot" }, said(item.slot), " = ", said(clipped(valueText(item.value), 60))) : null,
    item.speaker ? h("span", {}, "said by ", said(item.speaker)) : null,
    time(item.observed_at ?? item.valid_from),
    item.version > 1 ? h("span", {}, `version ${item.version}`) : null,
    item.conflicts_with.length ? h("span", { class: "state pending" }, "in conflict") : null,
    item.tags.length ? h("span", { class: "tags" }, item.tags.slice(0, 6).map((tag) => said(`#${tag} `))) : null,
    h("span", { class: "id", "aria-hidden": "true" }, shortId(item.id)),
  );
}

/** A row: the text leads to the memory. `before` stands in front of it, `more` below, `beside` at its other side. */
export function row(item, { before = null, more = null, beside = null } = {}) {
  return h("li", { class: "row" }, before, h("div", { class: "body" }, memoryLink(item.id, brief(item.text)), meta(item), more), beside);
}

/** A list that is asked for a page at a time: `load(cursor)` gives {items, next}, `draw(item)` a row. */
export async function listed(place, load, draw, nothing) {
  const list = h("ol", { class: "rows" });
  const foot = h("div", { class: "more" });
  let shown = 0;
  async function page(cursor) {
    const { items, next } = await load(cursor);
    const rows = items.map(draw);
    list.append(...rows);
    shown += items.length;
    foot.replaceChildren(h("span", { class: "dim" }, `${count(shown)} shown${next ? "" : ", that is all"}`));
    if (next) foot.append(button("More", async (event) => {
      event.target.disabled = true;
      try { await page(next); } catch (error) { if (error.name !== "AbortError") foot.append(problem(error)); }
    }));
    if (cursor && rows.length) rows[0].querySelector("a")?.focus();
  }
  await page();
  if (shown) place.replaceChildren(list, foot);
  else place.replaceChildren(nothing ?? empty("Nothing here."));
  return list;
}
