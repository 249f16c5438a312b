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

// The first click sorts upwards, the second downwards, the third restores the order.
function makeSortable(table) {
  const body = table.tBodies[0];
  const original = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button")?.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const order = now === null ? "ascending" : now === "ascending" ? "descending" : null;
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      const rows = original.map((row) => [sortKey(row.cells[column]), row]);
      if (order) {
        head.setAttribute("aria-sort", order);
        rows.sort((one, other) => compare(one[0], other[0], order === "ascending" ? 1 : -1));
      }
      body.append(...rows.map(([, row]) => row));
    });
  });
}

function makeFilter(form, table) {
  const rows = [...table.tBodies[0].rows].map((row) => [row, row.textContent.toLowerCase()]);
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
    shown.textContent = count === rows.length ? "" : `${count} of ${rows.length} shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
}

document.querySelectorAll("table").forEach(makeSortable);
const form = document.querySelector("form.filter");
if (form) makeFilter(form, document.querySelector("table.board"));
