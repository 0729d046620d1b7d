// Where the slider of frames stands: nothing here draws.

/** The place nearest to one on the slider, the first of two as near. @param {number[]} places @param {number} at */
export function nearest(places, at) {
  let found = 0;
  places.forEach((one, index) => { if (Math.abs(one - at) < Math.abs(places[found] - at)) found = index; });
  return found;
}

/** The frame that a key leads to; null for a key that leads nowhere. @param {string} key @param {number} at @param {number} count */
export function keyed(key, at, count) {
  /** @type {Record<string, number>} */
  const found = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: count - 1 };
  return key in found ? Math.max(0, Math.min(count - 1, found[key])) : null;
}

/** Where texts of one line each stand so that none covers another: as near as can be to where they belong, in their
 * order. @param {number[]} wanted middles, from the highest @param {number} room between two @param {number} top
 * @param {number} bottom */
export function apart(wanted, room, top, bottom) {
  const order = wanted.map((_, index) => index).sort((one, other) => wanted[one] - wanted[other] || one - other);
  const found = [...wanted];
  let free = top;
  for (const index of order) {
    found[index] = Math.max(wanted[index], free);
    free = found[index] + room;
  }
  free = bottom;
  for (const index of order.reverse()) {
    found[index] = Math.min(found[index], free);
    free = found[index] - room;
  }
  return found;
}

/** How many places to the side marks of one frame stand, so that none covers another: those that are `near` each
 * other in height share the middle. @param {number[]} values @param {number} near */
export function beside(values, near) {
  const order = values.map((_, index) => index).sort((one, other) => values[one] - values[other] || one - other);
  /** @type {number[]} */
  const found = values.map(() => 0);
  /** @type {number[]} */
  let together = [];
  order.forEach((index, place) => {
    together.push(index);
    if (place + 1 < order.length && values[order[place + 1]] - values[index] < near) return;
    together.forEach((one, at) => { found[one] = at - (together.length - 1) / 2; });
    together = [];
  });
  return found;
}

/** Where shares of three labels stand in a triangle of side 1: the label at `top` above, the others below, in their
 * order. @param {number[]} shares @param {number} top @returns {[x: number, y: number]} from the left of the base, upwards */
export function inTriangle(shares, top) {
  const right = shares.length - 1 - (top === shares.length - 1 ? 1 : 0); // the last of the others
  return [shares[right] + shares[top] / 2, (shares[top] * Math.sqrt(3)) / 2];
}

/** Points that stand at one place, group by group in their order. @param {[number, number][]} points @param {number} near
 * @returns {number[][]} */
export function together(points, near) {
  /** @type {number[][]} */
  const groups = [];
  points.forEach(([x, y], index) => {
    const there = groups.find(([first]) => Math.hypot(points[first][0] - x, points[first][1] - y) < near);
    if (there) there.push(index);
    else groups.push([index]);
  });
  return groups;
}

/** How much larger than on a page words and margins are in the present mode; of the window's height the plot's share.
 * `frames.css` says the same. @param {boolean} large */
export const scale = (large) => (large ? Math.max(1, 0.017 * innerHeight / 14) : 1);
export const SHARE = 0.29;
