// Recall: the text an agent is given for a question, what was left out of it and why; and kept receipts, asked again.

import { judge, labelsOf, pack, read, reading } from "./api.js";
import { attempt, button, count, empty, field, h, labels, memoryLink, plural, said, time } from "./dom.js";
import { bars } from "./plots.js";
import { row } from "./rows.js";
import { go } from "./app.js";

export const title = "Recall";

export async function show(main, { argument, query }, signal) {
  const asked = h("input", { name: "q", type: "search", required: true, value: query.q ?? "", autocomplete: "off", id: "query", placeholder: "what the agent is about to answer" });
  const form = h("form", { class: "ask", "aria-label": "Recall" }, field("Question", asked), field("Tokens", h("input", { name: "budget", type: "number", min: 1, max: 1000000, value: query.budget ?? 1024 })),
    h("label", { class: "check" }, h("input", { type: "checkbox", name: "keep", value: "1" }), " keep a receipt for 30 days"), h("p", { class: "act" }, h("button", { class: "first" }, "Recall")));
  form.addEventListener("submit", (event) => { event.preventDefault(); go("recall", "", Object.fromEntries([...new FormData(form)].filter(([, value]) => value))); });
  main.append(form);
  if (query.q) await packed(main, query, signal);
  main.append(opener(argument));
  if (argument) await receipt(main, argument, query.held ? JSON.parse(query.held) : labelsOf(reading.labels), signal);
  else if (!query.q) await kept(main, signal);
}

async function packed(main, query, signal) {
  const found = await pack({ query: query.q, budget: Number(query.budget ?? 1024), keep: query.keep === "1" || undefined }, { signal });
  const out = new Map();
  for (const one of found.receipt.rows) out.set(one.stage, (out.get(one.stage) ?? 0) + 1);
  main.append(h("section", { class: "panel" },
    h("h2", {}, "What the agent is given"),
    h("p", { class: "dim" }, `${count(found.tokens)} of ${count(Number(query.budget ?? 1024))} tokens, ${plural(found.ids.length, "memory", "memories")} of ${count(found.receipt.counts.live)} in reach`,
      query.keep === "1" ? [". Receipt ", h("a", { href: opened(found.receipt), class: "id" }, found.receipt.id)] : null),
    found.text ? h("pre", { class: "context" }, said(found.text)) : empty("Nothing is relevant enough.", found.needed ? `The least that fits takes ${count(found.needed)} tokens.` : "The agent would be given no memory."),
    h("h3", {}, "What became of what was considered"), bars([...out], { digits: 0, names: (name) => (name === "returned" ? "given" : name) }),
    h("details", {}, h("summary", {}, "Memory by memory"), rows(found.receipt.rows))));
}

/** Where a receipt is shown: it is read with the labels it was asked with. */
const opened = ({ id, held }) => `#/recall/${id}?${new URLSearchParams({ held: JSON.stringify(held) })}`;

function rows(scored) {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Memory by memory" }, h("table", {}, h("thead", {}, h("tr", {}, ["", "memory", "stage", "relevance", "score", "lacking"].map((name) => h("th", { scope: "col" }, name || h("span", { class: "away" }, "place"))))),
    h("tbody", {}, scored.slice(0, 200).map((one, n) => h("tr", {}, h("td", { class: "number" }, n + 1), h("td", {}, memoryLink(one.id)), h("td", {}, one.stage, one.because ? [" ", memoryLink(one.because)] : null), h("td", { class: "number" }, one.relevance.toFixed(2)), h("td", { class: "number" }, one.score.toFixed(2)), h("td", { class: "number" }, one.by ? count(Math.round(one.by * 1000) / 1000) : ""))))));
}

function opener(id) {
  const named = h("input", { name: "receipt", required: true, value: id ?? "", autocomplete: "off", spellcheck: "false", placeholder: "id of a kept receipt" });
  const form = h("form", { class: "ask", "aria-label": "Open a receipt" }, field("Receipt", named), h("p", { class: "act" }, h("button", {}, "Open")));
  form.addEventListener("submit", (event) => { event.preventDefault(); go("recall", named.value.trim()); });
  return form;
}

async function kept(main, signal) {
  const { items, next } = await read("/recalls", { limit: 50 }, { signal });
  if (!items.length) return main.append(empty("Nothing kept was recalled.", "A search or a context asked with keep=True, or a Session that keeps, leaves a receipt here for 30 days."));
  main.append(h("section", { class: "panel" }, h("h2", {}, "Recent recalls"), h("ul", { class: "rows" }, items.map((one) => h("li", { class: "row" }, h("div", { class: "body" }, h("a", { href: opened(one) }, said(one.query)),
    h("p", { class: "meta" }, time(one.at), labels(one.held), h("span", {}, one.verb === "context" ? `context of ${plural(one.shown.length, "memory", "memories")}, ${count(one.tokens)} tokens` : plural(one.shown.length, "hit", "hits")), h("span", { class: "id" }, one.id)))))),
    next ? h("p", { class: "dim" }, "And older ones: holdfast recalls lists them all.") : null));
}

async function receipt(main, id, held, signal) {
  const told = await judge("/explain", { receipt: id }, held, { signal });
  const most = Math.max(1e-9, ...told.lines.flatMap((line) => Object.values(line.contributions).map(Math.abs)));
  const answer = h("div", { "aria-live": "polite" });
  const rerun = button("Run it again", () => attempt(rerun, answer, async () => {
    const now = await judge("/rerun", { receipt: id }, held);
    answer.replaceChildren(
      h("p", { class: "verdict" }, h("b", {}, now.same ? "the same answer as then" : "not the same answer as then"), now.notes.map((note) => [" ", said(note)])),
      h("p", {}, "Asked today: ", now.new.length || now.gone.length ? [`${now.new.length} new `, now.new.map((one) => [memoryLink(one), " "]), `and ${now.gone.length} gone `, now.gone.map((one) => [memoryLink(one), " "])] : "the same memories."),
      h("ol", { class: "rows" }, now.hits.slice(0, 10).map((hit) => row(hit.item))));
  }), { class: "first" });
  const memory = h("input", { name: "id", required: true, autocomplete: "off", spellcheck: "false", placeholder: "id of a memory" });
  const why = h("button", {}, "Why not?");
  const form = h("form", { class: "ask whynot", "aria-label": "Why not this one?" }, field("Why was a memory not in it?", memory), h("p", { class: "act" }, why));
  form.addEventListener("submit", (event) => { event.preventDefault(); attempt(why, answer, async () => {
    const judged = await judge("/why_not", { receipt: id, id: memory.value.trim() }, held);
    answer.replaceChildren(h("p", { class: "verdict" }, h("b", {}, judged.stage), " ", said(judged.detail)));
  }); });
  main.append(h("section", { class: "panel" }, h("h2", {}, "Receipt ", h("code", {}, id)),
    h("p", { class: "dim" }, told.faithful ? "The order, rebuilt from the receipt alone, is the order that was answered." : "The receipt does not explain the order that was answered."),
    h("p", { class: "act" }, rerun), form, answer,
    h("ol", { class: "rows" }, told.lines.slice(0, 20).map((line) => h("li", { class: "row" }, h("div", { class: "rank" }, h("b", {}, line.place), h("span", {}, line.score.toFixed(2))), h("div", { class: "body" }, memoryLink(line.id), bars(Object.entries(line.contributions).filter(([, value]) => Math.abs(value) >= 0.005).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])), { most })))))));
}
