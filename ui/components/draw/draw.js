// The figure: a square to draw points on, by mouse, by touch and by keys. `drawing.js` knows what a drawing is.

import { along, beside, decoded, encoded, nearest, present, SIDE, within } from "./drawing.js";
import { broughtUp, el, framed, outline, Telling } from "./elements.js";

const [SMALL, LARGE] = [5, 7]; // px, the size of a point in a small and in a large square
const REACH = 13; // px within which a point is meant
const STILL = 4; // px that a hand may tremble without moving a point
const APART = 4; // steps between the points of a line drawn by hand
const ROOM = 5; // steps from a point to one that keys put beside it
const FAR = 5; // steps of an arrow with Shift
const REST = 350; // ms without a key after which what keys moved has been let go
const LATTICE = 13; // shapes a side that tell regions apart without their colours
const BARE = 4; // steps around a point that have none
const VEIL = 66; // of 255, how strongly regions are coloured
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const figures = new WeakMap(); // where a figure stands -> its controller

class Draw {
  constructor(parent, data, tell) {
    this.parent = parent;
    this.telling = new Telling(data.points, tell);
    this.size = 0; // px of a side, once that is known
    /** @type {number | "erase"} */
    this.tool = 0; // the class of what is drawn next
    this.hand = null; // what a pointer holds: a point, a line, or the eraser
    this.build(data);
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(this.stage);
    this.hear(data, true);
    broughtUp(this.root, this.stage);
  }

  leave() {
    this.watch.disconnect();
    clearTimeout(this.later);
    this.gone = true;
  }

  say(key, values = {}) {
    return (this.data.words[key] ?? key).replace(/\{([\w-]+)\}/g, (_, name) => values[name] ?? "");
  }

  // ---- what stands there

  build(data) {
    this.data = data;
    this.regions = el("canvas", { "aria-hidden": "true" });
    this.field = el("svg", { role: "group", tabindex: "0", "aria-describedby": "draw-keys" });
    this.stage = el("div", { class: "stage" }, this.regions, this.field);
    this.tools = el("fieldset", { class: "tools" }, el("legend", {}, this.say("tools")));
    this.clear = el("button", { type: "button" }, this.say("clear"));
    this.status = el("p", { class: "status", role: "status" });
    this.live = el("p", { class: "hidden", "aria-live": "polite" });
    this.twin = el("details", {}, el("summary", {}, this.say("table")));
    this.twin.ontoggle = () => this.tabulate();
    this.behind = el("p", { class: "note behind" });
    this.buildTools();
    this.listen();
    this.root = framed("draw", import.meta.url, this.say("name"), data.colours,
      el("div", { class: "draw-inner" },
        el("div", { class: "head" }, el("h2", {}, this.say("name")), el("p", {}, this.say("lead"))),
        this.stage,
        el("div", { class: "aside" }, this.tools, this.status, this.behind,
          el("p", { class: "note", id: "draw-keys" }, this.say("keys")), this.twin)),
      this.live);
    this.parent.append(this.root);
  }

  buildTools() {
    const name = `tool-${Math.random()}`;
    this.chips = [...this.data.classes.keys(), "erase"].map((tool) => {
      const input = el("input", { type: "radio", name, value: tool });
      const [title, count] = [el("span"), el("span", { class: "count" })];
      const chip = el("label", { class: "chip" }, input, tool === "erase" ? el("span", { class: "icon", "aria-hidden": "true" }, "✕") : this.icon(tool), title, count);
      input.onchange = () => { this.tool = tool; };
      this.tools.append(chip);
      return { tool, input, chip, title, count };
    });
    this.tools.append(this.clear);
  }

  icon(label) {
    const [colour, shape] = this.data.classes[label];
    return el("svg", { viewBox: "-9 -9 18 18", class: "icon", "aria-hidden": "true" }, el("path", { d: outline(shape, 0, 0, LARGE), fill: colour }));
  }

  // ---- what the page says

  /** What the page says now; a drawing that it has not heard of yet stays. */
  hear(data, first = false) {
    this.data = data;
    if (this.telling.hear(data.points, data.heard) || first) {
      const within = this.field.contains(this.parent.activeElement);
      this.hand = null;
      this.points = decoded(data.points);
      this.nodes = new Map();
      this.field.replaceChildren();
      if (within) this.field.focus({ preventScroll: true });
    }
    this.painted = null; // in the colours of a theme that may have changed
    this.show();
  }

  /** Let go: the page hears of it, if it can be learned. */
  release() {
    clearTimeout(this.later);
    if (this.gone) return;
    const classes = present(this.points);
    for (const point of this.points) point.label = classes.indexOf(point.label);
    if (this.tool !== "erase" && this.tool > classes.length) this.tool = classes.length;
    this.show();
    if (classes.length >= this.data.fewest) this.telling.say(encoded(this.points));
  }

  // ---- hands

