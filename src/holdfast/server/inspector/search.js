// Search: hits with what each signal added, and why another memory is not among them.

import { judge, labelsOf, reading, search } from "./api.js";
import { attempt, empty, field, h, memoryLink, plural, said } from "./dom.js";
import { bars } from "./plots.js";
import { row } from "./rows.js";
import { go } from "./app.js";

export const title = "Search";

export async function show(main, { query }, signal) {
  const asked = h("input", { name: "q", type: "search", value: query.q ?? "", required: true, placeholder: "which port does the server listen on?", autocomplete: "off", id: "query" });
  const form = h(
    "form", { class: "ask", role: "search", "aria-label": "Search" },
    field("Question", asked),
    field("Hits", h("input", { name: "k", type: "number", min: 1, max: 100, value: query.k ?? 10 })),
    field("Kind", h("select", { name: "kind" }, ["", "fact", "preference", "episode", "procedure", "working"].map((kind) => h("option", { value: kind, selected: kind === (query.kind ?? "") }, kind || "any")))),
    h("p", { class: "act" }, h("button", { class: "first" }, "Search")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go("search", "", Object.fromEntries([...new FormData(form)].filter(([, value]) => value)));
  });
  main.append(form);
  if (!query.q) {
    main.append(empty("Ask in plain words.", "Words and meaning are searched together; each hit shows what every signal added to its score."));
    asked.focus();
    return;
  }
  const body = { query: query.q, k: Number(query.k ?? 10), kinds: query.kind ? [query.kind] : undefined };
  const { hits, receipt } = await search(body, { signal });
  if (!hits.length) main.append(empty("Nothing was found.", "Try other words, or other labels above."));
  const most = Math.max(1e-9, ...hits.flatMap((hit) => Object.values(hit.signals).map(Math.abs)));
  main.append(h("ol", { class: "rows hits" }, hits.map((hit, n) => drawn(hit, n, most))));
  main.append(whyNot(receipt));
}

function drawn(hit, n, most) {
  const signals = Object.entries(hit.signals).filter(([, value]) => Math.abs(value) >= 0.005).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const rank = h("div", { class: "rank" }, h("b", {}, n + 1), h("span", { title: "relevance, comparable across searches" }, hit.relevance.toFixed(2)));
  const notes = h(
    "p", { class: "meta" },
    hit.twins.length ? h("span", {}, `stands for ${plural(hit.twins.length, "twin", "twins")}: `, hit.twins.map((id) => [memoryLink(id), " "])) : null,
    hit.origin ? h("span", { class: "state" }, "from ", hit.origin) : null,
    hit.outdated_by ? h("span", { class: "state superseded" }, "outdated by ", memoryLink(hit.outdated_by)) : null,
  );
  return row(hit.item, { before: rank, more: notes, beside: bars(signals, { most, total: hit.score }) });
}

/** Ask the receipt of this search why a memory is not among its hits. */
function whyNot(written) {
  let receipt;
  const id = h("input", { name: "id", required: true, placeholder: "id of a memory", autocomplete: "off", spellcheck: "false" });
  const answer = h("div", { "aria-live": "polite" });
  const submit = h("button", {}, "Why not?");
  const form = h("form", { class: "ask whynot", "aria-label": "Why not this one?" }, field("Memory", id), h("p", { class: "act" }, submit));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(submit, answer, async () => {
      const whole = reading.reach === "under"; // what was ranked the receipt tells; of the rest, who may see it is a caller's question
      receipt ??= await written();
      const told = await judge("/why_not", { receipt, id: id.value.trim() }, whole ? {} : labelsOf(reading.labels));
      if (whole && told.stage === "not visible") throw new Error("It was not ranked. To learn why, choose “as a caller” above, with the labels that the agent holds, and search again.");
      answer.replaceChildren(h("p", { class: "verdict" }, h("b", {}, told.stage), " ", said(told.detail)));
    });
  });
  return h(
    "section", { class: "panel" }, h("h2", {}, "Why not this one?"),
    h("p", { class: "dim" }, "Give the id of a memory you expected."),
    form, answer,
  );
}
