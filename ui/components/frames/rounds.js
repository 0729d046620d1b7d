// A student that labels the rest itself, round by round: how good it is, and where its labels stand on the plane of
// Delta and gamma.

import { el } from "./elements.js";
import { dot, line, measured, shared, sized, text, through } from "./drawn.js";
import { apart, beside, scale, SHARE } from "./moments.js";
/** @import { Rounds as Data } from "./data.d.ts" */

const NARROW = 700; // px below which the plane stands under the curves
const SIDE = 400; // px of the plane
const GAP = 40;
const HIGH = 372; // px of the plot, and on a phone
const LOW = 300;
const LINE = 18; // px of a line of text
const MARGIN = [26, 132, 28, 48]; // px above, at the right, below, at the left
const ROOM = [26, 16, 44, 44]; // the same of the plane
const WIDTH = 0.5; // Delta at the right end of the plane
const TICKS = [0, 0.25, 0.5, 0.75, 1];
const DOT = 4; // px, and of the round that stands there
const NOW = 7;
const NEAR = 0.07; // accuracies whose marks stand beside each other
const BESIDE = 14; // px between them
const ASIDE = 8; // px from which on a name is led to

export class Rounds {
  /** @param {Data} data */
  constructor(data) {
    this.data = data;
    this.plot = el("svg", { class: "plot", "aria-hidden": "true" });
    this.plane = el("svg", { class: "plot plane", "aria-hidden": "true" });
    this.root = el("div", { class: "picture rounds" }, this.plot, el("div", { class: "sides" }, this.plane));
    /** @type {[number, number]} */
    this.track = [0, 0];
  }

  /** @param {string} key */
  say(key) { return this.data.words[key] ?? key; }

  /** @param {number} width */
  size(width) {
    const narrow = width < NARROW;
    this.root.classList.toggle("narrow", narrow);
    const { large } = this.data;
    this.times = scale(large);
    const high = large ? SHARE * innerHeight : narrow ? LOW : HIGH;
    const side = narrow ? width : this.times * SIDE;
    this.curves(narrow ? width : width - side - GAP, high);
    this.across(side, large ? high + 44 : narrow ? LOW + 24 : HIGH + 28);
  }

  /** Accuracy over rounds. @param {number} wide @param {number} high */
  curves(wide, high) {
    const [top, right, bottom, left] = MARGIN.map((one) => this.times * one);
    const { ways, frames, grid } = this.data;
    const [least, most] = [grid[0], grid[grid.length - 1]];
    this.track = [left + 1.5 * BESIDE, wide - right - 1.5 * BESIDE];
    const x = (/** @type {number} */ at) => this.track[0] + frames[at].place * (this.track[1] - this.track[0]);
    const y = (/** @type {number} */ share) => top + (most - share) / (most - least) * (high - top - bottom);
    this.x = x;
    this.y = y;
    sized(this.plot, wide, high);
    const lines = ways.map(({ shape, measured: found }) => el("g", {}, through("line", found.map(({ mean }, at) => [x(at), y(mean)])),
      ...found.map(({ mean }, at) => dot(shape, x(at), y(mean), DOT))));
    const last = frames.length - 1;
    const heights = apart(ways.map(({ measured: found }) => y(found[last].mean)), this.times * LINE, top, high - bottom);
    const names = ways.flatMap(({ name, shape }, at) => [dot(shape, wide - right + 10, heights[at], DOT), text("end", wide - right + 20, heights[at] + 5, name)]);
    this.cursor = line("cursor", 0, top - 8, 0, high);
    this.marks = el("g", { class: "now" });
    this.plot.replaceChildren(...shared(grid, left, wide - right, y), ...frames.map((_, at) => text("tick across", x(at), high - this.times * 6, String(at))),
      this.cursor, ...lines, ...names, this.marks, text("tick", left - this.times * 40, top - this.times * 11, this.say("axis")));
  }

  /** The plane. @param {number} wide @param {number} high */
  across(wide, high) {
    const [top, right, bottom, left] = ROOM.map((one) => this.times * one);
    const x = (/** @type {number} */ delta) => left + delta / WIDTH * (wide - left - right);
    const y = (/** @type {number} */ gamma) => top + (1 - gamma) * (high - top - bottom);
    this.px = x;
    this.py = y;
    sized(this.plane, wide, high);
    const beyond = el("path", { class: "beyond", d: `M${x(0)} ${y(1)}L${x(WIDTH)} ${y(1 - WIDTH)}V${y(1)}z` });
    const edge = through("edge", [[x(0), y(1)], [x(WIDTH), y(1 - WIDTH)]]);
    const below = TICKS.filter((tick) => !(tick > WIDTH)).map((one) => text("tick across", x(one), y(0) + this.times * 18, String(one)));
    const beside = TICKS.map((one) => el("g", {}, line("grid", left, y(one), wide - right, y(one)), text("tick up", left - 8, y(one) + 5, String(one))));
    const [middle, height] = [(x(0) + x(WIDTH)) / 2, high - this.times * 6];
    this.walks = el("g", {});
    this.plane.replaceChildren(beyond, ...beside, ...below, edge, text("end over", wide - right, y(1 - WIDTH) + this.times * 20, this.say("line")),
      text("tick across", middle, height, this.say("delta")), text("tick", left - this.times * 36, top - this.times * 11, this.say("gamma")), this.walks);
  }

  /** @param {number} at */
  show(at) {
    const { ways } = this.data;
    this.cursor.style.transform = `translateX(${this.x(at)}px)`;
    const aside = beside(ways.map(({ measured: found }) => found[at].mean), NEAR);
    this.marks.replaceChildren(...ways.map(({ shape, measured: found }, place) => {
      const { mean, low, high } = found[at];
      return measured(shape, this.x(at) + BESIDE * aside[place], this.y(mean), [this.y(high), this.y(low)], NOW);
    }));
    const placed = ways.map(({ path }) => path.map((one) => one && /** @type {[number, number]} */ ([this.px(one[0]), this.py(one[1])])));
    const there = ways.map((way, place) => ({ way, now: placed[place][at] })).filter(({ now }) => now);
    const heights = apart(there.map(({ now }) => now[1]), this.times * LINE, 0, this.py(0));
    this.walks.replaceChildren(
      ...placed.map((path) => through("whole", path.filter((one) => one))),
      ...placed.map((path) => through("line", path.slice(0, at + 1).filter((one) => one))),
      ...placed.flatMap((path, place) => path.slice(0, at).filter((one) => one).map(([x, y]) => dot(ways[place].shape, x, y, DOT))),
      el("g", { class: "now" }, ...there.map(({ way, now: [x, y] }) => dot(way.shape, x, y, NOW))),
      ...there.flatMap(({ now: [x, y] }, place) => (Math.abs(y - heights[place]) > ASIDE ? [line("whole", x, y, x + 12, heights[place])] : [])),
      ...there.map(({ way, now: [x] }, place) => text("end", x + 14, heights[place] + 5, way.name)),
      ...(there.length ? [] : [text("tick", this.px(0) + 16, this.py(0) - 16, this.say("none"))]));
  }
}
