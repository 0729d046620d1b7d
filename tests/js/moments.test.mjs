// Where the slider of frames stands, asked of moments.js itself; `tests/ui/test_follow.py` runs it where there is Node.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

const source = await readFile(new URL("../../ui/components/frames/moments.js", import.meta.url), "utf8");
const { apart, beside, inTriangle, keyed, nearest, together } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

test("a hand takes the nearest frame, the first of two", () => {
  const places = [0, 0.2, 0.7, 1];
  assert.deepEqual([-3, 0, 0.11, 0.44, 0.46, 0.9, 7].map((at) => nearest(places, at)), [0, 0, 1, 1, 2, 3, 3]);
  assert.equal(nearest([0, 1], 0.5), 0);
});

test("keys lead to the next frame and to the ends, and not beyond", () => {
  assert.equal(keyed("ArrowRight", 1, 5), 2);
  assert.equal(keyed("ArrowUp", 4, 5), 4);
  assert.equal(keyed("ArrowLeft", 1, 5), 0);
  assert.equal(keyed("ArrowDown", 0, 5), 0);
  assert.equal(keyed("Home", 3, 5), 0);
  assert.equal(keyed("End", 3, 5), 4);
  assert.equal(keyed("PageDown", 3, 5), null);
  assert.equal(keyed("a", 3, 5), null);
});

test("texts stand apart, in their order and within", () => {
  assert.deepEqual(apart([50, 10, 90], 20, 0, 100), [50, 10, 90]);
  assert.deepEqual(apart([10, 12, 50], 20, 0, 100), [10, 30, 50]);
  assert.deepEqual(apart([95, 99], 20, 0, 100), [80, 100]);
  assert.deepEqual(apart([12, 10], 20, 0, 100), [30, 10]);
});

test("marks that are near each other stand side by side, others in the middle", () => {
  assert.deepEqual(beside([0.9, 0.5, 0.2], 0.1), [0, 0, 0]);
  assert.deepEqual(beside([0.84, 0.83, 0.2], 0.1), [0.5, -0.5, 0]);
  assert.deepEqual(beside([0.3, 0.2, 0.25, 0.9], 0.1), [1, -1, 0, 0]);
});

test("shares of three labels stand in a triangle, each label at its corner", () => {
  assert.deepEqual(inTriangle([0, 1, 0], 0), [0, 0]);
  assert.deepEqual(inTriangle([0, 0, 1], 0), [1, 0]);
  assert.deepEqual(inTriangle([1, 0, 0], 0), [0.5, Math.sqrt(3) / 2]);
  assert.deepEqual(inTriangle([1, 0, 0], 2), [0, 0]);
  assert.deepEqual(inTriangle([0, 1, 0], 2), [1, 0]);
  const middle = inTriangle([1 / 3, 1 / 3, 1 / 3], 1);
  const apart = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map((one) => Math.hypot(inTriangle(one, 1)[0] - middle[0], inTriangle(one, 1)[1] - middle[1]));
  for (const one of apart) assert.ok(Math.abs(one - 1 / Math.sqrt(3)) < 1e-12);
});

test("marks at one place are a group", () => {
  assert.deepEqual(together([[0, 0], [50, 0], [3, 4], [50, 1]], 6), [[0, 2], [1, 3]]);
  assert.deepEqual(together([[0, 0], [6, 0]], 6), [[0], [1]]);
  assert.deepEqual(together([], 6), []);
});
