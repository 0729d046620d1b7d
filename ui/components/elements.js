// What figures are made of.

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = ["svg", "g", "rect", "path", "line", "text", "circle", "pattern", "defs", "foreignObject"];

/**
 * What a name makes.
 * @template {string} N
 * @typedef {N extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[N] : N extends keyof SVGElementTagNameMap ? SVGElementTagNameMap[N] : HTMLElement} Made
 */

/**
 * An element with attributes (those that are null left out) and children.
 * @template {string} N
 * @param {N} name @param {Record<string, any>} attributes @param {(Node | string)[]} children
 * @returns {Made<N>}
 */
export function el(name, attributes = {}, ...children) {
  const made = DRAWN.includes(name) ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(key, value);
  made.append(...children);
  return /** @type {any} */ (made);
}

export const percent = (/** @type {number} */ share, digits = 1) => `${(100 * share).toFixed(digits)}\u00a0%`;

/** The outline of a class's shape around a point. @param {string} shape @param {number} x @param {number} y @param {number} r */
export function outline(shape, x, y, r) {
  const points = {
    square: [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
    up: [[0, -1.15], [1.05, 0.8], [-1.05, 0.8]],
    down: [[0, 1.15], [1.05, -0.8], [-1.05, -0.8]],
    diamond: [[0, -1.25], [1.1, 0], [0, 1.25], [-1.1, 0]],
    cross: [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]],
  }[shape];
  if (!points) return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
  return `M${points.map(([u, v]) => `${x + u * r} ${y + v * r}`).join("L")}z`;
}

/** A section with a style of its own, unseen until that has come. @param {string} name class, and name of the style
 * @param {string} script address of the script beside it @param {string} label
 * @param {Record<string, [string, string]>} colours in a light and a dark theme @param {(Node | string)[]} children */
export function framed(name, script, label, colours, ...children) {
  const style = el("link", { rel: "stylesheet", href: new URL(`${name}.css`, script).href });
  const root = el("section", { class: name, "aria-label": label }, style, ...children);
  for (const [colour, [light, dark]] of Object.entries(colours)) root.style.setProperty(`--${colour}`, `light-dark(${light}, ${dark})`);
  style.onload = style.onerror = () => root.classList.add("ready");
  return root;
}

const SLIDE = [1920, 1080]; // px of a saved picture: one slide
const AROUND = 32; // px of the page's own around a figure
const HANDS = "link, button, input, select, details, .keys, label:has(input:not(:checked))"; // what pictures do without

/** An address that holds what stands at another. @param {string} address @returns {Promise<string>} */
async function held(address) {
  const file = await (await fetch(address)).blob();
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(file);
  });
}

/** The page's upright font in the rules of a style, so that nothing is left to fetch. @param {string} family */
async function fontFace(family) {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule instanceof CSSFontFaceRule);
  const face = rules.find(({ style }) => style.getPropertyValue("font-family").replaceAll('"', "") === family && style.getPropertyValue("font-style") === "normal");
  const address = face && /url\("?([^")]+)/.exec(face.cssText)?.[1];
  return address ? `@font-face { font-family: "${family}"; font-weight: 100 900; src: url(${await held(new URL(address, face.parentStyleSheet.href ?? document.baseURI).href)}); }` : "";
}

