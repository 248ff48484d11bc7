// A packet: its octets, and the list of its fields. Whichever of both is pointed at or has the
// focus, the other one is marked.

import { element, setText } from "/format.js";

const PER_LINE = 8;

const hexadecimal = (number, digits) => number.toString(16).padStart(digits, "0");

const printable = (octet) => (octet > 0x20 && octet < 0x7f ? String.fromCharCode(octet) : "·");

const octetsOf = (hex) => (hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16));

function octetCell(octet, place) {
  const cell = element("span", { class: "octet" }, hexadecimal(octet, 2));

  cell.dataset.at = place;
  return cell;
}

// The last line is filled up with blanks, so that the text behind it stands in its column.
function line(octets, start) {
  const here = octets.slice(start, start + PER_LINE);
  const cells = here.map((octet, index) => octetCell(octet, start + index));
  const blanks = Array.from({ length: PER_LINE - here.length }, () => element("span", { class: "octet" }, "  "));

  return element("div", { class: "line" }, element("span", { class: "offset" }, hexadecimal(start, 4)),
    element("span", {}, ...cells, ...blanks), element("span", { class: "ascii" }, here.map(printable).join("")));
}

function fieldRow(field, index) {
  const value = field.value || field.text || "";
  const notes = [field.meaning, field.source ? `[${field.source}]` : ""].filter(Boolean).join(" ");
  const row = element("li", { role: "option", tabindex: index === 0 ? "0" : "-1", "aria-selected": "false" },
    element("span", { class: "offset" }, field.len > 0 ? hexadecimal(field.offset, 4) : ""),
    element("span", { class: "field" }, field.name ? element("b", {}, field.name) : null, " ",
      element("span", { class: "value" }, value), " ",
      notes ? element("small", {}, notes) : null));

  row.dataset.index = index;
  row.style.setProperty("--depth", Math.min(field.depth ?? 0, 6));
  return row;
}

// Both sides of one packet, and which field of it is marked.
class Marks {
  constructor(fields, rows, cells) {
    Object.assign(this, { fields, rows, cells, marked: -1 });
  }

  // A remark has no octets: those of the field that it stands behind are meant.
  octets(index) {
    let from = index;
    while (from > 0 && this.fields[from].len === 0)
      from -= 1;
    return [this.fields[from].offset, this.fields[from].offset + this.fields[from].len];
  }

  mark(index) {
    if (index === this.marked)
      return;
    this.set(this.marked, false);
    this.marked = index;
    this.set(index, true);
  }

  set(index, isMarked) {
    if (index < 0)
      return;
    const [from, to] = this.octets(index);
    this.rows[index].setAttribute("aria-selected", String(isMarked));
    for (const cell of this.cells.slice(from, to))
      cell.classList.toggle("marked", isMarked);
  }

  // The innermost field that has the octet.
  fieldOf(octet) {
    return this.fields.findLastIndex((field) => field.offset <= octet && octet < field.offset + field.len);
  }

  focus(index) {
    if (index < 0 || index >= this.rows.length)
      return;
    for (const row of this.rows)
      row.tabIndex = -1;
    this.rows[index].tabIndex = 0;
    this.rows[index].focus();
  }
}

function listen(list, grid, marks) {
  const indexOf = (event) => Number(event.target.closest("[data-index]")?.dataset.index ?? -1);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

  list.addEventListener("pointerover", (event) => marks.mark(indexOf(event)));
  list.addEventListener("focusin", (event) => marks.mark(indexOf(event)));
  list.addEventListener("click", (event) => marks.focus(indexOf(event)));
  list.addEventListener("keydown", (event) => {
    const last = marks.rows.length - 1, ends = { Home: 0, End: last };
    if (!(event.key in steps) && !(event.key in ends))
      return;
    event.preventDefault();
    marks.focus(ends[event.key] ?? Math.min(Math.max(indexOf(event) + steps[event.key], 0), last));
  });
  grid.addEventListener("pointerover", (event) => {
    const at = event.target.closest("[data-at]")?.dataset.at;
    if (at === undefined)
      return;
    marks.mark(marks.fieldOf(Number(at)));
    marks.rows[marks.marked]?.scrollIntoView({ block: "nearest" });
  });
}

export function packet(data) {
  const octets = octetsOf(data.hex), lines = [];

  for (let start = 0; start < octets.length; start += PER_LINE)
    lines.push(line(octets, start));
  const grid = element("div", { class: "octets", role: "img", "aria-label": "The octets in hexadecimal. The list of fields explains them." }, ...lines);
  const rows = data.fields.map(fieldRow);
  const list = element("ul", { class: "fields", role: "listbox", "aria-label": "Fields of the packet" }, ...rows);
  const cut = element("p", { class: "quiet" });

  const cells = [...grid.querySelectorAll("[data-at]")];

  listen(list, grid, new Marks(data.fields, rows, cells));
  if (octets.length < data.len)
    setText(cut, `Only the first ${octets.length} octets were kept.`);
  return element("div", {}, element("div", { class: "packet" }, grid, list), cut);
}
