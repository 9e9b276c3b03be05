// The grid of sandboxes. One cell at a time is in the tab order; arrows go from cell to cell.
import { html, render } from "./lib/lit-html/lit-html.js";
import { repeat } from "./lib/lit-html/directives/repeat.js";
import { lookOf } from "./looks.js";

export class Cells {
  #element;
  #store;
  #active; // the name of the cell that Tab leads to

  /** @param open Called with a name, and whether it was by keyboard. */
  constructor(element, store, open) {
    this.#element = element;
    this.#store = store;
    element.addEventListener("click", (event) => this.#on(event, (name) => open(name, false)));
    element.addEventListener("focusin", (event) => this.#on(event, (name) => this.#activate(name)));
    element.addEventListener("keydown", (event) => this.#on(event, (name) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "Enter" || event.key === " ") open(name, true);
      else if (!this.#move(name, event.key)) return;
      event.preventDefault();
    }));
  }

  draw(selected) {
    if (!this.#store.cells.has(this.#active)) this.#active = this.#store.slots.find((name) => name !== undefined);
    const hadFocus = this.#element.contains(document.activeElement);
    render(repeat(this.#store.slots, (name, place) => name ?? place, (name) => this.#cell(this.#store.cells.get(name), selected)), this.#element);
    if (hadFocus && !this.#element.contains(document.activeElement)) this.focus(this.#active); // the focused one is gone
  }

  focus(name) {
    [...this.#element.children].find((cell) => cell.dataset.name === name)?.focus();
  }

  #cell(cell, selected) {
    if (cell === undefined) return html`<span class="gap" role="presentation"></span>`;
    const look = lookOf(cell);
    return html`<span class="cell" role="option" data-name=${cell.name} data-look=${look}
      tabindex=${cell.name === this.#active ? 0 : -1} aria-selected=${cell.name === selected} aria-label="${cell.name}, ${look}"></span>`;
  }

  #on(event, act) {
    const name = event.target.dataset.name;
    if (name !== undefined) act(name);
  }

  #activate(name) {
    if (this.#active === name) return;
    for (const cell of this.#element.children) if (cell.dataset.name) cell.tabIndex = cell.dataset.name === name ? 0 : -1;
    this.#active = name;
  }

  /** @returns Whether it is a key that moves. */
  #move(name, key) {
    const cells = [...this.#element.children];
    const place = cells.findIndex((cell) => cell.dataset.name === name);
    const columns = getComputedStyle(this.#element).gridTemplateColumns.split(" ").length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: 1, End: -1 };
    const step = steps[key];
    if (step === undefined) return false;
    let next = key === "Home" ? 0 : key === "End" ? cells.length - 1 : place + step;
    while (cells[next] !== undefined && cells[next].dataset.name === undefined) next += step; // over the gaps
    cells[next]?.focus();
    return true;
  }
}
