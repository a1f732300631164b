// Small plots. Their numbers stand beside them as text, so a picture is hidden from who listens.

import { count, h, s, time } from "./dom.js";

/** Names with bars and numbers, one a line, and their `total` below; what is under nought is hatched. */
export function bars(rows, { most, digits = 2, names = (name) => name, total } = {}) {
  const top = most ?? Math.max(1e-9, ...rows.map(([, value]) => Math.abs(value)));
  const sum = total === undefined ? null : h("div", { class: "total" }, h("dt", {}, "score"), h("dd", { class: "number" }, total.toFixed(2)));
  return h("dl", { class: "bars" }, rows.map(([name, value, shown]) => {
    const bar = h("span", { class: `bar${value < 0 ? " below" : ""}`, "aria-hidden": "true" });
    bar.style.setProperty("--part", String(Math.min(1, Math.abs(value) / top)));
    return h("div", {}, h("dt", {}, names(name)), h("dd", {}, bar, h("span", { class: "number" }, shown ?? (digits === 0 ? count(value) : value.toFixed(digits)))));
  }), sum);
}

/** How a number grew: [[moment, number], ...] in order of time, as a step line. */
export function growth(points, title) {
  const [wide, high] = [640, 120];
  const [first, last] = [points[0][0], points.at(-1)[0]];
  const most = points.at(-1)[1];
  const x = (at) => (last === first ? wide : ((at - first) / (last - first)) * wide);
  const y = (n) => high - (n / most) * (high - 4);
  let path = `M0 ${high}`;
  for (const [at, n] of points) path += `H${x(at).toFixed(1)}V${y(n).toFixed(1)}`;
  const picture = s("svg", { viewBox: `0 0 ${wide} ${high}`, preserveAspectRatio: "none", "aria-hidden": "true" }, s("path", { class: "area", d: `${path}H${wide}V${high}Z` }), s("path", { class: "line", d: `${path}H${wide}` }));
  const ends = [first, last].map((at) => time(new Date(at).toISOString(), { day: true }));
  return h("figure", { class: "growth" }, h("figcaption", {}, title), picture, h("div", { class: "axis" }, ends[0], h("span", {}, `${count(most)}`), ends[1]));
}

/** When each of some things was true: rows of [label, from, to, current], drawn over one span of time. */
export function spans(rows, now) {
  const times = rows.flatMap(([, from, to]) => [from, to ?? now]).map((at) => new Date(at).getTime());
  const [first, last] = [Math.min(...times), Math.max(...times, new Date(now).getTime())];
  const part = (at) => (last === first ? 0 : (new Date(at).getTime() - first) / (last - first));
  return h("ol", { class: "spans" }, rows.map(([label, from, to, current]) => {
    const span = h("span", { class: `span${current ? " current" : ""}`, "aria-hidden": "true" });
    span.style.setProperty("--from", String(part(from)));
    span.style.setProperty("--to", String(part(to ?? now)));
    return h("li", { "aria-current": current ? "true" : undefined }, h("span", { class: "what" }, label), h("span", { class: "when" }, time(from, { day: true }), " → ", to ? time(to, { day: true }) : "open"), h("span", { class: "track" }, span));
  }));
}
