"use strict";

// A cell as it is sorted: nothing, a number, or words.
function sortable(cell) {
  const text = cell.textContent.trim();
  if (text === "" || text === "-") return null;
  const number = text.replace(/,/g, "").match(/^[<≥]?\s*(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/i);
  return number ? Number(number[1]) : text.toLowerCase();
}

function compare(one, other, sign) {
  if (one === null || other === null) return (one === null) - (other === null); // nothing is always last
  if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
  return sign * (typeof one === "number" ? one - other : one.localeCompare(other, "en", { numeric: true }));
}

// A click sorts upwards, the next downwards, the third as it was.
function makeSortable(table) {
  const body = table.tBodies[0];
  const original = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const next = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
      const order = next === undefined ? "ascending" : next;
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      if (order) head.setAttribute("aria-sort", order);
      const sign = order === "descending" ? -1 : 1;
      const rows = [...original];
      if (order) rows.sort((one, other) => compare(sortable(one.cells[column]), sortable(other.cells[column]), sign));
      body.append(...rows);
    });
  });
}

// What belongs to an agent or a problem that is not ticked is not shown.
function applyFilter(boxes) {
  for (const box of boxes) {
    for (const element of document.querySelectorAll(`[data-${box.name}]`)) {
      if (element.getAttribute(`data-${box.name}`) === box.value) {
        element.classList.toggle(`without-${box.name}`, !box.checked);
        const hidden = element.classList.contains("without-agent") || element.classList.contains("without-problem");
        element.classList.toggle("off", hidden);
      }
    }
  }
}

// What an address points at is seen, however deep it is folded.
function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  target.scrollIntoView();
}

// Paper has no folds.
const unfolded = [];
addEventListener("beforeprint", () => {
  unfolded.push(...document.querySelectorAll("details:not([open])"));
  unfolded.forEach((each) => { each.open = true; });
});
addEventListener("afterprint", () => {
  unfolded.splice(0).forEach((each) => { each.open = false; });
});

addEventListener("hashchange", unfold);
unfold();
document.querySelectorAll("table").forEach(makeSortable);
const filter = document.querySelector("form.filter");
const boxes = [...filter.querySelectorAll("input")];
filter.hidden = false;
filter.addEventListener("change", () => applyFilter(boxes));
for (const button of filter.querySelectorAll("button")) {
  button.addEventListener("click", () => {
    boxes.forEach((box) => { box.checked = button.value === "all"; });
    applyFilter(boxes);
  });
}
applyFilter(boxes);
