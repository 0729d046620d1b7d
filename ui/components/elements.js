// What figures are made of.

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = ["svg", "g", "rect", "path", "line", "text", "circle", "pattern", "defs"];

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
