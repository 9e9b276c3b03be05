// The two charts. Their colours are those of the page, and are read anew when these change.
import uPlot from "./lib/uplot/uPlot.esm.js";
import { html, render } from "./lib/lit-html/lit-html.js";
import { duration, number } from "./units.js";

const SECONDS = 120;
const HEIGHT = 250;
const SMOOTHED = 5; // seconds that a rate is the mean of: single ones jump too much to be read

// Poisonings and restores have a scale of their own, on the right, which keeps them below the calls.
const rates = {
  series: [
    { key: "calls", title: "calls", color: "--accent", scale: "calls", fill: true },
    { key: "poisonings", title: "poisonings", color: "--poisoned", scale: "poisonings", dash: [2, 2] },
    { key: "restores", title: "restores", color: "--healed", scale: "poisonings" },
  ],
  smoothed: SMOOTHED,
  scales: { calls: { range: fromZero(10, 1.15) }, poisonings: { range: fromZero(4, 2.5) } },
  axes: [
    { scale: "calls", values: whole, color: "--accent" },
    { scale: "poisonings", values: whole, color: "--poisoned", side: 1, grid: { show: false }, size: 44 },
  ],
  say: (point) => `In the last second: calls ${number(point.calls)}, poisonings ${number(point.poisonings)}, restores ${number(point.restores)}`,
};

const latency = {
  series: [
    { key: "median", title: "median", color: "--accent", scale: "duration", fill: true },
    { key: "percentile99", title: "99 of 100 are below", color: "--soft", scale: "duration", dash: [6, 3] },
  ],
  smoothed: 1,
  scales: { duration: { distr: 3, range: decades } },
  axes: [{ scale: "duration", splits: everyDecade, filter: (_, ticks) => ticks, values: (_, ticks) => ticks.map(duration) }],
  say: (point) => (point.median === null ? "In the last second: no call" : `In the last second: median ${duration(point.median)}`),
};

export class Charts {
  #charts;
  #store;

  constructor(elements, store) {
    this.#store = store;
    this.#charts = [[rates, elements.rates, elements.ratesLegend], [latency, elements.latency, elements.latencyLegend]]
      .map(([definition, element, legend]) => ({ definition, element, legend }));
    const resized = new ResizeObserver(() => {
      for (const { plot, element } of this.#charts) plot?.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    for (const { element } of this.#charts) resized.observe(element);
  }

  /** Makes the charts anew, in the colours that the page has now. */
  rebuild() {
    for (const chart of this.#charts) {
      chart.plot?.destroy();
      chart.plot = new uPlot(options(chart.definition, chart.element.clientWidth), this.#data(chart.definition), chart.element);
      render(chart.definition.series.map(({ title, key }) => html`<li><span class="line" data-series=${key}></span>${title}</li>`), chart.legend);
    }
  }

  draw() {
    const last = this.#store.points.at(-1);
    for (const { definition, element, plot } of this.#charts) {
      plot?.setData(this.#data(definition));
      element.setAttribute("aria-label", last === undefined ? "No data yet" : definition.say(last));
    }
  }

  #data({ series, smoothed }) {
    const points = this.#store.points;
    return [points.map((point) => point.time), ...series.map(({ key }) => mean(points.map((point) => point[key]), smoothed))];
  }
}

function options({ series, scales, axes }, width) {
  const axis = {
    stroke: color("--soft"), font: "12px Inter, system-ui, sans-serif", grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, size: 58,
  };
  return {
    width,
    height: HEIGHT,
    padding: [8, axes.length > 1 ? 0 : 16, 0, 0],
    legend: { show: false },
    cursor: { points: { show: false }, drag: { x: false, y: false } },
    scales: { x: { time: false, range: (_, __, last) => [(last ?? 0) - SECONDS + 1, last ?? 0] }, ...scales },
    axes: [
      { ...axis, size: 30, splits: (_, __, ___, last) => [90, 60, 30, 0].map((seconds) => last - seconds), values: ago },
      ...axes.map((own) => ({ ...axis, ...own, stroke: color(own.color ?? "--soft") })),
    ],
    series: [{}, ...series.map((one) => ({
      scale: one.scale, stroke: color(one.color), width: 1.75, dash: one.dash, points: { show: false },
      fill: one.fill ? color("--accent-wash") : undefined,
    }))],
  };
}

// A colour of the style sheet as it is now, light or dark: only a computed style tells.
function color(name) {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(${name})`;
  const now = getComputedStyle(probe).color;
  probe.remove();
  return now;
}

function ago(plot, ticks) {
  const last = plot.data[0].at(-1);
  return ticks.map((tick) => (tick === last ? "now" : `−${last - tick} s`));
}

function mean(values, seconds) {
  if (seconds === 1) return values;
  return values.map((_, last) => {
    const some = values.slice(Math.max(0, last + 1 - seconds), last + 1);
    return some.reduce((sum, value) => sum + value, 0) / some.length;
  });
}

function fromZero(least, room) {
  return (_, __, most) => [0, Math.max(least, (most ?? 0) * room)];
}

function whole(_, ticks) {
  return ticks.map((tick) => (Number.isInteger(tick) ? number(tick) : ""));
}

function decades(_, least, most) {
  return [10 ** Math.floor(Math.log10(least ?? 0.01)), 10 ** Math.ceil(Math.log10(most ?? 1))];
}

function everyDecade(_, __, least, most) {
  const first = Math.round(Math.log10(least));
  return Array.from({ length: Math.round(Math.log10(most)) - first + 1 }, (___, step) => 10 ** (first + step));
}
