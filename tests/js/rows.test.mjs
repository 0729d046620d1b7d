// How rows stay stochastic, asked of rows.js itself; `tests/ui/test_follow.py` runs it where there is Node.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

const source = await readFile(new URL("../../ui/components/matrix/rows.js", import.meta.url), "utf8");
const { balanced, encoded, gathered, shared, spread, told } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const total = (row) => row.reduce((one, other) => one + other, 0);

test("a matrix is rows of percents", () => {
  assert.equal(encoded([[60, 40], [0, 100]]), "60.40_0.100");
});

test("the largest remainders get what rounding leaves", () => {
  assert.deepEqual(shared(100, [1, 1, 1]), [34, 33, 33]);
  assert.deepEqual(shared(10, [0, 3, 1]), [0, 8, 2]);
  assert.deepEqual(shared(0, [5, 5]), [0, 0]);
});

test("the others share the rest as they did", () => {
  assert.deepEqual(balanced([60, 30, 10], 0, 20, 0), [20, 60, 20]);
  assert.deepEqual(balanced([60, 30, 10], 2, 55, 0), [30, 15, 55]);
  assert.deepEqual(balanced([60, 30, 10], 1, 130, 0), [0, 100, 0]);
  assert.deepEqual(balanced([60, 30, 10], 1, -5, 0), [86, 0, 14]);
});

test("where they had nothing the truth gets it; from the truth all others alike", () => {
  assert.deepEqual(balanced([0, 100, 0], 1, 70, 0), [30, 70, 0]);
  assert.deepEqual(balanced([100, 0, 0, 0], 0, 91, 0), [91, 3, 3, 3]);
});

test("whatever is set, a row adds up to 100 and has what was set", () => {
  for (const row of [[100, 0], [0, 0, 100], [34, 33, 33], [1, 2, 97], [10, 10, 10, 10, 10, 10, 10, 10, 10, 10]]) {
    for (let place = 0; place < row.length; place++) for (let value = 0; value <= 100; value += 7) {
      const found = balanced(row, place, value, 1);
      assert.equal(total(found), 100);
      assert.equal(found[place], value);
      assert.ok(found.every((one) => one >= 0 && Number.isInteger(one)));
    }
  }
});

test("rivals are spread and gathered, and labels stay as often right", () => {
  const rows = [[60, 30, 10], [0, 100, 0], [20, 20, 60]];
  assert.deepEqual(spread(rows), [[60, 20, 20], [0, 100, 0], [20, 20, 60]]);
  assert.deepEqual(gathered(rows), [[60, 40, 0], [0, 100, 0], [40, 0, 60]]);
  assert.deepEqual(gathered(spread([[10, 90], [5, 95]])), [[10, 90], [5, 95]]);
});

test("it is told how often labels are right and who the strongest rival is", () => {
  assert.deepEqual(told([[60, 30, 10], [0, 100, 0], [20, 20, 60]]), { right: 220 / 3, worst: { row: 0, column: 1, share: 30 } });
  assert.deepEqual(told([[100, 0], [0, 100]]).worst, { row: 0, column: 1, share: 0 });
});
