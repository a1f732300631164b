// Calls of the public REST API, with the reader's key, labels and moment. What is read stays in this tab: sessionStorage.

const BASE = "/api/v1";
const KEPT = "holdfast";

const usual = { key: "", labels: "", reach: "under", known: "", valid: "" };
export const reading = { ...usual, ...JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") };

export function keep(changed) {
  Object.assign(reading, changed);
  sessionStorage.setItem(KEPT, JSON.stringify(reading));
}

/** What the server refused: `message` is its detail, `told` the whole of it. */
export class Problem extends Error {
  constructor(status, told) {
    super(told.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.told = told;
  }
}

/** "user=ada team=core" as {"user": "ada", "team": "core"}; a label named twice has a list. */
export function labelsOf(text) {
  const found = {};
  for (const part of text.split(/[\s,&]+/).filter(Boolean)) {
    const at = part.indexOf("=");
    if (at < 1) throw new Problem(0, { title: "Labels", detail: `Write labels as user=ada team=core; ${part} is none.` });
    const [name, id] = [part.slice(0, at), part.slice(at + 1)];
    found[name] = name in found ? [found[name], id].flat() : id;
  }
  return found;
}

const header = (labels) => new URLSearchParams(Object.entries(labels).flatMap(([name, ids]) => [ids].flat().map((id) => [name, id]))).toString();

async function send(method, path, { query = {}, body, labels = {}, headers = {}, signal } = {}) {
  const url = new URL(BASE + path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, typeof one === "object" ? JSON.stringify(one) : one);
  }
  const sent = { ...headers };
  if (reading.key) sent.Authorization = `Bearer ${reading.key}`;
  if (Object.keys(labels).length) sent["Holdfast-Labels"] = header(labels);
  if (body) sent["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(url, { method, headers: sent, body: body && JSON.stringify(body), signal, cache: "no-store", credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { title: "No answer", detail: "The server cannot be reached. Is it still running?" });
  }
  if (!answer.ok) {
    const problem = new Problem(answer.status, await answer.json().catch(() => ({})));
    if (answer.status === 401) dispatchEvent(new CustomEvent("holdfast:key", { detail: problem }));
    throw problem;
  }
  return answer;
}

/** The moment a day stands for: its end, in UTC. */
const end = (day) => (day ? `${day}T23:59:59.999999Z` : undefined);
const moments = () => ({ known_at: end(reading.known), valid_at: end(reading.valid) });
const given = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ""));

/** Who reads: what carries the labels (an administrator's reading), or what a caller who holds them sees. */
function reach() {
  const labels = labelsOf(reading.labels);
  return reading.reach === "under" ? { under: labels, labels: {} } : { under: undefined, labels };
}

/** GET what is in reach, `dated` at the moment that is looked at. */
export async function read(path, query = {}, { signal, dated = false } = {}) {
  const { under, labels } = reach();
  const answer = await send("GET", path, { query: { ...query, ...(dated ? moments() : {}), under }, labels, signal });
  return answer.json();
}

const asked = (path, body, signal) => {
  const { under, labels } = reach();
  return send("POST", path, { body: given({ ...body, ...moments(), under }), labels, signal });
};

/** Pack what is in reach, at the moment that is looked at. */
export async function pack(body, { signal } = {}) {
  return (await asked("/context", body, signal)).json();
}

/** Search what is in reach: the hits, and `receipt()` which gets the receipt of this search. */
export async function search(body, { signal } = {}) {
  const answer = await asked("/search", body, signal);
  const where = answer.headers.get("Location").slice(BASE.length);
  const { hits } = await answer.json();
  return { hits, receipt: async () => (await send("GET", where)).json() };
}

/** Ask about a receipt, as a caller with the labels it was asked with. */
export async function judge(path, body, labels, { signal } = {}) {
  return (await send("POST", path, { body, labels, signal })).json();
}

/** Change a memory, as a caller of exactly its labels; `item.version` must still be the current one. */
export async function change(method, path, item, body, { versioned = true } = {}) {
  const headers = versioned ? { "If-Match": `"${item.version}"` } : {};
  const where = `${path.replace("{id}", encodeURIComponent(item.id))}`;
  const inQuery = method === "DELETE";
  const answer = await send(method, where, {
    labels: item.scope, headers, ...(inQuery ? { query: body } : { body: given(body) }),
  });
  return answer.json();
}

/** Erase what is in reach and selected, or with `dry_run` say what would be. */
export async function erase(body, item) {
  const { under, labels } = item ? { labels: item.scope } : reach();
  return (await send("POST", "/erase", { body: given({ ...body, under }), labels })).json();
}

/** Export what is in reach: a Blob, and what is in it. */
export async function exported(format) {
  const { under, labels } = reach();
  const answer = await send("GET", "/export", { query: { format, under }, labels });
  return { told: JSON.parse(answer.headers.get("Holdfast-Export") ?? "{}"), blob: await answer.blob() };
}

/** Follow changes until `signal` ends it: `seen` gets ("change" | "erased" | "began", what is told). */
export async function follow(seen, signal) {
  const { under, labels } = reach();
  let since;
  while (!signal.aborted) {
    const answer = await send("GET", "/watch", { query: { under, since, timeout: 600 }, labels, signal });
    const lines = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let left = "";
    for (;;) {
      const { value, done } = await lines.read();
      if (done) break;
      const events = (left + value).split("\n\n");
      left = events.pop();
      for (const event of events) {
        const told = Object.fromEntries(event.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
        since = told.id ?? since;
        if (told.event) seen(told.event, JSON.parse(told.data || "{}"));
      }
    }
  }
}

/** Every page of a long answer, at most `most` items; `more` says that some were left. */
export async function all(path, query, { most = 10000, signal, cursor = "cursor" } = {}) {
  const items = [];
  let next;
  do {
    const page = await read(path, { limit: 1000, ...query, [cursor]: next }, { signal });
    if (!page.items.length) return { items, more: false };
    items.push(...page.items);
    next = page.next;
  } while (next && items.length < most);
  return { items, more: Boolean(next) };
}
