// The figure: a slider over frames that the core has computed, a sentence for each, a table of all.

import { el, framed, saver } from "./elements.js";
import { Sizes } from "./examples.js";
import { keyed, nearest } from "./moments.js";
import { Rounds } from "./rounds.js";
import { Triangle } from "./triangle.js";
/** @import { Data } from "./data.d.ts" */

const FINE = 1000; // steps of the slider, which stops at frames alone
const PAUSE = 900; // ms that a frame is shown while they follow each other
const THUMB = 28; // px

/** @type {WeakMap<Element | ShadowRoot, Frames>} */
const figures = new WeakMap();

/** What draws frames: `size` is told the width before `show` is asked for a frame.
 * @typedef {{ root: HTMLElement, plot: SVGSVGElement, track: [left: number, right: number], size: (width: number) => void, show: (at: number) => void }} Painter */

class Frames {
  /** @param {Element | ShadowRoot} parent @param {Data} data */
  constructor(parent, data) {
    this.data = data;
    this.at = data.at;
    this.width = 0; // px, known once it is dressed
    this.turn = 0; // the timer while frames follow each other
    this.places = data.frames.map((one) => one.place);
    /** @type {Painter} */
    this.painter = data.kind === "examples" ? new Sizes(data) : data.kind === "rounds" ? new Rounds(data) : new Triangle(data);
    this.name = el("output", { class: "name" });
    this.said = el("p", { class: "said", "aria-live": "polite" });
    this.slider = this.sliding();
    this.play = el("button", { type: "button", class: "play" });
    this.play.onclick = () => (this.turn ? this.still() : this.go());
    this.rows = data.table.rows.map((row) => el("tr", {}, ...row.map((text, column) => el(column ? "td" : "th", column ? {} : { scope: "row" }, text))));
    this.table = el("details", {}, el("summary", {}, this.say("table")),
      el("div", { class: "rows", tabindex: 0, role: "region", "aria-label": this.say("table") }, el("table", {},
        el("thead", {}, el("tr", {}, ...data.table.heads.map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, ...this.rows))));
    this.control = el("div", { class: "control" }, this.slider, this.name);
    this.painter.root.append(this.control);
    this.root = framed("frames", import.meta.url, data.title, data.colours,
      el("div", { class: "frames-inner" }, ...(data.large ? [] : [el("h3", {}, data.title)]), this.painter.root,
        el("div", { class: "told" }, this.play, this.said), ...(data.large ? [] : [el("p", { class: "note" }, data.note), this.table, saver(data.save, () => data.frames[this.at].name)])));
    this.root.classList.toggle("large", data.large);
    parent.append(this.root);
    this.still();
    this.grabbed();
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(this.root);
    this.root.addEventListener("load", () => this.fit(), true); // its style has come
    this.show();
  }

  /** What the page says again: words in another language, another guess. @param {Data} data */
  same(data) { return JSON.stringify(data) === JSON.stringify(this.data); }

  leave() {
    this.still();
    this.watch.disconnect();
    this.root.remove();
  }

  /** @param {string} key */
  say(key) { return this.data.words[key] ?? key; }

  sliding() {
    const made = el("input", { type: "range", min: 0, max: FINE, step: 1, "aria-label": this.data.slider });
    made.oninput = () => this.choose(nearest(this.places, Number(made.value) / FINE));
    made.onkeydown = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const found = keyed(event.key, this.at, this.places.length);
      if (found === null) {
        if (event.key.length === 1) event.stopPropagation(); // Streamlit's own keys
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      this.choose(found);
    };
    return made;
  }

  /** The picture itself is dragged as the slider is, but for one whose width is no slider. */
  grabbed() {
    const { plot } = this.painter;
    if (plot.classList.contains("still")) return;
    const moved = (/** @type {PointerEvent} */ event) => {
      const [left, right] = this.painter.track;
      const at = (event.clientX - plot.getBoundingClientRect().left - left) / (right - left);
      this.choose(nearest(this.places, at));
    };
    plot.onpointerdown = (event) => {
      if (event.button) return;
      plot.setPointerCapture(event.pointerId);
      this.slider.focus({ preventScroll: true });
      moved(event);
      event.preventDefault();
    };
    plot.onpointermove = (event) => { if (plot.hasPointerCapture(event.pointerId)) moved(event); };
  }

  /** @param {number} at */
  choose(at) {
    this.still();
    this.at = at;
    this.show();
  }

  /** All frames, one after the other, from the first if the last stands there. */
  go() {
    const last = this.places.length - 1;
    if (this.at === last) this.at = 0;
    this.show();
    this.turn = setInterval(() => {
      this.at += 1;
      this.show();
      if (this.at >= last) this.still();
    }, PAUSE);
    this.play.textContent = this.say("pause");
  }

  still() {
    clearInterval(this.turn);
    this.turn = 0;
    this.play.textContent = this.say("play");
  }

  fit() {
    const width = this.painter.root.clientWidth;
    if (!width || width === this.width) return;
    this.width = width;
    this.painter.size(width);
    const [left, right] = this.painter.track;
    this.control.style.marginLeft = `${left - THUMB / 2}px`;
    this.control.style.width = `${right - left + THUMB}px`;
    this.show();
  }

  show() {
    const { name, said } = this.data.frames[this.at];
    this.slider.value = String(Math.round(FINE * this.places[this.at]));
    this.control.style.setProperty("--at", `${100 * this.places[this.at]}%`);
    this.slider.setAttribute("aria-valuetext", name);
    this.name.textContent = name;
    this.said.textContent = said;
    this.rows.forEach((row, at) => (at === this.at ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current")));
    this.root.dataset.at = String(this.at);
    if (this.width) this.painter.show(this.at);
  }
}

/** @param {{ data: Data, parentElement: Element | ShadowRoot }} component */
export default ({ data, parentElement }) => {
  const there = figures.get(parentElement);
  if (!there?.same(data)) {
    there?.leave();
    figures.set(parentElement, new Frames(parentElement, data));
  }
  return () => {
    figures.get(parentElement)?.leave();
    figures.delete(parentElement);
  };
};
