// Elements, and texts as people read them. Names come from strangers, so every text becomes a
// text node: nothing here or in the other files makes HTML of a string.

export const at = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes))
    if (value !== null)
      node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

export const element = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

export const drawing = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

// Writing the same text again would make a screen reader repeat it.
export function setText(node, text) {
  if (node.textContent !== text)
    node.textContent = text;
}

export const count = (n) => (typeof n === "number" ? Math.round(n).toLocaleString("en") : "–");

export function duration(ms) {
  if (typeof ms !== "number")
    return "–";
  if (ms < 0.995)
    return `${ms.toFixed(2)} ms`;
  if (ms < 9.95)
    return `${ms.toFixed(1)} ms`;
  if (ms < 999.5)
    return `${ms.toFixed(0)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

export function span(seconds) {
  for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60]])
    if (seconds >= 2 * length)
      return `${Math.floor(seconds / length)} ${unit}`;
  return `${Math.floor(seconds)} s`;
}

export const percent = (part, whole) => (whole > 0 ? `${Math.round((100 * part) / whole)} %` : "–");

const two = (n) => String(n).padStart(2, "0");

export function clock(seconds) {
  const time = new Date(seconds * 1000);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

// NODATA is what the counters call NOERROR without records.
export const isFailure = (rcode) => !["NOERROR", "NODATA", "NXDOMAIN"].includes(rcode);