/** A figure as it stands, without what hands need, in the colours and the font of the page. @param {HTMLElement} root made by `framed` */
async function slide(root) {
  const look = getComputedStyle(root);
  const copy = /** @type {HTMLElement} */ (root.cloneNode(true));
  const rules = await (await fetch(root.querySelector("link").href)).text();
  const font = await fontFace(look.fontFamily.split(",")[0].replaceAll('"', ""));
  for (const one of copy.querySelectorAll(HANDS)) one.remove();
  if (!copy.querySelector("h2, h3")) copy.prepend(el("h3", {}, root.ariaLabel));
  for (const name of new Set(rules.match(/--st-[\w-]+/g))) copy.style.setProperty(name, look.getPropertyValue(name));
  Object.assign(copy.style, { colorScheme: look.colorScheme, width: `${root.clientWidth}px` });
  copy.lang = document.documentElement.lang;
  root.after(copy);
  const [width, height] = [root.clientWidth, copy.offsetHeight];
  copy.remove();
  copy.prepend(el("style", {}, font, rules));
  const wide = Math.max(width + 2 * AROUND, ((height + 2 * AROUND) * SLIDE[0]) / SLIDE[1]);
  const high = (wide * SLIDE[1]) / SLIDE[0];
  const drawn = el("svg", { width: SLIDE[0], height: SLIDE[1], viewBox: `0 0 ${wide} ${high}` },
    el("foreignObject", { x: (wide - width) / 2, y: (high - height) / 2, width, height, overflow: "visible" }, copy));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(drawn))}`;
  await image.decode();
  const canvas = el("canvas", { width: SLIDE[0], height: SLIDE[1] });
  const brush = canvas.getContext("2d");
  brush.fillStyle = look.getPropertyValue("--st-background-color");
  brush.fillRect(0, 0, SLIDE[0], SLIDE[1]);
  brush.drawImage(image, 0, 0);
  return canvas.toDataURL("image/png");
}

const QUIET = "min-height: 32px; padding: 0; border: 0; background: none; font-size: var(--small, 14px); color: var(--mute); text-decoration: underline; justify-self: start; align-self: start;"; // of a button that is no part of the lesson

/** A button that saves the figure around it as a slide; hidden where the page has no words for it. @param {string} said
 * @param {() => string} state which of its pictures it is, for the file's name */
export function saver(said, state = () => "") {
  const button = el("button", { type: "button", style: QUIET }, said);
  button.hidden = !said;
  button.onclick = async () => {
    const root = button.closest("section");
    const name = [root.ariaLabel, state()].filter(Boolean).join(" - ").replace(/[\\/:*?"<>|]+/g, "");
    el("a", { href: await slide(root), download: `${name}.png` }).click();
  };
  return button;
}

const settings = new Map(); // address -> promise of what never changes with the choice
/** @type {WeakMap<Element | ShadowRoot, object>} */
const calls = new WeakMap(); // where a figure stands -> the page's latest call

/** Call `then` with what never changes with the choice, fetched once; but not where the page has called again
 * meanwhile, or taken the figure away (`forsake`). @param {Element | ShadowRoot} place @param {string} address
 * @param {(setting: any) => void} then */
export function withSetting(place, address, then) {
  const call = {};
  calls.set(place, call);
  if (!settings.has(address)) {
    const asked = fetch(address).then((answer) => answer.json());
    asked.catch(() => settings.delete(address)); // asked again with the next answer of the page
    settings.set(address, asked);
  }
  settings.get(address).then((/** @type {any} */ setting) => { if (calls.get(place) === call) then(setting); });
}

/** The figure that stands there is taken away. @param {Element | ShadowRoot} place */
export const forsake = (place) => { calls.delete(place); };

/** Bring into view, once it is dressed, what has come because somebody chose it from a menu of another figure.
 * @param {Element} root made by `framed` @param {Element} part */
export function broughtUp(root, part) {
  if (!document.activeElement?.shadowRoot?.activeElement?.matches("select")) return;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  root.querySelector("link")?.addEventListener("load", () => part.scrollIntoView({ block: "nearest", behavior }));
}

/** What hands make, told to the page with a number that grows: an answer to an older one changes nothing. */
export class Telling {
  /** @param {string} text what the page says @param {(told: [number, string]) => void} tell */
  constructor(text, tell) {
    this.text = text;
    this.tell = tell;
    this.number = 0;
  }

  /** What was made; nothing is told where it is what both know. @param {string} text */
  say(text) {
    if (text === this.text) return;
    this.text = text;
    this.number = Math.max(this.number + 1, Date.now()); // greater than any of a figure that stood here before
    this.tell([this.number, text]);
  }

  /** Whether the page says something else than was made here, and means it. @param {string} text @param {number} heard */
  hear(text, heard) {
    if (heard < this.number || text === this.text) return false;
    this.text = text;
    return true;
  }
}
