// Take with you, and erase: an export to a file; and erasure, with what would go first, and a confirmation that is typed.

import { all, erase, exported, labelsOf, read, reading } from "./api.js";
import { attempt, bytes, count, empty, field, h, plural, said, select, tell } from "./dom.js";
import { filterOf } from "./browse.js";
import { brief } from "./rows.js";
import { again } from "./app.js";

export const title = "Export and erase";

export async function show(main, _, signal) {
  const { items: groups } = await all("/overview", {}, { signal, most: 5000 });
  const scopes = groups.filter((one) => one.by === "scope");
  main.append(h("p", { class: "dim" }, "Both are of ", whose(), ". Name other labels above to change that."), exporting(), erasing(scopes));
}

const whose = () => {
  const given = Object.entries(labelsOf(reading.labels)).map(([name, id]) => `${name}=${id}`).join(" ");
  if (reading.reach === "under") return given ? ["everything that carries ", h("b", {}, said(given))] : h("b", {}, "the whole store");
  return ["what a caller with ", h("b", {}, said(given || "no labels")), " sees"];
};

function exporting() {
  const format = select([["jsonl", "JSON Lines: every version, to be imported again"], ["markdown", "a report for the person, Markdown"], ["html", "a report for the person, HTML"]], "jsonl", { name: "format" });
  const told = h("div", {});
  const submit = h("button", { class: "first" }, "Download");
  const form = h("form", { class: "ask", "aria-label": "Export" }, field("As", format), h("p", { class: "act" }, submit));
  form.addEventListener("submit", (event) => { event.preventDefault(); attempt(submit, told, async () => {
    const { told: made, blob } = await exported(format.value);
    const href = URL.createObjectURL(blob);
    const day = new Date().toISOString().slice(0, 10);
    h("a", { href, download: `holdfast-${day}.${{ jsonl: "jsonl", markdown: "md", html: "html" }[format.value]}` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60000);
    told.replaceChildren(h("p", { class: "note calm" }, `${plural(made.versions, "version", "versions")} from ${plural(made.scopes, "scope", "scopes")}, ${bytes(made.bytes)}.`, made.digest ? [" SHA-256 ", h("code", {}, made.digest)] : null));
  }); });
  return h("section", { class: "panel" }, h("h2", {}, "Export"), form, told);
}

function erasing(scopes) {
  const names = [...new Set(scopes.flatMap((one) => Object.keys(one.key)))];
  const text = h("input", { name: "text", autocomplete: "off" });
  const kind = select([["", "any"], ..."fact preference episode procedure working".split(" ").map((one) => [one, one])], "", { name: "kind" });
  const state = select([["any", "any"], ["live", "live"], ["deleted", "deleted"], ["superseded", "superseded"], ["rejected", "rejected"]], "any", { name: "state" });
  const tag = h("input", { name: "tag", autocomplete: "off" });
  const place = h("div", {});
  const submit = h("button", {}, "See what would go");
  const form = h("form", { class: "filters", "aria-label": "Erase" }, field("Text has", text), field("Kind", kind), field("Tag", tag), field("State", state), h("p", { class: "act" }, submit));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const parts = [filterOf({ text: text.value, state: state.value === "any" ? "" : state.value }, names), kind.value && { eq: { kind: kind.value } }, tag.value && { contains: { tags: tag.value } }, state.value === "live" && { eq: { state: "active" } }].filter(Boolean);
    const where = parts.length > 1 ? { and: parts } : parts[0];
    place.replaceChildren(erasure(where ? { where } : {}, null, again));
  });
  return h("section", { class: "panel" }, h("h2", {}, "Erase"), h("p", {}, "Erased is gone: rows, vectors, history, receipts and the bytes of the file. Nothing brings it back. Backups, exports and what a model was sent are out of reach."), form, place);
}

/** What an erasure would take, and the confirmation that does it; `done` is called when it is. */
export function erasure(selection, item, done) {
  const place = h("div", {}, h("h2", {}, "Erase"), h("p", { class: "dim" }, "Looking at what would go …"));
  erase({ ...selection, dry_run: true }, item).then((told) => place.replaceChildren(...proposal(told, selection, item, done)), (error) => {
    place.replaceChildren(h("h2", {}, "Erase"));
    attempt(h("button"), place.appendChild(h("div", {})), () => { throw error; });
  });
  return place;
}

function proposal(told, selection, item, done) {
  if (!told.ids.length) return [empty("Nothing would go.", "No memory fits.")];
  const word = `erase ${told.ids.length}`;
  const typed = h("input", { name: "confirm", autocomplete: "off", spellcheck: "false", required: true });
  const after = h("div", {});
  const submit = h("button", { class: "danger", disabled: true }, "Erase for good");
  typed.addEventListener("input", () => { submit.disabled = typed.value !== word; });
  const sample = h("ul", { class: "plain" }, told.ids.slice(0, 8).map((id) => h("li", {}, h("code", { class: "id" }, id))));
  Promise.all(told.ids.slice(0, 8).map((id, n) => read("/history", { id, limit: 1 }).then(({ items }) => { if (items[0]) sample.children[n].append(" ", brief(items[0].item.text)); }, () => {})));
  const form = h("form", { class: "stack", "aria-label": "Confirm" }, field(`Type “${word}” to confirm`, typed), h("p", { class: "act" }, submit), after);
  form.addEventListener("submit", (event) => { event.preventDefault(); if (typed.value === word) attempt(submit, after, async () => {
    const made = await erase(selection, item);
    tell(`Erased ${plural(made.ids.length, "memory", "memories")}.`);
    done();
  }); });
  return [
    h("h2", {}, `${plural(told.ids.length, "memory", "memories")} would go`),
    h("p", { class: "dim" }, Object.entries(told.counts).filter(([, n]) => n).map(([name, n]) => `${name} ${count(n)}`).join(", ")),
    sample, told.ids.length > 8 ? h("p", { class: "dim" }, `and ${count(told.ids.length - 8)} more`) : null,
    h("p", {}, "Out of reach: ", told.beyond.join(", "), "."), form,
  ].filter(Boolean);
}
