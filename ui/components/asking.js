// Asking a route how something stands: once, or again and again while it goes on.

const PAUSE = 200; // ms between two questions
const SLOWEST = 5000; // ms between two questions to a network that is away

export class Asking {
  /** @param {(found: any) => boolean} hear told what the route says, null where it knows nothing of it; whether to
   * ask again if it goes on @param {number} pause ms between two questions */
  constructor(hear, pause = PAUSE) {
    this.hear = hear;
    this.pause = pause;
    this.turn = 0; // whose question is the latest
  }

  /** No question more. */
  stop() {
    this.turn += 1;
    clearTimeout(this.later);
  }

  /** @param {string} address @param {boolean} goes whether it goes on */
  start(address, goes) {
    this.stop();
    this.ask(address, goes, this.pause, this.turn);
  }

  /** @param {string} address @param {boolean} goes @param {number} pause @param {number} turn */
  async ask(address, goes, pause, turn) {
    let found; // stays undefined while the network is away
    try {
      const answer = await fetch(address);
      found = answer.ok ? await answer.json() : null;
    } catch { /* asked again */ }
    if (turn !== this.turn) return;
    if (found !== undefined && !(this.hear(found) && goes)) return;
    const next = found === undefined ? Math.min(SLOWEST, 2 * pause) : this.pause;
    this.later = setTimeout(() => this.ask(address, goes, next, turn), next);
  }
}