  listen() {
    this.field.onpointerdown = (event) => this.down(event);
    this.field.onpointermove = (event) => { if (this.hand) this.move(event); };
    this.field.onpointerup = this.field.onpointercancel = () => this.up();
    this.field.onkeydown = (event) => this.press(event);
    this.clear.onclick = () => {
      this.take(() => true);
      this.tool = 0;
      this.release();
    };
  }

  /** Where a pointer is, in steps. */
  place(event) {
    const box = this.field.getBoundingClientRect();
    return { x: (SIDE * (event.clientX - box.left)) / box.width - 0.5, y: SIDE - 0.5 - (SIDE * (event.clientY - box.top)) / box.height };
  }

  get steps() { return SIDE / this.size; } // of a px
  get mark() { return Math.max(SMALL, Math.min(LARGE, this.size / 74)); }

  down(event) {
    if (event.button) return;
    event.preventDefault();
    clearTimeout(this.later);
    this.field.setPointerCapture(event.pointerId);
    const at = this.place(event);
    const near = nearest(this.points, at.x, at.y, REACH * this.steps);
    if (this.tool === "erase") {
      this.hand = { erases: true };
      this.take((point) => point === near);
    } else if (near) {
      this.hand = { point: near, from: at, start: { x: near.x, y: near.y } };
      this.nodes.get(near).focus({ preventScroll: true });
    } else {
      this.hand = { line: at };
      this.add(at)?.focus({ preventScroll: true });
    }
    this.show();
  }

  move(event) {
    const at = this.place(event);
    const { hand } = this;
    if (hand.erases) {
      const near = nearest(this.points, at.x, at.y, (REACH / 2) * this.steps);
      this.take((point) => point === near);
    } else if (hand.point) {
      const [dx, dy] = [at.x - hand.from.x, at.y - hand.from.y];
      hand.moved ||= Math.hypot(dx, dy) > STILL * this.steps;
      if (hand.moved) Object.assign(hand.point, { x: within(hand.start.x + dx), y: within(hand.start.y + dy) });
    } else {
      for (const next of along(hand.line, at, APART)) {
        hand.line = next;
        this.add(next);
      }
    }
    this.show();
  }

  up() {
    if (!this.hand) return;
    const { point, moved } = this.hand;
    if (point && !moved && this.tool !== "erase") point.label = this.tool; // a tap
    this.hand = null;
    this.release();
  }

  /** A point of the chosen class; its node, null where there are too many. */
  add({ x, y }) {
    if (this.points.length >= this.data.most) return null;
    const point = { x: within(x), y: within(y), label: this.tool === "erase" ? 0 : this.tool };
    this.points.push(point);
    return this.node(point);
  }

  /** Take points away. @param {(point: any) => boolean} which */
  take(which) {
    for (const point of this.points.filter(which)) this.nodes.get(point)?.remove();
    this.points = this.points.filter((point) => !which(point));
  }

  // ---- keys

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const point = this.points.find((one) => this.nodes.get(one) === event.target);
    const { key } = event;
    const by = point && ARROWS[key];
    const number = point && /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
    if (key === "Escape") this.chips.find(({ tool }) => tool === this.tool).input.focus();
    else if (by) this.shove(point, by, event.shiftKey ? FAR : 1);
    else if (number >= 0 && number <= present(this.points).length && number < this.data.classes.length) this.recolour(point, number);
    else if (point && (key === "Delete" || key === "Backspace")) this.erase(point);
    else if (key === "Enter") this.put(point);
    else {
      if (key.length === 1) event.stopPropagation(); // Streamlit's own r would run the page anew
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  shove(point, [dx, dy], by) {
    Object.assign(point, { x: within(point.x + by * dx), y: within(point.y + by * dy) });
    this.keyed(point);
  }

  recolour(point, label) {
    point.label = this.tool = label;
    this.keyed(point);
  }

  /** A burst of keys is one change. */
  keyed(point) {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.release(), REST);
    this.show();
    this.live.textContent = this.named(point);
  }

  erase(point) {
    const place = this.points.indexOf(point);
    this.take((one) => one === point);
    const next = this.points[Math.min(place, this.points.length - 1)];
    (next ? this.nodes.get(next) : this.field).focus({ preventScroll: true });
    this.release();
  }

  /** Another point beside this one, or in the middle. */
  put(point) {
    if (point) this.tool = point.label;
    const middle = { x: SIDE / 2, y: SIDE / 2 };
    const at = point || nearest(this.points, middle.x, middle.y, ROOM / 2) ? beside(this.points, point ?? middle, ROOM) : middle;
    this.add(at)?.focus({ preventScroll: true });
    this.release();
  }

  // ---- what is shown

  named({ x, y, label }) { return this.say("point", { label: label + 1, x, y }); }

  node(point) {
    const made = el("g", { tabindex: "0", role: "button", "aria-roledescription": this.say("a-point"), class: "point" },
      el("circle", { class: "ring", r: 1.9 * LARGE }), el("path"));
    this.nodes.set(point, made);
    this.field.append(made);
    return made;
  }

