// The figures at the top.
import { html, render } from "./lib/lit-html/lit-html.js";
import { duration, number } from "./units.js";

export function drawTotals(element, store) {
  const last = store.points.at(-1);
  const stopped = store.count("stopped");
  const figures = [
    ["sandboxes", number(store.cells.size - stopped)],
    ["running now", number(store.count("running"))],
    ["poisoned now", number(store.count("poisoned")), store.count("poisoned") > 0 ? "poisoned" : ""],
    ["calls per second", number(last?.calls ?? 0)],
    ["median call", last?.median == null ? "–" : duration(last.median)],
    ["poisonings, all", number(store.totals.poisonings)],
    ["calls, all", number(store.totals.calls)],
  ];
  render(figures.map(([title, value, look]) => html`
    <div class="figure" data-look=${look ?? ""}><span class="value">${value}</span><span class="title">${title}</span></div>`), element);
}
