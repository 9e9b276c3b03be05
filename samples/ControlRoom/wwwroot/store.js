// What the page knows, and nothing of how it is shown.
const POISONINGS_KEPT = 50;
const SECONDS_KEPT = 120;
const HEALED_IS_SHOWN = 3000;

export class Store {
  cells = new Map(); // by name
  slots = []; // names, in the places that cells keep while they are there: one that goes leaves a gap, and the next that comes fills it
  poisonings = []; // latest first
  points = []; // one a second, oldest first
  totals = { calls: 0, poisonings: 0, restores: 0 };

  #changed;

  /** @param changed Called after every change, with whether seconds have passed in the charts. */
  constructor(changed) {
    this.#changed = changed;
  }

  forget() {
    this.cells = new Map();
    this.slots = [];
    this.poisonings = [];
    this.points = [];
  }

  apply(message) {
    if (message.isWhole) {
      this.cells = new Map();
      this.slots = [];
    }
    for (const name of message.removed) this.#remove(name);
    for (const cell of message.cells) this.#put(cell);
    this.poisonings = [...message.poisonings.toReversed(), ...this.poisonings].slice(0, POISONINGS_KEPT);
    this.points = [...this.points, ...message.points].slice(-SECONDS_KEPT);
    this.totals = message.totals;
    this.#changed(message.points.length > 0);
  }

  count(state) {
    let count = 0;
    for (const cell of this.cells.values()) if (cell.state === state) count++;
    return count;
  }

  #remove(name) {
    if (this.cells.delete(name)) this.slots[this.slots.indexOf(name)] = undefined;
  }

  #put(cell) {
    const known = this.cells.get(cell.name);
    this.cells.set(cell.name, cell);
    if (known === undefined) {
      const gap = this.slots.indexOf(undefined);
      this.slots[gap < 0 ? this.slots.length : gap] = cell.name;
    } else if (cell.heals > known.heals) {
      this.#showHealed(cell);
    } else {
      cell.isHealed = known.isHealed;
    }
  }

  // A heal may take less than the time between two messages; so that it is seen, the cell shows it for a while.
  #showHealed(cell) {
    cell.isHealed = true;
    setTimeout(() => {
      const latest = this.cells.get(cell.name);
      if (latest?.heals !== cell.heals) return;
      latest.isHealed = false;
      this.#changed(false);
    }, HEALED_IS_SHOWN);
  }
}
