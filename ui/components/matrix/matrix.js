// The figure: a matrix whose cells are dragged up and down. `rows.js` keeps its rows stochastic.

import { broughtUp, el, framed, saver, Telling } from "./elements.js";
import { balanced, encoded, gathered, spread, told } from "./rows.js";

const PX = 2; // px of a drag for a percent
const FAR = 10; // percent of an arrow with Shift
const REST = 350; // ms without a key after which what keys set has been let go
const LETTERS = 3; // of a name above a narrow column

const figures = new WeakMap(); // where a figure stands -> its controller

class Matrix {
  constructor(parent, data, tell) {
    this.parent = parent;
    this.data = data;
    this.telling = new Telling(encoded(data.rows), tell);
    this.build();
    this.hear(data, true);
    broughtUp(this.root, this.table);
  }

  leave() {
    clearTimeout(this.later);
    this.gone = true;
  }

  say(key, values = {}) {
    return (this.data.words[key] ?? key).replace(/\{([\w-]+)\}/g, (_, name) => values[name] ?? "");
  }

  // ---- what stands there

  build() {
    this.table = el("table", { "aria-describedby": "matrix-keys" });
    this.read = el("p", { class: "read", "aria-live": "polite" });
    this.sums = el("dl", { class: "sums" });
    this.repeated = el("p", { class: "note" });
    this.save = saver(this.data.save);
    const button = (name, change) => {
      const made = el("button", { type: "button", title: this.say(`${name}-help`) }, this.say(name));
      made.onclick = () => { this.rows = change(this.rows); this.release(); };
      return made;
    };
    this.root = framed("matrix", import.meta.url, this.say("name"), this.data.colours,
      el("div", { class: "matrix-inner" },
        el("div", { class: "head" }, el("h2", {}, this.say("name")), el("p", {}, this.say("lead"))),
        el("div", { class: "stage" }, this.table),
        el("div", { class: "aside" }, this.read, this.sums,
          el("div", { class: "buttons" }, button("spread", spread), button("gather", gathered)),
          this.repeated, el("p", { class: "note keys", id: "matrix-keys" }, this.say("keys")), el("p", { class: "note keys" }, this.say("undo")), this.save)));
    this.parent.append(this.root);
  }

  tabled() {
    const { names } = this.data;
    const title = (name, scope) => el("th", { scope, title: name }, el("span", { class: "long" }, name), el("span", { class: "short", "aria-hidden": "true" }, [...name].slice(0, LETTERS).join("")));
    this.cells = names.map((truth, row) => names.map((name, column) => {
      const cell = el("div", { class: row === column ? "cell truth" : "cell", role: "slider", tabindex: row || column ? -1 : 0,
        "aria-orientation": "vertical", "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": this.say("cell", { truth, name }) });
      cell.onpointerdown = (event) => this.down(event, row, column);
      cell.onpointermove = (event) => this.move(event);
      cell.onpointerup = cell.onpointercancel = () => this.up();
      cell.onpointerenter = () => { if (!this.hand) this.tell(row); };
      cell.onkeydown = (event) => this.press(event, row, column);
      cell.onfocus = () => this.enter(row, column);
      cell.onblur = () => { if (!this.hand) this.release(); };
      return cell;
    }));
    this.root.style.setProperty("--count", String(names.length));
    this.table.replaceChildren(
      el("caption", {}, this.say("caption")),
      el("thead", {}, el("tr", {}, el("td", { class: "corner" }), ...names.map((name) => title(name, "col")))),
      el("tbody", {}, ...this.cells.map((cells, row) => el("tr", {}, title(names[row], "row"), ...cells.map((cell) => el("td", {}, cell))))));
  }

  // ---- what the page says

  /** What the page says now; rows that it has not heard of yet stay. */
  hear(data, first = false) {
    const renamed = first || JSON.stringify(data.names) !== JSON.stringify(this.data.names);
    this.data = data;
    if (this.telling.hear(encoded(data.rows), data.heard) || first) {
      this.hand = null;
      this.rows = data.rows;
    }
    if (renamed || this.cells.length !== this.rows.length) {
      this.rows = data.rows;
      this.tabled();
      this.at = [0, 0];
    }
    this.save.hidden = !data.save;
    this.repeated.textContent = data.repeated ? this.say("repeated", { size: data.rows.length }) : "";
    if (!this.hand) this.before = this.rows[this.at[0]];
    this.show();
  }

