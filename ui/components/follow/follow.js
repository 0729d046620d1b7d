// Draws the figure and answers to hands and keys; `counting.js` counts.

import { apart, degrees, first, layout, nearest, outward, pace, ranking, SOME, tally, verdict } from "./counting.js";
import { el, forsake, framed, withSetting } from "./elements.js";
/** @import { Choice, Degrees, Point } from "./counting.js" */
/** @import { Block, Change, Data, Value } from "./data.d.ts" */
/** @typedef {ReturnType<typeof layout>} Layout */

const FIRST_ACT = 35; // labels after which the show waits and points to the slider
const SETTLE = 70; // ms in which a bar comes most of the way to where it belongs
const BLOCKS = 6; // most blocks that fall from one label
const PAINTED = 84 * 2; // pixels of a painted image
const TOP = 0.43; // probability at the top of the teacher's row
const ECHO = 5000; // ms after which what was told is not waited for
const LOW = 0.8; // accuracy below which "only" is said

/** @type {WeakMap<Element | ShadowRoot, Figure>} */
const figures = new WeakMap(); // where a figure stands -> its controller

const put = (/** @type {Element} */ node, /** @type {Record<string, any>} */ attributes) => {
  for (const key in attributes) node.setAttribute(key, attributes[key]);
};
const whole = (/** @type {number} */ share) => `${Math.round(share * 100)}\u00a0%`;
const tenth = (/** @type {number} */ share) => `${(share * 100).toFixed(1)}\u00a0%`;
const two = (/** @type {number} */ number) => Math.max(0, number).toFixed(2);
/** A bar with a round head. @param {number} x @param {number} y @param {number} width @param {number} height */
const rounded = (x, y, width, height) => {
  const [w, h] = [width, Math.max(0, height)];
  const r = Math.min(4, h / 2);
  return `M${x} ${y + h}v${-(h - r)}q0 ${-r} ${r} ${-r}h${w - 2 * r}q${r} 0 ${r} ${r}v${h - r}z`;
};

class Figure {
  /** @param {ShadowRoot} parent @param {Data} data @param {Change} choice @param {(choice: Choice) => void} tell */
  constructor(parent, data, choice, tell) {
    this.parent = parent;
    this.tell = tell;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.n = 0;
    this.playing = false;
    this.moving = false; // a label is on its way
    this.started = 0;
    /** @type {Block[]} */
    this.blocks = [];
    /** @type {number[]} */
    this.heights = Array(10).fill(0);
    /** @type {number[]} */
    this.bars = Array(10).fill(0);
    /** @type {{name: string, at: number}[]} */
    this.pending = []; // choices told and not heard back yet
    /** @type {{name: string, counts: number[]} | undefined} */
    this.counted = undefined;
    /** @type {Map<string, ImageData>} */
    this.paints = new Map();
    /** @type {Choice} */
    this.choice = { rate: 50, k: 2, way: "sets", ...choice };
    this.take(data);
    this.keys = (/** @type {KeyboardEvent} */ event) => this.press(event);
    addEventListener("keydown", this.keys, true);
    if (this.calm) this.all();
    else this.play();
  }

  /** Another language: everything is written anew, the state stays. Another theme: images are painted anew. @param {Data} data */
  take(data) {
    const same = this.data && JSON.stringify(data.words) === JSON.stringify(this.data.words);
    if (same) {
      this.strip.dataset.at = "";
      return this.refresh();
    }
    this.data = data;
    this.build();
    this.watch?.disconnect();
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(this.machine);
    this.watch.observe(this.curve);
    this.refresh();
  }

