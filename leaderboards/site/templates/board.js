"use strict";

// The sort key of a cell: its data-sort, or its text; null for an empty one, which is always last.
function sortKey(cell) {
  const text = (cell.dataset.sort ?? cell.textContent).trim();
  if (text === "" || text === "–") return null;
  const number = Number(text.replace(/,/g, "").replace(/ .*$/, ""));
  return Number.isNaN(number) ? text.toLowerCase() : number;
}

function compare(one, other, sign) {
  if (one === null || other === null) return (one === null) - (other === null);
  if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
  return sign * (typeof one === "number" ? one - other : one.localeCompare(other, "en", { numeric: true }));
}

// Entries of a table, by its bodies: each begins with a row that says which kind of evidence follows, if there are kinds.
function entriesOf(table) {
  return [...table.tBodies].map((body) => [body, [...body.rows].filter((row) => !row.classList.contains("kind"))]);
}

// The first click sorts upwards, the second downwards, the third restores the order; kinds of evidence stay apart.
function makeSortable(table) {
  const bodies = entriesOf(table);
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button")?.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const order = now === null ? "ascending" : now === "ascending" ? "descending" : null;
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      if (order) head.setAttribute("aria-sort", order);
      for (const [body, original] of bodies) {
        const rows = original.map((row) => [sortKey(row.cells[column]), row]);
        if (order) rows.sort((one, other) => compare(one[0], other[0], order === "ascending" ? 1 : -1));
        body.append(...rows.map(([, row]) => row));
      }
    });
  });
}

function makeFilter(form, table) {
  const bodies = entriesOf(table);
  const rows = bodies.flatMap(([, own]) => own).map((row) => [row, row.textContent.toLowerCase()]);
  const shown = form.querySelector("output");
  const apply = () => {
    const words = form.text.value.toLowerCase().split(/\s+/);
    let count = 0;
    for (const [row, text] of rows) {
      row.hidden = !(
        words.every((word) => text.includes(word)) &&
        (form.status.value === "" || row.dataset.status === form.status.value) &&
        (!form.ranked.checked || "ranked" in row.dataset)
      );
      count += !row.hidden;
    }
    for (const [body, own] of bodies) body.hidden = own.every((row) => row.hidden);
    shown.textContent = count === rows.length ? "" : `${count} of ${rows.length} shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
}

// A long list begins with twenty entries of each kind, on a phone with ten; searching it shows all.
function makeShort(table) {
  const button = table.closest(".scroll").nextElementSibling?.querySelector(".more");
  const most = matchMedia("(max-width: 48rem)").matches ? 10 : 20;
  if (!button || !entriesOf(table).some(([, rows]) => rows.length > most)) return;
  const show = () => {
    table.classList.remove("short");
    button.hidden = true;
  };
  table.classList.add("short");
  button.hidden = false;
  button.addEventListener("click", show);
  document.querySelector("form.filter")?.addEventListener("input", show);
}

// Arrow keys walk over coloured cells, of which one alone is a stop of the Tab key.
function makeWalkable(table) {
  const first = table.querySelector(".hot[data-tip]");
  if (!first) return;
  first.tabIndex = 0;
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".hot");
    const step = steps[event.key];
    if (!cell || !step) return;
    const rows = [...table.rows].filter((row) => !row.hidden && row.querySelector(".hot[data-tip]"));
    const row = rows[rows.indexOf(cell.parentElement) + step[0]];
    const next = row?.cells[cell.cellIndex + step[1]];
    if (next?.matches(".hot[data-tip]")) {
      cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }
    event.preventDefault();
  });
}

// What a link leads to is unfolded, and so is everything that is printed.
function unfold() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  if (target) target.scrollIntoView();
}
let folded = [];
addEventListener("hashchange", unfold);
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const each of folded) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of folded) each.open = false;
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link && link.hash === location.hash) unfold();
});
unfold();

const tables = document.querySelectorAll("table");
tables.forEach(makeSortable);
tables.forEach(makeWalkable);
document.querySelectorAll("table.board").forEach(makeShort);
const form = document.querySelector("form.filter");
if (form) makeFilter(form, document.querySelector("table.board"));
