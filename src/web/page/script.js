// Keeps the page live: figures and questions come from /events, and what changes more slowly is
// fetched every few seconds. The server has written all of it into the page once, so that the page
// can be read without this script.

import { at, clock, count, drawing, duration, element, isFailure, percent, setText, span } from "/format.js";
import { addPoint, setHistory, startPlots } from "/plot.js";
import { addQuestion, setQuestions, startQuestions } from "/questions.js";
import { openDetail, startDetail } from "/detail.js";

const FETCH_EACH_MS = 5000;
const SILENT_MS = 5000; // figures come each second, so this silence means a lost connection
const RETRY_MS = 2000;

function bar(part, whole) {
  const width = whole > 0 ? (100 * part) / whole : 0;
  return drawing("svg", { class: "share", viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawing("rect", { width: width.toFixed(1), height: "1" }));
}

function fillList(id, items, make) {
  at(id).replaceChildren(...(items.length > 0 ? items.map(make) : [element("li", { class: "nothing" }, "None.")]));
}

function item(name, number, note, isBad, ...more) {
  return element("li", { class: isBad ? "failed" : null }, element("span", { class: "what" }, name),
    element("span", { class: "number" }, number), note ? element("small", {}, note) : null, ...more);
}

function setLists(figures) {
  const answers = Math.max(1, ...figures.sources.map((source) => source.count));
  const replies = Math.max(1, ...figures.rcodes.map((rcode) => rcode.count));

  fillList("sources", figures.sources, (source) =>
    item(source.source, count(source.count), source.failed > 0 ? `${count(source.failed)} failed` : "", false, bar(source.count, answers)));
  fillList("rcodes", figures.rcodes.filter((rcode) => rcode.count > 0), (rcode) =>
    item(rcode.rcode, count(rcode.count), "", isFailure(rcode.rcode), bar(rcode.count, replies)));
  fillList("slowest", figures.slowest, (slow) => item(`${slow.name} ${slow.type}`, duration(slow.ms)));
  fillList("failing", figures.failing, (failing) =>
    item(`${failing.name} ${failing.type}`, duration(failing.ms), failing.error));
  fillList("name_servers", figures.name_servers, nameServer);
}

function nameServer(server) {
  const parts = ["asked", "answered", "failed"].map((key) => `${key} ${count(server[key])}`);

  return item(server.address, server.states.join(", "), `${parts.join(", ")}, round trip ${duration(server.rtt_ms)}`);
}

function setTotals(figures) {
  const { questions, cached, failed } = figures.totals;

  setText(at("version"), figures.version);
  setText(at("uptime"), span(figures.uptime));
  setText(at("questions-total"), count(questions));
  setText(at("cached"), percent(cached, questions));
  setText(at("failed"), count(failed));
  setText(at("restarts"), count(figures.restarts));
  setText(at("lost_log_lines"), count(figures.lost_log_lines));
  setHealth(figures.health);
}

function setHealth(health) {
  setText(at("health"), health === "ok" ? "All processes run." : health);
  at("health").className = health === "ok" ? "good" : "bad";
}

function setNow(now) {
  setText(at("rate"), count(now.rate));
  setText(at("median"), duration(now.median_ms));
  setText(at("p99"), duration(now.p99_ms));
  setText(at("hung"), count(now.hung));
  setText(at("waiting"), count(now.waiting));
  at("hung").className = now.hung > 0 ? "bad" : "";
  setText(at("shown"), now.not_shown > 0
    ? `${count(now.shown)} of ${count(now.shown + now.not_shown)} each second are shown` : "");
}

// null if the server cannot be reached: the state of the connection tells that.
async function fetchJson(address) {
  try {
    const response = await fetch(address);
    return response.ok ? await response.json() : null;
  } catch (error) {
    return null;
  }
}

async function fetchFigures(withHistory) {
  const figures = await fetchJson("/figures");

  if (figures === null)
    return;
  setTotals(figures);
  setLists(figures);
  if (withHistory)
    setHistory(figures);
}

async function fetchQuestions() {
  const questions = await fetchJson("/questions");

  if (questions !== null)
    setQuestions(questions);
}

let events = null, lastHeard = 0, lostSince = null, retry = null;

function tellConnection() {
  const node = at("connection");

  node.className = lostSince === null ? "live" : "lost";
  document.body.classList.toggle("is-lost", lostSince !== null);
  setText(node, lostSince === null ? "Live"
    : `The connection is lost since ${clock(lostSince / 1000)}. Trying again.`);
}

function heard() {
  lastHeard = Date.now();
  if (lostSince === null)
    return;
  lostSince = null;
  tellConnection();
}

function connect() {
  retry = null;
  events?.close();
  events = new EventSource("/events");
  lastHeard = Date.now();
  events.addEventListener("open", opened);
  events.addEventListener("error", lost);
  events.addEventListener("question", (event) => {
    heard();
    addQuestion(JSON.parse(event.data));
  });
  events.addEventListener("figures", (event) => {
    const now = JSON.parse(event.data);
    heard();
    setNow(now);
    addPoint(now);
  });
}

// What has been missed while there was no connection.
function opened() {
  heard();
  tellConnection();
  fetchFigures(true);
  fetchQuestions();
}

function lost() {
  lostSince ??= Date.now();
  tellConnection();
  events.close();
  retry ??= setTimeout(connect, RETRY_MS);
}

function lookAfterConnection() {
  if (lostSince === null && Date.now() - lastHeard > SILENT_MS)
    lost();
}

function refresh() {
  if (lostSince === null && !document.hidden)
    fetchFigures(false);
}

startPlots();
startDetail();
startQuestions(openDetail);
connect();
setInterval(lookAfterConnection, 1000);
setInterval(refresh, FETCH_EACH_MS);
