// What pictures of frames are drawn of.

import { el, outline } from "./elements.js";

const CAP = 5; // px, half of the end of an interval

/** @param {string} name @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 */
export const line = (name, x1, y1, x2, y2) => el("line", { class: name, x1, y1, x2, y2 });

/** @param {string} name @param {number} x @param {number} y @param {string} said */
export const text = (name, x, y, said) => el("text", { class: name, x, y }, said);

/** A path through points in px. @param {string} name @param {[number, number][]} points */
export const through = (name, points) => el("path", { class: name, d: points.map(([x, y], at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("") });

/** A mark in a class's shape. @param {string} shape @param {number} x @param {number} y @param {number} r */
export const dot = (shape, x, y, r) => el("path", { class: "dot", d: outline(shape, x, y, r) });

/** A measured value with its interval. @param {string} shape @param {number} x @param {number} y
 * @param {[top: number, bottom: number]} ends @param {number} r */
export function measured(shape, x, y, [top, bottom], r) {
  const ends = `M${x} ${top}V${bottom}M${x - CAP} ${top}h${2 * CAP}M${x - CAP} ${bottom}h${2 * CAP}`;
  return el("g", {}, el("path", { class: "interval", d: ends }), dot(shape, x, y, r));
}

/** @param {SVGSVGElement} svg @param {number} width @param {number} height */
export function sized(svg, width, height) {
  for (const [name, value] of [["width", width], ["height", height], ["viewBox", `0 0 ${width} ${height}`]]) svg.setAttribute(String(name), String(value));
}

/** Lines at shares of 1 with their percents at the left. @param {number[]} shares @param {number} left
 * @param {number} right @param {(share: number) => number} y */
export const shared = (shares, left, right, y) => shares.map((share) => el("g", {}, line("grid", left, y(share), right, y(share)),
  text("tick up", left - 8, y(share) + 5, `${Math.round(100 * share)} %`)));
