// Three labels of one class: where each loss is least, and which label it names there.

import { el, outline } from "./elements.js";
import { dot, line, sized, text, through } from "./drawn.js";
import { apart, inTriangle, scale, SHARE, together } from "./moments.js";
/** @import { Triangle as Data } from "./data.d.ts" */

const NARROW = 700; // px below which the words stand under the triangle
const SIDE = 400; // px of the words
const GAP = 40;
const HIGH = 372; // px of the plot, and on a phone
const LOW = 320;
const PART = 0.75; // of the height that figures have in the present mode: the choice above it has the rest
const LINE = 18; // px of a line of text
const MARGIN = [34, 44, 30, 44]; // px above, at the right, below, at the left
const NOW = 8; // px of a mark
const NEAR = 14; // px between marks at one place, from which on they stand there alone
const BEYOND = 14; // px from a mark to its name
const ASIDE = 8; // px from which on a name is led to

export class Triangle {
  /** @param {Data} data */
  constructor(data) {
    this.data = data;
    this.plot = el("svg", { class: "plot still", "aria-hidden": "true" });
    this.bars = data.sets.map(({ name }) => {
      const [bar, said] = [el("i", {}), el("b", {})];
      return { root: el("div", { class: "often" }, el("span", {}, name), el("div", {}, bar), said), bar, said };
    });
    this.ends = data.losses.map(({ long, shape }) => {
      const said = el("strong", {});
      const sign = el("svg", { class: "sign", viewBox: "-10 -10 20 20", "aria-hidden": "true" }, el("path", { d: outline(shape, 0, 0, 7) }));
      return { root: el("div", { class: "loss" }, sign, el("span", {}, long), said), said };
    });
    this.root = el("div", { class: "picture triangle" }, this.plot, el("div", { class: "sides" },
      el("div", {}, el("h4", {}, this.say("sets")), ...this.bars.map(({ root }) => root)),
      el("div", {}, el("h4", {}, this.say("ends")), ...this.ends.map(({ root }) => root))));
    /** @type {[number, number]} */
    this.track = [0, 0];
  }

  /** @param {string} key */
  say(key) { return this.data.words[key] ?? key; }

  /** @param {number} width */
  size(width) {
    const narrow = width < NARROW;
    this.root.classList.toggle("narrow", narrow);
    const { large, labels, truth, losses } = this.data;
    this.times = scale(large);
    const [wide, high] = narrow ? [width, LOW] : [width - this.times * SIDE - GAP, large ? PART * SHARE * innerHeight : HIGH];
    const [top, right, bottom, left] = MARGIN.map((one) => this.times * one);
    this.track = [16, wide - 16];
    const side = Math.min(wide - left - right, ((high - top - bottom) * 2) / Math.sqrt(3));
    const start = (wide - side) / 2;
    this.lowest = high - bottom;
    /** @type {(shares: number[]) => [number, number]} */
    this.place = (shares) => {
      const [x, y] = inTriangle(shares, truth);
      return [start + side * x, this.lowest - side * y];
    };
    sized(this.plot, wide, high);
    const corner = (/** @type {number} */ one) => labels.map((_, at) => Number(at === one));
    const others = labels.map((_, at) => at).filter((one) => one !== truth);
    const half = (/** @type {number} */ one, /** @type {number} */ other) => labels.map((_, at) => (at === one || at === other ? 0.5 : 0));
    const middle = labels.map(() => 1 / labels.length);
    const home = [corner(truth), half(truth, others[0]), middle, half(truth, others[1])].map(this.place);
    const edge = labels.map((_, at) => this.place(corner(at)));
    const names = labels.map((label, at) => {
      const [x, y] = edge[at];
      return at === truth ? text("corner truth across", x, y - this.times * 14, label) : text("corner across", x, y + this.times * 22, label);
    });
    const [homeX, homeY] = this.place(labels.map((_, at) => (at === truth ? 0.56 : 0.22)));
    this.marks = el("g", { class: "now" });
    this.plot.replaceChildren(closed("home", home), closed("outer", edge), through("whole", [this.place(middle), this.place(half(others[0], others[1]))]),
      ...names, ...losses.map(({ corners }) => through("whole", corners.map((some) => this.place(mean(some))))),
      text("tick across within", homeX, homeY, this.say("all")), this.marks);
  }

  /** @param {number} at */
  show(at) {
    const { sets, losses } = this.data;
    sets.forEach(({ shares, texts }, index) => {
      this.bars[index].bar.style.width = `${100 * shares[at]}%`;
      this.bars[index].said.textContent = texts[at];
    });
    losses.forEach(({ ends, right }, index) => {
      this.ends[index].said.textContent = `${right[at] ? "✓" : "✗"} ${ends[at]}`;
      this.ends[index].root.classList.toggle("right", right[at]);
    });
    const middles = losses.map(({ corners }) => this.place(mean(corners[at])));
    const groups = together(middles, NEAR);
    const heights = apart(groups.map(([first]) => middles[first][1]), this.times * LINE, 0, this.lowest);
    this.marks.replaceChildren(
      ...losses.filter(({ corners }) => corners[at].length > 1).map(({ corners }) => closed("open", corners[at].map(this.place))),
      ...groups.flatMap((group, place) => {
        const [x, y] = middles[group[0]];
        const last = x + (group.length - 1) * NEAR;
        const name = group.map((one) => losses[one].name).join(" · ");
        return [...(Math.abs(y - heights[place]) > ASIDE ? [line("whole", last, y, last + BEYOND - 2, heights[place])] : []),
          ...group.map((one, index) => dot(losses[one].shape, x + index * NEAR, y, NOW)), text("end", last + BEYOND, heights[place] + 5, name)];
      }));
  }
}

/** @param {number[][]} corners */
const mean = (corners) => corners[0].map((_, label) => corners.reduce((sum, one) => sum + one[label], 0) / corners.length);

/** @param {string} name @param {[number, number][]} points */
function closed(name, points) {
  const made = through(name, points);
  made.setAttribute("d", `${made.getAttribute("d")}z`);
  return made;
}
