// What one may do to a sandbox, and what came of it.
import { post } from "./access.js";

const OUTCOMES_KEPT = 6;

export class Actions {
  #outcomes = new Map(); // by sandbox, latest first
  #changed;
  #announce;

  constructor(changed, announce) {
    this.#changed = changed;
    this.#announce = announce;
  }

  of(name) {
    return this.#outcomes.get(name) ?? [];
  }

  /** @param title What the page calls it. */
  async act(name, action, title, body) {
    const entry = { title, isPending: true };
    this.#outcomes.set(name, [entry, ...this.of(name)].slice(0, OUTCOMES_KEPT));
    this.#changed();
    Object.assign(entry, await Actions.#ask(`api/sandboxes/${encodeURIComponent(name)}/${action}`, body), { isPending: false });
    this.#announce(`${name}, ${title}: ${entry.text}`);
    this.#changed();
  }

  async make() {
    this.#announce((await Actions.#ask("api/sandboxes/")).text);
  }

  static async #ask(path, body) {
    try {
      const answer = await post(path, body);
      if (answer.ok) return await answer.json();
      return { succeeded: false, text: Actions.#refusal(answer.status) };
    } catch {
      return { succeeded: false, text: "The server does not answer." };
    }
  }

  static #refusal(status) {
    if (status === 401) return "The token is missing or wrong.";
    if (status === 404) return "There is no such sandbox any more.";
    return `The server refused (${status}).`;
  }
}
