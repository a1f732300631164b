// The page: which view the address names, whose memories are read and of when, and the key.

import { Problem, keep, labelsOf, read, reading } from "./api.js";
import { button, count, field, folded, h, problem, said, select, tell } from "./dom.js";
import * as activity from "./activity.js";
import * as browse from "./browse.js";
import * as memory from "./memory.js";
import * as recall from "./recall.js";
import * as review from "./review.js";
import * as search from "./search.js";
import * as sizes from "./sizes.js";
import * as slots from "./slots.js";
import * as transfer from "./transfer.js";

const VIEWS = { browse, search, slots, review, recall, activity, sizes, transfer, memory };
const SHOWN = { browse: "Browse", search: "Search", slots: "Slots", review: "Review", recall: "Recall", activity: "Activity", sizes: "Sizes", transfer: "Export, erase" };
const main = document.getElementById("main");
let under = new AbortController();

function route() {
  const [path, asked] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = path.split("/");
  return { view: view in VIEWS ? view : "browse", argument: decodeURIComponent(rest.join("/")), query: Object.fromEntries(new URLSearchParams(asked ?? "")) };
}

/** Go to a view. */
export function go(view, argument = "", query = {}) {
  const asked = new URLSearchParams(query).toString();
  const hash = `#/${view}${argument ? `/${encodeURIComponent(argument)}` : ""}${asked ? `?${asked}` : ""}`;
  if (location.hash === hash) again(); else location.hash = hash;
}

/** Draw the view anew. */
export const again = () => draw({ focus: false });

async function draw({ focus = true } = {}) {
  under.abort();
  under = new AbortController();
  const { signal } = under;
  const at = route();
  const view = VIEWS[at.view];
  document.title = `${view.title} · Holdfast`;
  for (const link of document.querySelectorAll("#views a")) {
    if (link.hash === `#/${at.view}`) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  const head = h("h1", { tabindex: -1 }, view.title);
  const place = h("div", { class: `view ${at.view}`, "aria-busy": "true" });
  main.replaceChildren(head, place);
  scrollTo(0, 0);
  if (focus) head.focus({ preventScroll: true });
  try { await view.show(place, at, signal); }
  catch (error) { if (!signal.aborted) { if (!(error instanceof Problem)) console.error(error); place.append(problem(error)); } }
  if (!signal.aborted) { place.removeAttribute("aria-busy"); waiting(); }
}

/** How many memories wait for review, beside the view's name. */
async function waiting() {
  const link = document.querySelector('#views a[href="#/review"]');
  try {
    const { items, next } = await read("/items", { where: { eq: { state: "pending" } }, limit: 99 });
    link.querySelector(".number")?.remove();
    if (items.length) link.append(h("span", { class: "number", "aria-label": `${items.length} wait` }, next ? "99+" : count(items.length)));
  } catch { /* the view itself has said what is wrong */ }
}

// -- whose memories, of when, with which key ---------------------------------------------------------------------------

function bar() {
  const form = document.getElementById("reading");
  const labels = h("input", { name: "labels", value: reading.labels, placeholder: reading.reach === "under" ? "any, or user=ada team=core" : "none, or user=ada team=core", autocomplete: "off", spellcheck: "false" });
  const whose = select([["under", "everything that carries"], ["caller", "as a caller who holds"]], reading.reach, { name: "reach" });
  const known = h("input", { name: "known", type: "date", value: reading.known });
  const valid = h("input", { name: "valid", type: "date", value: reading.valid });
  const controls = [field("Read", whose), field("Labels", labels), field("As known on", known), field("True on", valid), h("p", { class: "act" }, h("button", {}, "Apply"), button(reading.key ? "Key …" : "No key", () => askKey(), { id: "key", "aria-haspopup": "dialog" }))];
  const says = [reading.reach === "under" ? "Everything" : "As a caller", said(reading.labels), reading.known || reading.valid ? "" : "· now"];
  form.replaceChildren(folded(says.flatMap((one) => [one, " "]), h("div", { class: "controls" }, controls), false));
  const apply = (event) => {
    event?.preventDefault();
    try { labelsOf(labels.value); } catch (error) { tell(error.message); labels.setAttribute("aria-invalid", "true"); return; }
    keep({ labels: labels.value.trim(), reach: whose.value, known: known.value, valid: valid.value });
    past();
    bar();
    again();
  };
  form.onsubmit = apply;
  form.onchange = (event) => { if (event.target === whose) apply(); };
}

function past() {
  const banner = document.getElementById("past");
  banner.hidden = !(reading.known || reading.valid);
  banner.replaceChildren(
    [reading.known && `as known at the end of ${reading.known}`, reading.valid && `as true at the end of ${reading.valid}`].filter(Boolean).join(", ").replace(/^a/, "A"), " (UTC). Counts and activity are of now. ",
    button("Back to now", () => { keep({ known: "", valid: "" }); past(); bar(); again(); }),
  );
}

/** Ask for a key; it stays in this tab. */
function askKey(why) {
  document.querySelector("dialog")?.remove();
  const key = h("input", { name: "key", type: "password", value: "", autocomplete: "off", placeholder: "hf_…" });
  const form = h("form", { method: "dialog" }, h("h2", { id: "keyname" }, "A key for this server"), why ? h("p", { class: "problem" }, said(why)) : null,
    h("p", {}, "Make one with ", h("code", {}, "holdfast keys create"), ". It is kept in this tab only, until you close it."), field("Key", key),
    h("p", { class: "act" }, h("button", { class: "first", value: "use" }, "Use it"), reading.key ? h("button", { value: "forget" }, "Forget the key") : null, h("button", { value: "" }, "Cancel")));
  const dialog = h("dialog", { "aria-labelledby": "keyname" }, form);
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "use" && key.value.trim()) keep({ key: key.value.trim(), reach: "under" });
    if (dialog.returnValue === "forget") keep({ key: "" });
    dialog.remove();
    if (dialog.returnValue) start();
  });
  document.body.append(dialog);
  dialog.showModal();
}

addEventListener("holdfast:key", (event) => { if (!document.querySelector("dialog")) askKey(reading.key ? event.detail.message : ""); });

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, dialog")) return;
  if (event.key === "/") {
    event.preventDefault();
    const field = document.getElementById("query");
    if (field) field.focus(); else go("search");
  } else if (event.key === "j" || event.key === "k") {
    const links = [...main.querySelectorAll(".row .body > a")];
    const here = links.findIndex((one) => one.closest(".row").contains(document.activeElement));
    links[Math.max(0, Math.min(links.length - 1, here < 0 ? 0 : here + (event.key === "j" ? 1 : -1)))]?.focus();
  }
});

/** A key with a ceiling may not read everything: then read what a caller with its labels sees. */
async function start() {
  if (reading.reach === "under") {
    try { await read("/stats"); }
    catch (error) { if (error.status === 403) keep({ reach: "caller" }); }
  }
  bar();
  past();
  await draw({ focus: false });
}

document.getElementById("views").append(...Object.entries(SHOWN).map(([view, name]) => h("li", {}, h("a", { href: `#/${view}` }, name))));
addEventListener("hashchange", () => draw());
start();
