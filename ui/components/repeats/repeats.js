// The figure: a line a study, its interval; those that miss the truth stand out. `studies.js` draws and counts.

import { el, framed, saver } from "./elements.js";
import { holding, studies } from "./studies.js";

const SHOWN = 50; // studies in the picture
const MANY = 2000; // studies that the count is taken over
const ROOM = 3; // largest distance from the truth that is drawn
const WIDTH = 600;
const HEIGHT = 300;

/** @typedef {{ repeats: number, share: number, save: string, words: Record<string, string>, colours: Record<string, [string, string]> }} Data */

/** @type {WeakMap<Element | ShadowRoot, Repeats>} */
const figures = new WeakMap();

class Repeats {
  /** @param {Element | ShadowRoot} parent @param {Data} data */
  constructor(parent, data) {
    this.data = data;
    this.seed = 1;
    this.corrected = false;
    this.picture = el("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
    this.count = el("p", { class: "count", "aria-live": "polite" });
    this.save = saver(data.save);
    const again = el("button", { type: "button" }, this.say("again"));
    again.onclick = () => { this.seed += 1; this.show(); };
    const ways = ["plain", "corrected"].map((way) => {
      const choice = el("input", { type: "radio", name: "way", value: way });
      choice.checked = way === "plain";
      choice.onchange = () => { this.corrected = way === "corrected"; this.show(); };
      return el("label", {}, choice, ` ${this.say(way)}`);
    });
    parent.append(framed("repeats", import.meta.url, this.say("name"), data.colours,
      el("div", { class: "inner" }, el("h3", {}, this.say("name")), el("div", { class: "ways", role: "radiogroup" }, ...ways),
        this.picture, this.count, el("div", {}, again), el("p", { class: "note" }, this.say("note", { repeats: data.repeats })), this.save)));
    this.show();
  }

  /** @param {string} key @param {Record<string, any>} values */
  say(key, values = {}) {
    return (this.data.words[key] ?? key).replace(/\{([\w-]+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  show() {
    const { repeats, share } = this.data;
    const found = studies(this.seed, MANY, repeats, share, this.corrected);
    const x = (/** @type {number} */ value) => WIDTH * (Math.max(-ROOM, Math.min(ROOM, value)) + ROOM) / (2 * ROOM);
    const lines = found.slice(0, SHOWN).map(({ mean, half }, place) => {
      const y = HEIGHT * (place + 0.5) / SHOWN;
      const missed = Math.abs(mean) > half;
      return el("g", { class: missed ? "missed" : "held" }, el("line", { x1: x(mean - half), x2: x(mean + half), y1: y, y2: y }), el("circle", { cx: x(mean), cy: y, r: missed ? 3 : 2 }));
    });
    this.picture.replaceChildren(el("line", { class: "truth", x1: x(0), x2: x(0), y1: 0, y2: HEIGHT }), ...lines);
    const said = this.say("count", { hold: holding(found.slice(0, SHOWN)), shown: SHOWN, many: MANY.toLocaleString("en"), share: `${(100 * holding(found) / MANY).toFixed(0)}\u00a0%` });
    this.count.textContent = said;
    this.picture.setAttribute("aria-label", said);
  }
}

/** @param {{ data: Data, parentElement: Element | ShadowRoot }} component */
export default ({ data, parentElement }) => {
  const there = figures.get(parentElement);
  if (there) there.save.hidden = !data.save;
  else figures.set(parentElement, new Repeats(parentElement, data));
  return () => { figures.delete(parentElement); };
};
