// One memory: its text and source, its versions with their differences, its slot over time, and what may be done with it.

import { change, read, reading } from "./api.js";
import { attempt, button, empty, field, h, labels, memoryLink, parsed, said, shortId, tell, time, unseen, valueField, valueText } from "./dom.js";
import { marked } from "./diff.js";
import { erasure } from "./transfer.js";
import { spans } from "./plots.js";
import { kindMark } from "./rows.js";
import { go, again } from "./app.js";

export const title = "Memory";

export async function show(main, { argument, query }, signal) {
  const id = argument || query.id;
  if (!id) { main.append(opener()); return; }
  const page = await read("/history", { id, limit: 1000 }, { signal, dated: true });
  const versions = page.items;
  if (!versions.length) {
    main.append(empty("Nothing of this memory was known and true then.", "Go back to now to see it."));
    return;
  }
  const item = versions.at(-1).item;
  const past = Boolean(reading.known || reading.valid);
  main.append(
    h("article", { class: "memory" },
      h("p", { class: "head" }, kindMark(item.kind), labels(item.scope), stateOf(item), h("code", { class: "id", title: item.id }, item.id)),
      h("p", { class: "whole" }, said(item.text, { class: "whole" })),
      warning(item.text),
      past ? null : actions(item),
    ),
    h("div", { class: "columns" },
      h("section", { class: "panel" }, h("h2", {}, "What is known of it"), facts(item)),
      h("section", { class: "panel" }, h("h2", {}, "Where it comes from"), source(item)),
    ),
    await slot(item, signal),
    h("section", { class: "panel" }, h("h2", {}, `Versions (${versions.length})`), timeline(versions)),
  );
}

function opener() {
  const id = h("input", { name: "id", required: true, autocomplete: "off", spellcheck: "false", placeholder: "01a2193b-…" });
  const form = h("form", { class: "ask", "aria-label": "Open a memory" }, field("Id of a memory", id), h("p", { class: "act" }, h("button", { class: "first" }, "Open")));
  form.addEventListener("submit", (event) => { event.preventDefault(); go("memory", id.value.trim()); });
  return form;
}

const stateOf = (item) => h("span", { class: `state ${item.state}` }, `${item.state}, version ${item.version}`);

function warning(text) {
  const found = unseen(text);
  return found ? h("p", { class: "note" }, `Holds characters that are not seen or turn the direction: ${found}.`) : null;
}

