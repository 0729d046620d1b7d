// What a film shows at a moment, as numbers: pure functions, asked by tests/js/film.test.mjs. No element is touched here.

/**
 * @typedef {{grid: number | null, count: number, rows: number, named: Uint8Array, margin: Float32Array, times: number[],
 *   accuracy: number[], truths: Uint8Array, seen: (number | null)[][], classes: number, levels: number}} Film `count` frames
 *   of `rows` answers each, fewer than `times` while it is made: the class that is named, and in [0, 1] how far it is ahead
 * @typedef {{named: Uint8Array, margin: Float32Array}} Field answers at a moment
 */

const TICKS = [0, 1, 2, 5, 10, 20, 40, 80, 160]; // epochs that axes name
const APART = 0.055; // share of an axis that two ticks are apart at least
const EDGE = 3 / 255; // what a corner's vote weighs without any margin

/** Bytes that were packed as base64 of zlib. @param {string} text @returns {Promise<Uint8Array>} */
export async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

/** A film of which its head is known, and no frame. @param {any} sent @returns {Promise<Film>} */
export async function opened(sent) {
  const { grid, times, seen, levels } = sent;
  const truths = sent.truths ? await unpacked(sent.truths) : new Uint8Array();
  const rows = grid ? grid * grid : truths.length;
  const [named, margin] = [new Uint8Array(times.length * rows), new Float32Array(times.length * rows)];
  return { grid, count: 0, rows, named, margin, times, accuracy: [], truths, seen, classes: sent.class_names.length, levels };
}

/** The answers of a film as it is sent. @param {any} sent @returns {Promise<Film>} */
export async function decoded(sent) {
  const film = await opened(sent);
  answered(film, 0, await unpacked(sent.answers));
  return Object.assign(film, { accuracy: sent.accuracy, count: sent.times.length });
}

/** Take in frames as they came; shown are those before which none is missing. @param {Film} film
 *  @param {[place: number, accuracy: number, answers: string][]} frames */
export async function grown(film, frames) {
  for (const [place, accuracy, answers] of frames) {
    answered(film, place, await unpacked(answers));
    film.accuracy[place] = accuracy;
  }
  while (film.accuracy[film.count] !== undefined) film.count += 1;
}

/** @param {Film} film @param {number} place @param {Uint8Array} bytes */
function answered(film, place, bytes) {
  const top = Math.max(1, film.levels - 1);
  bytes.forEach((one, p) => {
    film.named[place * film.rows + p] = Math.floor(one / film.levels);
    film.margin[place * film.rows + p] = (one % film.levels) / top;
  });
}

/** How far films in step can be shown, in frames of the first. @param {Film[]} films */
export const known = ([first, ...others]) => Math.min(first.count - 1, ...others.filter(({ count, times }) => count < times.length)
  .map(({ count, times }) => placeOf(first.times, times[count - 1])));

/** A list's value between two frames. @param {number[]} list @param {number} t */
export function along(list, t) {
  const [before, after] = [Math.floor(t), Math.min(list.length - 1, Math.floor(t) + 1)];
  return list[before] + (list[after] - list[before]) * (t - before);
}

/** Where an epoch lies among the frames. @param {number[]} times @param {number} epoch */
export function placeOf(times, epoch) {
  const last = times.length - 1;
  if (epoch >= times[last]) return last;
  const after = times.findIndex((one) => one > epoch);
  return after <= 0 ? 0 : after - 1 + (epoch - times[after - 1]) / (times[after] - times[after - 1]);
}

/** The next frame forwards or back from a moment. @param {number} t @param {1 | -1} by @param {number} count */
export const stepped = (t, by, count) =>
  Math.max(0, Math.min(count - 1, by > 0 ? Math.floor(t + 1e-3) + 1 : Math.ceil(t - 1e-3) - 1));

/** Epochs that an axis names, with their places. @param {number[]} times @returns {[number, number][]} */
export function ticks(times) {
  const last = times.length - 1;
  const end = times[last];
  const near = (/** @type {number} */ one) => Math.abs(placeOf(times, one) - last) < APART * last;
  const found = TICKS.filter((one) => one < end && !near(one)).concat(end);
  /** @type {[number, number][]} */
  const wide = [];
  for (const one of found) {
    const at = placeOf(times, one);
    if (!wide.length || at - wide.at(-1)[1] >= APART * last) wide.push([one, at]);
  }
  return wide;
}

/** Whether equal ways on the axis are unequal times. @param {number[]} times */
export function stretched(times) {
  const gaps = times.slice(1).map((one, place) => one - times[place]);
  return gaps.length > 1 && Math.max(...gaps) > 1.5 * Math.min(...gaps);
}

/**
 * What the grid's points are between two frames: each keeps its class while its margin shrinks to 0, then takes the
 * next, so that boundaries travel. Written into `field`.
 * @param {Film} film @param {number} t @param {Field} field
 */
export function between({ named, margin, rows, count }, t, field) {
  const frame = Math.floor(t);
  const u = t - frame;
  const [one, next] = [frame * rows, Math.min(count - 1, frame + 1) * rows];
  for (let p = 0; p < rows; p++) {
    const a = named[one + p], b = named[next + p], from = margin[one + p], to = margin[next + p];
    const left = a === b ? from + (to - from) * u : from * (1 - u) - to * u;
    field.named[p] = left >= 0 ? a : b;
    field.margin[p] = Math.abs(left);
  }
  return field;
}

