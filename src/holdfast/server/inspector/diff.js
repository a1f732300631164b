// Word differences of two texts: the longest common subsequence of words and the spaces between them.

import { h } from "./dom.js";

const MOST = 4e6; // cells of the table; past it a change is shown as one text for another

const words = (text) => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

/** The parts of two texts in order: [["same" | "out" | "in", text], ...]. */
export function difference(before, after) {
  const [a, b] = [words(before), words(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const middle = between(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return joined([["same", a.slice(0, start).join("")], ...middle, ["same", a.slice(a.length - end).join("")]]);
}

function between(a, b) {
  if (!a.length || !b.length || a.length * b.length > MOST) return [["out", a.join("")], ["in", b.join("")]];
  const wide = b.length + 1;
  const table = new Uint16Array((a.length + 1) * wide);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i * wide + j] = a[i] === b[j] ? table[(i + 1) * wide + j + 1] + 1 : Math.max(table[(i + 1) * wide + j], table[i * wide + j + 1]);
    }
  }
  const parts = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { parts.push(["same", a[i]]); i += 1; j += 1; }
    else if (j >= b.length || (i < a.length && table[(i + 1) * wide + j] >= table[i * wide + j + 1])) { parts.push(["out", a[i]]); i += 1; }
    else { parts.push(["in", b[j]]); j += 1; }
  }
  return parts;
}

/** Runs of one kind as one part; a lone space between two changes belongs to both, so that phrases stay whole. */
function joined(parts) {
  const made = [];
  let [out, into] = ["", ""];
  const flush = () => {
    if (out) made.push(["out", out]);
    if (into) made.push(["in", into]);
    [out, into] = ["", ""];
  };
  parts.forEach(([kind, text], n) => {
    if (!text) return;
    if (kind === "out") out += text;
    else if (kind === "in") into += text;
    else if (/^\s+$/.test(text) && (out || into) && (parts[n + 1]?.[0] ?? "same") !== "same") { out += text; into += text; }
    else {
      flush();
      if (made.at(-1)?.[0] === "same") made.at(-1)[1] += text;
      else made.push(["same", text]);
    }
  });
  flush();
  return made;
}

const TAG = { same: "span", out: "del", in: "ins" };

/** The difference as marked text, readable without colours. */
export const marked = (before, after) =>
  h("bdi", { dir: "auto", class: "said whole" }, difference(before, after).map(([kind, text]) => h(TAG[kind], {}, text)));
