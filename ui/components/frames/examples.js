// Two kinds of labels with ever more examples: what students reach, what the proof allows, and the sets of one class.

import { el, outline } from "./elements.js";
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
const CAP = 5; // half of the end of an interval

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
    for (const [name, value] of [["width", wide], ["height", high], ["viewBox", `0 0 ${wide} ${high}`]]) this.plot.setAttribute(String(name), String(value));
    const { kinds, frames, reached, guess, ticks } = this.data;
    const line = (/** @type {string} */ name, /** @type {number} */ x1, /** @type {number} */ y1, /** @type {number} */ x2, /** @type {number} */ y2) => el("line", { class: name, x1, y1, x2, y2 });
    const text = (/** @type {string} */ name, /** @type {number} */ at, /** @type {number} */ up, /** @type {string} */ said) => el("text", { class: name, x: at, y: up }, said);
    const path = (/** @type {[number, number][]} */ points) => points.map(([across, up], index) => `${index ? "L" : "M"}${x(across).toFixed(1)} ${y(up).toFixed(1)}`).join("");
    const grid = [...GRID, reached].map((share) => el("g", {}, line(share === reached ? "reached" : "grid", left, y(share), wide - right, y(share)),
      text("tick up", left - 8, y(share) + 5, `${Math.round(100 * share)} %`)));
    const below = ticks.map(([place, said]) => text("tick across", x(place), high - times * 6, said));
    const lines = kinds.map((kind) => el("g", {},
      el("path", { class: "promise", d: path(kind.promise) }),
      el("path", { class: "line", d: path(kind.measured.map(({ mean }, at) => [frames[at].place, mean])) }),
      ...kind.measured.map((one, at) => this.point(kind, at, one.low, one.high, DOT))));
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

  /** A measured accuracy with its interval. @param {Kind} kind @param {number} at @param {number} low @param {number} high @param {number} r */
  point(kind, at, low, high, r) {
    const across = this.x(this.data.frames[at].place);
    const [top, bottom] = [this.y(high), this.y(low)];
    const ends = `M${across} ${top}V${bottom}M${across - CAP} ${top}h${2 * CAP}M${across - CAP} ${bottom}h${2 * CAP}`;
    return el("g", {}, el("path", { class: "interval", d: ends }), el("path", { class: "dot", d: outline(kind.shape, across, this.y(kind.measured[at].mean), r) }));
  }

  /** @param {number} at */
  show(at) {
    const across = this.x(this.data.frames[at].place);
    this.cursor.style.transform = `translateX(${across}px)`;
    this.data.kinds.forEach((kind, index) => {
      const { low, high, text } = kind.measured[at];
      this.marks[index].replaceChildren(this.point(kind, at, low, high, NOW));
      const { bars, number, counted } = this.blocks[index];
      const { rival, said } = kind.counted[at];
      number.textContent = text;
      counted.textContent = said;
      kind.tallies[at].forEach((share, label) => {
        bars[label].style.setProperty("--share", `${100 * share}%`);
        bars[label].classList.toggle("rival", label === rival);
      });
    });
  }
}
