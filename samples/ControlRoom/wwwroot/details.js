// The selected sandbox: what it does, what one may do to it, and what came of that.
import { html, nothing, render } from "./lib/lit-html/lit-html.js";
import { repeat } from "./lib/lit-html/directives/repeat.js";
import { lookOf } from "./looks.js";
import { duration, number } from "./units.js";

const buttons = [
  ["kill", "Kill", "K"],
  ["snapshot", "Snapshot", "S"],
  ["restore", "Restore", "R"],
  ["stop", "Stop", "X"],
];

export class Details {
  #element;
  #store;
  #actions;
  #close;
  #changed;
  #functions = [];
  #chosen;

  constructor(element, store, actions, close, changed) {
    this.#element = element;
    this.#store = store;
    this.#actions = actions;
    this.#close = close;
    this.#changed = changed;
  }

  async load() {
    this.#functions = await (await fetch("api/functions")).json();
    this.#chosen = this.#functions[0];
  }

  draw(selected, mayAct) {
    const cell = this.#store.cells.get(selected);
    this.#element.hidden = cell === undefined;
    if (cell !== undefined) render(this.#panel(cell, mayAct), this.#element);
  }

  focus() {
    this.#element.querySelector("h2")?.focus();
  }

  /** Does what a key stands for. */
  press(key, selected) {
    if (key === "C") return this.#call(selected);
    const [action, title] = buttons.find(([, , shortcut]) => shortcut === key);
    this.#actions.act(selected, action, title);
  }

  #panel(cell, mayAct) {
    const isOff = !mayAct || cell.state === "stopped";
    return html`
      <div class="card-head">
        <span class="cell" data-look=${lookOf(cell)}></span>
        <h2 tabindex="-1">${cell.name}</h2>
        <span class="state" data-look=${cell.state}>${cell.state}</span>
        <button type="button" class="quiet" aria-label="Close" @click=${this.#close}>Close</button>
      </div>
      <dl class="facts">
        <div><dt>calls</dt><dd>${number(cell.calls)}</dd></div>
        <div><dt>waiting</dt><dd>${number(cell.waiting)}</dd></div>
        <div><dt>poisoned</dt><dd>${number(cell.poisonings)}</dd></div>
        <div><dt>healed</dt><dd>${number(cell.heals)}</dd></div>
      </dl>
      ${cell.reason === null ? nothing : html`<p class="reason"><span>last poisoned by</span> ${cell.reason}</p>`}
      ${mayAct ? nothing : html`<p class="note">This page may only look. To act, open the address with the token, which the program has printed.</p>`}
      <form class="call" aria-label="Call" @submit=${(event) => { event.preventDefault(); this.#call(cell.name); }}>
        ${this.#fields(isOff)}
        <button type="submit" class="primary" ?disabled=${isOff}>Call <kbd>C</kbd></button>
      </form>
      <div class="buttons" role="group" aria-label="Actions">
        ${buttons.map(([action, title, key]) => html`
          <button type="button" ?disabled=${isOff} @click=${() => this.#actions.act(cell.name, action, title)}>
            ${title} <kbd>${key}</kbd>
          </button>`)}
      </div>
      <ol class="outcomes" aria-label="Outcomes">${this.#actions.of(cell.name).map(Details.#outcome)}</ol>`;
  }

  #fields(isOff) {
    return html`
      <label class="wide">Function
        <select ?disabled=${isOff} @change=${(event) => { this.#chosen = this.#functions[event.target.selectedIndex]; this.#changed(); }}>
          ${this.#functions.map((each) => html`<option ?selected=${each === this.#chosen}>${each.name}</option>`)}
        </select>
      </label>
      <p class="summary">${this.#chosen.summary}</p>
      ${repeat(this.#chosen.parameters, (parameter) => `${this.#chosen.name} ${parameter.name}`, (parameter) => html`
        <label>${parameter.name} <input ?disabled=${isOff} value=${parameter.example} spellcheck="false" autocomplete="off"></label>`)}`;
  }

  #call(name) {
    const typed = [...this.#element.querySelectorAll(".call input")].map((input) => input.value);
    this.#actions.act(name, "call", `${this.#chosen.name}(${typed.join(", ")})`, { function: this.#chosen.name, arguments: typed });
  }

  static #outcome(entry) {
    const look = entry.isPending ? "running" : entry.succeeded ? "healed" : "poisoned";
    return html`<li>
      <span class="cell" data-look=${look}></span>
      <div><b>${entry.title}</b><p>${entry.isPending ? "…" : entry.text}</p></div>
      <small>${entry.milliseconds === undefined ? nothing : duration(entry.milliseconds)}</small>
    </li>`;
  }
}
