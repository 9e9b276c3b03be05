// The list of the latest poisonings, and the crash report of one. All text in them may be a guest's: it is only ever text.
import { html, nothing, render } from "./lib/lit-html/lit-html.js";
import { repeat } from "./lib/lit-html/directives/repeat.js";

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

export class PoisoningList {
  #element;
  #held;
  #dialog;
  #store;

  constructor(element, held, dialog, store) {
    this.#element = element;
    this.#held = held;
    this.#dialog = dialog;
    this.#store = store;
    element.addEventListener("pointerleave", () => this.draw());
    element.addEventListener("focusout", () => queueMicrotask(() => this.draw()));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // beside it
  }

  draw() {
    const rows = this.#store.poisonings;
    // It holds still while somebody is about to choose: what moves away under the pointer is not what gets clicked.
    this.#held.hidden = !(this.#element.matches(":hover, :focus-within") && this.#element.querySelector("button"));
    if (!this.#held.hidden) return;
    render(rows.length === 0
      ? html`<li class="empty">No sandbox has been poisoned yet.</li>`
      : repeat(rows, (row) => row.number, (row) => html`
        <li><button type="button" @click=${() => this.#open(row)} aria-haspopup="dialog">
          <time datetime=${row.time}>${clock.format(new Date(row.time))}</time>
          <b>${row.sandbox}</b> <em>${row.kind}</em>
          <span>${row.reason}</span>
        </button></li>`), this.#element);
  }

  async #open(row) {
    const answer = await fetch(`api/poisonings/${row.number}`);
    const report = answer.ok ? await answer.text() : "The crash report is not kept any more.";
    render(html`
      <div class="card-head">
        <h2 id="report-title">${row.sandbox}, ${row.kind}</h2>
        ${row.function === "" ? nothing : html`<code>${row.function}</code>`}
        <button type="button" class="quiet" @click=${() => this.#dialog.close()}>Close</button>
      </div>
      <pre tabindex="0" aria-label="Crash report">${report}</pre>`, this.#dialog);
    this.#dialog.showModal();
  }
}