  show() {
    if (this.gone || !this.size) return;
    const classes = present(this.points);
    for (const point of this.points) {
      const node = this.nodes.get(point) ?? this.node(point);
      const [colour, shape] = this.data.classes[point.label];
      node.setAttribute("aria-label", this.named(point));
      node.setAttribute("transform", `translate(${((point.x + 0.5) / SIDE) * this.size} ${(1 - (point.y + 0.5) / SIDE) * this.size})`);
      node.lastChild.setAttribute("d", outline(shape, 0, 0, this.mark));
      node.lastChild.setAttribute("fill", colour);
    }
    const count = this.points.length;
    this.field.setAttribute("aria-label", this.say("field", { count, classes: classes.length }));
    for (const { tool, input, chip, title, count: own } of this.chips) {
      const mine = this.points.filter(({ label }) => label === tool).length;
      chip.hidden = tool !== "erase" && tool > classes.length && tool !== this.tool && !mine;
      input.checked = tool === this.tool;
      title.textContent = tool === "erase" ? this.say("erase") : this.say(mine ? "class" : "new", { label: tool + 1 });
      own.textContent = mine ? String(mine) : "";
    }
    const few = classes.length < this.data.fewest;
    this.status.textContent = few ? this.say("few") : count >= this.data.most ? this.say("full", { most: this.data.most }) : "";
    this.root.dataset.points = encoded(this.points);
    this.showRegions();
    if (this.twin.open) this.tabulate();
  }

  resize() {
    const size = this.stage.clientWidth;
    if (this.gone || !this.stage.isConnected || size < 40 || size === this.size) return;
    this.size = size;
    this.painted = null;
    this.show();
  }

  /** What the first student names in the plane, for as long as it learned from just these points. */
  showRegions() {
    const known = this.data.regions && encoded(this.points) === this.data.points ? this.data.regions : null;
    const { share } = this.data;
    this.behind.textContent = known ? this.say("behind", { share }) : this.say("untrained");
    this.root.dataset.regions = String(Boolean(known));
    if (this.painted === (known ?? "none")) return;
    this.painted = known ?? "none";
    const scale = Math.min(2, devicePixelRatio || 1);
    this.regions.width = this.regions.height = this.size * scale;
    if (known) this.paint(known, scale);
  }

  paint({ x, y, named }, scale) {
    const brush = this.regions.getContext("2d");
    brush.scale(scale, scale);
    const probe = el("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
    const colours = this.data.classes.map(([colour]) => {
      probe.fillStyle = colour;
      probe.fillRect(0, 0, 1, 1);
      return probe.getImageData(0, 0, 1, 1).data;
    });
    const image = new ImageData(x.length, y.length);
    named.forEach((row, j) => row.forEach((label, i) => {
      const [red, green, blue] = colours[label];
      image.data.set([red, green, blue, VEIL], 4 * ((y.length - 1 - j) * x.length + i));
    }));
    const whole = el("canvas", { width: x.length, height: y.length });
    whole.getContext("2d").putImageData(image, 0, 0);
    const px = (share) => (share + 0.5 / SIDE) * this.size;
    const [dx, dy] = [x[1] - x[0], y[1] - y[0]];
    const [left, right, low, high] = [px(x[0] - dx / 2), px(x.at(-1) + dx / 2), px(y[0] - dy / 2), px(y.at(-1) + dy / 2)];
    brush.drawImage(whole, left, this.size - high, right - left, high - low);
    brush.fillStyle = getComputedStyle(this.root).color;
    brush.globalAlpha = 0.4;
    for (let place = 0; place < LATTICE * LATTICE; place++) {
      const [j, i] = [Math.floor(place / LATTICE), place % LATTICE];
      const at = { x: (i + (j % 2 ? 0.75 : 0.25)) / LATTICE, y: (j + 0.5) / LATTICE };
      const [column, row] = [Math.round((at.x - x[0]) / dx), Math.round((at.y - y[0]) / dy)];
      const label = named[row]?.[column];
      if (label === undefined || nearest(this.points, SIDE * at.x, SIDE * at.y, BARE)) continue;
      brush.fill(new Path2D(outline(this.data.classes[label][1], px(at.x), this.size - px(at.y), 2.6)));
    }
  }

  /** All points as a table. */
  tabulate() {
    this.twin.querySelector(".rows")?.remove();
    if (!this.twin.open) return;
    const head = ["class", "x", "y"].map((name) => el("th", { scope: "col" }, this.say(`column-${name}`)));
    const rows = decoded(encoded(this.points)).filter(({ x }) => x === x)
      .map(({ x, y, label }) => el("tr", {}, ...[label + 1, x, y].map((one) => el("td", {}, String(one)))));
    this.twin.append(el("div", { class: "rows", tabindex: "0", role: "region", "aria-label": this.say("table") },
      el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows))));
  }
}

export default ({ data, parentElement, setStateValue }) => {
  const there = figures.get(parentElement);
  if (there) there.hear(data);
  else figures.set(parentElement, new Draw(parentElement, data, (told) => setStateValue("told", told)));
  return () => {
    figures.get(parentElement)?.leave();
    figures.delete(parentElement);
  };
};
