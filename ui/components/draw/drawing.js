// A drawing: points in a square of 100 x 100 steps, each of a class, and the text that says them.
// `softlabel_core/datasets/drawn_points.py` reads the same text.

export const SIDE = 100;

/** @typedef {{x: number, y: number, label: number}} Point x and y in steps from the left and from below */

/** The points of a text. @param {string} text @returns {Point[]} */
export const decoded = (text) => text.split("_").flatMap((group, label) => group.split(".").map((point) => (
  { x: Number(point.slice(0, 2)), y: Number(point.slice(2)), label })));

const two = (/** @type {number} */ number) => String(number).padStart(2, "0");

/** The text of points, class by class; classes that have none are left out. @param {Point[]} points */
export function encoded(points) {
  const groups = present(points).map((label) => points.filter((point) => point.label === label));
  return groups.map((group) => group.map(({ x, y }) => two(x) + two(y)).join(".")).join("_");
}

/** The classes that have points, in order. @param {Point[]} points */
export const present = (points) => [...new Set(points.map(({ label }) => label))].sort((one, other) => one - other);

/** A number of steps within the square. @param {number} steps */
export const within = (steps) => Math.max(0, Math.min(SIDE - 1, Math.round(steps)));

/** The point nearest to a place, null if none is within a reach. @template {Point} P @param {P[]} points
 * @param {number} x @param {number} y @param {number} reach @returns {P | null} */
export function nearest(points, x, y, reach) {
  let [best, found] = [reach, /** @type {P | null} */ (null)];
  for (const point of points) {
    const gap = Math.hypot(point.x - x, point.y - y);
    if (gap <= best) [best, found] = [gap, point]; // of those that cover each other the one on top
  }
  return found;
}

/** Places on a way so far apart from each other and from its start. @param {{x: number, y: number}} start
 * @param {{x: number, y: number}} end @param {number} apart @returns {{x: number, y: number}[]} */
export function along(start, end, apart) {
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  return Array.from({ length: Math.floor(length / apart + 1e-9) }, (_, place) => {
    const share = ((place + 1) * apart) / length;
    return { x: start.x + share * (end.x - start.x), y: start.y + share * (end.y - start.y) };
  });
}

const AROUND = [[1, 0], [1, -1], [0, -1], [-1, -1], [-1, 0], [-1, 1], [0, 1], [1, 1]];

/** The first place around one, and within the square, where no point lies. @param {Point[]} points
 * @param {{x: number, y: number}} from @param {number} apart @returns {{x: number, y: number}} */
export function beside(points, from, apart) {
  for (let ring = 1; ring * apart < SIDE; ring++) {
    for (const [dx, dy] of AROUND) {
      const [x, y] = [from.x + ring * apart * dx, from.y + ring * apart * dy];
      if (x === within(x) && y === within(y) && !nearest(points, x, y, apart / 2)) return { x, y };
    }
  }
  return { x: from.x, y: from.y };
}
