// The figure: hands and keys on one side, what the page says on the other. `statistics.js` counts, `plot.js` draws.

import { Asking } from "./asking.js";
import { el, forsake, percent, withSetting } from "./elements.js";
import { icon, Plot } from "./plot.js";
/** @import { Data, Deed, Here, Now, Setting, Swept } from "./data.d.ts" */
import { along, crossing, ends, filtered, grabbed, spearman, strength, wrong } from "./statistics.js";
import { inOrder, Pinned, stop, worse } from "./trails.js";

const REST = 350; // ms without a key after which a slider moved by keys has been let go
const ASK = 200; // ms between two questions how a run stands
const SHOWN = 1000; // ms that a run is seen at least, however short it was
const FAR = 0.12; // neighbours this far apart in accuracy are a range, not a point
const FEWEST = 10; // experiments below which nothing is said of their order
const NEAR = 16; // px within which a point is meant
const SLOWEST = 5000; // ms between two questions to a network that is away
const ROOM = 8; // letters of a chip that shares its line with another
const FAMILIES = ["sort", "framework", "loss"];
const ENDS = { done: "ended", cancelled: "stopped" }; // how a run ended -> what is said
const ONCE = ["train", "anew", "stop", "vary", "still", "pin"]; // pressed again before the answer they mean nothing new

const figures = new WeakMap(); // where a figure stands -> its controller

const signed = (/** @type {number} */ number, digits = 2) => (Number(number.toFixed(digits)) + 0).toFixed(digits).replace("-", "−");
const capital = (/** @type {string} */ text) => text.replace(/^[a-z]/, (first) => first.toUpperCase()); // γ stays γ
const short = (/** @type {number} */ number) => signed(Number(number.toFixed(4)), 4).replace(/\.?0+$/, "");

class Observatory {
  /** @param {ShadowRoot} parent @param {Data} data @param {Setting} setting @param {(deeds: Deed[]) => void} tell */
  constructor(parent, data, setting, tell) {
    this.parent = parent;
    this.setting = setting;
    this.tell = tell;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.deeds = /** @type {Deed[]} */ ([]); // done and not heard yet: number, what, value
    this.number = Math.max(data.heard, Date.now()); // greater than any of a figure that stood here before
    this.hovered = this.tapped = null;
    this.spot = null;
    this.dimmed = false;
    this.climb = null; // a run under way, as it is shown
    this.hand = null; // path of a slider that is held, or was moved by keys a moment ago
    this.parked = null; // an answer that came meanwhile
    this.told = new Map(); // path -> value told and not answered yet
    this.said = { run: "", sweep: "", end: "", trail: "" }; // what the line below the sentence could say
    this.measured = null; // numbers of the last choice, before the page has answered it
    this.latest = 0; // whose question how a run stands is the latest
    this.over = false; // the run that is followed has ended, and the page is asked for its result
    this.swept = /** @type {Swept[]} */ ([]); // own points of the sweep
    this.sweeper = new Asking((found) => this.hearSweep(found));
    this.pinned = new Pinned(() => this.paint());
    this.values = new Map(); // path -> value under the hand
    this.active = null; // path of the slider that moved last
    this.build();
    this.hear(data);
  }

  leave() {
    this.plot.leave();
    clearTimeout(this.later);
    clearTimeout(this.asking);
    this.sweeper.stop();
    this.pinned.leave();
    this.gone = true;
  }

  // ---- words