  /** Let go: the page hears of it. */
  release() {
    clearTimeout(this.later);
    if (this.gone) return;
    this.before = this.rows[this.at[0]];
    this.show();
    this.telling.say(encoded(this.rows));
  }

  // ---- hands

  /** A cell is about to be changed: what its row was then decides how the others share. */
  enter(row, column) {
    const [before, beside] = this.at;
    this.cells[before][beside].tabIndex = -1;
    this.cells[row][column].tabIndex = 0;
    this.at = [row, column];
    this.before = this.rows[row];
    this.tell(row);
  }

  set(value) {
    const [row, column] = this.at;
    this.rows = this.rows.map((one, place) => (place === row ? balanced(this.before, column, value, row) : one));
    this.show();
  }

  down(event, row, column) {
    if (event.button) return;
    event.preventDefault();
    this.cells[row][column].setPointerCapture(event.pointerId);
    this.cells[row][column].focus({ preventScroll: true });
    this.enter(row, column);
    this.hand = { y: event.clientY, value: this.rows[row][column] };
    this.root.classList.add("holds");
  }

  move(event) {
    if (this.hand) this.set(this.hand.value + (this.hand.y - event.clientY) / PX);
  }

  up() {
    if (!this.hand) return;
    this.hand = null;
    this.root.classList.remove("holds");
    this.release();
  }

  // ---- keys

  press(event, row, column) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const value = this.rows[row][column];
    const by = event.shiftKey ? FAR : 1;
    const values = { ArrowUp: value + by, ArrowDown: value - by, Home: 0, End: 100 };
    const size = this.rows.length;
    const steps = { ArrowRight: 1, ArrowLeft: -1, Enter: event.shiftKey ? -size : size }[event.key];
    if (event.key in values) {
      this.set(values[event.key]);
      clearTimeout(this.later);
      this.later = setTimeout(() => this.telling.say(encoded(this.rows)), REST); // a burst of keys is one change
    } else if (steps) {
      const next = (row * size + column + steps + size * size) % (size * size);
      this.cells[Math.floor(next / size)][next % size].focus();
    } else {
      if (event.key.length === 1) event.stopPropagation(); // Streamlit's own r would run the page anew
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  // ---- what is shown

  show() {
    this.rows.forEach((row, truth) => row.forEach((value, column) => {
      const cell = this.cells[truth][column];
      cell.textContent = String(value);
      cell.style.setProperty("--share", String(value));
      cell.classList.toggle("none", !value);
      cell.setAttribute("aria-valuenow", String(value));
      cell.setAttribute("aria-valuetext", this.percent(value));
    }));
    const { right, worst } = told(this.rows);
    const { names } = this.data;
    const write = (name, value, note) => el("div", {}, el("dt", {}, this.say(name)), el("dd", {}, el("span", { class: "big" }, value), el("span", { class: "note" }, note)));
    this.sums.replaceChildren(write("right", this.percent(Number(right.toFixed(1))), this.say("mean")),
      write("worst", this.percent(worst.share), worst.share ? this.say("called", { truth: names[worst.row], name: names[worst.column] }) : ""));
    this.root.dataset.matrix = encoded(this.rows);
    this.tell(this.at[0]);
  }

  percent(value) { return `${value}\u00a0%`; }

  /** A row in words, its commonest names first. */
  tell(row) {
    const { names } = this.data;
    const order = [...this.rows[row].keys()].filter((column) => this.rows[row][column]).sort((one, other) => this.rows[row][other] - this.rows[row][one] || one - other);
    const said = order.map((column) => this.say("share", { name: names[column], share: this.percent(this.rows[row][column]) }));
    this.read.textContent = this.say("row", { truth: names[row], shares: said.join(this.say("comma")) });
  }
}

export default ({ data, parentElement, setStateValue }) => {
  const there = figures.get(parentElement);
  if (there) there.hear(data);
  else figures.set(parentElement, new Matrix(parentElement, data, (told) => setStateValue("told", told)));
  return () => {
    figures.get(parentElement)?.leave();
    figures.delete(parentElement);
  };
};
