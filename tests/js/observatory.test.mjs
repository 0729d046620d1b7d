// What the Observatory counts; `tests/ui/test_follow.py` runs it where there is Node.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

const source = await readFile(new URL("../../ui/components/observatory/statistics.js", import.meta.url), "utf8");
const { along, crossing, ends, filtered, grabbed, placed, ranks, spearman, strength, ticks, wrong } = await import(
  `data:text/javascript,${encodeURIComponent(source)}`
);

const near = (one, other) => assert.ok(Math.abs(one - other) < 1e-12, `${one} is not ${other}`);

test("ties share the mean of their ranks", () => {
  assert.deepEqual(ranks([10, 20, 20, 5]), [2, 3.5, 3.5, 1]);
  assert.deepEqual(ranks([7, 7, 7]), [2, 2, 2]);
  assert.deepEqual(ranks([]), []);
});

test("the rank correlation is SciPy's", () => {
  near(spearman([1, 2, 3, 4], [2, 4, 6, 9]), 1);
  near(spearman([1, 2, 3, 4], [9, 6, 4, 2]), -1);
  // scipy.stats.spearmanr([1, 2, 2, 3, 5], [3, 1, 4, 4, 2]).statistic, SciPy 1.17.1
  near(spearman([1, 2, 2, 3, 5], [3, 1, 4, 4, 2]), -0.026315789473684213);
  assert.equal(spearman([1, 1, 1], [1, 2, 3]), null);
  assert.equal(spearman([], []), null);
});

test("a correlation has a word by its size, whatever its sign", () => {
  assert.deepEqual([-0.93, 0.9, 0.71, -0.4, 0.39, 0, null].map(strength), ["strong", "strong", "good", "some", "hardly", "hardly", "unknown"]);
});

const columns = {
  dataset: [0, 0, 0, 0, 1],
  sort: [0, 1, 1, 0, 0],
  loss: [0, 0, 1, 1, 0],
  label_accuracy: [0.1, 0.2, 0.9, 0.8, 0.1],
  total: [0.5, 1.2, 0.8, null, 0.4],
  learned: [1, 1, 0, 1, 1],
};
const marks = (sort, loss) => ({ sort: new Set(sort), loss: new Set(loss) });

test("nothing chosen is everything of the dataset; counts leave their own family out", () => {
  const all = filtered(columns, 0, marks([], []), false);
  assert.deepEqual(all.rows, [0, 1, 2, 3]);
  assert.equal(all.few, 2);
  const one = filtered(columns, 0, marks([1], []), false);
  assert.deepEqual(one.rows, [1, 2]);
  assert.deepEqual([...one.counts.sort], [[0, 2], [1, 2]]);
  assert.deepEqual([...one.counts.loss], [[0, 1], [1, 1]]);
  assert.equal(one.few, 1);
  const both = filtered(columns, 0, marks([1], [1]), true);
  assert.deepEqual(both.rows, []);
  assert.deepEqual([...both.counts.loss], [[0, 1]]);
  assert.deepEqual(filtered(columns, 1, marks([], []), true).rows, [4]);
});

test("the wrong side: failed where the rule says learn, learned where it does not; unknown is on none", () => {
  assert.deepEqual(wrong(columns, [0, 1, 2, 3], "total", 1, true), [1, 2]);
  assert.deepEqual(wrong(columns, [0, 1], "total", 1, false), [0]);
});

const stops = [
  { value: 0, x: 0.2, y: 0.9, low: 0.8, high: 0.95, row: 5 },
  { value: 0.5, x: 0.6, y: 0.7, low: 0.6, high: 0.8, row: 6 },
  { value: 1, x: 1.4, y: 0.1, low: 0, high: 0.2, row: 7 },
];

test("on a trail a computed value is exact, one between has its neighbours, one beyond has no place", () => {
  assert.equal(along(stops, 0.5).exact.row, 6);
  const between = along(stops, 0.75);
  assert.equal(between.exact, null);
  near(between.x, 1);
  near(between.y, 0.4);
  assert.deepEqual([between.low, between.high], [0.1, 0.7]);
  assert.equal(along(stops, 1.1), null);
  assert.equal(along(stops, -0.1), null);
  assert.equal(along([], 0.3), null);
});

test("a hand on the trail takes the nearest point of its line", () => {
  const drawn = [{ value: 0, px: 0, py: 0 }, { value: 1, px: 100, py: 0 }, { value: 2, px: 100, py: 50 }];
  near(grabbed(drawn, 40, 30), 0.4);
  near(grabbed(drawn, 130, 25), 1.5);
  near(grabbed(drawn, -20, -20), 0);
  assert.equal(grabbed([], 1, 1), null);
});

test("where learning ends, or begins", () => {
  assert.deepEqual(crossing(stops, 0.5), { value: 1, fails: true });
  assert.deepEqual(crossing(stops.toReversed(), 0.5), { value: 0.5, fails: false });
  assert.equal(crossing(stops, 0.05), null);
});

test("an axis ends on quarters and has a handful of ticks", () => {
  assert.deepEqual(ends([0.02, 1.98]), [0, 2]);
  assert.deepEqual(ends([-0.3, 0.25]), [-0.5, 0.25]);
  assert.deepEqual(ends([1, 1]), [1, 1.25]);
  assert.deepEqual(ends([]), [0, 1]);
  assert.deepEqual(ticks(0, 2), [0, 0.5, 1, 1.5, 2]);
  assert.deepEqual(ticks(-0.5, 0.25), [-0.5, -0.25, 0, 0.25]);
});

test("labels lie inside and apart, or have no place", () => {
  const inside = { x: 0, y: 0, w: 200, h: 100 };
  const found = placed([{ x: 50, y: 50, w: 60, h: 18 }, { x: 52, y: 52, w: 60, h: 18 }], [], inside);
  assert.ok(found.every((box) => box && box.x >= 0 && box.y >= 0 && box.x + box.w <= 200 && box.y + box.h <= 100));
  const [one, other] = found;
  assert.ok(one.x + one.w <= other.x || other.x + other.w <= one.x || one.y + one.h <= other.y || other.y + other.h <= one.y);
  assert.deepEqual(placed([{ x: 50, y: 50, w: 300, h: 18 }], [], inside), [null]);
});