  /** @param {string} key @param {Record<string, any>} values */
  say(key, values = {}) {
    return (this.setting.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  /** What an entry is: its bias type and fields, and what its student sees. @param {number} row */
  described(row) {
    const { ids, columns, fields } = this.setting.atlas;
    const [bias, loss] = ["bias", "loss"].map((name) => ids[name][columns[name][row]]);
    const { titles } = this.setting;
    const parts = Object.entries(fields[row]).map(([name, value]) =>
      `${titles.fields[`${bias}.${name}`] ?? name} ${typeof value === "number" ? short(value) : value}`);
    const k = columns.k[row];
    const sees = this.setting.reads[loss] === "sets"
      ? this.say(k === "support" ? "sees-support" : "sees-sets", { k }) : this.say("sees-all");
    return { labels: [titles.bias[bias], ...parts].join(", "), shown: sees, loss: titles.loss[loss] };
  }

  // ---- what stands there

  build() {
    const root = (this.root = el("section", { class: "observatory", "aria-label": this.say("name"), tabindex: "-1" }));
    const style = el("link", { rel: "stylesheet", href: new URL("observatory.css", import.meta.url).href });
    this.dressed = new Promise((done) => { style.onload = style.onerror = done; });
    this.sentence = el("p", { class: "say" });
    this.verdict = el("p", { class: "verdict", "aria-live": "polite" });
    this.trainer = el("button", { type: "button", class: "go" });
    this.trainer.onclick = () => (this.data.job ? this.do("stop", this.data.job) : this.do(this.data.now.accuracy ? "anew" : "train", null));
    this.varier = el("button", { type: "button", class: "go quiet" });
    this.varier.onclick = () => {
      if (!this.data.sweep?.goes) return this.do("vary", this.active);
      this.sweeper.stop(); // so that no run more begins
      this.do("still", this.data.sweep.key);
    };
    this.pinner = el("button", { type: "button", class: "link" });
    this.pinner.onclick = () => this.do("pin", this.data.pinned ? null : this.active);
    this.more = el("button", { type: "button", class: "link more" }, this.say("more"));
    this.more.onclick = () => document.querySelector(".st-key-sweep")?.scrollIntoView({ block: "center" });
    this.numbers = el("dl", { class: "nums" });
    this.state = el("p", { class: "state" });
    this.headline = el("h2");
    this.count = el("span", { class: "note" });
    this.others = el("button", { type: "button", class: "link" });
    this.others.onclick = () => { this.dimmed = !this.dimmed; this.showHeadline(); this.paint(); };
    this.tabler = el("button", { type: "button", class: "link table" }, this.say("table"));
    this.tabler.onclick = () => this.openTable();
    this.field = el("div", { class: "plot", tabindex: "0", role: "application" });
    this.card = el("div", { class: "card", hidden: "" });
    this.axes = el("fieldset", { class: "axes" }, el("legend", { class: "hidden" }, this.say("axis")));
    this.rail = el("div", { class: "rail" });
    this.strip = el("div", { class: "strip" });
    this.live = el("p", { class: "hidden", "aria-live": "polite" });
    this.dialog = el("dialog");
    root.append(style,
      el("div", { class: "ask" }, el("div", {}, this.sentence, el("div", { class: "sub" }, this.verdict, this.varier, this.trainer),
        el("div", { class: "foot" }, this.state, this.more, this.pinner, this.switch = el("label", { class: "auto" }))), this.numbers),
      el("div", { class: "main" },
        el("div", { class: "head" }, this.headline, this.count, this.others, this.tabler),
        el("p", { class: "note up" }, this.say("y")), this.field, this.axes, this.rail),
      this.strip, this.live, this.dialog);
    this.plot = new Plot(this.field, this.calm);
    this.field.append(this.card);
    this.listen();
    this.parent.append(root);
    this.buildAxes();
    this.buildRail();
    this.dressed.then(() => { root.classList.add("ready"); this.dress(); this.plot.resize(); this.fitAll(); this.reach(); });
    document.fonts.ready.then(() => this.fitAll());
  }

  buildAxes() {
    const name = `axis-${Math.random()}`;
    this.tabs = this.setting.axes.map(({ id }, place) => {
      const input = el("input", { type: "radio", name, value: id });
      input.onchange = () => this.turn(id);
      const rho = el("b", { class: "rho" });
      const size = el("i");
      const label = el("label", { title: `${place + 1}` }, input, el("span", { class: "name" }, this.say(`short.${id}`)), rho,
        el("span", { class: "gloss" }, this.say(`axes.${id}`)), el("span", { class: "size" }, size));
      this.axes.append(label);
      return { id, input, rho, size };
    });
  }

  buildRail() {
    const { ids } = this.setting.atlas;
    const sorts = Object.keys(this.setting.shapes);
    /** @type {Record<string, Set<number>>} */
    this.chosen = { sort: new Set(), framework: new Set(), loss: new Set() };
    this.sorts = sorts;
    const { columns } = this.setting.atlas;
    columns.sort = columns.bias.map((bias) => sorts.indexOf(this.setting.sorts[ids.bias[bias]] ?? "other"));
    const names = { sort: sorts, framework: ids.framework, loss: ids.loss };
    const titles = { sort: Object.fromEntries(sorts.map((sort) => [sort, this.say(`sorts.${sort}`)])), framework: this.setting.titles.framework, loss: this.setting.titles.loss };
    this.chips = [];
    const chip = (family, place, token, title) => {
      const input = el("input", { type: "checkbox" });
      const count = el("span", { class: "count" });
      const label = el("label", { class: title.length > ROOM ? "chip long" : "chip" }, input);
      if (family === "sort") {
        const glyph = el("span", { class: "glyph", style: `color: var(--sort-${token})` });
        glyph.innerHTML = icon(this.setting.shapes[token]);
        label.append(glyph);
        label.onpointerenter = (event) => { if (event.pointerType === "mouse") { this.spot = place; this.paint(); } };
        label.onpointerleave = () => { this.spot = null; this.paint(); };
      }
      label.append(el("span", { class: "title", title }, title), count);
      input.onchange = () => {
        if (family === "bad") this.bad = input.checked;
        else if (input.checked) this.chosen[family].add(place);
        else this.chosen[family].delete(place);
        this.filter();
        this.do("view", { show: this.shownTokens().join(".") });
      };
      this.chips.push({ family, place, token, input, count, label });
      return label;
    };
    this.rail.append(el("p", { class: "note" }, this.say("filter")));
    this.rail.append(el("fieldset", {}, el("legend", {}, this.say("teachers")), chip("bad", 0, "bad", this.say("bad"))));
    for (const family of FAMILIES)
      this.rail.append(el("fieldset", { class: family }, el("legend", {}, this.say(family)),
        ...names[family].map((token, place) => chip(family, place, token, titles[family][token]))));
    this.auto = el("input", { type: "checkbox" });
    this.auto.onchange = () => this.do("view", { auto: this.auto.checked ? "1" : "0" });
    this.switch.append(this.auto, this.say("auto"));
  }

  /** Whether any entry of the dataset has this mark. */
  present(family, place) {
    const { columns } = this.setting.atlas;
    return family === "bad" || columns[family].some((one, row) => one === place && columns.dataset[row] === this.dataset);
  }

  shownTokens() { return this.chips.filter(({ input }) => input.checked).map(({ token }) => token); }

  /** Colours as the theme has them now. */
  dress() {
    const { colours } = this.setting;
    for (const [name, [light, dark]] of Object.entries(colours)) this.root.style.setProperty(`--${name}`, `light-dark(${light}, ${dark})`);
    const probe = el("i", { style: "display: none" });
    this.root.append(probe);
    const read = (/** @type {string} */ name) => { probe.style.color = `var(--${name})`; return getComputedStyle(probe).color; };
    const names = ["ink", "mute", "line", "edge", "ground", "soft", "tint", "mark", "accent"];
    const found = Object.fromEntries(names.map((name) => [name, read(name)]));
    const inked = this.ink !== found.ink;
    this.ink = found.ink;
    const marks = this.sorts.map((sort) => ({ color: read(`sort-${sort}`), shape: this.setting.shapes[sort] }));
    const font = getComputedStyle(this.root).fontFamily;
    probe.remove();
    this.plot.dress(found, marks, font, parseFloat(getComputedStyle(this.count).fontSize));
    if (inked) this.showExamples();
  }

  // ---- what the page says

  /** What the page says now, in the colours that it has now. @param {Data} data */
  hear(data) {
    this.take(data);
    this.dress();
  }

  /** What the page says now. An answer to a question asked before the last is not shown: a newer one comes. @param {Data} data */
  take(data) {
    this.deeds = this.deeds.filter(([number]) => number > data.heard);
    if (this.data && (this.deeds.length || this.hand)) {
      this.parked = data;
      return;
    }
    const before = this.data;
    this.data = data;
    this.parked = null;
    this.values.clear();
    this.told.clear();
    this.measured = null;
    delete this.root.dataset.measured;
    this.root.classList.remove("busy");
    this.root.classList.toggle("bare", !data.controls);
    this.root.classList.toggle("presents", data.presents);
    this.dataset = this.setting.atlas.ids.dataset.indexOf(data.dataset);
    const shown = new Set(data.shown);
    for (const { family, place: mark, token, input } of this.chips) {
      input.checked = shown.has(token);
      if (family === "bad") this.bad = input.checked;
      else if (input.checked) this.chosen[family].add(mark);
      else this.chosen[family].delete(mark);
    }
    this.auto.checked = data.auto;
    const known = Object.keys(data.trails).sort((one, other) => data.trails[other].length - data.trails[one].length);
    if (!this.partAt(this.active))
      this.active = known.find((path) => this.partAt(path)) ?? data.sentence.flat().find((part) => part.range)?.range ?? null;
    const axis = this.setting.axes.some(({ id }) => id === data.axis) ? data.axis : "total";
    const turned = axis !== this.axis;
    this.axis = axis;
    this.tabs.forEach(({ id, input }) => { input.checked = id === this.axis; });
    this.writeSentence();
    this.follow(before);
    this.sweep(before);
    this.pinned.hear(data.pinned);
    this.setDots();
    this.refresh();
    this.showExamples();
    if (this.passed !== this.filterName()) this.filter(before?.dataset === data.dataset);
    else if (turned) this.place(true);
  }

  /** Tell the page what was done. @param {string} what */
  do(what, value) {
    if (what !== "set") this.release(this.hand); // what a hand chose comes before what it presses
    if (ONCE.includes(what) && this.deeds.some(([, one]) => one === what)) return;
    this.number += 1;
    this.deeds.push([this.number, what, value]);
    if (what === "set") this.measure(this.number, value);
    if (what !== "view") this.root.classList.add("busy");
    this.tell([...this.deeds]);
  }

  /** The core's numbers of a choice, which are there before the page's answer. @param {number} number */
  async measure(number, [path, value]) {
    try {
      const asked = new URLSearchParams({ path, value: JSON.stringify(value) });
      const now = await (await fetch(`${this.data["measured-at"]}&${asked}`)).json();
      if (this.gone || !now) return;
      this.measured = { number, now };
    } catch {
      return; // the page's answer comes all the same
    }
    if (this.now !== this.measured.now) return;
    this.root.dataset.measured = String(number);
    this.refresh();
    this.showExamples();
  }

  /** The numbers to show: the page's, or those of a choice that it has not answered yet. @returns {Now} */
  get now() {
    const last = this.deeds.findLast(([, what]) => what !== "view");
    return this.measured && !this.hand && last?.[0] === this.measured.number ? this.measured.now : this.data.now;
  }

  /** Whether a hand is at a value whose numbers only the trail tells. */
  get moved() {
    const value = this.values.get(this.active);
    return this.now === this.data.now && value !== undefined && value !== this.valueOf(this.active);
  }

  /** The run under way, where its numbers are those that are shown. */
  get climbing() { return this.now === this.data.now ? this.climb : null; }

  // ---- the sentence

  writeSentence() {
    const { sentence, controls } = this.data;
    const shape = JSON.stringify([sentence, controls], (key, value) => (key === "value" ? undefined : value));
    if (shape !== this.shape) {
      this.shape = shape;
      const path = /** @type {HTMLElement | null} */ (this.parent.activeElement)?.dataset?.path;
      this.controls = new Map();
      this.sentence.replaceChildren(...this.data.sentence.flatMap((group) => {
        const made = el("span", { class: "group" });
        for (const [place, part] of group.entries()) {
          const bound = part.range && group[place - 1]?.text; // a slider is never torn from its name
          if (bound) made.lastElementChild.append(" ", this.part(part));
          else made.append(this.part(part), " ");
        }
        return [made, " "];
      }));
      if (path) this.controls.get(path)?.focus({ preventScroll: true });
    }
    for (const part of this.data.sentence.flat()) if (!part.text) this.setControl(part);
  }

  part(part) {
    if (part.text !== undefined) return el("span", {}, part.text.replace("→", "→\u00a0"));
    const path = part.menu ?? part.range;
    if (!this.data.controls) {
      const said = el("b", {});
      this.controls.set(path, said);
      return said;
    }
    if (part.menu) {
      const select = el("select", { "data-path": path, "aria-label": part.name });
      for (const [value, said] of part.options) select.append(el("option", { value: JSON.stringify(value) }, said));
      select.onchange = () => { this.fit(select); this.do("set", [path, JSON.parse(select.value)]); };
      this.controls.set(path, select);
      return select;
    }
    const input = el("input", { type: "range", "data-path": path, "aria-label": part.name, min: part.low, max: part.high, step: part.step });
    const said = el("output");
    const dots = el("span", { class: "dots", "aria-hidden": "true" });
    let keyed = false;
    input.oninput = () => this.drag(path, Number(input.value));
    input.onchange = () => {
      clearTimeout(this.later);
      this.later = setTimeout(() => this.release(path), keyed ? REST : 0); // a burst of keys is one choice
      keyed = false;
    };
    input.onkeydown = (event) => {
      keyed = true;
      if (event.key !== "PageUp" && event.key !== "PageDown") return;
      event.preventDefault();
      event.stopPropagation();
      const stops = this.computed(path);
      const now = Number(input.value);
      const next = event.key === "PageUp" ? stops.find((one) => one > now + 1e-9) : stops.findLast((one) => one < now - 1e-9);
      if (next === undefined) return;
      input.value = String(next);
      this.drag(path, next);
      input.onchange(event);
    };
    this.controls.set(path, input);
    return el("span", { class: "slider" }, dots, input, said);
  }

  setControl(part) {
    const path = part.menu ?? part.range;
    const control = this.controls.get(path);
    if (!this.data.controls) {
      control.textContent = part.menu ? part.options.find(([value]) => value === part.value)?.[1] ?? part.value : short(part.value);
      return;
    }
    if (part.menu) {
      control.value = JSON.stringify(part.value);
      this.fit(control);
      return;
    }
    control.value = String(part.value);
    control.nextSibling.textContent = short(part.value);
  }

  /** Dots on the sliders where there are points. */
  setDots() {
    for (const part of this.data.sentence.flat()) {
      if (!part.range || !this.data.controls) continue;
      const share = (/** @type {number} */ value) => (value - part.low) / (part.high - part.low || 1);
      this.controls.get(part.range).previousSibling.replaceChildren(
        ...this.computed(part.range).map((value) => el("i", { style: `--at: ${share(value)}` })));
    }
  }

  /** A menu is as wide as what it says; where the browser cannot, measured. @param {HTMLSelectElement} select */
  fit(select) {
    if (CSS.supports("field-sizing", "content")) return;
    const { plot } = this;
    const look = getComputedStyle(select);
    plot.brush.font = `${look.fontWeight} ${look.fontSize} ${look.fontFamily}`;
    select.style.width = `${Math.ceil(plot.brush.measureText(select.selectedOptions[0]?.textContent ?? "").width) + 30}px`;
  }

  // ---- under the hand

  /** All menus, once style and letters are there. */
  fitAll() {
    for (const control of this.controls?.values() ?? []) if (control instanceof HTMLSelectElement) this.fit(control);
  }

  /** The slider's value, shown at once; the page hears of it when it is let go. @param {string} path @param {number} value */
  drag(path, value) {
    if (this.hand !== path) this.release(this.hand);
    this.hand = this.active = path;
    this.values.set(path, value);
    const control = this.controls.get(path);
    if (control?.nextSibling) {
      if (Number(control.value) !== value) control.value = String(value); // Firefox tells of no change by a key to what a script writes meanwhile
      control.nextSibling.textContent = short(value);
    }
    this.refresh();
  }

  release(path) {
    if (path === null || this.hand !== path) return;
    clearTimeout(this.later);
    this.hand = null;
    const value = this.values.get(path);
    if (value !== (this.told.get(path) ?? this.valueOf(path))) {
      this.told.set(path, value);
      this.do("set", [path, value]);
    } else if (this.parked) this.hear(this.parked);
  }

  /** The menu or slider of a field in the sentence. @param {string | null} path */
  partAt(path) { return this.data.sentence.flat().find((part) => (part.menu ?? part.range) === path); }

  valueOf(path) { return this.partAt(path)?.value; }

  /** Points of the live sweep, if it is of that field. @param {string} path */
  sweptAlong(path) { return this.data.sweep?.path === path ? this.swept : []; }

  /** Values of a field that have a point, in order. @param {string} path @returns {number[]} */
  computed(path) {
    return [...(this.data.trails[path] ?? []).map(([value]) => value), ...this.sweptAlong(path).map(({ values: [value] }) => value)].sort((one, other) => one - other);
  }

  /** The active slider's computed points. */
  stops() {
    const { columns } = this.setting.atlas;
    const computed = (this.data.trails[this.active] ?? []).map(([value, row]) => ({
      value, row, x: columns[this.axis][row], y: columns.accuracy[row], low: columns.low[row], high: columns.high[row],
    }));
    return inOrder([...computed, ...this.sweptAlong(this.active).map((point) => stop(point, columns, this.axis))]);
  }

  /** Where this run stands: by the page's numbers, or under the hand by the trail. @returns {Here | null} */
  here() {
    const { now, climbing } = this;
    if (!this.moved) {
      const x = now.x[this.axis];
      if (x === undefined) return null;
      const [y, low, high] = now.accuracy ?? [null, null, null];
      if (climbing) return { x, y: climbing.y, low: null, high: null, filled: false, said: percent(climbing.y), notes: this.say("so-far") };
      return { x, y, low, high, filled: y !== null, said: y === null ? this.say("untrained") : percent(y) };
    }
    const place = along(this.stops(), this.values.get(this.active));
    if (!place) return { x: now.x[this.axis] ?? 0, y: null, low: null, high: null, filled: false, said: "?", notes: this.say("beyond") };
    const { exact } = place;
    if (exact) return { ...exact, filled: true, said: percent(exact.y) };
    const wide = place.high - place.low > FAR;
    return { x: place.x, y: place.y, low: null, high: null, filled: false, range: wide ? [place.low, place.high] : null,
      said: wide ? `${percent(place.low, 0).replace("\u00a0%", "")}–${percent(place.high, 0)}` : `≈ ${percent(place.y, 0)}`,
      notes: this.say(wide ? "between" : "expected") };
  }

  // ---- what is shown

  refresh() {
    this.showNumbers();
    this.showButton();
    this.paint();
  }

  showNumbers() {
    const { now, moved, climbing } = this;
    const at = this.here();
    const [student, rule, teacher] = now.numbers.map((one) => ({ ...one }));
    if (moved || climbing) {
      const known = (climbing && !moved ? percent(climbing.y) : at?.said)?.replace(/\u00a0%$/, "") ?? "?";
      Object.assign(student, { value: known, notes: at?.notes ? [at.notes] : at?.low === null || !at ? [] : [`${percent(at.low)}–${percent(at.high)}`] });
    }
    if (moved) {
      const { columns } = this.setting.atlas;
      const known = (/** @type {string} */ name) => (at?.live ? at.live[name] ?? null : at?.row === undefined ? null : columns[name][at.row]);
      const x = known(now.sets ? "total" : "mean_label_margin");
      const right = known("label_accuracy");
      const notes = x !== null && now.sets
        ? [this.say("degrees", { delta: signed(known("unreliability")), gamma: signed(known("ambiguity")) })] : [];
      Object.assign(rule, { value: x === null ? "…" : signed(x), notes });
      Object.assign(teacher, { value: right === null ? "…" : `${Math.round(100 * right)}` });
    }
    const write = ({ name, value, unit, notes }, kind) => el("div", { class: kind }, el("dt", {}, name),
      el("dd", {}, el("span", { class: "big" }, value, el("small", {}, unit)), ...notes.map((note) => el("span", { class: "note" }, note))));
    const hollow = at && !at.filled ? " hollow" : now.accuracy ? "" : " hollow";
    this.numbers.replaceChildren(write(student, `hero${hollow}`), write(rule, ""), write(teacher, ""));
    const parts = now.verdict.split("**");
    this.verdict.replaceChildren(...(moved ? [] : [el("b", {}, parts[1] ?? ""), parts[2] ?? ""]));
  }

  showButton() {
    const { job, seconds } = this.data;
    const { now } = this;
    const text = job ? this.say("stop") : this.say(now.accuracy ? "draw-anew" : "train");
    this.trainer.replaceChildren(text, ...(job ? [] : [el("small", {}, this.say("about", { seconds }))]));
    this.trainer.classList.toggle("quiet", Boolean(now.accuracy) && !job);
    this.trainer.hidden = !this.data.controls;
    const part = this.partAt(this.active);
    const goes = this.data.sweep?.goes;
    this.varier.hidden = !this.data.controls || !part;
    this.varier.textContent = goes ? this.say("vary-stop") : this.say("vary", { field: (part?.name ?? "").toLowerCase() });
    const { pinned } = this.data;
    this.pinner.textContent = this.say(pinned ? "unpin" : "pin");
    this.pinner.title = pinned?.said ?? "";
    this.pinner.classList.toggle("away", !this.data.controls || !(pinned || this.stops().length > 1));
    this.more.classList.toggle("away", !this.data.controls || !this.data.sweep);
  }

  /** What the filter leaves, as a name: dataset and chips. */
  filterName() { return [this.dataset, ...this.shownTokens()].join("."); }

  /** Only what passes the filter, and what it says of the axes. @param {boolean} moving whether points glide */
  filter(moving = false) {
    this.passed = this.filterName();
    const { columns } = this.setting.atlas;
    const { rows, counts, few } = filtered(columns, this.dataset, this.chosen, this.bad);
    this.rows = rows;
    const all = columns.dataset.filter((one) => one === this.dataset).length;
    for (const { family, place, count, label, input } of this.chips) {
      const number = family === "bad" ? few : counts[family].get(place) ?? 0;
      count.textContent = number.toLocaleString("en");
      label.style.setProperty("--share", String(Math.sqrt(number / (all || 1))));
      label.classList.toggle("none", !number);
      label.hidden = !number && !input.checked && !this.present(family, place);
    }
    this.rhos = new Map(this.setting.axes.map(({ id }) => {
      const known = rows.filter((row) => columns[id][row] !== null);
      return [id, spearman(known.map((row) => columns[id][row]), known.map((row) => columns.accuracy[row]))];
    }));
    for (const { id, rho, size } of this.tabs) {
      const found = this.rhos.get(id);
      rho.textContent = found === null ? "?" : signed(found);
      size.style.setProperty("--share", String(Math.abs(found ?? 0)));
    }
    this.place(moving);
  }

  /** Where the axis has its line, and whether students are to learn below it; null if it has none. */
  rule() { return this.setting.axes.find(({ id }) => id === this.axis).rule; }

  /** Students by another number. @param {string} axis */
  turn(axis) {
    this.axis = axis;
    this.tabs.forEach(({ id, input }) => { input.checked = id === axis; });
    this.place(true);
    this.do("view", { x: axis });
  }

  /** The points on the axis. @param {boolean} moving whether they glide there */
  place(moving) {
    this.hover(null);
    const { columns } = this.setting.atlas;
    const known = columns[this.axis].filter((value) => value !== null);
    const here = columns[this.axis].filter((value, row) => value !== null && columns.dataset[row] === this.dataset);
    const found = ends(here.length ? here : known);
    const order = this.rows.filter((row) => columns[this.axis][row] !== null);
    this.plot.show({
      rows: order, xs: order.map((row) => columns[this.axis][row]), ys: order.map((row) => columns.accuracy[row]),
      sorts: order.map((row) => columns.sort[row]),
    }, found, moving);
    this.order = order.slice().sort((one, other) => columns[this.axis][one] - columns[this.axis][other] || columns.accuracy[one] - columns.accuracy[other]);
    this.field.setAttribute("aria-label", this.say("plot", { axis: this.say(`short.${this.axis}`) }));
    this.showHeadline();
    this.paint();
  }

  showHeadline() {
    const { columns } = this.setting.atlas;
    const rho = this.rhos.get(this.axis);
    const computed = columns.dataset.includes(this.dataset);
    const said = this.say(`headline-${computed ? strength(this.order.length < FEWEST ? null : rho) : "none"}`, { axis: this.say(`short.${this.axis}`), rho: rho === null ? "" : signed(rho) });
    this.headline.textContent = capital(this.bad ? this.say("headline-bad", { headline: said }) : said);
    const rule = this.rule();
    const count = this.order.length;
    this.off = rule ? new Set(wrong(columns, this.order, this.axis, rule[0], rule[1])) : null;
    const number = (/** @type {number} */ one) => one.toLocaleString("en");
    this.count.textContent = !count ? "" : this.off ? this.say("right", { right: number(count - this.off.size), count: number(count) }) : this.say("counted", { count: number(count) });
    this.others.hidden = !this.off?.size;
    this.dimmed &&= Boolean(this.off?.size);
    this.others.textContent = this.dimmed ? this.say("all") : this.say("others", { count: number(this.off?.size ?? 0) });
    this.others.setAttribute("aria-pressed", String(this.dimmed));
    this.root.dataset.rho = rho === null ? "" : String(rho);
    this.root.dataset.axis = this.axis;
    this.root.dataset.count = String(count);
  }

  paint() {
    if (!this.data || !this.rhos) return;
    const { now } = this;
    const { columns } = this.setting.atlas;
    const rule = this.rule();
    const stops = this.stops();
    const pinned = this.pinned.trail(columns, this.axis, this.active);
    const seen = new Set(this.dimmed ? this.off : this.rows);
    const at = this.here();
    this.plot.set({
      line: rule ? { at: rule[0], below: rule[1], said: this.say("rule", { axis: this.say(`short.${this.axis}`), value: rule[0] }) } : null,
      truth: now.truth, guess: now.guess,
      words: { truth: now.truth === null ? "" : this.say("truth", { truth: percent(now.truth, 0) }), guess: this.say("guess", { guess: percent(now.guess, 0) }) },
      dim: this.dimmed ? this.off : null,
      spot: this.spot,
      trail: stops.length ? { stops, joined: !this.isWhole(this.active) } : null,
      pinned,
      runs: this.data.mine.map(({ x, accuracy, letter }) => ({ x: x[this.axis] ?? null, y: accuracy[0], low: accuracy[1], high: accuracy[2], letter })),
      marks: [...(pinned?.stops.length ? [{ ...worse(pinned.stops), text: pinned.said }] : []),
        ...this.data.marks.filter(([, row]) => seen.has(row) && row !== now.row)
          .map(([text, row]) => ({ text, x: columns[this.axis][row], y: columns.accuracy[row] }))],
      at,
    });
    this.root.dataset.runs = String(this.data.mine.length);
    this.root.dataset.stops = String(stops.length);
    this.root.dataset.pinned = String(pinned?.stops.length ?? 0);
    this.showTrail(stops);
  }

  isWhole(path) { return Boolean(this.partAt(path)?.whole) || path === "framework.k"; }

  /** The trail in words: where learning stops along it. */
  showTrail(stops) {
    this.said.trail = "";
    if (stops.length > 1) {
      const field = (this.partAt(this.active)?.name ?? this.active).toLowerCase();
      const trail = this.say("trail", { field, low: short(stops[0].value), high: short(stops.at(-1).value) });
      const { truth, guess } = this.now;
      const found = truth === null ? null : crossing(stops, (truth + guess) / 2);
      const said = found ? this.say(found.fails ? "trail-fails" : "trail-learns", { trail, value: short(found.value) }) : trail;
      const mine = this.sweptAlong(this.active).length;
      this.said.trail = capital(mine ? this.say("sweep", { count: mine, trail: said }) : said);
    }
    this.showState();
  }

  /** The line below the sentence: what is wrong, else what goes on, else what has ended, else the trail. */
  showState() {
    const { run, sweep, end, trail } = this.said;
    this.state.textContent = this.data.problem || run || sweep || end || trail;
    this.state.classList.toggle("whole", Boolean(this.data.problem));
  }

  // ---- six examples

  showExamples() {
    const { examples, names, sets, image } = this.now;
    const inside = examples.filter(({ truth, shown }) => shown[truth] > 0).length;
    const kind = examples.length ? (sets ? "sets" : "all") : "none";
    const key = el("p", { class: "key" });
    if (kind === "none") key.append(this.say("examples-none"));
    else key.append(el("b", {}, this.say(`examples-${kind}`, { inside, count: examples.length })), " ", this.say(`examples-${kind}-note`));
    const list = el("div", { class: "examples" });
    for (const example of examples) list.append(this.example(example, names, sets, image));
    this.strip.replaceChildren(key, list);
    this.reach();
  }

  /** Examples that are wider than their room are scrolled by keys too. */
  reach() {
    const list = /** @type {HTMLElement | null} */ (this.strip.querySelector(".examples"));
    if (list && list.scrollWidth > list.clientWidth) list.tabIndex = 0;
  }

  example({ truth, soft_label: labels, shown, features }, names, sets, image) {
    const order = labels.map((_, label) => label).sort((one, other) => labels[other] - labels[one] || Number(shown[other] > 0) - Number(shown[one] > 0));
    const cut = sets ? order.filter((label) => shown[label] > 0).length : order.length;
    const inner = sets ? order.slice().sort((one, other) => Number(shown[other] > 0) - Number(shown[one] > 0)) : order;
    const most = Math.max(...labels);
    const said = inner.filter((label) => !sets || shown[label] > 0).map((label) => names[label]).join(", ");
    const bars = inner.map((label, rank) => {
      const kind = `${label === truth ? "truth" : ""}${rank < cut ? "" : " out"}`;
      const bar = el("i", { style: `--height: ${Math.max(0.03, labels[label] / most)}` });
      return el("span", { class: `bar ${kind}${sets && rank === cut ? " cut" : ""}`, title: `${names[label]}: ${percent(labels[label])}` }, bar, el("small", {}, names.length > 10 || names[label].length > 2 ? String(label) : names[label]));
    });
    const made = el("div", { class: "example", role: "img", "aria-label": this.say("example", { truth: names[truth], labels: said }) });
    if (image) made.append(this.picture(features, image));
    made.append(el("div", { class: "bars" }, ...bars));
    return made;
  }

  /** An image in the colour of the text. */
  picture(features, [channels, height, width]) {
    const canvas = el("canvas", { width, height });
    const brush = canvas.getContext("2d");
    const painted = brush.createImageData(width, height);
    const flat = features.flat(3);
    const most = Math.max(...flat, 1e-9);
    const [red, green, blue] = (this.ink?.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
    for (let place = 0; place < width * height; place++) {
      if (channels === 1) painted.data.set([red, green, blue, (255 * flat[place]) / most], 4 * place);
      else painted.data.set([0, 1, 2].map((one) => (255 * flat[one * width * height + place]) / most).concat(255), 4 * place);
    }
    brush.putImageData(painted, 0, 0);
    return canvas;
  }

  // ---- a run under way

  /** Begin or stop to follow a run. @param {any} before */
  follow(before) {
    const { job } = this.data;
    if (job && this.following === job && !this.over) return;
    clearTimeout(this.asking);
    this.latest += 1;
    this.climb = null;
    this.said.run = this.said.end = "";
    if (this.following && this.following === before?.job && this.data.key === before.key && ENDS[this.data.ended])
      this.said.end = this.live.textContent = this.say(ENDS[this.data.ended]);
    this.following = job;
    this.over = false;
    if (!job) return;
    this.begun = performance.now();
    this.ask(job, this.latest, ASK);
  }

  /** How the run stands, again and again. @param {string} job @param {number} turn @param {number} pause */
  async ask(job, turn, pause) {
    let found = null;
    try {
      found = await (await fetch(this.data["runs-at"].replace("{key}", job))).json();
    } catch { /* the network is away; asked again */ }
    if (this.gone || turn !== this.latest) return;
    if (found) this.showRun(found);
    if (!found || found.state === "waiting" || found.state === "running") {
      const next = found ? (found.state === "waiting" ? 3 * ASK : ASK) : Math.min(SLOWEST, 2 * pause);
      this.asking = setTimeout(() => this.ask(job, turn, next), next);
      return;
    }
    await this.play(found.rows ?? [], turn);
    if (this.gone || turn !== this.latest) return;
    this.over = true; // asked again should the page not know of its end yet
    this.do("look", null);
  }

  showRun({ state, progress, ahead, wait, seconds, rows = [] }) {
    if (state !== "waiting") this.climb ??= { y: this.data.now.guess }; // who waits has not begun at chance yet
    if (rows.length) [this.root.dataset.epoch, this.climb.y] = rows.at(-1);
    this.said.run = state === "waiting" ? this.say(wait ? "waits" : "waiting", { ahead, wait })
      : this.say("training", { percent: percent(progress ?? 0, 0), seconds: Math.max(1, Math.round(seconds ?? 1)) });
    this.refresh();
  }

  /** The whole climb once more where it was over too soon to be seen. @param {number[][]} rows @param {number} turn */
  async play(rows, turn) {
    const left = SHOWN - (performance.now() - this.begun);
    if (this.calm || left < 100 || !rows.length) return;
    const start = performance.now();
    await new Promise((done) => {
      const step = () => {
        if (this.gone || turn !== this.latest) return done(null);
        const way = Math.min(1, (performance.now() - start) / left);
        this.climb.y = rows[Math.min(rows.length - 1, Math.floor(way * rows.length))][1];
        this.refresh();
        if (way < 1) requestAnimationFrame(step);
        else done(null);
      };
      step();
    });
  }

  // ---- a live sweep

  /** Follow a sweep that goes on; of one that does not, what it has. @param {any} before */
  sweep(before) {
    const { sweep } = this.data;
    const same = before && sweep?.key === before.sweep?.key;
    if (same && sweep?.goes === before.sweep?.goes) return;
    this.sweeper.stop();
    this.said.sweep = sweep && !sweep.at ? this.say("sweep-full") : "";
    if (!same) this.swept = [];
    if (!sweep?.at) return;
    if (!before && this.controls.has(sweep.path)) this.active = sweep.path;
    this.sweeper.start(sweep.at, sweep.goes);
  }

  /** How the sweep stands; null where the server has forgotten it. Whether there is more to ask. @param {any} found */
  hearSweep(found) {
    const { sweep } = this.data;
    const { points, left = 0, failed = 0, problem = "", begun = 0 } = found ?? { points: this.swept };
    this.swept = points.filter(({ row }) => row === undefined); // the others are in the atlas's trail
    this.said.sweep = problem || (failed ? this.say("sweep-failed", { failed }) : sweep.goes && left
      ? this.say("sweeping", { done: this.swept.length, count: sweep.count }) : "");
    this.root.dataset.swept = String(this.swept.length);
    this.setDots();
    this.refresh();
    const more = left && !(problem && !begun);
    if (sweep.goes && !more) this.do("still", sweep.key);
    return Boolean(more);
  }

  // ---- hands and keys on the figure

  listen() {
    const { field } = this;
    const at = (/** @type {MouseEvent} */ event) => { const box = field.getBoundingClientRect(); return /** @type {[number, number]} */ ([event.clientX - box.left, event.clientY - box.top]); };
    const onThis = (/** @type {[number, number]} */ [x, y]) => {
      const here = this.here();
      return here && here.y !== null && Math.hypot(this.plot.x(here.x) - x, this.plot.y(here.y) - y) < NEAR + 4;
    };
    const draggable = () => this.data.controls && !this.data.job && Boolean(this.partAt(this.active)?.range) && this.stops().length > 1;
    let held = false;
    field.onpointerdown = (event) => {
      if (!draggable() || !onThis(at(event))) return;
      held = true;
      field.setPointerCapture(event.pointerId);
      field.classList.add("holds");
      this.hover(null);
      event.preventDefault();
    };
    field.onpointermove = (event) => {
      if (held) {
        const stops = this.stops().map((stop) => ({ value: stop.value, px: this.plot.x(stop.x), py: this.plot.y(stop.y) }));
        const value = grabbed(stops, ...at(event));
        const part = this.partAt(this.active);
        if (value === null || !part?.range) return;
        const stop = this.computed(this.active).find((one) => Math.abs(one - value) < part.step / 2);
        const stepped = Number((Math.round(value / part.step) * part.step).toFixed(6));
        this.drag(this.active, Math.max(part.low, Math.min(part.high, stop ?? stepped)));
        return;
      }
      if (event.pointerType === "touch") return;
      const grab = draggable() && onThis(at(event));
      field.classList.toggle("grab", Boolean(grab));
      this.hover(grab ? null : this.plot.under(...at(event), NEAR));
    };
    field.onpointerup = field.onpointercancel = () => {
      if (!held) return;
      held = false;
      field.classList.remove("holds");
      this.justHeld = performance.now();
      this.release(this.active);
    };
    field.onpointerleave = () => { if (!held) this.hover(null); };
    field.onclick = (event) => {
      if (performance.now() - (this.justHeld ?? -1e9) < 50 || !this.data.controls) return;
      const row = this.plot.under(...at(event), NEAR);
      const touch = event.pointerType === "touch";
      if (row !== null && (!touch || this.tapped === row)) this.load(row);
      else this.hover(row, touch);
      this.tapped = touch ? row : null;
    };
    field.onkeydown = (event) => this.key(event);
    // Streamlit's own keys (r, p, Ctrl+Z twice) are not for who types here.
    this.root.onkeydown = (event) => {
      const typed = /** @type {Element} */ (event.target).matches?.("input, select, .plot") && !event.ctrlKey && !event.metaKey;
      if (typed && event.key.length === 1) event.stopPropagation();
    };
  }

  load(row) {
    this.hover(null);
    if (this.data.controls) this.do("load", row);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { columns } = this.setting.atlas;
    const digit = Number(event.key);
    if (digit >= 1 && digit <= this.setting.axes.length) this.turn(this.setting.axes[digit - 1].id);
    else if (event.key === "Enter" && this.hovered !== null) this.load(this.hovered);
    else if (event.key === "Escape" && this.hovered !== null) this.hover(null);
    else if (["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) {
      const up = event.key === "ArrowUp" || event.key === "ArrowDown";
      const order = up ? this.order.slice().sort((one, other) => columns.accuracy[one] - columns.accuracy[other]) : this.order;
      if (!order.length) return;
      const step = event.key === "ArrowLeft" || event.key === "ArrowDown" ? -1 : 1;
      const start = this.hovered ?? this.data.now.row;
      const now = order.indexOf(start);
      const next = event.key === "Home" ? 0 : event.key === "End" ? order.length - 1 : now < 0 ? 0 : now + step;
      this.hover(order[Math.max(0, Math.min(order.length - 1, next))], false, true);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The card of a point. @param {number | null} row @param {boolean} touch @param {boolean} aloud */
  hover(row, touch = false, aloud = false) {
    if (row === this.hovered && !touch) return;
    this.hovered = row;
    this.card.hidden = row === null;
    if (row === null) return;
    const { columns } = this.setting.atlas;
    const { labels, shown, loss } = this.described(row);
    const [x, y] = [columns[this.axis][row], columns.accuracy[row]];
    const range = columns.low[row] === null ? "" : ` (${(100 * columns.low[row]).toFixed(1)}–${percent(columns.high[row])})`;
    this.card.replaceChildren(el("b", {}, capital(labels)), el("p", { class: "note" }, `${shown}, ${loss}`),
      el("p", {}, `${this.say("column-student")} ${percent(y)}${range}`),
      el("p", {}, `${this.say(`short.${this.axis}`)} ${signed(x)} · ${this.say("short.label_accuracy")} ${percent(columns.label_accuracy[row], 0)}`),
      ...(this.data.controls ? [el("p", { class: "note" }, this.say(touch ? "taps" : "loads"))] : []));
    const [px, py] = [this.plot.x(x), this.plot.y(y)];
    const { offsetWidth: w, offsetHeight: h } = this.card;
    this.card.style.left = `${px + w + 20 > this.plot.width ? Math.max(0, px - w - 16) : px + 16}px`;
    this.card.style.top = `${Math.max(0, Math.min(py - h / 2, this.plot.height - h))}px`;
    if (aloud) this.live.textContent = this.say("point", { what: `${labels}, ${shown}, ${loss}`, axis: this.say(`short.${this.axis}`), x: signed(x), accuracy: percent(y) });
  }

  openTable() {
    const { columns } = this.setting.atlas;
    const close = el("button", { type: "button", class: "link" }, this.say("close"));
    close.onclick = () => this.dialog.close();
    const axis = this.say(`short.${this.axis}`);
    const title = this.say("table-title", { count: this.order.length.toLocaleString("en"), axis });
    const head = [this.say("column-labels"), this.say("column-shown"), this.say("loss"), axis, this.say("column-student")];
    const rows = this.order.map((row) => {
      const { labels, shown, loss } = this.described(row);
      const button = el("button", { type: "button", class: "link" }, capital(labels));
      button.onclick = () => { this.dialog.close(); this.load(row); };
      return el("tr", {}, el("th", { scope: "row" }, this.data.controls ? button : capital(labels)),
        ...[shown, loss, signed(columns[this.axis][row], 3), percent(columns.accuracy[row])].map((one) => el("td", {}, one)));
    });
    this.dialog.replaceChildren(el("header", {}, el("h3", {}, title), close),
      el("div", { class: "rows", tabindex: "0", role: "region", "aria-label": title },
        el("table", {}, el("thead", {}, el("tr", {}, ...head.map((one) => el("th", { scope: "col" }, one)))), el("tbody", {}, ...rows))));
    this.dialog.showModal();
  }
}

export default ({ data, parentElement, setStateValue }) => {
  withSetting(parentElement, data.setting, (setting) => {
    const there = figures.get(parentElement);
    if (there?.setting === setting) {
      there.hear(data);
      return;
    }
    there?.leave();
    there?.root.remove();
    const tell = (/** @type {any[]} */ deeds) => setStateValue("deeds", deeds);
    figures.set(parentElement, new Observatory(parentElement, data, setting, tell));
  });
  return () => {
    forsake(parentElement);
    figures.get(parentElement)?.leave();
    figures.delete(parentElement);
  };
};
