// Elements, and how times, labels and values are written. Whatever comes from the store goes in as text nodes, never as markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, given, inside) {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...inside.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

/** An element with attributes, listeners ("onclick") and children; strings become text. */
export const h = (name, given = {}, ...inside) => fill(document.createElement(name), given, inside);
/** The same for a picture. */
export const s = (name, given = {}, ...inside) => fill(document.createElementNS(SVG, name), given, inside);

/** A text of the store: kept apart from its surroundings, whatever direction it is written in. */
export const said = (text, given = {}) => h("bdi", { dir: "auto", ...given, class: `said ${given.class ?? ""}` }, text);

const two = (n) => String(n).padStart(2, "0");

/** A moment in UTC, to the minute; the whole of it as its title. */
export function time(moment, { day = false } = {}) {
  if (!moment) return h("span", { class: "dim" }, "open");
  const at = new Date(moment);
  const date = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  const shown = day ? date : `${date} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  return h("time", { datetime: moment, title: `${moment} (UTC)` }, shown);
}

export const count = (n) => n.toLocaleString("en");
export const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many}`;

export function bytes(n) {
  if (n < 1024) return `${n} B`;
  const units = ["KB", "MB", "GB", "TB"];
  let at = -1;
  do { n /= 1024; at += 1; } while (n >= 1024 && at < units.length - 1);
  return `${n.toFixed(n < 10 ? 1 : 0)} ${units[at]}`;
}

/** Labels as chips: "user ada"; none are shared. */
export function labels(scope) {
  const named = Object.entries(scope).flatMap(([name, ids]) => [ids].flat().map((id) => [name, id]));
  if (!named.length) return h("span", { class: "label" }, "shared");
  return h("span", { class: "labels" }, named.map(([name, id]) => h("span", { class: "label" }, h("i", {}, name), " ", said(id))));
}

export const valueText = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** A value as a field holds it: text as it is, unless it would be read as something else. */
export function valueField(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "string" && typeof parsed(value) === "string" && value !== "" ? value : JSON.stringify(value);
}

/** What a field means: JSON where it is some, else the text itself. */
export function parsed(text) {
  try { return JSON.parse(text); } catch { return text; }
}

export const shortId = (id) => id.slice(-8);
export const memoryLink = (id, ...inside) => h("a", { href: `#/memory/${encodeURIComponent(id)}`, class: inside.length ? "" : "id", title: id }, inside.length ? inside : shortId(id));

/** A field with its label above. */
export function field(label, control, note) {
  return h("label", { class: "field" }, h("span", {}, label), control, note ? h("small", {}, note) : null);
}

export function select(options, chosen, given = {}) {
  return h("select", given, options.map(([value, shown]) => h("option", { value, selected: value === chosen }, shown)));
}

export const button = (text, onclick, given = {}) => h("button", { type: "button", onclick, ...given }, text);

/** A form as it is on a desk; on a phone folded under what it says, unless it is in use. */
export function folded(summary, form, used) {
  if (!matchMedia("(max-width: 52rem)").matches) return form;
  return h("details", { class: "fold", open: used }, h("summary", {}, summary), form);
}

/** What stands where there is nothing yet: what that means, and what to do. */
export const empty = (title, ...what) => h("div", { class: "empty" }, h("p", { class: "lead" }, title), what.length ? h("p", {}, what) : null);

/** An error as it was told. */
export function problem(error) {
  const told = error.told ?? {};
  return h(
    "div", { class: "problem", role: "alert" },
    h("p", { class: "lead" }, told.title ?? "That did not work", error.status ? h("span", { class: "dim" }, ` ${error.status}`) : null),
    h("p", {}, said(error.message)),
    told.current ? h("p", {}, `It is at version ${told.current.version} now: `, said(told.current.text)) : null,
    error.status === 403 ? h("p", { class: "dim" }, "Another key, or other labels above, may allow it.") : null,
  );
}

/** Say something short to whoever looks or listens. */
export function tell(text) {
  const place = document.getElementById("told");
  place.textContent = text;
  clearTimeout(tell.ending);
  tell.ending = setTimeout(() => { place.textContent = ""; }, 6000);
}

/** Run what a button stands for: once at a time, with its error shown beside it. */
export async function attempt(control, place, work) {
  control.disabled = true;
  place.replaceChildren();
  try { return await work(); }
  catch (error) { if (error.name !== "AbortError") place.replaceChildren(problem(error)); return undefined; }
  finally { control.disabled = false; }
}

/** The characters of a text that are not seen, or turn its direction: they may hide what it says. */
export function unseen(text) {
  const found = new Map();
  for (const [one] of text.matchAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu)) {
    const name = `U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    found.set(name, (found.get(name) ?? 0) + 1);
  }
  return [...found].map(([name, n]) => (n === 1 ? name : `${name} × ${count(n)}`)).join(", ");
}
