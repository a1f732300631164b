// Entities and slots: what is known about whom or what, the current values, and the conflicts to settle.

import { all, change, read, reading } from "./api.js";
import { attempt, button, count, empty, h, labels, memoryLink, said, tell, time, valueText } from "./dom.js";
import { brief } from "./rows.js";
import { again } from "./app.js";

export const title = "Entities and slots";

export async function show(main, { argument }, signal) {
  const [{ items: entities }, disputed] = await Promise.all([
    all("/entities", {}, { signal, most: 2000 }),
    all("/items", { where: { exists: "conflicts_with" } }, { signal, most: 1000 }),
  ]);
  if (!reading.known && !reading.valid) main.append(conflicts(disputed.items));
  if (!entities.length) {
    main.append(empty("No slot has a value yet.", "A slot names an entity and an attribute: ", h("code", {}, "save --slot server.port --value 8080"), "."));
    return;
  }
  const chosen = argument || entities[0].name;
  const place = h("section", { class: "panel" });
  main.append(h("div", { class: "split" }, h("nav", { class: "panel entities", "aria-label": "Entities" }, h("ul", {}, entities.map((one) => h("li", {}, h("a", { href: `#/slots/${encodeURIComponent(one.name)}`, "aria-current": one.name === chosen ? "page" : undefined }, said(one.name), h("span", { class: "number" }, count(one.count))), one.aliases.length ? h("small", {}, "also ", said(one.aliases.join(", "))) : null)))), place));
  const { items } = await read("/items", { where: { eq: { entity: chosen } }, sort: "valid_from", limit: 500 }, { signal, dated: true });
  place.append(h("h2", {}, said(chosen)), items.length ? values(items) : empty("Nothing is known about it here."));
}

function values(items) {
  const rows = items.sort((a, b) => a.slot.localeCompare(b.slot) || b.valid_from.localeCompare(a.valid_from));
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Values" }, h("table", {},
    h("thead", {}, h("tr", {}, ["attribute", "value", "who sees it", "true since", "memory"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.map((item) => h("tr", {},
      h("th", { scope: "row" }, said(item.slot.slice(item.slot.lastIndexOf(".") + 1))), h("td", { class: "value" }, said(valueText(item.value))), h("td", {}, labels(item.scope)),
      h("td", {}, time(item.valid_from, { day: true }), item.valid_to ? [" → ", time(item.valid_to, { day: true })] : null, item.conflicts_with.length ? h("span", { class: "state pending" }, "in conflict") : null),
      h("td", {}, memoryLink(item.id, brief(item.text))))))));
}

/** Groups of memories that contradict each other, each with the choice of one. */
export function conflicts(items) {
  const found = new Map(items.map((item) => [item.id, item]));
  const seen = new Set();
  const groups = [];
  for (const item of items) {
    const group = [item, ...item.conflicts_with.map((id) => found.get(id)).filter(Boolean)];
    if (!seen.has(item.id) && group.length > 1) groups.push(group.sort((a, b) => a.id.localeCompare(b.id)));
    group.forEach((one) => seen.add(one.id));
  }
  if (!groups.length) return h("p", { class: "note calm" }, "No open conflicts.");
  return h("section", { class: "panel conflicts" }, h("h2", {}, `Conflicts to settle (${groups.length})`), groups.map(dispute));
}

function dispute(group) {
  const told = h("div", {});
  const settle = (item) => {
    const control = button("Keep this one", () => attempt(control, told, async () => {
      await change("POST", "/items/{id}/resolve", item, {}, { versioned: false });
      tell("Settled.");
      again();
    }));
    return control;
  };
  return h("div", { class: "dispute" }, h("h3", {}, group[0].slot ? said(group[0].slot) : "Two that contradict each other"),
    h("ul", {}, group.map((item) => h("li", {}, h("p", {}, item.slot ? h("b", { class: "value" }, said(valueText(item.value))) : null, " ", memoryLink(item.id, brief(item.text))), h("p", { class: "meta" }, labels(item.scope), h("span", {}, "true since ", time(item.valid_from)), item.source.actor ? h("span", {}, "by ", said(item.source.actor)) : null, h("span", {}, `trust ${item.source.trust}`)), settle(item)))), told);
}
