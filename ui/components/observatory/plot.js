// Draws all experiments: points below, what belongs to this run above. What they mean is in `observatory.js`.

import { placed, ticks } from "./statistics.js";
import { drawPinned } from "./trails.js";

/**
 * @typedef {{color: string, shape: string}} Mark how a sort of bias types is drawn
 * @typedef {{xs: (number | null)[], ys: number[], sorts: number[], rows: number[]}} Points
 * @typedef {{x: number, y: number, low: number | null, high: number | null}} Dot
 */

const RULER = 900; // ms in which points move to another axis
const SIDE = 78; // px for the counts at the right

/** Outline of a mark of that size around 0. @param {string} shape @param {number} r */
function outline(shape, r) {
  const path = new Path2D();
  const line = (/** @type {number[][]} */ points, close = true) => {
    points.forEach(([x, y], place) => (place ? path.lineTo(x * r, y * r) : path.moveTo(x * r, y * r)));
    if (close) path.closePath();
  };
  const arm = 0.36;
  if (shape === "square") line([[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]]);
  else if (shape === "up") line([[0, -1.1], [1, 0.8], [-1, 0.8]]);
  else if (shape === "down") line([[0, 1.1], [1, -0.8], [-1, -0.8]]);
  else if (shape === "diamond") line([[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]]);
  else if (shape === "plus" || shape === "cross") {
    const turn = shape === "cross" ? Math.PI / 4 : 0;
    const corners = [[-arm, -1.1], [arm, -1.1], [arm, -arm], [1.1, -arm], [1.1, arm], [arm, arm], [arm, 1.1], [-arm, 1.1],
      [-arm, arm], [-1.1, arm], [-1.1, -arm], [-arm, -arm]];
    line(corners.map(([x, y]) => [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)]));
  } else path.arc(0, 0, r, 0, 7);
  return path;
}

/** The same as an icon. @param {string} shape */
export function icon(shape) {
  const r = 5.5;
  const inside = {
    square: '<rect x="-4.7" y="-4.7" width="9.4" height="9.4"/>',
    up: '<path d="M0 -6L5.5 4.4H-5.5z"/>',
    down: '<path d="M0 6L5.5 -4.4H-5.5z"/>',
    plus: '<path d="M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2z"/>',
    cross: '<path transform="rotate(45)" d="M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2z"/>',
  }[shape] ?? `<circle r="${r}"/>`;
  return `<svg viewBox="-7 -7 14 14" aria-hidden="true">${inside}</svg>`;
}

export class Plot {
  /** @param {HTMLElement} parent @param {boolean} calm no motion */
  constructor(parent, calm) {
    this.parent = parent;
    this.calm = calm;
    this.width = 0;
    this.height = 0;
    this.scale = 1; // pixels of the screen in one of the page
    /** @type {Record<string, string>} */
    this.colours = undefined; // until the theme is known
    /** @type {Mark[]} */
    this.marks = [];
    this.font = "";
    this.note = 0; // px of the smallest text
    /** @type {[number, number]} */
    this.ends = undefined; // of the axis, until points are shown
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    this.brush = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    parent.append(this.canvas);
    /** @type {Points} */
    this.points = { xs: [], ys: [], sorts: [], rows: [] };
    /** @type {Map<number, number>} */
    this.from = new Map(); // where points stood on the axis before, as shares of its width
    this.since = 0;
    /** @type {Map<string, HTMLCanvasElement>} */
    this.stamps = new Map();
    /** @type {any} */
    this.scene = null;
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(parent);
  }

  leave() {
    this.watch.disconnect();
    cancelAnimationFrame(this.frame ?? 0);
  }

  resize() {
    const { width, height } = this.parent.getBoundingClientRect();
    if (!this.parent.isConnected || width < 40 || height < 40) return;
    const scale = devicePixelRatio || 1;
    [this.width, this.height, this.scale] = [width, height, scale];
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.stamps.clear();
    this.wake();
  }

  /** Another theme. @param {Record<string, string>} colours @param {Mark[]} marks @param {string} font
   * @param {number} note px of the smallest text */
  dress(colours, marks, font, note) {
    Object.assign(this, { colours, marks, font, note });
    this.stamps.clear();
    this.wake();
  }

  /** Other points, or the same on another axis. @param {Points} points @param {[number, number]} ends @param {boolean} moved */
  show(points, ends, moved) {
    if (moved && !this.calm && this.ends) {
      const before = this.shares();
      this.from = new Map(this.points.rows.map((row, place) => [row, before[place]]));
      this.since = performance.now();
    }
    [this.points, this.ends] = [points, ends];
    this.wake();
  }

