// The figure: hands and keys on one side, films on the other. `frames.js` knows what is shown at a moment.

import { el, outline, percent } from "./elements.js";
import {
  alike, along, between, confusion, decoded, grown, known, lead, opened, painted, placeOf, raster, stepped, stretched, ticks, turned,
  unpacked, worst,
} from "./frames.js";
/** @import { Data, Panel, Shown, Standing, Tile } from "./data.d.ts" */

const ASK = 200; // ms between two questions how the making of a film stands
const SLOWEST = 5000; // ms between two questions to a network that is away
const RATE = 4.2; // frames a second
const SPEEDS = [1, 2, 0.5];
const FINE = [256, 176, 128]; // pixels a side of a painted plane, fewer on a slow machine
const PHONE = 160; // the same where a plane is small
const SLOW = 8; // ms that painting one plane may take
const SMALL = 260; // px below which a plane shows fewer points
const FEW = 46; // points that a small plane shows
const BARS = 6; // labels of a class that are compared
const NARROW = 30; // px of a bar below which its share is a bare number
const MARGIN = 42; // px left of the curves
const HALF = 0.5; // share of right first choices below which a teacher is wrong

/** @type {WeakMap<Element | ShadowRoot, Film>} */
const figures = new WeakMap(); // where a figure stands -> its controller
/** @type {Map<string, Promise<Shown>>} */
const films = new Map(); // address -> promise of a film

const hundredths = (/** @type {number} */ number) => (number < 0.005 ? "0" : number.toFixed(2).replace(/^0/, ""));

/** A film, fetched and unpacked once. @param {string} at */
function fetched(at) {
  const address = new URL(at, location.origin);
  address.pathname += "/film";
  if (!films.has(at)) {
    const asked = fetch(address)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then(async (sent) => beside(sent, await decoded(sent)));
    asked.catch(() => films.delete(at));
    films.set(at, asked);
  }
  return films.get(at);
}

/** A film with what its head says beside answers. @param {any} sent @param {import("./frames.js").Film} film @returns {Promise<Shown>} */
const beside = async (sent, film) => Object.assign(film, {
  points: sent.points, images: await Promise.all(sent.images.map(pictured)), names: sent.class_names,
  shape: sent.image_shape, first: sent.label_accuracy,
});

const pictured = async (/** @type {any} */ image) => ({ row: image.row, pixels: await unpacked(image.pixels) });