/** Where the pixels of a raster lie between the points of a grid. @param {number} size @param {number} grid */
export function raster(size, grid) {
  const at = Float32Array.from({ length: size }, (_, pixel) => (pixel / (size - 1)) * (grid - 1));
  const low = Int16Array.from(at, (one) => Math.min(grid - 2, Math.floor(one)));
  return { size, grid, low, part: at.map((one, pixel) => one - low[pixel]) };
}

/**
 * The regions as pixels: the four corners around one vote with their margins, so that a boundary is crisp. `pixels` is
 * RGBA from the top, `regions` the class of each pixel.
 * @param {Field} field @param {ReturnType<typeof raster>} at @param {number[][]} colours @param {number[]} ground
 * @param {number[]} line @param {Uint8ClampedArray} pixels @param {Uint8Array} regions
 */
export function painted({ named, margin }, at, colours, ground, line, pixels, regions) {
  const { size, grid, low, part } = at;
  const votes = new Float32Array(colours.length);
  for (let j = 0; j < size; j++) for (let i = 0; i < size; i++) {
    const p = low[j] * grid + low[i];
    const a = named[p], b = named[p + 1], c = named[p + grid], d = named[p + grid + 1]; // no lists: this is the hot loop
    const x = part[i], y = part[j];
    const left = (1 - x) * (1 - y), right = x * (1 - y), above = (1 - x) * y, beyond = x * y;
    let best = a;
    let ahead;
    if (a === b && a === c && a === d)
      ahead = margin[p] * left + margin[p + 1] * right + margin[p + grid] * above + margin[p + grid + 1] * beyond;
    else {
      votes.fill(0);
      votes[a] += (margin[p] + EDGE) * left;
      votes[b] += (margin[p + 1] + EDGE) * right;
      votes[c] += (margin[p + grid] + EDGE) * above;
      votes[d] += (margin[p + grid + 1] + EDGE) * beyond;
      let most = -1;
      let next = 0;
      for (let label = 0; label < votes.length; label++) {
        if (votes[label] > most) {
          next = Math.max(0, most);
          most = votes[label];
          best = label;
        } else if (votes[label] > next) next = votes[label];
      }
      ahead = most - next;
    }
    const place = (size - 1 - j) * size + i;
    regions[place] = best;
    const strength = 0.2 + 0.5 * Math.sqrt(Math.max(0, ahead));
    for (let k = 0; k < 3; k++) pixels[4 * place + k] = ground[k] + (colours[best][k] - ground[k]) * strength;
    pixels[4 * place + 3] = 255;
  }
  for (let j = 0; j < size - 1; j++) for (let i = 0; i < size - 1; i++) {
    const place = j * size + i;
    if (regions[place] !== regions[place + 1] || regions[place] !== regions[place + size])
      for (let k = 0; k < 3; k++) pixels[4 * place + k] = 0.55 * pixels[4 * place + k] + 0.45 * line[k];
  }
}

/** Shares of test images of a class (row) that are named as a class (column), at a frame. @returns {number[][]} */
export function confusion(/** @type {Film} */ { named, truths, rows, classes }, /** @type {number} */ frame) {
  const counts = Array.from({ length: classes }, () => Array(classes).fill(0));
  for (let p = 0; p < rows; p++) counts[truths[p]][named[frame * rows + p]] += 1;
  return counts.map((row) => {
    const all = row.reduce((one, other) => one + other, 0);
    return row.map((one) => (all ? one / all : 0));
  });
}

/** How many answers are others than a frame before. */
export function turned(/** @type {Film} */ { named, rows }, /** @type {number} */ frame) {
  let found = 0;
  for (let p = 0; frame && p < rows; p++) if (named[frame * rows + p] !== named[(frame - 1) * rows + p]) found += 1;
  return found;
}

/** The class whose worst rival is strongest in the first of these, and its labels: the truth, then rivals, the strongest
 *  of either first. @param {(number | null)[][][]} seen @param {number} most @returns {{truth: number, labels: number[]}} */
export function worst(seen, most) {
  const rival = (/** @type {(number | null)[]} */ row, /** @type {number} */ truth) => Math.max(...row.map((one, label) => (label === truth ? -1 : one ?? -1)));
  const truth = seen[0].reduce((best, row, label) => (rival(row, label) > rival(seen[0][best], best) ? label : best), 0);
  const weight = (/** @type {number} */ label) => Math.max(...seen.map((one) => one[truth][label] ?? 0));
  const rivals = seen[0][truth].map((_, label) => label).filter((label) => label !== truth);
  rivals.sort((one, other) => weight(other) - weight(one) || one - other);
  return { truth, labels: [truth, ...rivals.slice(0, most - 1)] };
}

/** How far the truth is ahead of its strongest rival in a row; below 0 the rival is. */
export const lead = (/** @type {(number | null)[]} */ row, /** @type {number} */ truth) =>
  (row[truth] ?? 0) - Math.max(...row.map((one, label) => (label === truth ? -1 : one ?? 0)));

/** Whether two films begin with the same answers. @param {Film} one @param {Film} other */
export const alike = (one, other) =>
  one.rows === other.rows && one.times[0] === other.times[0]
  && one.named.subarray(0, one.rows).every((label, p) => label === other.named[p] && one.margin[p] === other.margin[p]);
