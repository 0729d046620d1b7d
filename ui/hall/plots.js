// The figures of the big screen: guesses as bars, choices as bars, and the designs of all phones as points.

const BINS = 20; // bars over 0 to 100
const TURN = 2; // the greatest Δ + γ on the axis
const CROWDED = 0.72; // of the sum of two radii: points that close move apart
const RINGS = [0, 7, 12, 17, 23]; // px that a point may move aside, where a rem is 16

/** Pixels of a rem: all figures grow with the screen. */
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

/** @param {string} d @param {string} look */
const stroke = (d, look) => drawn("path", { d, class: look });

/** An empty drawing that fills its place. @param {HTMLElement} place @param {string} label */
function canvas(place, label) {
  const { clientWidth: width, clientHeight: height } = place;
  const drawing = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  place.replaceChildren(drawing);
  return { drawing, width, height };
}

/** Every guess, in order. @param {Record<string, number>} votes */
const guesses = (votes) => Object.entries(votes).flatMap(([value, count]) => Array(count).fill(Number(value))).sort((one, another) => one - another);

/** How many guessed what; with the truth on it once that is known. @param {HTMLElement} place @param {Question} question
 * @param {Record<string, number>} votes @param {Truth | undefined} truth @param {string} label @param {boolean} falls */
function histogram(place, question, votes, truth, label, falls) {
  const { drawing, width, height } = canvas(place, label);
  const r = rem();
  const [left, right, top, foot] = [2 * r, width - 2 * r, 6.2 * r, height - 3.6 * r];
  const x = (/** @type {number} */ value) => left + ((right - left) * value) / 100;
  const counts = Array(BINS).fill(0);
  for (const value of guesses(votes)) counts[Math.min(BINS - 1, Math.floor((value * BINS) / 100))] += 1;
  const most = Math.max(4, ...counts);
  const y = (/** @type {number} */ count) => foot - ((foot - top) * count) / most;
  const known = truth && typeof truth.low === "number";
  if (known) drawing.append(drawn("rect", { x: x(truth.low), y: 3.4 * r, width: Math.max(3, x(truth.high) - x(truth.low)), height: foot - 3.4 * r, class: "interval" }));
  counts.forEach((count, place) => {
    if (!count) return;
    const [from, to] = [x((place * 100) / BINS), x(((place + 1) * 100) / BINS)];
    drawing.append(
      drawn("rect", { x: from + 0.12 * r, y: y(count), width: to - from - 0.24 * r, height: foot - y(count), rx: 0.25 * r, class: "guesses" }),
      words((from + to) / 2, y(count) - 0.5 * r, String(count)),
    );
  });
  drawing.append(stroke(`M${left} ${foot}H${right}`, "axis"));
  for (let tick = 0; tick <= 100; tick += 10) drawing.append(words(x(tick), foot + 1.5 * r, counted(question, tick)));
  drawing.append(words((left + right) / 2, height - 0.3 * r, say("present.guesses-axis")));
  if (!truth) return;
  const at = x(truth.value);
  const late = truth.value > 75;
  drawing.append(drawn("g", { class: falls ? "falls" : null },
    stroke(`M${at} ${2.4 * r}V${foot}`, "truth"),
    drawn("path", { d: `M${at} ${3.4 * r}l${-0.8 * r} ${-1.4 * r}h${1.6 * r}z`, class: "tip" }),
    words(at + (late ? -1.2 : 1.2) * r, 2.9 * r, counted(question, truth.value), late ? "end" : "start", "came")));
}

/** How many chose what. @param {HTMLElement} place @param {string[]} choices @param {Record<string, number>} votes
 * @param {Truth | undefined} truth @param {string} label */
function bars(place, choices, votes, truth, label) {
  const { drawing, width, height } = canvas(place, label);
  const r = rem();
  const counts = choices.map((_, which) => votes[which] || 0);
  const most = Math.max(1, ...counts);
  const band = Math.min((height - r) / choices.length, 9.6 * r);
  const thick = Math.min(band - 3.6 * r, 4.4 * r);
  choices.forEach((choice, which) => {
    const y = r + which * band;
    const came = truth && truth.came === which;
    const long = Math.max(0.3 * r, (counts[which] * (width - 10 * r)) / most);
    drawing.append(
      words(2 * r, y + 1.2 * r, `${came ? "✓ " : ""}${choice}`, "start", came ? "choice came" : "choice"),
      drawn("rect", { x: 2 * r, y: y + 1.8 * r, width: long, height: thick, rx: 0.25 * r, class: truth && !came ? "guesses faint" : "guesses" }),
      words(2 * r + long + 0.8 * r, y + 1.8 * r + thick / 2 + 0.5 * r, String(counts[which]), "start", "choice"),
    );
    if (came) drawing.append(stroke(`M${0.6 * r} ${y}V${y + 1.8 * r + thick}`, "truth"));
  });
}