/** A line through points. @param {number[][]} points */
const traced = (points) => points.map(([x, y], place) => `${place ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

class Film {
  /** @param {ShadowRoot} parent @param {Data} data @param {(deed: string) => void} tell */
  constructor(parent, data, tell) {
    this.parent = parent;
    this.tell = tell;
    this.t = 0; // frames from the start
    this.playing = false;
    this.speed = 1;
    this.last = 0; // when the frame before was drawn
    this.fine = 0; // place in FINE
    /** @type {number[]} */
    this.costs = []; // ms that painting took
    this.turn = 0; // whose questions are the latest
    this.filming = false; // whether what is shown is still being made
    /** @type {(Shown | null)[]} */
    this.parts = []; // what there is of each film while they are made
    /** @type {number[]} */
    this.heard = []; // rows that have come of each
    /** @type {ReturnType<typeof raster> | undefined} */
    this.raster = undefined;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.keys = (/** @type {KeyboardEvent} */ event) => this.press(event);
    addEventListener("keydown", this.keys, true);
    this.watch = new ResizeObserver(() => this.resize());
    this.sight = new IntersectionObserver(([entry]) => { if (entry.isIntersecting) this.begin(); }, { threshold: 0.4 });
    this.hear(data);
  }

  leave() {
    this.gone = true;
    this.watch.disconnect();
    this.sight.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.asking);
    removeEventListener("keydown", this.keys, true);
  }

  // ---- words

  /** @param {string} key @param {Record<string, any>} values */
  say(key, values = {}) {
    return (this.data.setting.words[key] ?? key).replace(/\{([\w-]+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => values[name] ?? "");
  }

  /** What the page says: other students are another film; another theme is the same one, painted anew. @param {Data} data */
  hear(data) {
    const named = (/** @type {Data} */ one) => JSON.stringify([one.sides.map(({ at }) => at), one.setting.words, one.controls]);
    const same = this.data && named(this.data) === named(data);
    const goes = data.sides.some(({ state }) => state === "waiting" || state === "running");
    const there = data.sides.every(({ state }) => state === "done");
    this.data = data;
    if (same && this.shown && (goes || there || !this.filming)) {
      requestAnimationFrame(() => this.resize()); // another theme has come to its colours by then
      return;
    }
    this.turn += 1;
    clearTimeout(this.asking);
    this.shown = null;
    this.filming = false;
    if (there) this.load(this.turn);
    else this.wait(goes);
  }

  // ---- before there is a film

  /** A button to have it made, or how the making stands. @param {boolean} goes */
  wait(goes) {
    this.playing = this.filming = false;
    this.shown = null;
    const pair = this.data.sides.length > 1 ? "-pair" : "";
    const failed = this.data.sides.some(({ state }) => state === "failed") ? this.say("failed") : "";
    const problem = this.data.problem ? this.say("refused", { problem: this.data.problem }) : failed;
    /** @type {HTMLElement} */
    this.standing = el("p", { class: "note", role: "status" }, goes ? this.say("making", { progress: percent(0, 0) }) : problem);
    const make = () => this.asker("make", "first", this.say(`make${pair}`, { seconds: this.data.seconds }));
    this.put(el("div", { class: "before" }, ...(goes ? this.stopper() : this.data.controls ? [make()] : []), this.standing));
    if (!goes) return;
    this.parts = Array(this.data.sides.length).fill(null);
    this.heard = this.data.sides.map(() => 0);
    this.ask(this.turn, ASK);
  }

  /** A button that tells the server. @param {string} deed @param {string} name @param {string} text */
  asker(deed, name, text) {
    const button = el("button", { type: "button", class: name }, text);
    button.onclick = () => {
      button.disabled = true;
      this.tell(deed);
    };
    return button;
  }

  stopper() { return this.data.controls ? [this.asker("stop", "", this.say("stop"))] : []; }

  /** Ask how the making of both stands, until both are there. @param {number} turn @param {number} pause */
  async ask(turn, pause) {
    /** @type {Standing[] | null} */
    let found = null;
    try {
      found = await Promise.all(this.data.sides.map(({ at }, place) => {
        const address = new URL(at, location.origin);
        address.search += `&from=${this.heard[place]}`;
        return fetch(address).then((answer) => answer.json());
      }));
      if (!this.gone && turn === this.turn) await Promise.all(found.map((one, place) => this.take(one, place)));
    } catch { /* the network is away: asked again, later */ }
    if (this.gone || turn !== this.turn) return;
    if (found?.every(({ state }) => state === "done")) return this.load(turn);
    if (found && !found.some(({ state }) => state === "waiting" || state === "running")) {
      this.data = { ...this.data, sides: this.data.sides.map((side, place) => ({ ...side, state: found[place].state })) };
      return this.wait(false);
    }
    if (found) {
      this.follow();
      const ahead = Math.max(...found.map((one) => (one.state === "waiting" ? one.ahead : 0)));
      const shares = found.map((one) => (one.state === "done" ? 1 : one.progress ?? 0));
      const progress = shares.reduce((one, other) => one + other, 0) / shares.length;
      this.standing.textContent = ahead ? this.say("waiting", { ahead }) : this.say("making", { progress: percent(progress, 0) });
    }
    const next = found ? ASK : Math.min(SLOWEST, 2 * pause);
    this.asking = setTimeout(() => this.ask(turn, next), next);
  }

  /** What has come of a film: its head, then frames; or it is there. @param {Standing} one @param {number} place */
  async take({ state, rows = [] }, place) {
    if (state === "done" && this.data.sides.length > 1) {
      this.parts[place] = Object.assign(this.parts[place] ?? {}, await fetched(this.data.sides[place].at));
      return;
    }
    const parts = this.parts;
    const head = rows.find(([kind]) => kind === "head")?.[1];
    const part = parts[place] ?? (head ? await beside(head, await opened(head)) : null);
    if (part) await grown(part, rows.filter(([kind]) => kind !== "head"));
    parts[place] = part;
    this.heard[place] += rows.length;
  }

  /** Show what there is, from the first side on: the last frame stays until another comes. */
  follow() {
    const missing = this.parts.findIndex((part) => !part?.count);
    const there = this.parts.slice(0, missing < 0 ? this.parts.length : missing);
    if (!there.length) return;
    if (!this.filming || there.length !== this.films.length) {
      this.t = this.filming ? this.t : 0;
      this.begun = this.calm || (this.filming && this.begun);
      this.playing = this.calm || (this.filming && this.playing);
      this.filming = true;
      this.show(there);
    } else if (this.root.dataset.frames !== String(this.films[0].count) || this.root.dataset.known !== String(this.end)) {
      this.drawCurves();
      this.wake();
    }
  }

  /** @param {number} turn */
  async load(turn) {
    let found;
    try {
      found = await Promise.all(this.data.sides.map(({ at }) => fetched(at)));
    } catch {
      if (!this.gone && turn === this.turn) this.asking = setTimeout(() => this.load(turn), SLOWEST);
      return;
    }
    if (this.gone || turn !== this.turn) return;
    if (this.filming && this.films.length === found.length) {
      this.finish(found);
      return;
    }
    this.filming = false;
    this.playing = false;
    this.t = this.calm ? found[0].count - 1 : 0;
    this.begun = this.calm;
    this.show(found);
  }

  /** The film that was seen while it was made is there, and goes on where it is. @param {Shown[]} found */
  finish(found) {
    this.filming = false;
    found.forEach((film, place) => Object.assign(this.films[place], film));
    if (this.calm && this.playing) this.t = this.end;
    this.playing = this.playing && this.t < this.end;
    this.headline.replaceChildren(...this.headed());
    this.stops.remove();
    this.twin.hidden = false;
    this.drawCurves();
    this.wake();
  }

  /** @param {Shown[]} films */
  show(films) {
    const turn = this.turn;
    this.films = films;
    this.alike = films.length < 2 || alike(films[0], films[1]);
    this.build();
    this.dressed.then(() => {
      if (this.gone || turn !== this.turn) return;
      for (const observer of [this.watch, this.sight]) {
        observer.disconnect();
        observer.observe(this.root);
      }
    });
  }

  /** What stands in the place of all. @param {Node[]} children */
  put(...children) {
    const inner = el("div", { class: "film-inner" }, ...children);
    const style = el("link", { rel: "stylesheet", href: new URL("film.css", import.meta.url).href });
    this.dressed = new Promise((done) => { style.onload = style.onerror = done; });
    const root = el("section", { class: "film", "aria-label": this.say("name"), tabindex: "-1" }, style, inner);
    for (const [name, [light, dark]] of Object.entries(this.data.setting.colours))
      root.style.setProperty(`--${name}`, `light-dark(${light}, ${dark})`);
    this.dressed.then(() => root.classList.add("ready"));
    this.parent.querySelector(".film")?.remove();
    this.parent.append(root);
    this.root = root;
  }

  // ---- what stands there

  build() {
    this.stops = el("div", { class: "before" }, ...this.stopper());
    if (this.filming) this.standing = el("span", { role: "status" }, this.standing.textContent);
    this.headline = el("h2", {}, ...(this.filming ? [this.standing] : this.headed()));
    this.panels = this.films.map((film, place) => this.panel(film, place));
    this.curve = el("div", { class: "curve" });
    this.bars = el("div", { class: "why" });
    const longer = stretched(this.films[0].times) ? ` · ${this.say("stretched")}` : "";
    const aside = el("div", { class: "aside" }, el("p", { class: "note" }, this.say("curve") + longer), this.curve,
      el("p", { class: "note" }, this.say("why")), this.bars);
    this.live = el("p", { class: "hidden", "aria-live": "polite" });
    this.twin = el("details", {}, el("summary", {}, this.say("table")));
    this.twin.ontoggle = () => this.tabulate();
    this.twin.hidden = this.filming;
    const { replicates, seed } = this.data.note;
    this.put(this.headline, el("div", { class: `row sides-${this.films.length}` },
      el("div", { class: "pair" }, ...this.panels.map(({ root }) => root)), aside),
      this.transport(), ...(this.filming ? [this.stops] : []), this.legend(), el("div", { class: "foot" }, this.twin,
        el("p", { class: "note" }, this.say("one-replicate", { replicates, seed }))), this.live);
    this.shown = true;
    this.root.dataset.alike = String(this.alike);
  }

  headed() {
    const end = this.films.map(({ accuracy }) => percent(accuracy.at(-1)));
    const set = (/** @type {string} */ key, /** @type {Record<string, string>} */ values) => this.data.setting.words[key].split(/(\{[\w-]+\})/).map((part) => {
      const name = part.match(/^\{([\w-]+)\}$/)?.[1];
      if (!name) return part;
      return name === "share-a" || name === "share" ? el("em", {}, values[name]) : values[name];
    });
    if (end.length < 2) return set("headline-one", { share: end[0] });
    const { sides, teacher, task } = this.data;
    const wrong = this.films.every(({ first }) => first < HALF);
    const who = teacher ? (wrong ? "same-wrong-teacher" : "same-teacher") : task ? "two-teachers" : "two-tasks";
    const what = this.say(who) + (this.alike ? this.say("same-start") : "");
    const differ = sides[0].sets !== sides[1].sets;
    const [a, b] = sides.map(({ letter, sets }) => (teacher && differ ? this.say(sets ? "seeing" : "copying") : letter));
    return set("headline-pair", { what, a, b, "share-a": end[0], "share-b": end[1] });
  }

  /** One student: its numbers, and the plane or the images. @param {Shown} film @param {number} place */
  panel(film, place) {
    const { letter, sees, sets } = this.data.sides[place];
    const share = el("b", { class: "share" });
    const head = el("div", { class: "head" },
      el("p", {}, ...(this.films.length > 1 ? [el("b", {}, letter), " "] : []), sees), share);
    const picture = el("canvas");
    const marks = el("canvas", { "aria-hidden": "true" });
    const stage = el("div", { class: "stage" }, picture, ...(film.grid ? [marks] : []));
    const below = el("div", { class: "below" });
    const root = el("div", { class: `side side-${place}` }, head, stage, below);
    /** @type {Panel} */
    const made = { film, root, share, picture, marks, stage, sets, name: letter, field: null };
    if (film.grid) {
      below.append(el("p", { class: "note" }, this.say(sets ? "ring-sets" : "ring-masses")));
      made.field = { named: new Uint8Array(film.rows), margin: new Float32Array(film.rows) };
    } else {
      made.turned = el("span");
      made.tiles = film.images.map(({ row, pixels }) => this.tile(film, row, pixels));
      below.append(el("p", { class: "note" }, `${this.say("rows")} · `, made.turned), el("p", { class: "note" }, this.say("images")),
        el("div", { class: "tiles" }, ...made.tiles.map((tile) => tile.root)));
    }
    return made;
  }

  /** @param {Shown} film @param {number} row @param {Uint8Array} pixels @returns {Tile} */
  tile(film, row, pixels) {
    const [channels, height, width] = film.shape;
    const canvas = el("canvas", { width, height, "aria-hidden": "true" });
    const image = new ImageData(width, height);
    const flat = height * width;
    for (let p = 0; p < flat; p++) {
      const shades = [0, 1, 2].map((channel) => pixels[(channels === 3 ? channel * flat : 0) + p]);
      image.data.set(channels === 3 ? [...shades, 255] : shades.map((one) => 255 - one).concat(255), 4 * p);
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    const says = el("span");
    return { root: el("div", {}, canvas, says), says, row, truth: film.truths[row] };
  }

  transport() {
    const button = (/** @type {string} */ name, /** @type {string} */ text, /** @type {() => void} */ act, more = {}) => {
      const made = el("button", { type: "button", class: name, ...more }, text);
      made.onclick = (event) => {
        act();
        if (event.detail) this.root.focus({ preventScroll: true }); // Space then plays, whatever was clicked
      };
      return made;
    };
    const help = (/** @type {string} */ key) => ({ "aria-label": this.say(key), title: this.say(key) });
    this.player = button("first", `▶ ${this.say("play")}`, () => this.toggle());
    this.player.hidden = this.calm;
    this.faster = button("", "1×", () => this.quicken(), help("speed"));
    this.faster.hidden = this.calm;
    this.range = el("input", { type: "range", min: 0, max: this.films[0].times.length - 1, step: 0.01, "aria-label": this.say("slider") });
    this.range.oninput = () => this.go(Number(this.range.value));
    this.epoch = el("p", { class: "epoch" });
    return el("div", { class: "transport" },
      el("div", { class: "keys" },
        button("", `|◀ ${this.say("start")}`, () => this.go(0), help("start-help")),
        button("", "−1", () => this.step(-1), help("back")), this.player,
        button("", "+1", () => this.step(1), help("forward")), this.faster),
      this.range, this.epoch);
  }

  legend() {
    const { names, grid } = this.films[0];
    const classes = grid ? names.map((name, label) => el("span", {}, this.icon(label), name)) : [];
    return el("p", { class: "note legend" }, ...(classes.length ? [this.say("classes"), ...classes] : []), el("span", { class: "hint" }, this.say("keys")));
  }

  /** @param {number} label */
  icon(label) {
    const [colour, shape] = this.data.classes[label];
    return el("svg", { viewBox: "-8 -8 16 16", class: "icon", "aria-hidden": "true" }, el("path", { d: outline(shape, 0, 0, 6), fill: colour }));
  }

  // ---- what is done

  begin() {
    if (this.begun) return;
    this.begun = true;
    this.toggle();
  }

  /** The last moment that is known. */
  get end() { return known(this.films); }
  toggle() {
    if (this.calm) return;
    this.begun = true;
    if (!this.playing && !this.filming && this.t >= this.end) this.t = 0;
    this.playing = !this.playing;
    this.last = 0;
    this.wake();
  }
  /** @param {number} t */
  go(t) {
    this.begun = true;
    this.playing = this.filming && t >= this.end; // whoever goes to what is newest follows
    this.t = Math.max(0, Math.min(this.end, t));
    this.wake();
  }
  /** @param {1 | -1} by */
  step(by) { this.go(stepped(this.t, by, this.films[0].count)); }
  quicken() {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
    this.faster.textContent = this.speed === 0.5 ? "½×" : `${this.speed}×`;
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (!this.shown || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = /** @type {Element} */ (event.composedPath()[0]);
    const inside = event.composedPath().includes(this.root);
    const box = this.root.getBoundingClientRect();
    const free = event.target === document.body && this.data.sides.length > 1 && box.top < innerHeight / 2 && box.bottom > innerHeight / 2;
    if (!inside && !free) return;
    const held = inside && at.matches("button, summary");
    /** @type {Record<string, (() => void) | null>} */
    const acts = {
      " ": held ? null : () => this.toggle(),
      ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1), ArrowUp: () => this.step(1), ArrowDown: () => this.step(-1),
      Home: () => this.go(0), End: () => this.go(this.end), r: () => this.go(0), R: () => this.go(0),
    };
    const upright = event.key === "ArrowUp" || event.key === "ArrowDown" || event.key === "End";
    const act = upright && at !== this.range ? null : acts[event.key];
    if (act) {
      event.preventDefault();
      event.stopImmediatePropagation(); // Streamlit's own r would run the page anew
      act();
    } else if (inside && event.key.length === 1 && !held) event.stopPropagation();
  }

  // ---- what is shown

  resize() {
    if (this.gone || !this.shown || !this.root.isConnected || !this.root.clientWidth) return;
    const style = getComputedStyle(this.root);
    const paint = el("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
    const rgb = (/** @type {string} */ colour) => { // as a browser reads it: light-dark and color-mix too
      paint.fillStyle = colour;
      paint.fillRect(0, 0, 1, 1);
      return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    this.ink = style.color;
    this.ground = style.backgroundColor;
    this.rgb = { ink: rgb(this.ink), ground: rgb(this.ground) };
    this.colours = this.data.classes.map(([colour]) => rgb(colour));
    this.shades = this.data.setting.shades.map(rgb);
    this.dpr = Math.min(2, devicePixelRatio || 1);
    for (const panel of this.panels) {
      const size = Math.round(panel.stage.clientWidth);
      panel.size = size;
      panel.at = null;
      for (const canvas of [panel.picture, panel.marks]) canvas.width = canvas.height = size * this.dpr;
      if (panel.film.grid) {
        this.scatter(panel);
        this.drawPoints(panel);
      }
    }
    this.drawCurves();
    this.drawBars();
    this.wake();
  }

  /** Paint planes so finely. @param {number} size */
  refine(size) {
    const { grid } = this.films[0];
    if (!grid || this.raster?.size === size) return;
    this.raster = raster(size, grid);
    this.off = el("canvas", { width: size, height: size });
    this.image = new ImageData(size, size);
    this.regions = new Uint8Array(size * size);
  }

  wake() { this.frame ||= requestAnimationFrame((now) => this.tick(now)); }

  /** @param {number} now */
  tick(now) {
    this.frame = 0;
    if (this.gone || !this.shown || !this.root.isConnected || !this.panels[0].size) return;
    if (this.playing) {
      const passed = this.last ? Math.min(0.05, (now - this.last) / 1000) : 0;
      this.last = now;
      this.t = Math.min(this.end, this.calm ? Infinity : this.t + passed * RATE * this.speed);
      if (this.t >= this.end && !this.filming) this.playing = false;
    }
    this.update();
    if (this.playing && this.t < this.end) this.wake(); // else a frame that comes does
  }

  /** A film's own moment at the time of the first. @param {Shown} film */
  moment(film) {
    return film === this.films[0] ? this.t : Math.min(film.count - 1, placeOf(film.times, along(this.films[0].times, this.t)));
  }

  update() {
    const epoch = along(this.films[0].times, this.t);
    this.refine(this.fineness);
    const values = this.panels.map((panel) => {
      const t = this.moment(panel.film);
      const began = performance.now();
      if (panel.film.grid) this.drawPlane(panel, t);
      else this.drawImages(panel, Math.floor(t + 1e-3));
      this.costs.push(performance.now() - began);
      const share = along(panel.film.accuracy, t);
      panel.share.textContent = percent(share);
      return share;
    });
    this.coarsen();
    const said = this.t < 0.005 ? this.say("untrained") : this.say("epoch", { epoch: epoch < 10 ? epoch.toFixed(1) : Math.round(epoch), all: this.films[0].times.at(-1) });
    this.epoch.textContent = said;
    this.range.value = String(this.t);
    this.range.style.setProperty("--filled", `calc(13px + (100% - 26px) * ${this.t / (this.films[0].times.length - 1)})`);
    this.range.setAttribute("aria-valuetext", `${said}: ${values.map((share, place) => `${this.panels[place].name} ${percent(share)}`).join(", ")}`);
    this.player.textContent = this.playing ? `❚❚ ${this.say("pause")}` : this.t >= this.end && !this.filming ? `↻ ${this.say("again")}` : `▶ ${this.say("play")}`;
    this.moveCurves(values);
    const { end, filming, playing } = this;
    Object.assign(this.root.dataset, { t: this.t.toFixed(3), playing, filming, known: end, frames: this.films[0].count });
    if (!this.playing || !this.panels[0].picture.hasAttribute("aria-label")) this.describe(epoch, values);
  }

  /** @param {number} epoch @param {number[]} values */
  describe(epoch, values) {
    const when = this.t < 0.005 ? this.say("when-start") : this.say("when", { epoch: epoch < 10 ? epoch.toFixed(1) : Math.round(epoch) });
    this.panels.forEach(({ film, picture, name }, place) => {
      picture.setAttribute("aria-label", this.say(film.grid ? "map" : "matrix",
        { side: this.films.length > 1 ? name : this.say("own"), when, share: percent(values[place]) }));
      picture.setAttribute("role", "img"); // a picture once it has a text
    });
    const told = this.range.getAttribute("aria-valuetext");
    if (this.live.textContent !== told) this.live.textContent = told;
  }

  /** Pixels of a picture's side: a still one is fine on every machine. */
  get fineness() { return this.panels[0].size < SMALL ? PHONE : FINE[this.playing ? this.fine : 0]; }

  /** A slow machine gets a coarser picture while it moves, never fewer frames. */
  coarsen() {
    if (!this.playing || this.costs.length < 24) return;
    const middle = this.costs.sort((one, other) => one - other)[12];
    this.costs = [];
    if (middle <= SLOW || this.panels[0].size < SMALL || this.fine === FINE.length - 1) return;
    this.fine += 1;
  }

  /** @param {Panel} panel @param {number} t */
  drawPlane(panel, t) {
    const { size } = this.raster;
    between(panel.film, t, panel.field);
    painted(panel.field, this.raster, this.colours, this.rgb.ground, this.rgb.ink, this.image.data, this.regions);
    this.off.getContext("2d").putImageData(this.image, 0, 0);
    const context = panel.picture.getContext("2d");
    context.imageSmoothingQuality = "medium";
    context.drawImage(this.off, 0, 0, panel.picture.width, panel.picture.height);
    context.fillStyle = this.ink;
    context.globalAlpha = 0.45;
    const wide = panel.picture.width;
    for (const [x, y] of panel.spots) { // the second channel: a loose lattice of shapes
      const label = this.regions[Math.round((1 - y) * (size - 1)) * size + Math.round(x * (size - 1))];
      context.fill(new Path2D(outline(this.data.classes[label][1], x * wide, (1 - y) * wide, (panel.size < SMALL ? 2.1 : 2.9) * this.dpr)));
    }
    context.globalAlpha = 1;
  }

  /** Where the lattice's shapes stand: where no point lies. @param {Panel} panel */
  scatter(panel) {
    const n = panel.size < SMALL ? 9 : 13;
    const grid = Array.from({ length: n * n }, (_, place) => [Math.floor(place / n), place % n]);
    const spots = grid.map(([j, i]) => [(i + (j % 2 ? 0.75 : 0.25)) / n, (j + 0.5) / n]);
    panel.spots = spots.filter(([x, y]) => x < 0.985 && panel.film.points.every((point) => Math.hypot(point.x - x, point.y - y) > 0.05));
  }

  /** @param {Panel} panel */
  drawPoints({ film, marks, size }) {
    const context = marks.getContext("2d");
    context.setTransform(this.dpr, 0, 0, this.dpr, 0, 0);
    context.clearRect(0, 0, size, size);
    const small = size < SMALL;
    const r = small ? 4.4 : Math.max(6, size * 0.0178);
    const colour = (/** @type {number} */ label) => this.data.classes[label][0];
    for (const { x, y, truth, shown } of film.points.slice(0, small ? FEW : film.points.length)) {
      const [u, v] = [x * size, (1 - y) * size];
      context.fillStyle = this.ground;
      context.fill(new Path2D(outline("circle", u, v, r + 1.2)));
      const order = [...shown.keys()].filter((label) => shown[label]).sort((one, other) => shown[other] - shown[one] || one - other);
      context.lineWidth = r * 0.52;
      let from = -Math.PI / 2;
      for (const label of order) {
        const to = from + shown[label] * 2 * Math.PI;
        context.beginPath();
        context.arc(u, v, r - 0.2, from, to);
        context.strokeStyle = colour(label);
        context.stroke();
        from = to;
      }
      if (order.length > 1) { // parts are told apart without their colours
        context.strokeStyle = this.ink;
        context.lineWidth = 1.2;
        let at = -Math.PI / 2;
        for (const label of order) {
          context.beginPath();
          context.moveTo(u + Math.cos(at) * r * 0.7, v + Math.sin(at) * r * 0.7);
          context.lineTo(u + Math.cos(at) * (r + 1), v + Math.sin(at) * (r + 1));
          context.stroke();
          at += shown[label] * 2 * Math.PI;
        }
      }
      const core = new Path2D(outline(this.data.classes[truth][1], u, v, r * 0.5));
      context.fillStyle = colour(truth);
      context.fill(core);
      context.strokeStyle = this.ink;
      context.lineWidth = 0.9;
      context.stroke(core);
      context.lineWidth = 0.6;
      context.stroke(new Path2D(outline("circle", u, v, r + 1.2)));
    }
  }

  /** @param {Panel} panel @param {number} frame */
  drawImages(panel, frame) {
    if (panel.at === frame) return;
    panel.at = frame;
    const { film, picture } = panel;
    const shares = confusion(film, frame);
    const context = picture.getContext("2d");
    const left = film.classes <= 20 ? 22 * this.dpr : 0;
    const cell = (picture.width - left) / film.classes;
    context.fillStyle = this.ground;
    context.fillRect(0, 0, picture.width, picture.height);
    const font = getComputedStyle(this.root).fontFamily;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const name = (/** @type {number} */ label) => [...film.names[label]].slice(0, 3).join("");
    shares.forEach((row, truth) => row.forEach((share, label) => {
      const shade = this.shades[Math.round(share * (this.shades.length - 1))];
      context.fillStyle = `rgb(${shade})`;
      context.fillRect(left + label * cell, left + truth * cell, cell - 0.5, cell - 0.5);
      if (film.classes > 12 || share < 0.005) return;
      context.fillStyle = `rgb(${share > 0.55 ? this.shades[0] : this.shades.at(-1)})`;
      context.font = `${Math.min(12 * this.dpr, cell * 0.42)}px ${font}`;
      context.fillText(String(Math.round(100 * share)), left + (label + 0.5) * cell, left + (truth + 0.5) * cell);
    }));
    context.font = `${11 * this.dpr}px ${font}`;
    context.fillStyle = this.ink;
    for (let label = 0; left && label < film.classes; label++) {
      context.fillText(name(label), left + (label + 0.5) * cell, left / 2);
      context.fillText(name(label), left / 2, left + (label + 0.5) * cell);
    }
    panel.turned.textContent = this.say("turned", { count: turned(film, frame), all: film.rows });
    for (const { root, says, row, truth } of panel.tiles) {
      const now = film.named[frame * film.rows + row];
      says.textContent = film.names[now] + (now === truth ? "" : " ✗");
      root.classList.toggle("wrong", now !== truth);
      root.classList.toggle("turned", frame > 0 && now !== film.named[(frame - 1) * film.rows + row]);
    }
  }

  drawCurves() {
    const { clientWidth: width, clientHeight: height } = this.curve;
    const { times } = this.films[0];
    const right = width - 10;
    const x = (/** @type {number} */ t) => MARGIN + ((right - MARGIN) * t) / (times.length - 1);
    const y = (/** @type {number} */ share) => 10 + (height - 34) * (1 - share);
    this.scale = { x, y, right };
    const svg = el("svg", { role: "img", viewBox: `0 0 ${width} ${height}`, "aria-label": this.say("curve") });
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      svg.append(el("line", { class: "grid", x1: MARGIN, x2: right, y1: y(share), y2: y(share) }));
      if (share * 2 % 1 === 0) svg.append(el("text", { x: MARGIN - 6, y: y(share) + 4, "text-anchor": "end" }, percent(share, 0)));
    }
    for (const [epoch, at] of ticks(times)) svg.append(
      el("line", { class: "tick", x1: x(at), x2: x(at), y1: y(0), y2: y(0) + 4 }),
      el("text", { x: x(at), y: height - 6, "text-anchor": "middle" }, String(epoch)));
    const corners = (/** @type {Shown} */ film) => film.accuracy.map((share, place) => [x(placeOf(times, film.times[place])), y(share)]);
    this.lines = this.films.map((film, place) => {
      const way = corners(film);
      const whole = el("path", { class: `line quiet line-${place}`, d: traced(way) });
      const past = el("path", { class: `line line-${place}` });
      const spot = place ? el("rect", { class: "spot line-1", width: 10, height: 10 }) : el("circle", { class: "spot line-0", r: 5.5 });
      const text = el("text", { class: `letter line-${place}` }, this.films.length > 1 ? this.panels[place].name : "");
      svg.append(whole, past);
      return { way, past, spot, text };
    });
    this.head = el("line", { class: "head-line", y1: 6, y2: y(0) });
    svg.append(this.head, ...this.lines.flatMap(({ spot, text }) => [spot, text]));
    this.curve.replaceChildren(svg);
  }

  /** @param {number[]} values */
  moveCurves(values) {
    if (!this.scale) return;
    const { x, y, right } = this.scale;
    const at = x(this.t);
    const set = (/** @type {Element} */ node, /** @type {Record<string, any>} */ values) => Object.entries(values).forEach(([key, value]) => node.setAttribute(key, value));
    set(this.head, { x1: at, x2: at });
    const near = values.length > 1 && Math.abs(values[0] - values[1]) < 0.12;
    const upper = values[0] >= (values[1] ?? 0) ? 0 : 1;
    this.lines.forEach(({ way, past, spot, text }, place) => {
      const v = y(values[place]);
      past.setAttribute("d", traced([...way.filter(([u]) => u < at), [at, v]]));
      set(spot, place ? { x: at - 5, y: v - 5 } : { cx: at, cy: v });
      const shift = near ? (place === upper ? -8 : 18) : values[place] > 0.85 ? 20 : values[place] < 0.15 ? -10 : 4;
      set(text, { x: at > right - 30 ? at - 20 : at + 10, y: v + shift });
    });
  }

  /** Why: what the student sees of the class with the strongest rival, side by side and on one scale. */
  drawBars() {
    const { clientWidth: width } = this.bars;
    const { truth, labels } = worst(this.films.map(({ seen }) => seen), BARS);
    const groups = this.films.length;
    const [part, height, top, base] = [(width - 16 * (groups - 1)) / groups, 182, 40, 134];
    const svg = el("svg", { role: "img", viewBox: `0 0 ${width} ${height}`, height });
    const told = this.panels.map(({ film, sets, name }, place) => {
      const row = film.seen[truth];
      const from = place * (part + 16);
      const wide = part / labels.length;
      const rival = labels.slice(1).reduce((best, label) => ((row[label] ?? 0) > (row[best] ?? 0) ? label : best), labels[1]);
      const title = this.say(sets ? "in-set" : "probable", { side: groups > 1 ? name : this.say("own") });
      svg.append(el("text", { x: from, y: 12, class: "title" }, title));
      labels.forEach((label, column) => {
        const share = row[label] ?? 0;
        const [left, tall] = [from + column * wide, (base - top) * share];
        const [colour, shape] = film.grid ? this.data.classes[label] : [null, null];
        svg.append(el("rect", { x: left + 1, y: base - tall, width: wide * 0.76, height: tall, fill: colour, class: colour ? "bar" : label === truth ? "bar truth" : "bar plain" }));
        svg.append(shape ? el("path", { d: outline(shape, left + wide * 0.38, base + 13, 5.5), fill: colour, class: "bar" })
          : el("text", { x: left + wide * 0.38, y: base + 16, "text-anchor": "middle" }, [...film.names[label]].slice(0, 3).join("")));
        if (label === truth || label === rival) svg.append(el("text", { x: left + wide * 0.38 + 1, y: base - tall - 5, "text-anchor": "middle", class: "value" }, wide < NARROW ? String(Math.round(100 * share)) : percent(share, 0).replace("\u00a0", "")));
      });
      svg.append(el("line", { class: "tick", x1: from, x2: from + part - 4, y1: base + 0.5, y2: base + 0.5 }));
      const by = lead(row, truth);
      const words = Math.abs(by) < 0.005 ? this.say("level") : this.say(by > 0 ? "truth-ahead" : "rival-ahead", { by: hundredths(Math.abs(by)) });
      svg.append(el("text", { x: from, y: base + 42, class: `value${by > 0 ? " ahead" : ""}` }, words));
      const [mine, other] = [row[truth] ?? 0, row[rival] ?? 0];
      const lines = sets
        ? [this.say("truth-in", { share: percent(mine, 0), value: hundredths(1 - mine) }), this.say("rival-in", { share: percent(other, 0), value: hundredths(other) })]
        : [this.say("truth-gets", { share: percent(mine, 0) }), this.say("rival-gets", { share: percent(other, 0) })];
      return { title, words, lines };
    });
    svg.setAttribute("aria-label", told.map(({ title, lines, words }) => `${title}: ${lines.join(", ")}, ${words}`).join("; "));
    this.bars.replaceChildren(svg, el("div", { class: "told" }, ...told.map(({ lines }) =>
      el("p", { class: "note" }, ...lines.flatMap((line, place) => (place ? [el("br"), line] : [line]))))));
  }

  tabulate() {
    if (!this.twin.open || this.twin.querySelector("table")) return;
    const names = this.panels.map(({ name }) => (this.films.length > 1 ? name : this.say("own")));
    const head = [this.say("column-epoch"), ...names.map((side) => this.say("column-right", { side }))];
    const { times } = this.films[0];
    this.twin.append(el("div", { class: "rows", tabindex: "0", role: "region", "aria-label": this.say("table") }, el("table", {},
      el("thead", {}, el("tr", {}, ...head.map((one) => el("th", { scope: "col" }, one)))),
      el("tbody", {}, ...times.map((epoch) => el("tr", {}, el("th", { scope: "row" }, String(Number(epoch.toFixed(2)))),
        ...this.films.map((film) => el("td", {}, percent(along(film.accuracy, placeOf(film.times, epoch)))))))))));
  }
}

/** @param {{data: Data, parentElement: ShadowRoot, setTriggerValue(name: string, value: any): void}} component */
export default ({ data, parentElement, setTriggerValue }) => {
  const there = figures.get(parentElement);
  if (there) there.hear(data);
  else figures.set(parentElement, new Film(parentElement, data, (deed) => setTriggerValue("deed", deed)));
  return () => {
    figures.get(parentElement)?.leave();
    figures.delete(parentElement);
  };
};
