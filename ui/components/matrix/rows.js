// Rows of whole percents that add up to 100, and the text that says them.
// `softlabel_core/biases/rival_matrix.py` reads the same text.

const WHOLE = 100;

/** The text of a matrix. @param {number[][]} rows */
export const encoded = (rows) => rows.map((row) => row.join(".")).join("_");

const sum = (/** @type {number[]} */ numbers) => numbers.reduce((one, other) => one + other, 0);

/** A whole number shared out as its parts are, by largest remainder. @param {number} whole
 * @param {number[]} parts not all 0 @returns {number[]} */
export function shared(whole, parts) {
  const exact = parts.map((part) => (whole * part) / sum(parts));
  const found = exact.map(Math.floor);
  const order = [...parts.keys()].sort((one, other) => exact[other] - found[other] - (exact[one] - found[one]) || one - other);
  for (const place of order.slice(0, whole - sum(found))) found[place] += 1;
  return found;
}

/** A row with one number set; the others share the rest as they did before. Where they had nothing the truth
 * gets it, and where the truth itself is set, all others alike. @param {number[]} row @param {number} place
 * @param {number} value @param {number} truth place of the true class */
export function balanced(row, place, value, truth) {
  const set = Math.max(0, Math.min(WHOLE, Math.round(value)));
  let others = row.map((one, column) => (column === place ? 0 : one));
  if (!sum(others)) others = row.map((_, column) => Number(column !== place && (place === truth || column === truth)));
  const found = shared(WHOLE - set, others);
  found[place] = set;
  return found;
}

/** As often right, with all rivals alike. @param {number[][]} rows */
export const spread = (rows) => rows.map((row, truth) => {
  const found = shared(WHOLE - row[truth], row.map((_, column) => Number(column !== truth)));
  found[truth] = row[truth];
  return found;
});

/** As often right, with one rival a class: its strongest, of equal ones the next class. @param {number[][]} rows */
export const gathered = (rows) => rows.map((row, truth) => {
  const next = row.map((_, step) => (truth + step) % row.length).slice(1);
  const rival = next.reduce((best, column) => (row[column] > row[best] ? column : best));
  return row.map((one, column) => (column === truth ? one : column === rival ? WHOLE - row[truth] : 0));
});

/** How often labels are right, classes being of one size, and the strongest rival: whose, which, how often.
 * @param {number[][]} rows */
export function told(rows) {
  let worst = { row: 0, column: 1, share: -1 };
  rows.forEach((row, truth) => row.forEach((share, column) => {
    if (column !== truth && share > worst.share) worst = { row: truth, column, share };
  }));
  return { right: sum(rows.map((row, truth) => row[truth])) / rows.length, worst };
}
