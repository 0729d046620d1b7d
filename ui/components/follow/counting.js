// What the figure shows, as numbers: pure functions, asked by tests/js/follow.test.mjs. No element is touched here.

/**
 * @typedef {[image: number, rivals: string, from: number]} Draw an image, its wrong labels in order, and the least
 *   rate (in hundredths) at which the class's own rival comes first
 * @typedef {{truth: number, rival: number, classes: number, masses: number[], images: string[], draws: Draw[]}} Followed
 * @typedef {{rate: number, k: number, way: "sets" | "imitates"}} Choice rate in hundredths
 * @typedef {[rate: number, mean: number, low: number, high: number]} Point a computed accuracy with its interval
 * @typedef {{delta: number, gamma: number, lead: number, room: number}} Degrees of one class
 */

/** Labels below this many say too little about averages that differ by a few hundredths. */
export const FEW = 100;

/** Sets from which on the degrees are said. */
export const SOME = 5;

/** The labels of one image, the most probable first. @param {Draw} draw @param {number} rate @returns {number[]}
 * @param {number} truth @param {number} rival */
export function ranking([, rivals, from], rate, truth, rival) {
  const order = [...rivals].map(Number);
  if (rate >= from) {
    const place = order.indexOf(rival);
    [order[0], order[place]] = [rival, order[0]];
  }
  return [order[0], truth, ...order.slice(1)];
}

/** The first choice alone. @param {Draw} draw @param {number} rate @param {number} rival */
export const first = ([, rivals, from], rate, rival) => (rate >= from ? rival : Number(rivals[0]));

/** Sets that hold each label, or the probability that each got, over the first n labels. @returns {number[]} */
export function tally(/** @type {Followed} */ { truth, rival, masses, draws }, /** @type {Choice} */ choice, /** @type {number} */ n) {
  const found = masses.map(() => 0);
  for (const draw of draws.slice(0, n)) {
    const order = ranking(draw, choice.rate, truth, rival);
    if (choice.way === "sets") for (const label of order.slice(0, choice.k)) found[label] += 1;
    else order.forEach((label, rank) => (found[label] += masses[rank]));
  }
  return found;
}

/** Both degrees of the class, its commonest wrong label, and the room between. @returns {Degrees} */
export function degrees(/** @type {number[]} */ counts, /** @type {number} */ n, /** @type {number} */ truth, /** @type {number} */ rival) {
  const wrong = counts.map((count, label) => (label === truth ? -1 : count));
  const most = Math.max(...wrong);
  const lead = wrong[rival] === most ? rival : wrong.indexOf(most);
  const [delta, gamma] = n ? [1 - counts[truth] / n, most / n] : [0, 0];
  return { delta, gamma, lead, room: 1 - delta - gamma };
}

/** The computed accuracy nearest to a rate. @param {Point[]} points @returns {{point: Point, exact: boolean}}
 * @param {number} rate */
export function nearest(points, rate) {
  const point = points.reduce((one, other) => (Math.abs(other[0] - rate) < Math.abs(one[0] - rate) ? other : one));
  return { point, exact: point[0] === rate };
}

/** Which sentence of the verdict holds, by what was counted. @param {Degrees} found @returns {string} */
export function verdict(/** @type {Choice} */ choice, /** @type {number} */ n, /** @type {number[]} */ counts, found, /** @type {number} */ truth) {
  if (!n) return "watch";
  if (choice.way === "imitates") {
    if (n < FEW) return "too-few";
    const ahead = (counts[truth] - counts[found.lead]) / n;
    return ahead > 0.1 ? "clear" : ahead > 0.025 ? "ahead" : ahead > -0.025 ? "level" : "behind";
  }
  if (choice.k === 1) return "cut-off";
  if (n < SOME) return "guess";
  return found.room < 0.005 ? "tied" : found.room < 0.15 ? "close" : "back";
}

/** Ends of an interval in per cent, rounded so that it does not shrink. @param {number} low @param {number} high */
export const outward = (low, high) => ({
  low: (Math.floor(low * 1000 + 1e-6) / 10).toFixed(1),
  high: (Math.ceil(high * 1000 - 1e-6) / 10).toFixed(1),
});

/** Milliseconds that the label at a place takes: slow at first, then a stream. @param {number} place */
export function pace(place) {
  return [2500, 1100, 520, 520, 520][place] ?? (place < 12 ? 260 : place < 60 ? 140 : 90);
}

/** Places of notes one above the other: as near to where they point as they can be without touching. */
export function apart(/** @type {number[]} */ wanted, /** @type {number} */ height, /** @type {number} */ low, /** @type {number} */ high) {
  const order = wanted.map((_, note) => note).sort((one, other) => wanted[one] - wanted[other]);
  const places = [...wanted];
  let edge = low;
  for (const note of order) edge = (places[note] = Math.max(edge, wanted[note])) + height;
  edge = high;
  for (const note of order.reverse()) edge = (places[note] = Math.min(edge - height, places[note]));
  return places;
}

/** Where everything stands in a figure of that size; both rows share the columns. */
export function layout(/** @type {number} */ width, /** @type {number} */ height, classes = 10) {
  const phone = width < 520;
  const gutter = phone ? 108 : width < 760 ? 150 : 190;
  const [left, right] = [2, width - gutter];
  const step = (right - left) / classes;
  const bar = Math.min(step * 0.72, 60);
  const [caption, digits] = [phone ? 20 : 24, 26];
  const floor = height - digits;
  const middle = Math.round(height * 0.4);
  return {
    phone, gutter, left, right, bar, floor,
    x: (/** @type {number} */ label) => left + step * (label + 0.5),
    top: caption + 20, // room for the mark of the first choice
    base: middle, // floor of the teacher's bars
    captions: [phone ? 13 : 15, middle + digits + caption],
    roof: middle + digits + caption + 26, // "every set so far" never stands higher
    scale: phone ? 14 : 22, // width of the ruler
  };
}
