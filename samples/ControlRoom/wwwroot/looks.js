// How sandboxes look: each state has a colour, a shape inside, and a word, so that none of the three is needed to tell them apart.
import { html } from "./lib/lit-html/lit-html.js";

export const looks = [
  ["idle", "idle"],
  ["running", "running"],
  ["poisoned", "poisoned, waits to be healed"],
  ["healed", "healed just now"],
  ["stopped", "stopped"],
];

export const lookOf = (cell) => (cell.isHealed && cell.state !== "poisoned" && cell.state !== "stopped" ? "healed" : cell.state);

export const legend = () => looks.map(([look, words]) => html`<li><span class="cell" data-look=${look}></span>${words}</li>`);
