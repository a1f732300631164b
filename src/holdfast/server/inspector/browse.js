// Browse: memories by labels, kind, tag, time, state and words, a page at a time.

import { all, read } from "./api.js";
import { count, empty, field, folded, h, select } from "./dom.js";
import { listed, row } from "./rows.js";
import { go } from "./app.js";

const KINDS = ["fact", "preference", "episode", "procedure", "working"];
const STATES = { live: "live", superseded: "superseded", pending: "waits for review", rejected: "rejected", deleted: "deleted", any: "any state" };

/** The filter that the fields ask for; undefined for none. */
export function filterOf(asked, names) {
  const parts = [];
  if (asked.text) parts.push({ contains: { text: asked.text } });
  if (asked.thread) parts.push({ eq: { thread: asked.thread } });
  if (asked.entity) parts.push({ eq: { entity: asked.entity } });
  if (asked.state && asked.state !== "live") {
    parts.push({ in: { state: asked.state === "any" ? ["active", "superseded", "pending", "rejected", "deleted"] : [asked.state] } });
  }
  if (asked.scope) {
    const scope = JSON.parse(asked.scope);
    for (const [name, id] of Object.entries(scope)) parts.push({ eq: { [`labels.${name}`]: id } });
    for (const name of names.filter((one) => !(one in scope))) parts.push({ not: { exists: `labels.${name}` } });
  }
  return parts.length > 1 ? { and: parts } : parts[0];
}

export const title = "Browse";

export async function show(main, { query }, signal) {
  const { items: groups } = await all("/overview", {}, { signal, most: 5000 });
  const by = (name) => groups.filter((one) => one.by === name).sort((a, b) => b.count - a.count);
  const names = [...new Set(by("scope").flatMap((one) => Object.keys(one.key)))];
  const place = h("div", { class: "results" });
  const form = fields(query, by);
  main.append(folded("Filter", form, Object.keys(query).length > 0), place);
  await listed(
    place,
    (cursor) => read("/items", {
      where: filterOf(query, names), kinds: query.kind, tags: query.tag, since: query.since, until: query.until && `${query.until}T23:59:59.999999Z`,
      sort: query.sort, descending: query.order === "up" ? "false" : undefined, limit: 50, cursor,
    }, { signal, dated: true }),
    (item) => row(item),
    Object.keys(query).length
      ? empty("No memory fits.", "Take a filter away, or look ", h("a", { href: "#/browse" }, "at all of them"), ".")
      : empty("Nothing is kept here yet.", "Save something: ", h("code", {}, 'holdfast save "The server listens on port 8080" --user ada'), ", or name other labels above."),
  );
}

function fields(query, by) {
  const named = (name, list, given = {}) => h("input", { name, value: query[name] ?? "", list, autocomplete: "off", spellcheck: "false", ...given });
  const known = (id, groups) => h("datalist", { id }, groups.slice(0, 500).map((one) => h("option", { value: one.key }, count(one.count))));
  const scopes = by("scope").slice(0, 200).map((one) => [JSON.stringify(one.key), `${Object.entries(one.key).map(([k, v]) => `${k}=${v}`).join(" ") || "shared"} (${count(one.count)})`]);
  if (query.scope && !scopes.some(([key]) => key === query.scope)) scopes.push([query.scope, query.scope]);
  const kinds = new Map(by("kind").map((one) => [one.key, one.count]));
  const form = h(
    "form", { class: "filters", role: "search", "aria-label": "Filter" },
    field("Text has", named("text", undefined, { type: "search" })),
    field("Kind", select([["", "any"], ...KINDS.map((kind) => [kind, kinds.has(kind) ? `${kind} (${count(kinds.get(kind))})` : kind])], query.kind ?? "", { name: "kind" })),
    field("Scope, exactly", select([["", "any"], ...scopes], query.scope ?? "", { name: "scope" })),
    field("Tag", named("tag", "tags")),
    field("Thread", named("thread", "threads")),
    field("Entity", named("entity", "entities")),
    field("From", named("since", undefined, { type: "date" })),
    field("To", named("until", undefined, { type: "date" })),
    field("State", select(Object.entries(STATES), query.state ?? "live", { name: "state" })),
    field("By", select([["known_from", "last change"], ["observed_at", "when said"], ["valid_from", "when true"], ["id", "when made"]], query.sort ?? "known_from", { name: "sort" })),
    field("Order", select([["down", "newest first"], ["up", "oldest first"]], query.order ?? "down", { name: "order" })),
    h("p", { class: "act" }, h("button", {}, "Filter"), Object.keys(query).length ? h("a", { href: "#/browse" }, "Clear") : null),
    known("tags", by("tag")), known("threads", by("thread")), known("entities", by("entity")),
  );
  const usual = { state: "live", sort: "known_from", order: "down" };
  const chosen = () => Object.fromEntries([...new FormData(form)].filter(([name, value]) => value && value !== usual[name]));
  form.addEventListener("submit", (event) => { event.preventDefault(); go("browse", "", chosen()); });
  form.addEventListener("change", (event) => { if (event.target.localName === "select") go("browse", "", chosen()); });
  return form;
}
