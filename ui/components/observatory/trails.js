// Trails: points of a sweep as stops on an axis, and the one that is pinned, drawn below what is chosen now.

import { Asking } from "./asking.js";

/** @typedef {import("./statistics.js").Columns} Columns */
/** @import { Pin, Swept } from "./data.d.ts" */

/** @param {Swept} point @param {Columns} columns @param {string} axis */
export function stop({ values: [value], row, x, accuracy: [y, low, high] }, columns, axis) {
  if (row !== undefined) return { value, row, x: columns[axis][row], y, low, high };
  return { value, x: x?.[axis] ?? null, y, low, high, live: x };
}

/** Stops that have a place on the axis, in the order of their values. @param {any[]} stops */
export const inOrder = (stops) => stops.filter(({ x }) => x !== null).sort((one, other) => one.value - other.value);

/** The pinned trail: it stays while one goes on to other choices, and fills up while its sweep goes on. */
export class Pinned {
  /** @param {() => void} changed called when it has other points */
  constructor(changed) {
    /** @type {Swept[]} */
    this.points = [];
    /** @type {Pin | null} */
    this.told = null;
    this.asking = new Asking((found) => {
      this.points = found?.points ?? this.points;
      changed();
      return Boolean(found?.left) && !(found.problem && !found.begun);
    });
  }

  leave() { this.asking.stop(); }

  /** What the page says of it; null where nothing is pinned. @param {Pin | null} told */
  hear(told) {
    const before = this.told;
    this.told = told;
    if (before?.at !== told?.at) this.points = [];
    else if (before?.goes === told?.goes) return;
    if (told) this.asking.start(told.at, told.goes);
    else this.asking.stop();
  }

  /** What is drawn: nothing of another dataset, nor of what is the trail here anyway.
   * @param {Columns} columns @param {string} axis @param {string | null} active path of the trail here */
  trail(columns, axis, active) {
    if (!this.told?.here || this.told.same === active) return null;
    const { joined, said } = this.told;
    return { stops: inOrder(this.points.map((point) => stop(point, columns, axis))), joined, said };
  }
}

/** Where a pinned trail bears its name: the worse of its ends, where there is more room. @param {any[]} stops */
export const worse = (stops) => (stops[0].y < stops.at(-1).y ? stops[0] : stops.at(-1));

/**
 * A pinned trail: rings in the colour of the text, a broken line between them.
 * @param {import("./plot.js").Plot} plot @param {{stops: any[], joined: boolean} | null} pinned
 */
export function drawPinned(plot, pinned) {
  if (!pinned?.stops.length) return;
  const { ink, ground } = plot.colours;
  const places = pinned.stops.map(({ x, y }) => [plot.x(x), plot.y(y)]);
  places.forEach(([x, y], place) => {
    const [left, up] = places[place - 1] ?? [];
    if (pinned.joined && place) plot.line(left, up, x, y, ink, 1.4, [5, 4]);
  });
  for (const stop of pinned.stops) plot.bar(stop, ink, 1);
  for (const [x, y] of places) plot.disc(x, y, 3.6, ground, ink, 1.6);
}
