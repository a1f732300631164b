// The review queue: what waits because policy says that a person looks at it first.

import { change, read } from "./api.js";
import { attempt, empty, field, h, parsed, tell, valueField } from "./dom.js";
import { listed, meta } from "./rows.js";

export const title = "Review";

export async function show(main, _, signal) {
  const place = h("div", { class: "results" });
  main.append(h("p", { class: "dim" }, "What waits is in no search, list or context. Approved, it is saved as if it had just been said; rejected, it stays out."), place);
  await listed(
    place,
    (cursor) => read("/items", { where: { eq: { state: "pending" } }, sort: "id", descending: "false", limit: 50, cursor }, { signal }),
    (item) => card(item),
    empty("Nothing waits for review.", "What is sensitive, or not sure enough, comes here when an agent observes it."),
  );
}

function card(item) {
  const text = h("textarea", { name: "text", rows: 2 + Math.ceil(item.text.length / 90), maxlength: 20000, dir: "auto", value: item.text });
  const value = h("input", { name: "value", value: valueField(item.value), autocomplete: "off" });
  const told = h("div", {});
  const approve = h("button", { class: "first" }, "Approve");
  const reject = h("button", { type: "button" }, "Reject");
  const made = h("li", { class: "row" }, h("form", { class: "stack body", "aria-label": "Waits for review" }, field("Text (change it before you approve)", text), item.slot ? field(`Value of ${item.slot}`, value, "JSON, or plain text") : null, meta(item), h("p", { class: "act" }, approve, reject), told));
  const settle = (control, yes) => attempt(control, told, async () => {
    const said = text.value !== item.text;
    const edited = {
      text: said ? text.value : undefined, // in a slot the value goes with the text
      value: item.slot && (said || value.value !== valueField(item.value)) ? parsed(value.value) : undefined,
    };
    await change("POST", "/review", item, { id: item.id, approve: yes, ...(yes ? edited : {}) }, { versioned: false });
    made.replaceChildren(h("p", { class: "note calm", tabindex: -1 }, yes ? "Approved: it is a memory now." : "Rejected: it stays out."));
    made.firstChild.focus();
    tell(yes ? "Approved." : "Rejected.");
  });
  made.firstChild.addEventListener("submit", (event) => { event.preventDefault(); settle(approve, true); });
  reject.addEventListener("click", () => settle(reject, false));
  return made;
}
