// What a soft label says: its order, where the truth stands, and what cross-entropy costs.

/** @param {number[]} label whole percents that add up to 100 @param {number} truth */
export function read(label, truth) {
  const most = Math.max(...label);
  const first = [...label.keys()].filter((one) => label[one] === most);
  const above = label.filter((share) => share > label[truth]).length;
  const tied = label.filter((share) => share === label[truth]).length - 1;
  return { first, rank: above + 1, tied, right: first.includes(truth) ? 1 / first.length : 0, share: label[truth] / 100 };
}

/** The labels of the set of size k; null where a tie at its end leaves a choice. @param {number[]} label @param {number} k */
export function top(label, k) {
  const order = [...label.keys()].sort((one, other) => label[other] - label[one] || one - other);
  if (k < order.length && label[order[k - 1]] === label[order[k]]) return null;
  return order.slice(0, k).sort((one, other) => one - other);
}
