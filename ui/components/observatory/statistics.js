// What the figure counts, as pure functions, asked by tests/js/observatory.test.mjs. No element is touched here.

/**
 * @typedef {Record<string, (number | null)[]>} Columns an entry a place: indicators, accuracies, `learned`; of `dataset`,
 *   `bias`, `framework` and `loss` the places in the lists of ids
 * @typedef {{value: number, x: number, y: number, low: number | null, high: number | null, row?: number}} Stop a computed
 *   point of a trail: the value of its field, where it stands, and its entry
 * @typedef {{x: number, y: number, exact: Stop | null, low: number, high: number}} Place where a value stands on a
 *   trail; `low` and `high` are its neighbours' accuracies
 * @typedef {{x: number, y: number, w: number, h: number}} Box
 */

/** Labels under this share of right ones make a bad teacher. */
export const BAD = 0.3;

/** Ranks from 1, ties at their mean. @param {number[]} values @returns {number[]} */
export function ranks(values) {
  const order = values.map((_, place) => place).sort((one, other) => values[one] - values[other]);
  /** @type {number[]} */
  const found = Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end]] === values[order[start]]) end += 1;
    for (let place = start; place < end; place++) found[order[place]] = (start + 1 + end) / 2;
    start = end;
  }
  return found;
}

/** Spearman's rank correlation; null where it has none. @param {number[]} xs @param {number[]} ys @returns {number | null} */
export function spearman(xs, ys) {
  const [a, b] = [ranks(xs), ranks(ys)];
  const middle = (xs.length + 1) / 2;
  let [both, one, other] = [0, 0, 0];
  for (let place = 0; place < a.length; place++) {
    both += (a[place] - middle) * (b[place] - middle);
    one += (a[place] - middle) ** 2;
    other += (b[place] - middle) ** 2;
  }
  return one > 0 && other > 0 ? both / Math.sqrt(one * other) : null;
}

/** How well one number orders another, in a word that the texts know. @param {number | null} rho */
export function strength(rho) {
  if (rho === null) return "unknown";
  const size = Math.abs(rho);
  return size >= 0.9 ? "strong" : size >= 0.7 ? "good" : size >= 0.4 ? "some" : "hardly";
}

/**
 * Which entries a filter leaves, and how many of them each mark has when its own family is not asked.
 * @param {Columns} columns @param {number} dataset @param {Record<string, Set<number>>} chosen family -> places; empty
 *   means all @param {boolean} bad only teachers under `BAD`
 */
export function filtered(columns, dataset, chosen, bad) {
  const families = Object.keys(chosen);
  /** @type {number[]} */
  const rows = [];
  /** @type {Record<string, Map<number, number>>} */
  const counts = Object.fromEntries(families.map((name) => [name, new Map()]));
  let few = 0; // bad teachers among what the families leave
  for (let row = 0; row < columns.dataset.length; row++) {
    if (columns.dataset[row] !== dataset) continue;
    const missed = families.filter((name) => chosen[name].size && !chosen[name].has(Number(columns[name][row])));
    const isBad = Number(columns.label_accuracy[row]) < BAD;
    if (!missed.length && isBad) few += 1;
    if (bad && !isBad) continue;
    for (const name of families) {
      if (missed.length && !(missed.length === 1 && missed[0] === name)) continue;
      const mark = Number(columns[name][row]);
      counts[name].set(mark, (counts[name].get(mark) ?? 0) + 1);
    }
    if (!missed.length) rows.push(row);
  }
  return { rows, counts, few };
}

/**
 * Rows on the right side of an axis's line: learned where the rule says so, failed elsewhere.
 * @param {Columns} columns @param {number[]} rows @param {string} axis @param {number} line @param {boolean} below
 */
export function wrong(columns, rows, axis, line, below) {
  return rows.filter((row) => {
    const value = columns[axis][row];
    return value !== null && (below ? value < line : value > line) !== Boolean(columns.learned[row]);
  });
}

