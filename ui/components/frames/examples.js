// Two kinds of labels with ever more examples: what students reach, what the proof allows, and the sets of one class.

import { el, outline } from "./elements.js";
import { line, measured, shared, sized, text, through } from "./drawn.js";
import { apart, scale, SHARE } from "./moments.js";
/** @import { Examples, Kind } from "./data.d.ts" */

const NARROW = 700; // px below which the sets stand under the curves
const SIDE = 304; // px of the sets
const GAP = 40;
const HIGH = 372; // px of the plot, and on a phone
const LOW = 300;
const LINE = 18; // px of a line of text
const MARGIN = [26, 96, 28, 48]; // px above, at the right, below, at the left
const GRID = [0, 0.5, 1];
const DOT = 5; // px, and of the frame that stands there
const NOW = 8;

export class Sizes {
  /** @param {Examples} data */
  constructor(data) {
    this.data = data;
    this.plot = el("svg", { class: "plot", "aria-hidden": "true" });
    this.blocks = data.kinds.map((kind) => this.block(kind));
    this.root = el("div", { class: "picture" }, this.plot, el("div", { class: "sides" }, ...this.blocks.map(({ root }) => root)));
    /** @type {[number, number]} */
    this.track = [0, 0];
  }

  /** The sets of one class. @param {Kind} kind */
  block(kind) {
    const bars = kind.tallies[0].map((_, label) => el("div", {}, el("i", {}), el("b", {}, String(label))));
    const number = el("strong", {});
    const counted = el("p", { class: "counted" });
    const sign = el("svg", { class: "sign", viewBox: "-10 -10 20 20", "aria-hidden": "true" }, el("path", { d: outline(kind.shape, 0, 0, 7) }));
    const root = el("div", { class: "block" }, el("h4", {}, sign, kind.name, number), el("div", { class: "bars", "aria-hidden": "true" }, ...bars), counted);
    bars[this.data.truth].className = "truth";
    return { root, bars, number, counted };
  }

  /** @param {string} key */
  say(key) { return this.data.words[key] ?? key; }

  /** @param {number} width */
  size(width) {
    const narrow = width < NARROW;
    this.root.classList.toggle("narrow", narrow);
    const { large } = this.data;
    const times = scale(large);
    const [wide, high] = narrow ? [width, LOW] : [width - times * SIDE - GAP, large ? SHARE * innerHeight : HIGH];
    const [top, right, bottom, left] = MARGIN.map((one) => times * one);
    this.track = [left, wide - right];
    const x = (/** @type {number} */ place) => left + place * (wide - left - right);
    const y = (/** @type {number} */ share) => top + (1 - share) * (high - top - bottom);
    this.x = x;
    this.y = y;
    sized(this.plot, wide, high);
    const { kinds, frames, reached, guess, ticks } = this.data;
    /** @type {(points: [number, number][]) => [number, number][]} */
    const placed = (points) => points.map(([across, up]) => [x(across), y(up)]);
    const grid = [...shared([...GRID, reached], left, wide - right, y), line("reached", left, y(reached), wide - right, y(reached))];
    const below = ticks.map(([place, said]) => text("tick across", x(place), high - times * 6, said));
    const lines = kinds.map((kind) => el("g", {},
      through("promise", placed(kind.promise)),
      through("line", placed(kind.measured.map(({ mean }, at) => [frames[at].place, mean]))),
      ...kind.measured.map((_, at) => this.point(kind, at, DOT))));
    const ends = kinds.flatMap((kind) => [
      { name: "end", said: kind.name, share: kind.measured[frames.length - 1].mean },
      ...kind.promise.slice(-1).map(([, share]) => ({ name: "end mute", said: kind.promised, share })),
    ]);
    const heights = apart(ends.map(({ share }) => y(share)), times * LINE, top, high - bottom);
    const names = ends.map(({ name, said }, at) => text(name, wide - right + 12, heights[at] + 5, said));
    const own = guess === null ? [] : [line("guess", x(guess), top, x(guess), high - bottom), text("guess-name", x(guess) + 6, high - bottom - 8, this.say("guess"))];
    this.cursor = line("cursor", 0, top - 8, 0, high);
    this.marks = kinds.map(() => el("g", { class: "now" }));
    this.plot.replaceChildren(...grid, ...below, ...own, this.cursor, ...lines, ...names, ...this.marks, text("tick", left - times * 40, top - times * 11, this.say("axis")));
  }

  /** A measured accuracy. @param {Kind} kind @param {number} at @param {number} r */
  point(kind, at, r) {
    const { mean, low, high } = kind.measured[at];
    return measured(kind.shape, this.x(this.data.frames[at].place), this.y(mean), [this.y(high), this.y(low)], r);
  }

  /** @param {number} at */
  show(at) {
    const across = this.x(this.data.frames[at].place);
    this.cursor.style.transform = `translateX(${across}px)`;
    this.data.kinds.forEach((kind, index) => {
      this.marks[index].replaceChildren(this.point(kind, at, NOW));
      const { bars, number, counted } = this.blocks[index];
      const { rival, said } = kind.counted[at];
      number.textContent = kind.measured[at].text;
      counted.textContent = said;
      kind.tallies[at].forEach((share, label) => {
        bars[label].style.setProperty("--share", `${100 * share}%`);
        bars[label].classList.toggle("rival", label === rival);
      });
    });
  }
}