  /** What stands above the points. @param {any} scene */
  set(scene) {
    this.scene = scene;
    this.wake();
  }

  wake() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  // ---- where things stand

  /** @param {number} value */
  x(value) {
    const [low, high] = this.ends;
    return this.left + ((value - low) / (high - low)) * (this.width - this.left - this.right);
  }
  /** @param {number} accuracy */
  y(accuracy) { return this.height - this.bottom - accuracy * (this.height - this.top - this.bottom); }
  get left() { return 4.2 * this.note; }
  get top() { return this.note; }
  get bottom() { return 2.1 * this.note; }
  get right() { return this.width < 560 ? 14 : SIDE; }

  /** Where every point stands now, as shares of the axis. */
  shares() {
    const [low, high] = this.ends;
    const way = this.progress();
    return this.points.xs.map((x, place) => {
      const goal = ((x ?? low) - low) / (high - low);
      const start = way < 1 ? this.from.get(this.points.rows[place]) : undefined;
      return start === undefined ? goal : start + (goal - start) * way;
    });
  }

  progress() {
    const passed = this.since ? Math.min(1, (performance.now() - this.since) / RULER) : 1;
    return passed < 1 ? passed * passed * (3 - 2 * passed) : 1;
  }

  /** The point under a place, as its row; null if none is near. @param {number} px @param {number} py @param {number} within */
  under(px, py, within) {
    let [best, found] = [within * within, /** @type {number | null} */ (null)];
    this.points.rows.forEach((row, place) => {
      const x = this.points.xs[place];
      if (x === null) return;
      const gap = (this.x(x) - px) ** 2 + (this.y(this.points.ys[place]) - py) ** 2;
      if (gap < best) [best, found] = [gap, row];
    });
    return found;
  }

  // ---- painting

  draw() {
    if (!this.width || !this.ends || !this.colours || !this.scene) return;
    const { brush, scale } = this;
    brush.setTransform(scale, 0, 0, scale, 0, 0);
    brush.clearRect(0, 0, this.width, this.height);
    brush.font = `${this.note}px ${this.font}`;
    this.drawFrame();
    this.drawPoints();
    this.drawCounts();
    drawPinned(this, this.scene.pinned);
    this.drawTrail();
    this.drawRuns();
    const box = this.drawThis();
    this.drawMarks(box);
    if (this.progress() < 1) this.wake();
  }

  /** @param {string} text @param {number} x @param {number} y */
  text(text, x, y, { align = "left", color = this.colours.mute, bold = false, halo = true } = {}) {
    const { brush } = this;
    brush.font = `${bold ? 600 : 400} ${this.note}px ${this.font}`;
    brush.textAlign = /** @type {CanvasTextAlign} */ (align);
    brush.textBaseline = "middle";
    if (halo) {
      brush.strokeStyle = this.colours.ground;
      brush.lineWidth = 4;
      brush.lineJoin = "round";
      brush.strokeText(text, x, y);
    }
    brush.fillStyle = color;
    brush.fillText(text, x, y);
  }

  /** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {string} color @param {number} width */
  line(x1, y1, x2, y2, color, width = 1, dash = /** @type {number[]} */ ([])) {
    const { brush } = this;
    brush.strokeStyle = color;
    brush.lineWidth = width;
    brush.setLineDash(dash);
    brush.beginPath();
    brush.moveTo(x1, y1);
    brush.lineTo(x2, y2);
    brush.stroke();
    brush.setLineDash([]);
  }

