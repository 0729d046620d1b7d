// The figure: an image, and its soft label as bars that are dragged. `reading.js` says what the label says.

import { el, framed, saver } from "./elements.js";
import { read, top } from "./reading.js";
import { balanced } from "./rows.js";

const SHADES = 16; // grey values of a pixel
const SIDE = 8; // pixels of the image's side
const FAR = 10; // percent of an arrow with Shift
const SIZES = [1, 2, 3]; // of sets that are named

/** @typedef {{ pixels: number[], label: number[], truth: number, save: string, words: Record<string, string>, colours: Record<string, [string, string]> }} Data */

/** @type {WeakMap<Element | ShadowRoot, Label>} */
const figures = new WeakMap();

class Label {
  /** @param {Element | ShadowRoot} parent @param {Data} data */
  constructor(parent, data) {
    this.data = data;
    this.label = data.label;
    /** @type {{ at: number, height: number, top: number } | null} */
    this.hand = null;
    this.bars = data.label.map((_, digit) => this.bar(digit));
    this.said = el("dl", { "aria-live": "polite" });
    this.save = saver(data.save);
    const back = el("button", { type: "button" }, this.say("back"));
    back.onclick = () => this.set(this.data.label);
    const sure = el("button", { type: "button" }, this.say("sure"));
    sure.onclick = () => this.set(this.label.map((_, digit) => (digit === data.truth ? 100 : 0)));
    parent.append(framed("label", import.meta.url, this.say("name"), data.colours,
      el("div", { class: "inner" },
        el("figure", {}, this.image(), el("figcaption", {}, this.say("image", { truth: data.truth }))),
        el("div", { class: "bars" }, ...this.bars),
        el("div", { class: "aside" }, this.said, el("div", { class: "buttons" }, back, sure), el("p", { class: "note keys" }, this.say("keys")), this.save))));
    this.show();
  }

  /** @param {string} key @param {Record<string, any>} values */
  say(key, values = {}) {
    return (this.data.words[key] ?? key).replace(/\{([\w-]+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  image() {
    const picture = el("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", "aria-label": this.say("image", { truth: this.data.truth }), "shape-rendering": "crispEdges" });
    this.data.pixels.forEach((ink, place) => {
      picture.append(el("rect", { x: place % SIDE, y: Math.floor(place / SIDE), width: 1, height: 1, "fill-opacity": ink / SHADES }));
    });
    return picture;
  }

  /** @param {number} digit */
  bar(digit) {
    const truth = digit === this.data.truth;
    const made = el("div", { class: truth ? "bar truth" : "bar", role: "slider", tabindex: 0, "aria-orientation": "vertical", "aria-valuemin": 0, "aria-valuemax": 100,
      "aria-label": this.say(truth ? "bar-truth" : "bar", { digit }) }, el("output", {}), el("i", {}), el("b", {}, String(digit)));
    made.onpointerdown = (event) => {
      event.preventDefault();
      made.focus({ preventScroll: true });
      made.setPointerCapture(event.pointerId);
      const box = made.querySelector("i").getBoundingClientRect();
      this.before = this.label;
      this.hand = { at: digit, height: box.height, top: box.top };
      this.drag(event);
    };
    made.onpointermove = (event) => { if (this.hand) this.drag(event); };
    made.onpointerup = made.onpointercancel = () => { this.hand = null; };
    made.onkeydown = (event) => this.press(event, digit);
    return made;
  }

  /** @param {PointerEvent} event */
  drag(event) {
    const { at, height, top: highest } = this.hand;
    this.set(balanced(this.before, at, 100 * (1 - (event.clientY - highest) / height), this.data.truth));
  }

  /** @param {KeyboardEvent} event @param {number} digit */
  press(event, digit) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const now = this.label[digit];
    const by = event.shiftKey ? FAR : 1;
    /** @type {Record<string, number>} */
    const values = { ArrowUp: now + by, ArrowDown: now - by, Home: 0, End: 100 };
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    if (event.key in values) this.set(balanced(this.label, digit, values[event.key], this.data.truth));
    else if (event.key in steps) this.bars[(digit + steps[event.key] + this.bars.length) % this.bars.length].focus();
    else {
      if (event.key.length === 1) event.stopPropagation(); // Streamlit's own keys
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number[]} label */
  set(label) {
    this.label = label;
    this.show();
  }

  show() {
    this.label.forEach((share, digit) => {
      const bar = this.bars[digit];
      bar.style.setProperty("--share", `${share}%`);
      bar.setAttribute("aria-valuenow", String(share));
      bar.querySelector("output").textContent = `${share}`;
    });
    const { first, rank, tied, share } = read(this.label, this.data.truth);
    const row = (/** @type {string} */ key, /** @type {string} */ value) => el("div", {}, el("dt", {}, this.say(key)), el("dd", {}, value));
    const sets = SIZES.map((k) => top(this.label, k)).map((set) => (set ? `{${set.join(this.say("comma"))}}` : this.say("tie")));
    this.said.replaceChildren(
      row("first", first.join(this.say("comma"))),
      row("place", this.say(tied ? "place-tied" : "place-one", { rank })),
      ...sets.map((set, place) => row(`set-${SIZES[place]}`, set)),
      row("cost", share ? (-Math.log(share)).toFixed(2) : "∞"));
  }
}

/** @param {{ data: Data, parentElement: Element | ShadowRoot }} component */
export default ({ data, parentElement }) => {
  const there = figures.get(parentElement);
  if (there) there.save.hidden = !data.save;
  else figures.set(parentElement, new Label(parentElement, data));
  return () => { figures.delete(parentElement); };
};