/** The designs of all phones: how good students are over labels that are right, or over Δ + γ. A point keeps its identity. */
class Plot {
  /** @param {HTMLElement} place */
  constructor(place) {
    const { drawing, width, height } = canvas(place, "");
    const r = rem();
    this.drawing = drawing;
    this.left = 4 * r;
    this.right = width - 1.6 * r;
    this.top = 3 * r;
    this.foot = height - 4 * r;
    this.size = r / 16;
    /** @type {Map<string, { outer: any, inner: any, phones: number }>} */
    this.points = new Map();
    const { left, right, top, foot } = this;
    const middle = this.x(0.5);
    this.beyond = drawn("g", { class: "fades" },
      drawn("rect", { x: middle, y: top, width: right - middle, height: foot - top, class: "shade" }),
      stroke(`M${middle} ${top - 0.4 * r}V${foot}`, "line"),
      words(right - 0.8 * r, top + 1.8 * r, say("present.no-promise"), "end"),
      words(middle - 0.8 * r, foot - 0.8 * r, say("present.truth-leads"), "end"));
    drawing.append(this.beyond);
    for (const share of [0.25, 0.5, 0.75, 1]) drawing.append(stroke(`M${left} ${this.y(share)}H${right}`, "grid"));
    for (const share of [0, 0.25, 0.5, 0.75, 1]) drawing.append(words(left - 1.2 * r, this.y(share) + 0.4 * r, String(100 * share), "end"));
    drawing.append(stroke(`M${left} ${top - 0.4 * r}V${foot}H${right}`, "axis"), words(0, top - 1.4 * r, say("present.axis-accuracy"), "start", "strong"));
    this.axes = ["right", "total"].map((axis) => {
      const group = drawn("g", { class: "fades" }, words(middle, height - 0.5 * r, say(`present.axis-${axis}`), "middle", "strong"));
      for (const part of [0, 0.25, 0.5, 0.75, 1]) group.append(words(this.x(part), foot + 1.6 * r, axis === "right" ? String(100 * part) : (TURN * part).toFixed(1)));
      drawing.append(group);
      return group;
    });
    this.cloud = drawn("g");
    drawing.append(this.cloud);
  }

  /** @param {number} part of the width */
  x(part) {
    return this.left + (this.right - this.left) * part;
  }

  /** @param {number} accuracy */
  y(accuracy) {
    return this.foot - (this.foot - this.top) * accuracy;
  }

  /** @param {Spot[]} spots @param {boolean} turned @param {string} label */
  show(spots, turned, label) {
    this.drawing.setAttribute("aria-label", label);
    this.axes[0].style.opacity = turned ? 0 : 1;
    this.axes[1].style.opacity = this.beyond.style.opacity = turned ? 1 : 0;
    /** @type {[number, number, number][]} */
    const placed = [];
    for (const [design, phones, right, total, accuracy] of spots) {
      const id = design.join();
      let point = this.points.get(id);
      if (!point) {
        const inner = drawn("g");
        point = { outer: drawn("g", { class: "point" }, inner), inner, phones: 0 };
        this.points.set(id, point);
        this.cloud.append(point.outer);
      }
      const size = this.size * (0.85 + 0.4 * Math.sqrt(phones - 1));
      if (point.phones !== phones) {
        point.phones = phones;
        point.inner.replaceChildren(mark(design[0], copies(design), size), drawn("title", {}, `${named(design)}: ${percent(accuracy)}`));
      }
      const unknown = turned && total === null; // Δ + γ cannot be said
      const at = this.x(turned ? Math.min(total || 0, TURN) / TURN : right);
      const [x, y] = unknown ? [at, this.y(accuracy)] : this.apart(at, this.y(accuracy), 10 * size, placed);
      point.outer.style.transform = `translate(${x}px, ${y}px)`;
      point.outer.style.opacity = unknown ? 0 : 1;
    }
  }
  /** The nearest place that is not crowded and within the axes, always the same behind the same points.
   * @param {number} x @param {number} y @param {number} radius
   * @param {[number, number, number][]} placed where others stand, and their radii @returns {[number, number]} */
  apart(x, y, radius, placed) {
    const slack = 5 * this.size;
    let [best, room] = [[x, y], -1];
    for (const ring of RINGS) {
      const ways = ring ? 4 + ring : 1;
      for (let way = 0; way < ways && room < CROWDED; way += 1) {
        const angle = (2 * Math.PI * way) / ways;
        const [u, v] = [x + ring * this.size * Math.cos(angle), y + ring * this.size * Math.sin(angle)];
        if (u < this.left - slack || u > this.right + slack || v < this.top - slack || v > this.foot + slack) continue;
        const nearest = Math.min(CROWDED, ...placed.map(([a, b, other]) => Math.hypot(a - u, b - v) / (other + radius)));
        if (nearest > room) [best, room] = [[u, v], nearest];
      }
    }
    placed.push([best[0], best[1], radius]);
    return [best[0], best[1]];
  }
}
