// What the phone's page and the presenter's share: elements, texts, recipes, and how they hear of the room.
// The page's own script stands behind it in the same element.
"use strict";

const SILENCE = 5000; // ms without an event after which questions are asked instead
const CHECK = 30000; // ms between events after which one question makes sure that they still come
const PATIENCE = 8000; // ms after which an answer is not awaited any more
const PAUSE = 2500; // ms between two questions
const AGAIN = 1500; // ms until what was not answered is sent again, twice that at most

/** @type {Given} */
const given = JSON.parse(document.getElementById("given").textContent);

/** Where the page stands, without a slash at the end. */
const here = location.pathname.replace(/\/+$/, "");

const wait = (/** @type {number} */ ms) => new Promise((done) => { setTimeout(done, ms); });

// ---- what a browser keeps, where it may

/** The same for as long as the page stands, where a private window keeps nothing. @type {Record<string, string>} */
const memory = {};

/** @param {string} key @param {string} text */
function keep(key, text) {
  memory[key] = text;
  try {
    sessionStorage.setItem(key, text);
  } catch { /* in memory alone */ }
}

/** @param {string} key */
function kept(key) {
  try {
    return memory[key] || sessionStorage.getItem(key) || "";
  } catch {
    return "";
  }
}

// ---- elements

/** An element with attributes (those that are null left out) and children. @param {string} name
 * @param {Record<string, any>} attributes @param {(Node | string)[]} children @returns {any} */
const el = (name, attributes = {}, ...children) => made(document.createElement(name), attributes, children);

/** The same of a drawing. @param {string} name @param {Record<string, any>} attributes @param {(Node | string)[]} children
 * @returns {any} */
