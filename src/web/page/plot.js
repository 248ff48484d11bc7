// The two plots of the last minutes. The server has drawn them into the page; this draws them anew
// each second, and tells the figures of a moment that is pointed at.

import { at, clock, count, drawing, duration, setText } from "/format.js";

const WIDTH = 600, HEIGHT = 100;
const SPANS = [60, 120, 300, 600]; // seconds
const FASTEST = 0.1, DECADES = 5; // of the axis of times, which begins at 0.1 ms

const history = { end: 0, rate: [], cached_rate: [], median_ms: [], p99_ms: [] };
const SERIES = ["rate", "cached_rate", "median_ms", "p99_ms"];

export function setHistory(figures) {
  history.end = figures.time;
  for (const name of SERIES)
    history[name] = figures.history[name].slice(-SPANS.at(-1));
  draw();
}

export function addPoint(point) {
  if (point.time <= history.end)
    return;
  history.end = point.time;
  for (const name of SERIES)
    history[name] = [...history[name], point[name]].slice(-SPANS.at(-1));
  draw();
}

const spanOf = (length) => SPANS.find((span) => span >= length) ?? SPANS.at(-1);

// 2, 4 or 10, and zeros, so that the middle of the axis is a whole number, too.
function roundTop(value) {
  const unit = value > 10 ? 10 ** (Math.ceil(Math.log10(value)) - 1) : 1;
  return unit * ([2, 4].find((digit) => value <= digit * unit) ?? 10);
}

const placeX = (index, length, span) => WIDTH - ((length - 1 - index) * WIDTH) / span;

function placeTime(ms) {
  const share = Math.log10(Math.max(ms, FASTEST) / FASTEST) / DECADES;
  return HEIGHT * (1 - Math.min(share, 1));
}

function area(values, span, top) {
  if (values.length === 0)
    return "";
  const x = (index) => placeX(index, values.length, span).toFixed(1);
  const points = values.map((value, index) => `L${x(index)} ${(HEIGHT * (1 - value / top)).toFixed(1)}`);
  return `M${x(0)} ${HEIGHT}${points.join("")}V${HEIGHT}Z`;
}

// A second in which nothing was looked up has no time, and leaves a gap. A lone second gets a
// dash, because a line of no length cannot be seen.
function line(values, span) {
  let path = "";
  values.forEach((value, index) => {
    if (value === null)
      return;
    const begins = index === 0 || values[index - 1] === null;
    path += `${begins ? "M" : "L"}${placeX(index, values.length, span).toFixed(1)} ${placeTime(value).toFixed(1)}`;
    if (begins && (values[index + 1] ?? null) === null)
      path += "h-5";
  });
  return path;
}

const ago = (seconds) => (seconds > 60 ? `${seconds / 60} min ago` : `${seconds} s ago`);

function setTicks(span, top) {
  for (const node of document.querySelectorAll(".ticks .span"))
    setText(node, ago(span));
  for (const node of document.querySelectorAll(".ticks .half-span"))
    setText(node, ago(span / 2));
  setText(at("rate-top"), count(top));
  setText(at("rate-middle"), count(top / 2));
}

function draw() {
  const span = spanOf(history.rate.length), top = roundTop(Math.max(...history.rate, 1));

  setTicks(span, top);
  at("rate-all").setAttribute("d", area(history.rate, span, top));
  at("rate-cached").setAttribute("d", area(history.cached_rate, span, top));
  at("times-median").setAttribute("d", line(history.median_ms, span));
  at("times-p99").setAttribute("d", line(history.p99_ms, span));
  tell();
}

const rates = (index) =>
  `${count(history.rate[index])} a second, ${count(history.cached_rate[index])} of them from the cache`;

const times = (index) =>
  history.median_ms[index] === null
    ? "nothing was looked up"
    : `half within ${duration(history.median_ms[index])}, 99 % within ${duration(history.p99_ms[index])}`;

let pointed = null; // seconds before the newest, while something points at a moment

function tell() {
  const length = history.rate.length;

  markPointed();
  if (length === 0)
    return;
  if (pointed !== null) {
    const index = Math.max(0, length - 1 - pointed), time = clock(history.end - (length - 1 - index));
    setText(at("rate-text"), `At ${time}: ${rates(index)}.`);
    setText(at("times-text"), `At ${time}: ${times(index)}.`);
    return;
  }
  setText(at("rate-text"), `Now ${rates(length - 1)}; at most ${count(Math.max(...history.rate))}.`);
  setText(at("times-text"), `Now ${times(length - 1)}${slowest()}.`);
}

function slowest() {
  const known = history.p99_ms.filter((value) => value !== null);
  return known.length > 0 ? `; at most ${duration(Math.max(...known))}` : "";
}

const marks = new Map(); // plot -> its line at the moment that is pointed at

function markPointed() {
  for (const mark of marks.values()) {
    mark.setAttribute("visibility", pointed === null ? "hidden" : "visible");
    const x = WIDTH - ((pointed ?? 0) * WIDTH) / spanOf(history.rate.length);
    mark.setAttribute("d", `M${x} 0V${HEIGHT}`);
  }
}

function point(seconds) {
  const most = Math.max(0, history.rate.length - 1);

  pointed = seconds === null ? null : Math.min(Math.max(seconds, 0), most);
  tell();
}

function pointWithMouse(event) {
  const box = event.currentTarget.getBoundingClientRect();
  const share = 1 - (event.clientX - box.left) / box.width;

  point(Math.round(share * spanOf(history.rate.length)));
}

function pointWithKeys(event) {
  const steps = { ArrowLeft: 1, ArrowRight: -1, PageUp: 10, PageDown: -10 };

  if (event.key === "Escape")
    point(null);
  else if (event.key in steps) {
    event.preventDefault();
    point((pointed ?? 0) + steps[event.key]);
  }
}

export function startPlots() {
  for (const plot of [at("rate-plot"), at("times-plot")]) {
    marks.set(plot, plot.appendChild(drawing("path", { class: "mark", visibility: "hidden" })));
    plot.setAttribute("tabindex", "0");
    plot.addEventListener("pointermove", pointWithMouse);
    plot.addEventListener("pointerleave", () => point(null));
    plot.addEventListener("keydown", pointWithKeys);
    plot.addEventListener("blur", () => point(null));
  }
}
