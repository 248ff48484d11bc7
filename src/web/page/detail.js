// One question: its way through the server, and its packets octet by octet.

import { at, clock, count, duration, element, setText } from "/format.js";
import { packet } from "/packet.js";

function facts(question) {
  const pairs = [
    ["Asked", `${clock(question.time)} by ${question.client} over ${question.transport.toUpperCase()}`],
    ["Outcome", question.error ? `${question.rcode}: ${question.error}` : question.rcode],
    ["Source", question.source ? question.source + (question.cached ? ", from the cache" : "") : "–"],
    ["Took", duration(question.ms)],
  ];

  return element("dl", { class: "pairs" },
    ...pairs.map(([term, text]) => element("div", {}, element("dt", {}, term), element("dd", {}, text))));
}

// Where a step lies in the whole time, as a bar. A step without a length gets a thin one.
function timeBar(step, whole) {
  const bar = element("span", { class: "length" }), place = element("span", { class: "time-bar", "aria-hidden": "true" }, bar);
  const share = (ms) => (whole > 0 ? Math.min(Math.max(ms / whole, 0), 1) : 0);

  bar.style.left = `${100 * share(step.ms)}%`;
  bar.style.width = `${100 * Math.min(share(step.took ?? 0), 1 - share(step.ms))}%`;
  return place;
}

function stepRow(step, whole) {
  const took = typeof step.took === "number" ? duration(step.took) : "";

  return element("li", {},
    element("b", {}, step.step),
    element("span", { class: "text" }, step.text),
    timeBar(step, whole),
    element("span", { class: "number" }, took || `at ${duration(step.ms)}`));
}

function way(question) {
  const steps = question.way ?? [];
  const whole = Math.max(question.ms ?? 0, ...steps.map((step) => step.ms + (step.took ?? 0)));

  return element("section", {},
    element("h3", {}, "The way of the answer"),
    steps.length > 0
      ? element("ol", { class: "way" }, ...steps.map((step) => stepRow(step, whole)))
      : element("p", { class: "nothing" }, "No steps were noted."));
}

function packets(question) {
  return (question.packets ?? []).map((each) =>
    element("section", {},
      element("h3", {}, `${each.what === "question" ? "The question" : "The reply"}, ${count(each.len)} octets`),
      packet(each)));
}

function show(question) {
  setText(at("detail-title"), `${question.name} ${question.type}`);
  at("detail-body").replaceChildren(facts(question), way(question), ...packets(question));
}

function tell(text) {
  at("detail-body").replaceChildren(element("p", { class: "nothing", role: "status" }, text));
}

async function load(address) {
  const response = await fetch(address);

  if (response.ok)
    show(await response.json());
  else
    tell("Newer questions have taken the place of this one, so its details are gone.");
}

let opener = null;

export function openDetail(address, link) {
  opener = link;
  setText(at("detail-title"), link.textContent);
  tell("Loading.");
  at("detail").showModal();
  load(address).catch(() => tell("The server cannot be reached."));
}

export function startDetail() {
  const dialog = at("detail");

  at("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) // the backdrop
      dialog.close();
  });
  dialog.addEventListener("close", () => {
    if (opener?.isConnected)
      opener.focus();
    else
      at("questions").focus();
  });
}