/** Where a value stands on a trail; null beyond its ends. @param {Stop[]} stops @param {number} value @returns {Place | null} */
export function along(stops, value) {
  const exact = stops.find((stop) => Math.abs(stop.value - value) < 1e-9) ?? null;
  if (exact) return { x: exact.x, y: exact.y, exact, low: exact.y, high: exact.y };
  const after = stops.findIndex((stop) => stop.value > value);
  if (after < 1) return null;
  const [one, other] = [stops[after - 1], stops[after]];
  const share = (value - one.value) / (other.value - one.value);
  return {
    x: one.x + share * (other.x - one.x),
    y: one.y + share * (other.y - one.y),
    exact: null,
    low: Math.min(one.y, other.y),
    high: Math.max(one.y, other.y),
  };
}

/**
 * The value of the trail's point nearest to a place in the figure, all in pixels.
 * @param {{value: number, px: number, py: number}[]} stops @param {number} x @param {number} y @returns {number | null}
 */
export function grabbed(stops, x, y) {
  let [best, found] = [Infinity, /** @type {number | null} */ (null)];
  for (let place = 1; place < stops.length; place++) {
    const [one, other] = [stops[place - 1], stops[place]];
    const [dx, dy] = [other.px - one.px, other.py - one.py];
    const share = Math.min(1, Math.max(0, ((x - one.px) * dx + (y - one.py) * dy) / (dx * dx + dy * dy || 1)));
    const gap = (one.px + share * dx - x) ** 2 + (one.py + share * dy - y) ** 2;
    if (gap < best) [best, found] = [gap, one.value + share * (other.value - one.value)];
  }
  return found;
}

/** The first value at which learning stops, or begins again, along a trail. @param {Stop[]} stops @param {number} half */
export function crossing(stops, half) {
  for (let place = 1; place < stops.length; place++)
    if (stops[place - 1].y >= half !== stops[place].y >= half)
      return { value: stops[place].value, fails: stops[place].y < half };
  return null;
}

/** Ends of an axis that hold all values, on quarters. @param {number[]} values @returns {[number, number]} */
export function ends(values) {
  if (!values.length) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return [Math.floor(low * 4 + 1e-9) / 4, Math.max(Math.ceil(high * 4 - 1e-9) / 4, Math.floor(low * 4 + 1e-9) / 4 + 0.25)];
}

/** Round numbers between the ends, about five. @param {number} low @param {number} high @returns {number[]} */
export function ticks(low, high) {
  const step = [0.05, 0.1, 0.25, 0.5, 1].find((one) => (high - low) / one <= 5) ?? 1;
  const found = [];
  for (let place = Math.ceil(low / step - 1e-9); place * step <= high + 1e-9; place++) found.push(place * step + 0); // never -0
  return found;
}

/**
 * Places for labels beside their points, apart from each other and inside the figure; null where there is none.
 * @param {{x: number, y: number, w: number, h: number}[]} labels points with the size of their text
 * @param {Box[]} taken @param {Box} inside @returns {(Box | null)[]}
 */
export function placed(labels, taken, inside) {
  const full = [...taken];
  return labels.map(({ x, y, w, h }) => {
    const tries = [14, 34, 60, 90].flatMap((gap) => [
      { x: x + gap, y: y - h / 2 - gap / 2, w, h },
      { x: x - gap - w, y: y - h / 2 - gap / 2, w, h },
      { x: x + gap, y: y - h / 2 + gap / 2, w, h },
      { x: x - gap - w, y: y - h / 2 + gap / 2, w, h },
      { x: x - w / 2, y: y - h - gap, w, h },
      { x: x - w / 2, y: y + gap, w, h },
    ]);
    const found = tries.find((box) => within(box, inside) && !full.some((one) => meets(one, box))) ?? null;
    if (found) full.push(found);
    return found;
  });
}

/** @param {Box} box @param {Box} around */
const within = (box, around) =>
  box.x >= around.x && box.y >= around.y && box.x + box.w <= around.x + around.w && box.y + box.h <= around.y + around.h;

/** @param {Box} one @param {Box} other */
const meets = (one, other) =>
  one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;
