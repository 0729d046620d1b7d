// What a drawing is, asked of drawing.js itself; `tests/ui/test_follow.py` runs it where there is Node.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

const source = await readFile(new URL("../../ui/components/draw/drawing.js", import.meta.url), "utf8");
const { along, beside, decoded, encoded, nearest, present, within } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const text = "1005.9010_5099.0000";
const points = [{ x: 10, y: 5, label: 0 }, { x: 90, y: 10, label: 0 }, { x: 50, y: 99, label: 1 }, { x: 0, y: 0, label: 1 }];

test("a text is its points, and points are their text", () => {
  assert.deepEqual(decoded(text), points);
  assert.equal(encoded(points), text);
  assert.equal(encoded([points[2], points[0], points[3], points[1]]), text);
});

test("a class without points is left out, and later ones move up", () => {
  const gone = [{ x: 1, y: 2, label: 1 }, { x: 3, y: 4, label: 3 }];
  assert.deepEqual(present(gone), [1, 3]);
  assert.equal(encoded(gone), "0102_0304");
  assert.equal(encoded([]), "");
});

test("steps are whole and stay in the square", () => {
  assert.deepEqual([-3, 4.4, 99.6, 120].map(within), [0, 4, 99, 99]);
});

test("the nearest point is found within a reach, of two at one place the one on top", () => {
  assert.equal(nearest(points, 12, 5, 3), points[0]);
  assert.equal(nearest(points, 14, 5, 3), null);
  const [one, other] = [{ x: 5, y: 5, label: 0 }, { x: 5, y: 5, label: 1 }];
  assert.equal(nearest([one, other], 5, 6, 2), other);
  assert.equal(nearest([], 0, 0, 100), null);
});

test("a line has points as far apart as was asked, wherever the hand was seen", () => {
  assert.deepEqual(along({ x: 0, y: 0 }, { x: 0, y: 10 }, 4), [{ x: 0, y: 4 }, { x: 0, y: 8 }]);
  assert.deepEqual(along({ x: 0, y: 0 }, { x: 3, y: 4 }, 5), [{ x: 3, y: 4 }]);
  assert.deepEqual(along({ x: 1, y: 1 }, { x: 1, y: 1 }, 4), []);
  assert.deepEqual(along({ x: 1, y: 1 }, { x: 2, y: 1 }, 4), []);
});

test("there is room beside a point, within the square and where no other lies", () => {
  assert.deepEqual(beside([points[0]], points[0], 5), { x: 15, y: 5 });
  assert.deepEqual(beside([{ x: 15, y: 5, label: 0 }], points[0], 5), { x: 15, y: 0 });
  const corner = { x: 99, y: 0, label: 0 };
  assert.deepEqual(beside([corner], corner, 5), { x: 94, y: 0 });
});
