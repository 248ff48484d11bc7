// The table of recent questions: filter, pause, and new rows at its top.

import { at, clock, count, duration, element, isFailure, setText } from "/format.js";

const KEPT = 500, SHOWN = 200; // questions
const DRAW_EACH_MS = 250;

let kept = [];           // newest first
let fresh = [];          // have come since the table was drawn, newest first
const known = new Set(); // keys of both
let isPaused = false, isPointedAt = false, isDue = false;

// A server that has been started anew numbers from 1 again.
const keyOf = (question) => `${question.id} ${question.time}`;

const isHeld = () => isPaused || isPointedAt;

// What the filter looks at.
const wordsOf = (question) =>
  [question.client, question.transport, question.name, question.type, question.source ?? "",
    question.rcode, question.error ?? "", question.cached ? "cached" : ""].join("\n").toLowerCase();

export function matches(question, filter) {
  const text = wordsOf(question);
  return filter.toLowerCase().split(/\s+/).filter((word) => word !== "" && word !== "-")
    .every((word) => (word.startsWith("-") ? !text.includes(word.slice(1)) : text.includes(word)));
}

function cell(name, ...content) {
  return element("td", { class: name }, ...content);
}

function row(question) {
  const link = element("a", { href: `/question/${encodeURIComponent(question.id)}` }, question.name || "–");
  const failed = isFailure(question.rcode);

  return element("tr", { class: failed ? "failed" : null },
    cell("time", clock(question.time)),
    cell("client", question.client, question.transport === "tcp" ? element("small", {}, "TCP") : null),
    cell("name", link),
    cell("type", question.type),
    cell("source", question.source || "–", question.cached ? element("small", {}, "cached") : null),
    cell("outcome", element("span", {}, question.rcode),
      question.error ? element("small", {}, question.error) : null),
    cell("took number", duration(question.ms)));
}

const filterText = () => at("filter").value.trim();

function drawAll() {
  const filter = filterText();
  const found = kept.filter((question) => matches(question, filter)).slice(0, SHOWN);

  at("rows").replaceChildren(...found.map(row));
  tellCounts(found.length);
}

function tellCounts(found) {
  at("nothing").hidden = kept.length > 0;
  at("no-match").hidden = kept.length === 0 || found > 0;
  setText(at("matches"), filterText() === "" ? "" : `${count(found)} of ${count(kept.length)} questions match.`);
}

function takeFresh() {
  kept = [...fresh, ...kept];
  for (const question of kept.slice(KEPT))
    known.delete(keyOf(question));
  kept = kept.slice(0, KEPT);
  fresh = [];
}

function drawFresh() {
  const filter = filterText(), rows = at("rows");
  const found = fresh.filter((question) => matches(question, filter)).slice(0, SHOWN);

  takeFresh();
  rows.prepend(...found.map(row));
  while (rows.children.length > SHOWN)
    rows.lastElementChild.remove();
  tellCounts(rows.children.length);
}

function tellPause() {
  const more = fresh.length > 0 ? `${count(fresh.length)} new` : "";

  setText(at("pause"), isPaused ? "Continue" : "Pause");
  setText(at("held"), isPaused ? ["paused", more].filter(Boolean).join(", ") : more && "held, " + more);
}

function drawSoon() {
  if (isDue)
    return;
  isDue = true;
  setTimeout(() => {
    isDue = false;
    if (!isHeld() && fresh.length > 0)
      drawFresh();
    tellPause();
  }, DRAW_EACH_MS);
}

export function addQuestion(question) {
  if (known.has(keyOf(question)))
    return;
  known.add(keyOf(question));
  fresh.unshift(question);
  for (const lost of fresh.splice(KEPT))
    known.delete(keyOf(lost));
  drawSoon();
}

// What the server remembers, newest first. Questions may have come while that was fetched.
export function setQuestions(questions) {
  if (isPaused)
    return;
  const keys = new Set(questions.map(keyOf)), newest = questions[0]?.time ?? 0;

  fresh = fresh.filter((question) => question.time >= newest && !keys.has(keyOf(question)));
  kept = questions;
  takeFresh();
  known.clear();
  for (const question of kept)
    known.add(keyOf(question));
  drawAll();
  tellPause();
}

function togglePause() {
  isPaused = !isPaused;
  if (!isPaused)
    drawFresh();
  tellPause();
}

// Rows do not move while a mouse points at them or one of them has the focus, so that what is
// clicked is what was meant.
function hold(held) {
  isPointedAt = held;
  drawSoon();
}

function moveFocus(event) {
  const next = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const link = next && event.target.closest("tr")?.[next]?.querySelector("a");

  if (link) {
    event.preventDefault();
    link.focus();
  }
}

export function startQuestions(open) {
  const rows = at("rows");

  at("controls").hidden = false;
  at("pause").addEventListener("click", togglePause);
  at("filter").addEventListener("input", () => {
    takeFresh();
    drawAll();
    tellPause();
  });
  rows.addEventListener("pointerenter", (event) => hold(event.pointerType === "mouse"));
  rows.addEventListener("pointerleave", () => hold(rows.contains(document.activeElement)));
  rows.addEventListener("focusin", () => hold(true));
  rows.addEventListener("focusout", () => hold(rows.matches(":hover")));
  rows.addEventListener("keydown", moveFocus);
  rows.addEventListener("click", (event) => {
    const link = event.target.closest("tr")?.querySelector("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey)
      return;
    event.preventDefault();
    open(link.getAttribute("href"), link);
  });
  tellPause();
}
