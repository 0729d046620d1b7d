// Two fields varied together: a table of accuracies, one field to the right, the other a row (a number upwards).

import { Asking } from "./asking.js";
import { el, percent } from "./elements.js";
/** @import { Data, Found, Swept } from "./data.d.ts" */

const PAUSE = 500; // ms between two questions: a plane has more points than a trail
const figures = new WeakMap(); // where a plane stands -> its controller

class Plane {
  /** @param {HTMLElement} parent @param {Data} data @param {(deed: any[]) => void} tell */
  constructor(parent, data, tell) {
    this.tell = tell;
    /** @type {Data} */
    this.data = null; // until the first word of the page
    /** @type {Swept[]} */
    this.points = [];
    this.asking = new Asking((found) => this.showPoints(found), PAUSE);
    this.said = el("p", { class: "note", "aria-live": "polite" });
    this.button = el("button", { type: "button" });
    this.button.onclick = () => {
      if (this.data.goes) this.asking.stop(); // so that no run more begins
      this.tell([this.data.goes ? "still" : "go", this.data.key]);
    };
    this.table = el("table");
    const style = el("link", { rel: "stylesheet", href: new URL("plane.css", import.meta.url).href });
    this.root = el("section", { class: "plane" }, style, el("div", { class: "head" }, this.said, this.button),
      el("div", { class: "rows" }, this.table));
    style.onload = style.onerror = () => this.root.classList.add("ready");
    parent.append(this.root);
    this.hear(data);
  }

  leave() { this.asking.stop(); }

  /** What the page says. @param {Data} data */
  hear(data) {
    const before = this.data;
    this.data = data;
    if (JSON.stringify(before?.shape) !== JSON.stringify(data.shape)) this.build();
    this.root.setAttribute("aria-label", data.shape.caption);
    if (before?.at !== data.at) this.points = [];
    else if (before?.goes === data.goes) return this.fill();
    this.fill();
    this.asking.start(data.at, data.goes);
  }

  /** @param {string} key @param {Record<string, any>} values */
  say(key, values = {}) { return this.data.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? ""); }

  /** The table without its numbers. */
  build() {
    const { xs, ys, caption, x, y, now } = this.data.shape;
    const here = JSON.stringify(now);
    /** @type {Map<string, HTMLElement>} */
    this.cells = new Map();
    const rows = ys.map(([up, said]) => el("tr", {}, el("th", { scope: "row" }, said), ...xs.map(([across]) => {
      const cell = el("td");
      const key = JSON.stringify([across, up]);
      if (key === here) cell.setAttribute("aria-current", "true");
      this.cells.set(key, cell);
      return cell;
    })));
    const corner = el("th", { class: "corner", scope: "col" }, el("span", {}, typeof ys[0][0] === "number" ? `${y} ↑` : y), el("span", {}, `${x} →`));
    this.table.replaceChildren(el("caption", {}, caption),
      el("thead", {}, el("tr", {}, corner, ...xs.map(([, said]) => el("th", { scope: "col" }, said)))), el("tbody", {}, ...rows));
  }

  /** How the sweep stands; null where the server has forgotten it. Whether there is more to ask. @param {Found | null} found */
  showPoints(found) {
    const { goes, key } = this.data;
    const { points, left, failed, problem, begun } = found ?? { points: this.points, left: 0, failed: 0, problem: "", begun: 0 };
    this.points = points;
    this.fill();
    const count = points.length + left + failed;
    this.said.textContent = problem || [this.say(left ? "under-way" : "complete", { done: points.length, count }),
      ...(failed ? [this.say("failed", { failed })] : [])].join(" ");
    this.left = left;
    this.root.dataset.points = String(points.length);
    this.showButton();
    const more = left && !(problem && !begun);
    if (goes && !more) this.tell(["still", key]);
    return Boolean(more);
  }

  showButton() {
    this.button.hidden = !this.data.goes && !this.left;
    this.button.textContent = this.say(this.data.goes ? "stop" : "go");
  }

  fill() {
    const { shades, shape: { possible } } = this.data;
    const there = new Map(this.points.map((point) => [JSON.stringify(point.values), point]));
    const can = new Set(possible.map((values) => JSON.stringify(values)));
    for (const [key, cell] of this.cells) {
      const point = there.get(key);
      const said = point ? JSON.stringify(point.accuracy) : String(can.has(key));
      if (cell.dataset.said === said) continue; // nothing new, and the focus stays
      cell.dataset.said = said;
      cell.className = point ? "" : can.has(key) ? "open" : "never";
      if (!point) {
        cell.style.background = "";
        cell.replaceChildren(el("span", { title: this.say(can.has(key) ? "open" : "never") }, can.has(key) ? "·" : "–"));
        continue;
      }
      const [mean, low, high] = point.accuracy;
      const range = low === null ? "" : ` (${(100 * low).toFixed(1)}–${percent(high)})`;
      const button = el("button", { type: "button", title: `${percent(mean)}${range}`, "aria-label": this.say("cell", { accuracy: `${percent(mean)}${range}` }) }, (100 * mean).toFixed(0));
      button.onclick = () => this.tell(["load", point.values]);
      cell.style.background = shades[Math.min(shades.length - 1, Math.floor(mean * shades.length))];
      cell.style.color = mean > 0.5 ? "black" : "white";
      cell.replaceChildren(button);
    }
    this.showButton();
  }
}

/** @param {{ data: Data, parentElement: HTMLElement, setTriggerValue: (name: string, value: any) => void }} page */
export default ({ data, parentElement, setTriggerValue }) => {
  const there = figures.get(parentElement);
  if (there) there.hear(data);
  else figures.set(parentElement, new Plane(parentElement, data, (deed) => setTriggerValue("deed", deed)));
  return () => {
    figures.get(parentElement)?.leave();
    figures.delete(parentElement);
  };
};
