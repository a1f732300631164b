// Sizes: how much is kept, of what, whose, and how it grew.

import { all, read } from "./api.js";
import { bytes, button, attempt, count, empty, h, said } from "./dom.js";
import { bars, growth } from "./plots.js";

export const title = "Sizes";
const AT_ONCE = 2000; // versions whose growth is drawn without being asked for
const MOST = 20000;

export async function show(main, _, signal) {
  const [stats, { items: groups, more }] = await Promise.all([read("/stats", {}, { signal }), all("/overview", {}, { signal })]);
  if (!stats.versions) { main.append(empty("Nothing is kept here yet.", "Save something, or name other labels above.")); return; }
  const number = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  main.append(h("dl", { class: "numbers" },
    number("live memories", count(stats.items)), number("versions", count(stats.versions)),
    stats.store_bytes === null ? null : number("the whole store", bytes(stats.store_bytes)),
    number("embedding model", said(stats.embedder ?? "none")),
    stats.model_calls ? number("calls of a language model", `${count(stats.model_calls)}, ${count(stats.model_tokens)} tokens`) : null,
    stats.queued ? number("steps a model has yet to read", count(stats.queued)) : null, stats.given_up ? number("given up", count(stats.given_up)) : null));
  const place = h("section", { class: "panel" }, h("h2", {}, "Growth"));
  main.append(place);
  if (stats.versions <= AT_ONCE) await grown(place, signal);
  else {
    const told = h("div", {});
    const draw = button(`Read ${count(Math.min(stats.versions, MOST))} versions and draw it`, () => attempt(draw, told, () => grown(place, signal)));
    place.append(draw, told);
  }
  const top = (by, name, shown = (key) => said(key)) => {
    const rows = groups.filter((one) => one.by === by).sort((a, b) => b.count - a.count);
    return rows.length ? h("section", { class: "panel" }, h("h2", {}, name, h("span", { class: "number dim" }, ` ${count(rows.length)}`)), bars(rows.slice(0, 12).map((one) => [one.key, one.count]), { digits: 0, names: shown })) : null;
  };
  const link = (query) => (key) => h("a", { href: `#/browse?${new URLSearchParams({ [query]: typeof key === "string" ? key : JSON.stringify(key) })}` }, said(typeof key === "string" ? key : Object.entries(key).map(([k, v]) => `${k}=${v}`).join(" ") || "shared"));
  main.append(h("div", { class: "columns" }, top("kind", "Kinds", link("kind")), top("scope", "Scopes", link("scope")), top("entity", "Entities", link("entity")), top("thread", "Threads", link("thread")), top("tag", "Tags", link("tag"))));
  if (more) main.append(h("p", { class: "dim" }, "There are more groups than are counted here; name labels above to look at fewer."));
}

async function grown(place, signal) {
  const { items, more } = await all("/changes", {}, { signal, most: MOST, cursor: "since" });
  const times = items.map((one) => Date.parse(one.at)).sort((a, b) => a - b);
  const points = times.map((at, n) => [at, n + 1]);
  place.replaceChildren(h("h2", {}, "Growth"), growth(points, `Versions written, in all${more ? ` (the first ${count(items.length)} read)` : ""}`));
}