const listOf = (rows) => h("dl", { class: "facts" }, rows.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
const links = (ids) => (ids?.length ? ids.map((id) => [memoryLink(id), " "]) : null);

function facts(item) {
  const asIs = (value) => (value === null || value === undefined ? null : said(valueText(value)));
  return listOf([
    ["slot", item.slot && [h("a", { href: `#/slots/${encodeURIComponent(item.slot.includes(".") ? item.slot.slice(0, item.slot.lastIndexOf(".")) : "")}` }, said(item.slot)), " = ", asIs(item.value)]],
    ["true", [time(item.valid_from), " → ", time(item.valid_to), item.explicit_time ? " (said so)" : ""]],
    ["known", [time(item.known_from), " → ", item.known_to ? time(item.known_to) : "now"]],
    ["said or seen", item.observed_at && time(item.observed_at)],
    ["by", asIs(item.speaker)],
    ["thread", item.thread && [h("a", { href: `#/browse?${new URLSearchParams({ thread: item.thread, sort: "observed_at", order: "up" })}` }, said(item.thread)), item.turn === null ? "" : `, turn ${item.turn}`]],
    ["tags", item.tags.length ? item.tags.map((tag) => [h("a", { href: `#/browse?${new URLSearchParams({ tag })}` }, said(`#${tag}`)), " "]) : null],
    ["importance", item.importance.toFixed(2)],
    ["confidence", item.confidence.toFixed(2)],
    ["seen", item.sightings > 1 ? `${item.sightings} times` : null],
    ["expires", item.expires_at && time(item.expires_at)],
    ["owner", asIs(item.owner)],
    ["supersedes", item.supersedes && memoryLink(item.supersedes)],
    ["superseded by", item.superseded_by && memoryLink(item.superseded_by)],
    ["contradicts", links(item.conflicts_with)],
    ["metadata", Object.keys(item.metadata).length ? h("pre", {}, said(JSON.stringify(item.metadata, null, 1))) : null],
  ]);
}

function source(item) {
  const from = item.source;
  const asIs = (value) => (value ? said(value) : null);
  return listOf([
    ["trust", from.trust], ["actor", asIs(from.actor)], ["role", asIs(from.role)], ["extractor", asIs(from.extractor)], ["ref", asIs(from.ref)],
    ["messages", from.message_ids?.length ? said(from.message_ids.join(", ")) : null], ["derived from", links(from.lineage)],
  ]);
}

async function slot(item, signal) {
  if (!item.slot) return null;
  const page = await read("/history", { slot: item.slot, limit: 1000 }, { signal, dated: true });
  const key = (scope) => JSON.stringify(Object.entries(scope).sort());
  const held = new Map(page.items.filter((one) => key(one.item.scope) === key(item.scope)).map((one) => [one.item.id, one.item]));
  const values = [...held.values()].filter((one) => ["active", "superseded"].includes(one.state)).sort((a, b) => a.valid_from.localeCompare(b.valid_from));
  if (!values.length) return null;
  const now = new Date().toISOString();
  const rows = values.map((one) => [[one.id === item.id ? h("b", {}, "this ") : [memoryLink(one.id), " "], said(valueText(one.value ?? one.text))], one.valid_from, one.valid_to, one.id === item.id]);
  return h("section", { class: "panel" }, h("h2", {}, "Values of ", said(item.slot), " over time"), spans(rows, now));
}

// -- versions ----------------------------------------------------------------------------------------------------------

const TOLD = ["kind", "scope", "slot", "value", "tags", "metadata", "importance", "confidence", "speaker", "valid_from", "valid_to", "expires_at", "state", "superseded_by", "conflicts_with", "owner"];

function timeline(versions) {
  return h("ol", { class: "timeline", reversed: true }, versions.map((entry, n) => {
    const before = versions[n - 1]?.item;
    const { item } = entry;
    return h("li", {},
      h("p", { class: "meta" }, h("b", {}, `Version ${item.version}`), h("span", { class: "verb" }, entry.verb), time(entry.at), entry.actor ? h("span", {}, "by ", said(entry.actor)) : null, item.state === "active" ? null : h("span", { class: `state ${item.state}` }, item.state)),
      entry.reason ? h("p", { class: "reason" }, "“", said(entry.reason), "”") : null,
      h("p", { class: "whole" }, before ? (before.text === item.text ? h("span", { class: "dim" }, "The same text.") : marked(before.text, item.text)) : said(item.text, { class: "whole" })),
      before ? changes(before, item) : null,
    );
  }).reverse());
}

function changes(before, after) {
  const rows = TOLD.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  if (!rows.length) return null;
  const shown = (value) => said(value === null ? "none" : valueText(value));
  return h("ul", { class: "fields" }, rows.map((name) => h("li", {}, h("code", {}, name), " ", h("del", {}, shown(before[name])), " ", h("ins", {}, shown(after[name])))));
}

// -- what may be done --------------------------------------------------------------------------------------------------

function actions(item) {
  const place = h("div", { class: "panel action", hidden: true });
  const open = (made) => () => { place.hidden = false; place.replaceChildren(made()); place.querySelector("textarea, input, button")?.focus(); };
  const alive = item.state === "active" || item.state === "superseded";
  const told = h("div", {});
  const restore = button("Restore", () => attempt(restore, told, async () => {
    await change("POST", "/items/{id}/restore", item, {});
    tell("Restored.");
    again();
  }));
  return [
    h("div", { class: "actions" },
      alive ? button("Update", open(() => updating(item, place))) : null,
      alive ? button("Delete", open(() => deleting(item, place))) : null,
      item.state === "deleted" ? restore : null,
      item.state === "pending" ? h("a", { href: "#/review" }, "Review it") : null,
      button("Erase", open(() => erasure({ ids: [item.id] }, item, () => go("browse"))), { class: "danger" }),
    ),
    told, place,
  ];
}

function updating(item, place) {
  const text = h("textarea", { name: "text", rows: Math.min(14, 2 + Math.ceil(item.text.length / 80)), required: true, maxlength: 20000, dir: "auto", value: item.text });
  const value = h("input", { name: "value", value: valueField(item.value), autocomplete: "off" });
  const how = h("select", { name: "how" }, h("option", { value: "" }, "it was always so: correct the record"), h("option", { value: "now" }, "the world changed just now"), h("option", { value: "day" }, "the world changed on a day"));
  const day = h("input", { name: "day", type: "date" });
  const dayField = field("That day", day);
  dayField.hidden = true;
  how.addEventListener("change", () => { dayField.hidden = how.value !== "day"; day.required = how.value === "day"; });
  const tags = h("input", { name: "tags", value: item.tags.join(", "), autocomplete: "off" });
  const reason = h("input", { name: "reason", maxlength: 2000, autocomplete: "off" });
  const told = h("div", {});
  const submit = h("button", { class: "first" }, `Write version ${item.version + 1}`);
  const form = h("form", { class: "stack", "aria-label": "Update" },
    field("Text", text), item.slot ? field(`Value of ${item.slot}`, value, "JSON, or plain text") : null, field("Tags", tags, "separated by commas"),
    field("What happened", how), dayField, field("Why (kept in the history)", reason),
    h("p", { class: "act" }, submit, button("Cancel", () => { place.hidden = true; })), told);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(submit, told, async () => {
      const named = tags.value.split(",").map((one) => one.trim()).filter(Boolean);
      const body = { reason: reason.value };
      if (text.value !== item.text) body.text = text.value;
      if (item.slot && (body.text || value.value !== valueField(item.value))) body.value = parsed(value.value);
      if (named.join() !== item.tags.join()) body.tags = named;
      if (how.value) body.changed_at = how.value === "now" ? new Date().toISOString() : `${day.value}T00:00:00Z`;
      const made = await change("PATCH", "/items/{id}", item, body);
      tell(`Version ${made.version} is written.`);
      if (made.id === item.id) again(); else go("memory", made.id);
    });
  });
  return h("div", {}, h("h2", {}, "Update"), form);
}

function deleting(item, place) {
  const reason = h("input", { name: "reason", maxlength: 2000, autocomplete: "off" });
  const told = h("div", {});
  const submit = h("button", { class: "danger" }, "Delete");
  const form = h("form", { class: "stack", "aria-label": "Delete" }, h("p", {}, "It leaves every answer. Its history keeps the text, and Restore brings it back."), field("Why (kept in the history)", reason), h("p", { class: "act" }, submit, button("Cancel", () => { place.hidden = true; })), told);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(submit, told, async () => {
      await change("DELETE", "/items/{id}", item, { reason: reason.value });
      tell(`Deleted ${shortId(item.id)}.`);
      again();
    });
  });
  return h("div", {}, h("h2", {}, "Delete"), form);
}
