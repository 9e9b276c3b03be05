// What is under the pointer, or has the focus: the name of a cell and what it does.
import { html, render } from "./lib/lit-html/lit-html.js";
import { lookOf } from "./looks.js";
import { number } from "./units.js";

export function addTooltip(tooltip, cells, store) {
  const show = (event) => {
    const cell = store.cells.get(event.target.dataset.name);
    tooltip.hidden = cell === undefined;
    if (cell === undefined) return;
    render(html`<b>${cell.name}</b><span>${lookOf(cell)} · ${number(cell.calls)} calls · poisoned ${number(cell.poisonings)}×</span>`, tooltip);
    const place = event.target.getBoundingClientRect();
    const left = Math.min(place.left, document.documentElement.clientWidth - tooltip.offsetWidth - 12);
    tooltip.style.translate = `${left}px ${place.bottom + 8 + scrollY}px`;
  };
  const hide = () => { tooltip.hidden = true; };
  cells.addEventListener("pointerover", show);
  cells.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && show(event));
  cells.addEventListener("pointerleave", hide);
  cells.addEventListener("focusout", hide);
  cells.addEventListener("click", hide);
}