const drawn = (name, attributes = {}, ...children) =>
  made(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

/** @param {Element} element @param {Record<string, any>} attributes @param {(Node | string)[]} children */
function made(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** @param {number} x @param {number} y @param {string} text @param {string} anchor @param {string | null} look */
const words = (x, y, text, anchor = "middle", look = null) => drawn("text", { x, y, "text-anchor": anchor, class: look }, text);

/** @param {string | Node} content @param {string} look @param {() => void} press */
function button(content, look, press) {
  const one = el("button", { type: "button", class: look || null }, content);
  one.onclick = press;
  return one;
}

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

// ---- words and numbers

let language = given.lang;

/** No line of it is broken before a per cent or within a sum. @param {string} text */
const whole = (text) => text.replace(/ ([=+<]) /g, "\u00a0$1\u00a0").replace(/ %/g, "\u00a0%");

/** A text of the page. @param {string} key @param {Record<string, any>} values */
const say = (key, values = {}) =>
  whole(given.texts[language][key]).replace(/\{([\w-]+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => String(values[name]));

/** A text of the server. @param {Both} text */
const said = (text) => whole(text[language]);

/** Languages by their own names. @type {Record<string, string>} */
const LANGUAGES = { en: "English", zh: "中文" };
const other = () => (language === "en" ? "zh" : "en");

/** Speak another language; its texts come once, with the page that has them. @param {string} chosen */
async function speak(chosen) {
  const address = `${here}?lang=${chosen}${location.hash}`;
  if (!given.texts[chosen]) {
    const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
    Object.assign(given.texts, JSON.parse(page.getElementById("given").textContent).texts);
  }
  language = chosen;
  history.replaceState(null, "", address);
}

/** A button that does. @param {() => void} then */
function tongue(then, look = "") {
  const one = button(LANGUAGES[other()], look, () => speak(other()).then(then, () => {}));
  one.lang = other();
  return one;
}

/** @param {number} share of 1 */
const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)}\u00a0%`;

/** A whole number of hundredths, or a measured one, as the question counts. @param {Question} question @param {number} value */
function counted(question, value) {
  if (question.unit === "share") return (value / 100).toFixed(2);
  return percent(value / 100, Number.isInteger(value) ? 0 : 1);
}

// ---- recipes

/** Outlines around 0, 0, about 20 wide, in the order of the recipes. */
const SHAPES = [
  "M-9 0a9 9 0 1 0 18 0a9 9 0 1 0 -18 0z", "M-8 -8h16v16h-16z", "M0 10l-10.5 -18h21z", "M0 -11.5l11 11.5l-11 11.5l-11 -11.5z",
  "M-3.6 -10h7.2v6.4h6.4v7.2h-6.4v6.4h-7.2v-6.4h-6.4v-7.2h6.4z", "M0 -10l10.5 18h-21z",
];

/** @param {string} id */
const recipeOf = (id) => given.recipes.find((one) => one.id === id);

/** Whether students copy the probabilities, and see no set. @param {Design} design */
const copies = ([, , , k]) => k === 0;

/** The mark of a recipe: hollow where students copy the label. @param {string} id @param {boolean} hollow @param {number} size */
function mark(id, hollow, size = 1) {
  const place = given.recipes.findIndex((one) => one.id === id);
  const colour = `var(--r${place})`;
  return drawn("path", {
    d: SHAPES[place % SHAPES.length], transform: `scale(${size})`,
    fill: hollow ? "var(--ground)" : colour, stroke: hollow ? colour : "var(--ground)", "stroke-width": hollow ? 3.5 : 1.5,
  });
}

/** The same as an icon in a line of text. @param {string} id */
const icon = (id, hollow = false) => drawn("svg", { viewBox: "-13 -13 26 26", class: "icon", "aria-hidden": "true" }, mark(id, hollow));

/** What a slider's step stands for. @param {string} id @param {number} place of the slider @param {number} step */
function stepped(id, place, step) {
  const { factor, share } = recipeOf(id).sliders[place];
  return share ? percent(step * factor) : String(Math.round(100 * step * factor) / 100);
}

/** A design in words. @param {Design} design */
function named([id, a, b, k]) {
  const values = recipeOf(id).sliders.map((_, place) => stepped(id, place, [a, b][place]));
  const shown = k > 0 ? say("recipe.top", { k }) : say(k ? "recipe.whole-set" : "recipe.copied");
  return [say(`recipe.${id}.name`), ...values, shown].join(" · ");
}

// ---- the server

/** Ask, or send what is given. Throws where no answer comes. @param {string} address @param {any} body @returns {Promise<Answer>} */
async function request(address, body = undefined) {
  const limit = new AbortController();
  const clock = setTimeout(() => limit.abort(), PATIENCE);
  try {
    const answer = await fetch(address, {
      method: body ? "POST" : "GET", cache: "no-store", signal: limit.signal,
      ...(body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    let data = null;
    try {
      data = JSON.parse(text);
    } catch { /* nothing to read (204), or a proxy's page */ }
    return { status: answer.status, data, next: Number(answer.headers.get("x-next")) };
  } finally {
    clearTimeout(clock);
  }
}

/** Whether to ask again is the only thing to do: too fast, or the server is not well. @param {Answer} answer */
const unwell = ({ status }) => status === 429 || status >= 500;

/** Send until it is answered; nothing once `wanted` is no more. @param {string} address @param {any} body
 * @param {(away: boolean) => void} lost @param {() => boolean} wanted */
async function insist(address, body, lost, wanted = () => true) {
  for (let trial = 0; wanted(); trial += 1) {
    try {
      const answer = await request(address, body);
      lost(false);
      if (!unwell(answer)) return answer;
    } catch {
      lost(true);
    }
    await Promise.race([wait(AGAIN * (1 + Math.random())), new Promise((done) => { addEventListener("online", done, { once: true }); })]);
  }
  return null;
}

/** Hears of the room by events. Where they stay away (a proxy holds them back, there are none) it asks again and again. */
class Hearing {
  /** @param {string} base @param {Ears} ears */
  constructor(base, ears) {
    this.base = base;
    this.ears = ears;
    this.turn = 0; // an answer to a question of an earlier turn is not heard
    this.fails = 0; // questions without an answer
    this.on = false;
    addEventListener("online", () => { if (this.on) this.start(); });
  }

  start() {
    this.stop();
    this.on = true;
    if (window.EventSource) this.open();
    else this.ask();
  }

  stop() {
    this.turn += 1;
    clearTimeout(this.timer);
    if (this.source) this.source.close();
    this.source = null;
  }

  /** Ask, after that many ms. @param {number} ms */
  later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), ms);
  }

  open() {
    this.stop();
    const source = new EventSource(`${this.base}events`);
    let heard = false;
    this.source = source;
    source.onmessage = (event) => {
      heard = true;
      this.turn += 1; // an answer on its way is older
      this.well();
      this.ears.got(JSON.parse(event.data));
      if (this.source === source) this.later(CHECK);
    };
    source.addEventListener("gone", () => this.end("no-room"));
    source.onerror = () => { // a whole hall at once: not all in the same moment
      this.deaf = !heard;
      this.stop();
      this.later(300 + 2000 * Math.random());
    };
    this.deaf = true; // until an event has come
    this.later(SILENCE);
  }

  /** @param {string} error */
  end(error) {
    this.stop();
    this.on = false;
    this.ears.refused(error);
  }

  well() {
    this.deaf = false;
    this.fails = 0;
    this.ears.lost(false);
  }

  async ask() {
    clearTimeout(this.timer);
    if (this.source && this.deaf) this.stop();
    const { turn, fails } = this;
    let answer = null;
    try {
      answer = await request(`${this.base}state?v=${this.ears.version()}`);
    } catch { /* the network is away */ }
    if (turn !== this.turn) return;
    if (!answer || unwell(answer)) {
      if (this.source) this.stop();
      this.fails += 1;
      this.ears.lost(true);
      this.later(AGAIN * Math.min(this.fails, 3) * (0.8 + 0.4 * Math.random()));
      return;
    }
    this.fails = 0;
    this.ears.lost(false);
    if (answer.status >= 400) {
      this.end(answer.data ? answer.data.error : "no-room");
      return;
    }
    const missed = answer.status === 200; // by the events, if there are any
    if (missed) this.ears.got(answer.data);
    if (turn !== this.turn) return;
    const pause = answer.next || (missed && answer.data.next) || PAUSE;
    if (this.source && !missed) this.later(CHECK);
    else if (window.EventSource && (!this.deaf || fails)) this.open();
    else this.later(pause * (0.8 + 0.4 * Math.random()));
  }
}
