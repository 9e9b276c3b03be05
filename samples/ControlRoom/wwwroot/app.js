// Puts the page together: what is told is kept in the store, and drawn at most once a frame.
import { render } from "./lib/lit-html/lit-html.js";
import { mayAct as askWhetherItMayAct } from "./access.js";
import { Actions } from "./actions.js";
import { Cells } from "./cells.js";
import { Charts } from "./charts.js";
import { Details } from "./details.js";
import { listen } from "./feed.js";
import { legend } from "./looks.js";
import { PoisoningList } from "./poisonings.js";
import { Store } from "./store.js";
import { watchTheme } from "./themes.js";
import { addTooltip } from "./tooltip.js";
import { drawTotals } from "./totals.js";

const byId = (id) => document.getElementById(id);

let selected;
let isDrawing = false;
let hasNewSeconds = false;

const mayAct = await askWhetherItMayAct();
const store = new Store((isNewSecond) => {
  hasNewSeconds ||= isNewSecond;
  invalidate();
});
const actions = new Actions(invalidate, (text) => { byId("announcer").textContent = text; });
const cells = new Cells(byId("cells"), store, select);
const details = new Details(byId("details"), store, actions, close, invalidate);
const poisonings = new PoisoningList(byId("poisonings"), byId("held"), byId("report"), store);
const charts = new Charts(
  { rates: byId("rates"), ratesLegend: byId("rates-legend"), latency: byId("latency"), latencyLegend: byId("latency-legend") }, store);

function invalidate() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(draw);
}

function draw() {
  isDrawing = false;
  if (!store.cells.has(selected)) selected = undefined;
  cells.draw(selected);
  details.draw(selected, mayAct);
  poisonings.draw();
  drawTotals(byId("totals"), store);
  if (hasNewSeconds) charts.draw();
  hasNewSeconds = false;
}

function select(name, isByKeyboard) {
  selected = name;
  draw();
  if (isByKeyboard) details.focus();
}

function close() {
  const closed = selected;
  selected = undefined;
  draw();
  cells.focus(closed);
}

function showConnection(isConnected) {
  byId("connection").dataset.state = isConnected ? "live" : "lost";
  byId("connection").textContent = isConnected ? "live" : "connection lost; trying again";
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || byId("report").open) return;
  if (event.key === "Escape" && selected !== undefined) return close();
  // Shortcuts: on a cell and in its details, but not where one types, and not again while a key is held down.
  const name = event.target.dataset.name ?? (event.target.closest("#details") && selected);
  const key = event.key.toUpperCase();
  if (!mayAct || !name || event.repeat || !["C", "K", "S", "R", "X"].includes(key) || event.target.matches("input, select")) return;
  if (name !== selected) select(name, false);
  if (store.cells.get(name).state !== "stopped") details.press(key, name);
});

byId("access").textContent = mayAct ? "may act" : "may only look";
byId("make").disabled = !mayAct;
byId("make").addEventListener("click", () => actions.make());
render(legend(), byId("legend"));
addTooltip(byId("tooltip"), byId("cells"), store);
watchTheme(byId("theme"), () => charts.rebuild());
await details.load();
listen(store, showConnection);