  leave() {
    this.watch.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.later);
    removeEventListener("keydown", this.keys, true);
  }

  // ---- words

  /** @param {string} key @param {Record<string, any>} values */
  say(key, values = {}) {
    const { truth, rival, draws } = this.data.followed;
    /** @type {Record<string, any>} */
    const all = { truth, rival, all: draws.length, n: this.n, k: this.choice.k, ...this.data.runs, ...values };
    return this.data.words[key].replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => all[name]);
  }

  /** The same with the truth and the numbers set off: nodes. A value may be nodes itself.
   * @param {string} key @param {Record<string, Value>} values @returns {(Node | string)[]} */
  set(key, values = {}) {
    const { truth, rival } = this.data.followed;
    /** @type {Record<string, any>} */
    const known = { truth, rival, n: this.n, k: this.choice.k, ...values };
    return this.data.words[key].split(/(\{\w+\})/).filter(Boolean).flatMap((/** @type {string} */ part) => {
      const name = part.match(/^\{(\w+)\}$/)?.[1];
      const value = known[name];
      if (!name || value instanceof Array) return value ?? [part];
      if (name === "truth") return [el("b", { class: "truth" }, String(value))];
      if (name === "share" && !key.startsWith("verdict")) return [el("em", {}, value)];
      return [name === "lead" ? el("b", {}, String(value)) : String(value)];
    });
  }

  // ---- what stands there

  build() {
    const { followed } = this.data;
    const inner = el("div", { class: "follow-inner" });
    const root = framed("follow", import.meta.url, this.say("name"), this.data.colours, inner);
    root.tabIndex = -1;
    this.headline = el("h2");
    this.verdict = el("p", { class: "verdict" });
    this.live = el("div", { class: "heard", "aria-live": "polite" });
    this.picture = el("canvas", { width: PAINTED, height: PAINTED, role: "img" });
    this.says = el("b");
    this.record = el("span", { class: "small" });
    this.strip = el("div", { class: "strip", "aria-hidden": "true" });
    const one = el(
      "div", { class: "one" },
      el("p", { class: "cap" }, this.say("image")),
      el("div", { class: "now" }, this.picture,
        el("div", { class: "says" }, `${this.say("says")} `, this.says, this.record)),
      this.strip,
    );
    this.seen = el("p", { class: "cap" });
    this.chips = el("div", { class: "set" });
    this.holds = el("p", { class: "small" });
    const two = el("div", { class: "two" }, this.seen, this.chips, this.verdict,
      el("p", { class: "small" }, this.say("nobody-told")));
    this.machine = el("figure", { class: "machine" });
    this.buildMachine();
    const stage = el("div", { class: "stage" }, one, this.machine, two, this.buildSide());
    this.table = el("div", { class: "tables" });
    this.fold = el("details", {}, el("summary", {}, this.say("numbers")), this.table,
      el("p", { class: "small" }, this.say("source")));
    this.fold.ontoggle = () => this.tabulate();
    const foot = el("div", { class: "foot" }, this.fold, el("span", { class: "small" }, this.say("keys")));
    inner.append(this.headline, stage, this.buildKeys(), foot, this.live);
    this.parent.querySelector(".follow")?.remove();
    this.parent.append(root);
    this.root = root;
    this.root.dataset.draws = String(followed.draws.length);
  }

  buildMachine() {
    const { truth, rival } = this.data.followed;
    const kind = (/** @type {number} */ label) => (label === truth ? "truth" : label === rival ? "rival" : "other");
    /** @template T @param {(label: number) => T} make */
    const ten = (make) => Array.from({ length: 10 }, (_, label) => make(label));
    const svg = (this.svg = el("svg", { role: "img" }));
    const hatch = el("pattern", { id: "hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse" },
      el("rect", { width: 7, height: 7 }), el("path", { d: "M-1 8L8 -1M-1 1L1 -1M6 8L8 6" }));
    this.gapPath = el("path", {});
    this.gaps = el("pattern", { id: "blocks", width: 10, height: 10, patternUnits: "userSpaceOnUse" }, this.gapPath);
    const bars = () => ten((label) => el("path", { class: kind(label) }));
    const names = () => ten((label) => el("text", { class: "digit" }, String(label)));
    this.parts = {
      guess: bars(), count: bars(), fall: Array.from({ length: BLOCKS }, () => el("path")),
      upper: names(), lower: names(),
      captions: [el("text"), el("text")], axes: [el("line", { class: "axis" }), el("line", { class: "axis" })],
      cross: el("text", { class: "cross" }, "✗"), cut: el("line", { class: "cut" }),
      every: el("line", { class: "every" }), leads: [el("line", { class: "lead truth" }), el("line", { class: "lead" })],
      shares: [el("text", { class: "share truth" }), el("text", { class: "share" })],
      seams: el("path", { class: "gaps" }), empty: el("text", { "text-anchor": "middle" }, this.say("empty")),
      all: el("rect", { class: "all" }), missing: el("rect", { class: "missing" }),
      gamma: el("rect", { class: "gamma" }), room: el("path", { class: "room" }),
    };
    const p = this.parts;
    this.ruler = el("g", { class: "ruler" }, p.all, p.gamma, p.missing, p.room);
    svg.append(el("defs", {}, hatch, this.gaps), p.every, ...p.leads,
      el("g", { class: "bars" }, ...p.guess, ...p.count), p.seams, this.ruler,
      el("g", { class: "bars" }, ...p.fall),
      ...p.captions, ...p.axes, ...p.upper, ...p.lower, p.cut, p.cross, ...p.shares, p.empty);
    this.kind = kind;
    this.notes = ["delta", "room", "gamma"].map((name) => el("div", { class: `aside-note ${name}` }));
    this.handle = el("div", {
      class: "handle", role: "slider", tabindex: "0", "aria-label": this.say("cut-help"),
      "aria-valuemin": 1, "aria-valuemax": 3, "aria-orientation": "vertical",
    }, el("i", { "aria-hidden": "true" }, "↕"), el("span"));
    this.handle.onkeydown = (event) => {
      const by = { ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1 }[event.key];
      if (by) { event.preventDefault(); this.choose({ k: Math.max(1, Math.min(3, this.choice.k + by)) }); }
    };
    const drag = (/** @type {MouseEvent} */ event) => {
      const box = svg.getBoundingClientRect();
      const y = event.clientY - box.top;
      const gap = (/** @type {number} */ k) => Math.abs(this.cutAt(k) - y);
      const k = [1, 2, 3].reduce((one, other) => (gap(other) < gap(one) ? other : one));
      if (k !== this.choice.k) this.choose({ k }, false);
    };
    /** @param {HTMLElement | SVGElement} node @param {(event: PointerEvent) => boolean} near */
    const grab = (node, near) => {
      node.onpointerdown = (event) => {
        if (this.choice.way !== "sets" || !near(event)) return;
        event.preventDefault();
        node.setPointerCapture(event.pointerId);
        const before = this.choice.k;
        node.onpointermove = drag;
        node.onpointerup = node.onpointercancel = () => {
          node.onpointermove = node.onpointerup = node.onpointercancel = null;
          if (this.choice.k !== before) this.told();
        };
      };
    };
    grab(this.handle, () => true);
    grab(svg, (event) => event.pointerType === "mouse" && Math.abs(event.offsetY - this.cutAt(this.choice.k)) < 12);
    this.machine.append(svg, this.handle, ...this.notes);
  }

  buildSide() {
    const way = (/** @type {Choice["way"]} */ name) => {
      const input = el("input", { type: "radio", name: "follow-way", value: name });
      input.onchange = () => this.choose({ way: name });
      return el("label", {}, input, this.say(name));
    };
    this.ways = [way("sets"), way("imitates")];
    this.big = el("p", { class: "big" });
    this.unseen = el("p", { class: "small" });
    this.curve = el("div", { class: "curve" });
    this.range = el("input", { type: "range", id: "follow-rate", min: 0, max: 100, step: 1 });
    this.range.oninput = () => { this.range.classList.remove("invites"); this.drag(+this.range.value); };
    this.range.onchange = () => { this.drag(+this.range.value); this.told(); };
    this.between = el("b");
    this.endings = [el("span", {}, this.say("different")), el("span", {}, this.say("always"))];
    return el("div", { class: "side" },
      el("fieldset", { class: "ways" }, el("legend", {}, this.say("student")), ...this.ways),
      el("div", { class: "score" }, this.big, this.unseen), this.curve,
      el("div", {}, el("label", { class: "slider", for: "follow-rate" }, this.say("slider")), this.range,
        el("p", { class: "ends" }, this.endings[0], this.between, this.endings[1])));
  }

  buildKeys() {
    const button = (/** @type {string} */ text, /** @type {() => void} */ act, name = "") => {
      const made = el("button", { type: "button", class: name }, text);
      made.onclick = (event) => {
        act();
        if (event.detail) this.root.focus({ preventScroll: true }); // Space then plays, whatever was clicked
      };
      return made;
    };
    this.player = button("", () => this.toggle(), "first");
    this.stepper = button(this.say("step"), () => this.step());
    return el("div", { class: "keys" }, this.player, this.stepper, button(this.say("all"), () => this.all()),
      button(this.say("restart"), () => this.restart()));
  }

  // ---- what is done

  /** Change the choice; told to the server at once unless a hand still holds it. @param {Change} change */
  choose(change, final = true) {
    this.choice = { ...this.choice, ...change };
    this.blocks = [];
    this.refresh();
    if (final) this.told();
  }

  /** The slider's rate, shown with the next frame: hands may be quicker than frames. @param {number} rate */
  drag(rate) {
    this.choice = { ...this.choice, rate };
    this.blocks = [];
    this.dragged = true;
    this.wake();
  }

  told() {
    const { rate, k, way } = this.choice;
    this.pending.push({ name: JSON.stringify([rate, k, way]), at: performance.now() });
    this.tell({ rate, k, way });
  }

  /** What the page says: its echo of what was told here changes nothing, its own choices do. @param {Change} said */
  hear(said) {
    const heard = { ...this.choice, ...said };
    const name = JSON.stringify([heard.rate, heard.k, heard.way]);
    this.pending = this.pending.filter(({ at }) => performance.now() - at < ECHO);
    const at = this.pending.findLastIndex((one) => one.name === name);
    this.pending.splice(0, at < 0 ? this.pending.length : at + 1);
    if (at >= 0) return;
    this.choice = heard;
    this.blocks = [];
    this.refresh();
  }

  play() { this.playing = this.n < this.size; this.begin(); }
  toggle() { if (this.playing) { this.playing = false; this.refresh(); } else { if (this.n >= this.size) this.n = 0; this.play(); } }
  step() {
    this.playing = false;
    if (this.moving) this.land();
    if (this.n >= this.size) return;
    if (this.calm) { this.n += 1; this.refresh(); } else this.begin();
  }
  all() { this.stop(); this.n = this.size; this.refresh(); }
  restart() {
    this.stop();
    this.n = 0;
    this.heights.fill(0);
    if (this.calm) this.refresh(); else this.play();
  }
  stop() { this.playing = this.moving = false; this.blocks = []; }
  get size() { return this.data.followed.draws.length; }

  begin() {
    if (!this.moving && this.n < this.size) {
      this.moving = true;
      this.launched = false;
      this.started = performance.now();
    }
    this.refresh();
  }

  land() {
    this.moving = false;
    this.blocks = [];
    this.n += 1;
    if (this.n === FIRST_ACT && !this.touched) {
      this.playing = false;
      this.touched = true;
      this.range.classList.add("invites");
    }
    if (this.n >= this.size) this.playing = false;
    if (this.playing) this.begin(); else this.refresh();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const inside = event.composedPath().includes(this.root);
    const free = event.target === document.body && this.root.getBoundingClientRect().bottom > 0
      && this.root.getBoundingClientRect().top < innerHeight;
    if (event.ctrlKey || event.metaKey || event.altKey || !(inside || free)) return;
    const at = /** @type {Element} */ (inside ? event.composedPath()[0] : document.body);
    const button = at.matches("button, summary");
    const held = at.matches("input, .handle");
    /** @type {Record<string, (() => void) | null>} */
    const acts = {
      " ": button ? null : () => this.toggle(),
      ArrowRight: held ? null : () => this.step(),
      r: () => this.restart(), a: () => this.all(),
      s: () => this.choose({ way: this.choice.way === "sets" ? "imitates" : "sets" }),
      1: () => this.choose({ k: 1 }), 2: () => this.choose({ k: 2 }), 3: () => this.choose({ k: 3 }),
    };
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act) {
      event.preventDefault();
      event.stopImmediatePropagation(); // Streamlit's own r would run the page anew
      act();
    } else if (inside && event.key.length === 1 && !button) event.stopPropagation();
  }

  // ---- what is shown

  /** Counted once a choice and number of labels, however many frames ask. @returns {number[]} */
  get counts() {
    const { rate, k, way } = this.choice;
    const name = [rate, k, way, this.n].join();
    if (this.counted?.name !== name) this.counted = { name, counts: tally(this.data.followed, this.choice, this.n) };
    return this.counted.counts;
  }
  get points() { return this.data.curves[this.choice.way === "sets" ? `sets-${this.choice.k}` : "imitates"]; }
  get shown() { return Math.min(this.moving ? this.n : Math.max(0, this.n - 1), this.size - 1); }
  /** @param {number} place */
  order(place) {
    const { truth, rival, draws } = this.data.followed;
    return ranking(draws[place], this.choice.rate, truth, rival);
  }

  /** How many of the first n labels have the truth first. @param {number} n */
  right(n) {
    const { draws, truth, rival } = this.data.followed;
    return draws.slice(0, n).filter((draw) => first(draw, this.choice.rate, rival) === truth).length;
  }

  /** Words, numbers, chips and the curve; the bars follow frame by frame. */
  refresh() {
    this.showImage();
    this.showWords();
    this.showAnswer();
    if (this.fold.open && !this.playing) this.tabulate();
    this.wake();
  }

  showImage() {
    const { draws, truth } = this.data.followed;
    const place = this.shown;
    this.paint(this.picture, draws[place][0]);
    this.picture.setAttribute("aria-label", this.say("picture", { place: place + 1 }));
    this.says.replaceChildren(`${this.order(place)[0]} `, el("span", { role: "img", "aria-label": this.say("wrong") }, "✗"));
    this.record.textContent = this.n ? this.say("record", { right: this.right(this.n) }) : "";
    if (this.strip.dataset.at !== `${place}/${this.choice.rate}`) {
      this.strip.dataset.at = `${place}/${this.choice.rate}`;
      const before = [1, 2, 3, 4].map((back) => place - back).filter((one) => one >= 0);
      this.strip.replaceChildren(...before.map((one) => {
        const canvas = el("canvas", { width: PAINTED, height: PAINTED });
        this.paint(canvas, draws[one][0]);
        return el("div", {}, canvas, `${this.order(one)[0]} ✗`);
      }));
    }
    const sets = this.choice.way === "sets";
    this.seen.textContent = this.say(sets ? "sees" : "sees-all");
    const { masses } = this.data.followed;
    const chip = (/** @type {number} */ label, /** @type {number | string} */ text = label) => el("span", { class: label === truth ? "chip truth" : "chip" }, String(text));
    const order = this.n ? this.order(this.n - 1) : []; // of the label that was counted last
    const set = order.slice(0, sets ? this.choice.k : 2);
    if (!set.length) this.chips.replaceChildren("{ ? }");
    else if (sets) this.chips.replaceChildren("{", ...set.toSorted((one, other) => one - other).map((one) => chip(one)), "}");
    else this.chips.replaceChildren(...set.map((one, rank) => chip(one, `${one}: ${whole(masses[rank])}`)), "…");
  }

  showWords() {
    const { truth, rival } = this.data.followed;
    const counts = this.counts;
    const found = degrees(counts, this.n, truth, rival);
    this.found = found;
    const values = {
      truth, lead: found.lead, count: counts[truth], n: this.n, share: whole(found.gamma),
      mine: two(this.n ? counts[truth] / this.n : 0), other: two(found.gamma),
    };
    const key = `verdict.${verdict(this.choice, this.n, counts, found, truth)}`;
    this.verdict.replaceChildren(...this.set(key, values));
    const said = this.say(key, values);
    this.svg.setAttribute("aria-label", this.say("figure", { verdict: said }));
    clearTimeout(this.later);
    if (!this.playing) this.later = setTimeout(() => (this.live.textContent = said), 600);
    this.player.textContent = this.playing ? `❚❚ ${this.say("pause")}` : `▶ ${this.say("play")}`;
    const label = this.handle.querySelector("span");
    label.replaceChildren(el("b", {}, this.say("cut")), el("br"), this.say("cut-passes"));
    put(this.handle, { "aria-valuenow": this.choice.k, "aria-valuetext": this.say("cut-passes") });
    this.handle.hidden = this.choice.way !== "sets";
    this.handle.style.display = this.handle.hidden ? "none" : "";
    this.showNotes(found, counts);
  }

  /** @param {Degrees} found @param {number[]} counts */
  showNotes(found, counts) {
    const [delta, room, gamma] = this.notes;
    const sets = this.choice.way === "sets";
    const enough = sets ? this.n >= SOME : this.n >= 1;
    for (const note of this.notes) note.hidden = !enough;
    if (!enough) return;
    const short = this.place?.phone ? "-short" : "";
    if (sets) {
      delta.replaceChildren(`${this.say("truth-missing")} `, el("b", {}, `${whole(found.delta)} (Δ)`));
      gamma.replaceChildren(`${this.say(`commonest${short}`, { lead: found.lead })} `, el("b", {}, `${whole(found.gamma)} (γ)`));
      room.replaceChildren(found.room < 0.005 ? el("b", {}, this.say("no-room"))
        : `${this.say(`room${short}`)} `, ...(found.room < 0.005 ? [] : [el("b", {}, whole(found.room))]));
      Object.assign(this.root.dataset, { delta: found.delta, gamma: found.gamma });
    } else {
      const { truth } = this.data.followed;
      delta.replaceChildren(`${this.say("truth-gets")} `, el("b", { class: "truth" }, two(counts[truth] / this.n)));
      gamma.replaceChildren(`${this.say("rival-gets", { lead: found.lead })} `, el("b", {}, two(found.gamma)));
      room.hidden = true;
    }
  }

  showAnswer() {
    const { rate, way, k } = this.choice;
    const { point, exact } = nearest(this.points, rate);
    const [near, mean, low, high] = point;
    const values = { share: tenth(mean), near: whole(near / 100), ...outward(low, high) };
    const result = this.set(`${mean < LOW ? "only" : "right"}${exact ? "" : "-near"}`, values);
    const head = this.set("headline", { way: [this.say(way === "sets" ? `way-sets-${k}` : "way-imitates")], result });
    this.headline.replaceChildren(...head);
    this.big.replaceChildren((mean * 100).toFixed(1), el("small", {}, "\u00a0%"));
    this.unseen.textContent = this.say(exact ? "unseen" : "unseen-near", values);
    this.ways.forEach((label) => { const input = label.querySelector("input"); input.checked = input.value === way; });
    this.range.value = String(rate);
    this.range.style.setProperty("--filled", `calc(13px + (100% - 26px) * ${rate / 100})`);
    const at = this.say("share-of", { rate: whole(rate / 100) });
    const valued = rate === 0 ? this.say("different") : rate === 100 ? this.say("always") : at;
    this.range.setAttribute("aria-valuetext", valued);
    this.between.textContent = rate % 100 ? whole(rate / 100) : "";
    this.drawCurve();
  }

  drawCurve() {
    const { width, height } = this.curve.getBoundingClientRect();
    if (height < 40) return;
    const { rate, way } = this.choice;
    const side = 13; // half a thumb: the slider's range and the axis are one
    const x = (/** @type {number} */ at) => side + ((width - 2 * side) * at) / 100;
    const y = (/** @type {number} */ share) => 18 + (height - 28) * (1 - share);
    const svg = el("svg", { role: "img", viewBox: `0 0 ${width} ${height}` });
    for (const share of [0, 0.5, 1]) svg.append(el("line", { class: "grid", x1: side, x2: width - side, y1: y(share), y2: y(share) }));
    svg.append(el("text", { x: width - side, y: y(1) - 5, "text-anchor": "end" }, "100\u00a0%"));
    const wrong = this.say("first-choice", { share: whole(this.right(this.size) / this.size) });
    for (let at = 0; at <= 100; at += 10) svg.append(el("text", { x: x(at), y: y(0) + 4, "text-anchor": "middle", "font-size": 11 }, "✗"));
    const draw = (/** @type {Point[]} */ points, /** @type {boolean} */ quiet) => {
      const group = el("g", quiet ? { class: "quiet" } : {});
      group.append(el("path", { d: points.map(([at, mean], place) => `${place ? "L" : "M"}${x(at)} ${y(mean)}`).join("") }));
      for (const [at, mean, low, high] of points) {
        if (!quiet) group.append(el("line", { class: "whisker", x1: x(at), x2: x(at), y1: y(low), y2: y(high) }));
        group.append(el("circle", { cx: x(at), cy: y(mean), r: quiet ? 2 : 3 }));
      }
      svg.append(group);
    };
    const { curves } = this.data;
    draw(way === "sets" ? curves.imitates : curves["sets-2"], true);
    draw(this.points, false);
    const { point, exact } = nearest(this.points, rate);
    svg.append(el("line", { class: "here", x1: x(rate), x2: x(rate), y1: exact ? y(point[1]) : y(1), y2: height }));
    if (exact) svg.append(el("circle", { class: "spot", cx: x(rate), cy: y(point[1]), r: 8 }));
    svg.append(el("text", { class: "halo", x: side, y: y(0) - 9 }, wrong));
    /** @param {string} text @param {Point[]} points @param {number} wanted @param {number} dy @param {string} anchor @param {boolean} mine */
    const name = (text, points, wanted, dy, anchor, mine) => {
      const at = points.find(([one]) => one >= wanted) ?? points.at(-1);
      svg.append(el("text", { class: `halo${mine ? " mine" : ""}`, x: x(at[0]), y: y(at[1]) + dy, "text-anchor": anchor }, text));
    };
    const upper = way === "sets" ? this.points : curves["sets-2"];
    if (upper.length > 1) name(this.say("curve-sets"), upper, 70, 24, "middle", way === "sets");
    name(this.say("curve-imitates"), curves.imitates, 50, 4, "end", way !== "sets");
    svg.lastElementChild.setAttribute("x", String(x(50) - 14));
    const values = { first: tenth(this.points[0][1]), last: tenth(this.points.at(-1)[1]), rate: whole(rate / 100) };
    const alone = this.points.length === 1;
    svg.setAttribute("aria-label", alone
      ? this.say("one-curve", { share: values.first, near: whole(this.points[0][0] / 100) }) : this.say("curve", values));
    this.curve.replaceChildren(svg);
  }

  tabulate() {
    if (!this.fold.open) return;
    const rows = (/** @type {string[]} */ head, /** @type {string[][]} */ body) => el("table", {},
      el("thead", {}, el("tr", {}, ...head.map((one) => el("th", { scope: "col" }, one)))),
      el("tbody", {}, ...body.map(([first, ...rest]) => el("tr", {}, el("th", { scope: "row" }, first), ...rest.map((one) => el("td", {}, one))))));
    const sets = this.choice.way === "sets";
    const counted = rows(["digit", sets ? "sets" : "sum", "share"].map((one) => this.say(`column-${one}`)),
      this.counts.map((count, label) => [String(label), sets ? String(count) : count.toFixed(1), this.n ? tenth(count / this.n) : ""]));
    counted.prepend(el("caption", {}, this.say("table-tally")));
    const computed = rows(["rate", "accuracy", "interval"].map((one) => this.say(`column-${one}`)),
      this.points.map(([at, mean, low, high]) => [whole(at / 100), tenth(mean), Object.values(outward(low, high)).join("–")]));
    computed.prepend(el("caption", {}, this.say("table-curve", { way: this.say(this.choice.way) })));
    this.table.replaceChildren(counted, computed);
  }

  /** The 64 grey values of an image, smoothed, in the colour of the text.
   * @param {HTMLCanvasElement} canvas @param {number} image */
  paint(canvas, image) {
    const ink = getComputedStyle(this.root).color;
    const key = `${image}/${ink}`;
    if (canvas.dataset.key === key) return;
    canvas.dataset.key = key;
    if (!this.paints.has(key)) {
      const [red, green, blue] = ink.match(/[\d.]+/g).map(Number);
      const shades = [...this.data.followed.images[image]].map((shade) => parseInt(shade, 17) / 16);
      const at = (/** @type {number} */ row, /** @type {number} */ column) => (row < 0 || column < 0 || row > 7 || column > 7 ? 0 : shades[row * 8 + column]);
      const painted = new ImageData(PAINTED, PAINTED);
      for (let row = 0; row < PAINTED; row++) for (let column = 0; column < PAINTED; column++) {
        const [v, u] = [((row + 0.5) / PAINTED) * 9 - 1, ((column + 0.5) / PAINTED) * 9 - 1];
        const [top, left] = [Math.floor(v), Math.floor(u)];
        const [below, beside] = [v - top, u - left];
        const mix = (/** @type {number} */ line) => at(line, left) * (1 - beside) + at(line, left + 1) * beside;
        const shade = Math.min(1, Math.max(0, (mix(top) * (1 - below) + mix(top + 1) * below - 0.22) / 0.5));
        painted.data.set([red, green, blue, 255 * shade * shade * (3 - 2 * shade)], 4 * (row * PAINTED + column));
      }
      this.paints.set(key, painted);
    }
    canvas.getContext("2d").putImageData(this.paints.get(key), 0, 0);
  }

  // ---- frame by frame

  resize() {
    const { width, height } = this.machine.getBoundingClientRect();
    if (!this.machine.isConnected || width < 40) return;
    this.place = layout(width, height);
    const [p, at] = [this.parts, this.place];
    put(this.svg, { viewBox: `0 0 ${width} ${height}` });
    [p.upper, p.lower].forEach((names, row) => names.forEach((name, label) =>
      put(name, { x: at.x(label), y: (row ? at.floor : at.base) + 19 })));
    put(p.axes[0], { x1: at.left, x2: at.right, y1: at.base + 0.5, y2: at.base + 0.5 });
    put(p.axes[1], { x1: at.left, x2: at.right, y1: at.floor + 0.5, y2: at.floor + 0.5 });
    p.captions.forEach((caption, row) => put(caption, { x: at.left, y: at.captions[row] }));
    put(p.empty, { x: (at.left + at.right) / 2, y: (at.roof + at.floor) / 2 });
    this.showWords();
    this.drawCurve();
    this.wake();
  }

  /** @param {number} k */
  cutAt(k) {
    const { masses } = this.data.followed;
    return this.high((masses[k - 1] + masses[k]) / 2);
  }
  /** @param {number} mass */
  high(mass) { return this.place.base - (mass / TOP) * (this.place.base - this.place.top); }

  wake() {
    if (this.frame === undefined) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  /** @param {number} now */
  tick(now) {
    this.frame = undefined;
    if (!this.root.isConnected || !this.place) return;
    if (this.dragged) {
      this.dragged = false;
      this.refresh();
    }
    if (this.moving) {
      const [passed, whole] = [now - this.started, pace(this.n)];
      if (!this.launched && passed > whole * (this.n ? 0.45 : 0.7)) this.launch(now, whole);
      if (passed >= whole) this.land();
    }
    const moved = this.draw(now, Math.min(60, now - (this.last ?? now)) || 16);
    this.root.dataset.moving = String(this.moving);
    this.last = now;
    if (moved || this.moving || this.blocks.length) this.wake();
    else this.last = undefined;
  }

  /** @param {number} now @param {number} whole */
  launch(now, whole) {
    this.launched = true;
    const sets = this.choice.way === "sets";
    const { masses } = this.data.followed;
    const order = this.order(this.n).slice(0, sets ? this.choice.k : BLOCKS);
    const unit = this.unit(this.n + 1);
    this.blocks = order.map((label, rank) => ({
      label, from: this.high(masses[rank]), start: now, length: whole * (this.n ? 0.55 : 0.3),
      height: sets ? Math.max(3, Math.min(16, unit - 1.5)) : Math.max(2, masses[rank] * unit),
    }));
  }

  /** Height of one label in the lower row. @param {number} n */
  unit(n) {
    const room = this.place.floor - this.place.roof;
    return this.choice.way === "sets" ? room / Math.max(12, n) : room / (0.5 * Math.max(n, 12));
  }

  /** @param {number} now @param {number} passed */
  draw(now, passed) {
    const [p, at] = [this.parts, this.place];
    const { truth, masses } = this.data.followed;
    const sets = this.choice.way === "sets";
    const close = this.calm ? 1 : 1 - Math.exp(-passed / SETTLE);
    let moved = false;
    const follow = (/** @type {number[]} */ list, /** @type {number} */ label, /** @type {number} */ goal) => {
      const gap = goal - list[label];
      if (Math.abs(gap) > 0.3) moved = true;
      list[label] = Math.abs(gap) > 0.3 ? list[label] + gap * close : goal;
      return list[label];
    };
    const order = this.order(this.shown);
    const opening = this.moving && this.n === 0 && !this.calm; // the first label takes its time
    const since = now - this.started;
    const grown = opening ? Math.min(1, Math.max(0, (since - 300) / 600)) : 1;
    const swept = opening ? Math.min(1, Math.max(0, (since - 1000) / 450)) : 1;
    const passes = (/** @type {number} */ label) => !sets || order.indexOf(label) < this.choice.k;
    for (let label = 0; label < 10; label++) {
      const height = follow(this.bars, label, ((at.base - at.top) * masses[order.indexOf(label)] * grown) / TOP);
      put(p.guess[label], { d: rounded(at.x(label) - at.bar / 2, at.base - height, at.bar, height),
        class: `${this.kind(label)}${passes(label) || swept < 1 ? "" : " out"}` });
      put(p.upper[label], { class: `digit${label === truth ? " truth" : passes(label) ? " on" : ""}` });
    }
    put(p.cross, { x: at.x(order[0]), y: at.base - this.bars[order[0]] - 5, visibility: grown < 1 ? "hidden" : "visible" });
    const line = this.cutAt(this.choice.k);
    put(p.cut, { x1: at.left, x2: at.left + (at.right + 6 - at.left) * swept, y1: line, y2: line, visibility: sets ? "visible" : "hidden" });
    Object.assign(this.handle.style, { left: `${at.right + 6}px`, top: `${line - 22}px`, visibility: swept < 1 ? "hidden" : "visible" });

    const counts = this.counts;
    const unit = this.unit(this.n);
    for (let label = 0; label < 10; label++) {
      const height = follow(this.heights, label, counts[label] * unit);
      put(p.count[label], { d: rounded(at.x(label) - at.bar / 2, at.floor - height, at.bar, height) });
    }
    const few = sets && this.n > 0 && unit > 5 && !moved;
    if (few) {
      put(this.gaps, { height: unit, y: at.floor % unit });
      put(this.gapPath, { d: `M0 ${0.75}H10` });
      put(p.seams, { d: counts.map((count, label) => (count > 1
        ? `M${at.x(label) - at.bar / 2 - 1} ${at.floor - 2}h${at.bar + 2}V${at.floor - count * unit + 2}h${-at.bar - 2}z` : "")).join("") });
    }
    put(p.seams, { visibility: few ? "visible" : "hidden" });
    const lead = this.found.lead;
    [truth, lead].forEach((label, mark) => {
      const shown = this.n >= SOME && sets;
      put(p.shares[mark], { x: at.x(label), y: at.floor - this.heights[label] - 6, visibility: shown ? "visible" : "hidden" });
      if (shown) p.shares[mark].textContent = whole(counts[label] / this.n);
    });
    for (let label = 0; label < 10; label++)
      put(p.lower[label], { class: `digit${label === truth ? " truth" : label === lead && this.n >= SOME ? " on" : ""}` });
    const short = at.phone ? "-short" : "";
    const captions = [this.say(`guesses${short}`), this.say(`${sets ? "contain" : "average"}${short}`)];
    p.captions.forEach((caption, row) => { if (caption.textContent !== captions[row]) caption.textContent = captions[row]; });
    put(p.empty, { visibility: this.n || this.blocks.length ? "hidden" : "visible" });
    this.drawRuler(at, unit, sets, truth, lead);
    p.fall.forEach((node, place) => {
      const block = this.blocks[place];
      const way = block ? (now - block.start) / block.length : 2;
      if (!block || way > 1) return put(node, { d: "" });
      const goal = at.floor - this.heights[block.label] - block.height;
      const y = block.from + (goal - block.from) * way * way;
      put(node, { d: rounded(at.x(block.label) - at.bar / 2, y, at.bar, block.height), class: this.kind(block.label) });
    });
    return moved;
  }

  /** @param {Layout} at @param {number} unit @param {boolean} sets @param {number} truth @param {number} lead */
  drawRuler(at, unit, sets, truth, lead) {
    const p = this.parts;
    const roof = at.floor - Math.max(1, this.n) * unit; // "every set so far"
    const [mine, other] = [at.floor - this.heights[truth], at.floor - this.heights[lead]];
    const [x, w] = [at.right + 10, at.scale];
    const show = this.n >= SOME;
    put(this.ruler, { visibility: show && sets ? "visible" : "hidden" });
    put(p.every, { x1: at.left, x2: x, y1: roof, y2: roof, visibility: show && sets ? "visible" : "hidden" });
    [[truth, mine], [lead, other]].forEach(([label, y], mark) => put(p.leads[mark], {
      x1: at.x(label) + at.bar / 2, x2: x, y1: y, y2: y,
      visibility: show && (!sets || (mark ? true : mine > roof + 3)) ? "visible" : "hidden" }));
    put(p.all, { x, y: roof, width: w, height: at.floor - roof });
    put(p.gamma, { x, y: other, width: w / 2, height: Math.max(0, at.floor - other) });
    put(p.missing, { x: x + w / 2, y: roof, width: w / 2, height: Math.max(2.5, mine - roof) });
    const c = x + w * 0.75;
    const room = other - mine > 14;
    put(p.room, { d: room ? `M${c} ${mine + 5}V${other - 3}m-4 -5l4 5l4 -5M${c - 4} ${mine + 10}l4 -5l4 5` : "" });
    this.placeNotes(at, sets, roof, mine, other);
  }

  /** @param {Layout} at @param {boolean} sets @param {number} roof @param {number} mine @param {number} other */
  placeNotes(at, sets, roof, mine, other) {
    const notes = this.notes.filter((note) => !note.hidden);
    const left = at.right + 10 + (sets ? at.scale + 8 : 4);
    const tall = sets ? 44 : 24;
    /** @type {Record<string, number>} */
    const wanted = { delta: sets ? roof - 6 : mine - 12, room: (mine + other) / 2 - 16, gamma: sets ? other - 4 : other - 12 };
    const kinds = notes.map((note) => note.classList[1]);
    const tops = apart(kinds.map((kind) => wanted[kind]), tall, at.roof - 24, at.floor + 14);
    notes.forEach((note, place) => Object.assign(note.style, {
      left: `${left}px`, width: `${at.gutter - (left - at.right)}px`, top: `${tops[place]}px` }));
  }
}

/** @param {{data: {at: string, choice: Change}, parentElement: ShadowRoot, setTriggerValue(name: string, value: any): void}} component */
export default ({ data: { at, choice }, parentElement, setTriggerValue }) => {
  withSetting(parentElement, at, (/** @type {Data} */ known) => {
    const there = figures.get(parentElement);
    if (there) {
      there.take(known);
      there.hear(choice);
    } else {
      figures.set(parentElement, new Figure(parentElement, known, choice, (made) => setTriggerValue("choice", made)));
    }
  });
  return () => {
    forsake(parentElement);
    figures.get(parentElement)?.leave();
    figures.delete(parentElement);
  };
};