  drawFrame() {
    const { line, truth, guess, words } = this.scene;
    const [left, right, floor] = [this.left, this.width - this.right, this.height - this.bottom];
    if (line) {
      const at = this.x(line.at);
      this.brush.fillStyle = this.colours.soft;
      const [start, end] = line.below ? [left, at] : [at, right];
      this.brush.fillRect(start, this.top, end - start, floor - this.top);
    }
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      const y = Math.round(this.y(share)) + 0.5;
      this.line(left, y, right, y, this.colours.line);
      this.text(share === 1 ? "100 %" : `${100 * share}`, left - 8, y, { align: "right", halo: false });
    }
    for (const value of ticks(...this.ends)) {
      const said = Number(value.toFixed(2)).toString().replace("-", "−");
      this.text(said, this.x(value), floor + 1.2 * this.note, { align: "center", halo: false });
    }
    for (const [share, said] of [[truth, words.truth], [guess, words.guess]]) {
      if (share === null) continue;
      const y = Math.round(this.y(share)) + 0.5;
      this.line(left, y, right, y, this.colours.mute, 1.2, [2, 3]);
      this.text(said, right - 6, y - 10, { align: "right" });
    }
    if (!line) return;
    this.line(this.x(line.at), this.top, this.x(line.at), floor, this.colours.ink, 1.6);
    this.text(line.said, this.x(line.at) + 8, this.top + 1.6 * this.note, { color: this.colours.ink });
  }

  /** A mark drawn once and stamped from then on. @param {number} sort @param {number} r */
  stamp(sort, r) {
    const { color, shape } = this.marks[sort];
    const key = `${sort}/${r}`;
    const known = this.stamps.get(key);
    if (known) return known;
    const made = document.createElement("canvas");
    const half = Math.ceil(r * 1.5);
    made.width = made.height = 2 * half * this.scale;
    const brush = /** @type {CanvasRenderingContext2D} */ (made.getContext("2d"));
    brush.scale(this.scale, this.scale);
    brush.translate(half, half);
    brush.fillStyle = color;
    brush.fill(outline(shape, r));
    this.stamps.set(key, made);
    return made;
  }

  drawPoints() {
    const { dim, spot } = this.scene;
    const number = this.points.rows.length;
    const r = Math.max(2.4, Math.min(5, 8.2 - 1.6 * Math.log10(number + 1)));
    const alpha = Math.max(0.42, Math.min(0.9, 1.35 - 0.28 * Math.log10(number + 1)));
    const shares = this.shares();
    const width = this.width - this.left - this.right;
    const half = Math.ceil(r * 1.5);
    const often = this.marks.map((_, sort) => this.points.sorts.filter((one) => one === sort).length);
    const order = this.marks.map((_, sort) => sort).sort((one, other) => often[other] - often[one]);
    for (const sort of order) { // the rarest on top
      const stamp = this.stamp(sort, r);
      this.points.sorts.forEach((one, place) => {
        if (one !== sort || this.points.xs[place] === null) return;
        const faint = (dim && !dim.has(this.points.rows[place])) || (spot !== null && spot !== sort);
        this.brush.globalAlpha = faint ? alpha * 0.12 : dim ? 0.95 : alpha;
        const x = this.left + shares[place] * width;
        this.brush.drawImage(stamp, x - half, this.y(this.points.ys[place]) - half, 2 * half, 2 * half);
      });
    }
    this.brush.globalAlpha = 1;
  }

  /** How many students are how good, at the right. */
  drawCounts() {
    if (this.right < 40) return;
    const bins = Array(25).fill(0);
    for (const y of this.points.ys) bins[Math.min(24, Math.floor(y * 25))] += 1;
    const most = Math.max(...bins, 1);
    const left = this.width - this.right + 6;
    this.brush.fillStyle = this.colours.edge;
    bins.forEach((count, bin) => {
      const [top, base] = [this.y((bin + 1) / 25), this.y(bin / 25)];
      if (count) this.brush.fillRect(left, top + 1, Math.max(1.5, (count / most) * (this.right - 14)), base - top - 2);
    });
  }

  /** @param {Dot} dot @param {string} color @param {number} width */
  bar({ x, low, high }, color, width) {
    if (low === null || high === null) return;
    this.line(this.x(x), this.y(low), this.x(x), this.y(high), color, width);
  }

  drawTrail() {
    const { trail } = this.scene;
    if (!trail || !trail.stops.length) return;
    const { brush } = this;
    for (const stop of trail.stops) this.bar(stop, this.colours.mark, 1.4);
    if (trail.joined && trail.stops.length > 1) {
      brush.strokeStyle = this.colours.mark;
      brush.lineWidth = 2;
      brush.lineJoin = "round";
      brush.beginPath();
      trail.stops.forEach((/** @type {Dot} */ { x, y }, /** @type {number} */ place) =>
        (place ? brush.lineTo(this.x(x), this.y(y)) : brush.moveTo(this.x(x), this.y(y))));
      brush.stroke();
    }
    for (const { x, y, live } of trail.stops) // own points have a hole
      this.disc(this.x(x), this.y(y), live ? 5 : 4, live ? this.colours.ground : this.colours.mark, live ? this.colours.mark : this.colours.ground, live ? 2.4 : 1.2);
  }

  /** @param {number} x @param {number} y @param {number} r @param {string} fill @param {string} edge */
  disc(x, y, r, fill, edge, width = 1.2) {
    const { brush } = this;
    brush.beginPath();
    brush.arc(x, y, r, 0, 7);
    brush.fillStyle = fill;
    brush.fill();
    brush.strokeStyle = edge;
    brush.lineWidth = width;
    brush.stroke();
  }

  /** Own runs as rings, pins with their letter. */
  drawRuns() {
    for (const run of this.scene.runs) {
      if (run.x === null) continue;
      this.bar(run, this.colours.ink, 1.4);
      this.disc(this.x(run.x), this.y(run.y), 6, this.colours.ground, this.colours.ink, 2);
      if (run.letter) this.text(run.letter, this.x(run.x) + 12, this.y(run.y) - 10, { color: this.colours.ink, bold: true });
    }
  }

  /** This run: filled where it was computed, hollow where it is only expected. Returns what its label covers. */
  drawThis() {
    const at = this.scene.at;
    if (!at) return null;
    const [x, floor] = [this.x(at.x), this.height - this.bottom];
    const top = at.y === null ? floor - 14 : this.y(at.y);
    this.parent.dataset.at = at.y === null ? "" : `${x},${top}`;
    this.line(x, top, x, floor, this.colours.mark, 1);
    if (at.range) {
      this.brush.fillStyle = this.colours.tint;
      const [low, high] = [this.y(at.range[0]), this.y(at.range[1])];
      this.brush.fillRect(x - 7, high, 14, low - high);
    }
    this.bar(at, this.colours.mark, 3);
    for (const end of [at.low, at.high])
      if (end !== null && end !== undefined) this.line(x - 7, this.y(end), x + 7, this.y(end), this.colours.mark, 3);
    const { brush } = this;
    brush.save();
    brush.translate(x, top);
    const path = outline("diamond", 10);
    brush.lineWidth = 6;
    brush.strokeStyle = this.colours.ground;
    brush.stroke(path);
    brush.fillStyle = at.filled ? this.colours.mark : this.colours.ground;
    brush.fill(path);
    brush.lineWidth = 2.2;
    brush.strokeStyle = this.colours.mark;
    brush.stroke(path);
    brush.restore();
    brush.font = `600 ${this.note + 3}px ${this.font}`;
    const wide = brush.measureText(at.said).width;
    const right = x + 22 + wide < this.width - this.right;
    const left = right ? x + 18 : x - 18 - wide;
    brush.textAlign = "left";
    brush.textBaseline = "middle";
    brush.strokeStyle = this.colours.ground;
    brush.lineWidth = 5;
    brush.strokeText(at.said, left, top);
    brush.fillStyle = this.colours.accent;
    brush.fillText(at.said, left, top);
    return [{ x: left, y: top - 11, w: wide, h: 22 }, { x: x - 14, y: top - 14, w: 28, h: 28 }];
  }

  /** Landmarks, ringed, with their names where there is room. @param {any[] | null} taken */
  drawMarks(taken) {
    const { brush } = this;
    if (this.progress() < 1) return;
    const found = this.scene.marks.filter((/** @type {any} */ mark) => mark.x !== null);
    for (const { x, y } of found) {
      brush.beginPath();
      brush.arc(this.x(x), this.y(y), 7.5, 0, 7);
      brush.strokeStyle = this.colours.ground;
      brush.lineWidth = 4;
      brush.stroke();
      brush.strokeStyle = this.colours.ink;
      brush.lineWidth = 1.8;
      brush.stroke();
    }
    if (this.width < 560) return;
    brush.font = `600 ${this.note}px ${this.font}`;
    const labels = found.map((/** @type {any} */ { x, y, text }) => (
      { x: this.x(x), y: this.y(y), w: brush.measureText(text).width + 4, h: 18 }));
    const rings = labels.map(({ x, y }) => ({ x: x - 9, y: y - 9, w: 18, h: 18 }));
    const inside = { x: this.left + 4, y: this.top, w: this.width - this.left - this.right - 8, h: this.height - this.top - this.bottom };
    const { truth, guess, line } = this.scene;
    const said = [truth, guess].filter((one) => one !== null)
      .map((one) => ({ x: this.width - this.right - 210, y: this.y(one) - 20, w: 210, h: 22 }));
    if (line) said.push({ x: this.x(line.at) + 6, y: this.top + 0.6 * this.note, w: brush.measureText(line.said).width + 4, h: 2 * this.note });
    placed(labels, [...rings, ...said, ...(taken ?? [])], inside).forEach((box, place) => {
      if (!box) return;
      const { x, y } = labels[place];
      const near = Math.max(box.x, Math.min(x, box.x + box.w));
      const edge = box.y + box.h / 2;
      const gap = Math.hypot(near - x, edge - y);
      if (gap > 10) this.line(x + ((near - x) / gap) * 8, y + ((edge - y) / gap) * 8, near, edge, this.colours.mute);
      this.text(found[place].text, box.x + 2, edge, { color: this.colours.ink, bold: true });
    });
  }
}
