// What the figure counts, asked of counting.js itself; `tests/ui/test_follow.py` runs it where there is Node.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

const source = await readFile(new URL("../../ui/components/follow/counting.js", import.meta.url), "utf8");
const counting = await import(`data:text/javascript,${encodeURIComponent(source)}`);
const { apart, degrees, layout, nearest, outward, ranking, tally, verdict } = counting;

const followed = {
  truth: 3,
  rival: 4,
  masses: [0.4, 0.25, 0.15, 0.08, 0.05, 0.03, 0.02, 0.01, 0.005, 0.005],
  images: [],
  draws: [[0, "901245678", 40], [0, "124567890", 1], [0, "490125678", 101]],
};

test("the rival comes first from its lot on and changes places with the first", () => {
  assert.deepEqual(ranking([0, "901245678", 40], 39, 3, 4), [9, 3, 0, 1, 2, 4, 5, 6, 7, 8]);
  assert.deepEqual(ranking([0, "901245678", 40], 40, 3, 4), [4, 3, 0, 1, 2, 9, 5, 6, 7, 8]);
});

test("sets are counted whole, probabilities by their mass", () => {
  const sets = tally(followed, { rate: 0, k: 2, way: "sets" }, 3);
  assert.deepEqual(sets, [0, 1, 0, 3, 1, 0, 0, 0, 0, 1]);
  assert.deepEqual(tally(followed, { rate: 100, k: 1, way: "sets" }, 2), [0, 0, 0, 0, 2, 0, 0, 0, 0, 0]);
  const sums = tally(followed, { rate: 50, k: 2, way: "imitates" }, 3);
  assert.ok(Math.abs(sums.reduce((one, other) => one + other) - 3) < 1e-9);
  assert.equal(sums[3], 0.75);
  assert.deepEqual(tally(followed, { rate: 0, k: 2, way: "sets" }, 0), Array(10).fill(0));
});

test("degrees of the class: a tie is the own rival's", () => {
  const found = degrees([0, 1, 0, 3, 1, 0, 0, 0, 0, 1], 4, 3, 4);
  assert.deepEqual(found, { delta: 0.25, gamma: 0.25, lead: 4, room: 0.5 });
  assert.equal(degrees([0, 2, 0, 3, 1, 0, 0, 0, 0, 1], 4, 3, 4).lead, 1);
});

test("the nearest computed accuracy says whether it is the one asked for", () => {
  const points = [[0, 0.9, 0.8, 1], [50, 0.5, 0.4, 0.6]];
  assert.deepEqual(nearest(points, 20), { point: points[0], exact: false });
  assert.deepEqual(nearest(points, 50), { point: points[1], exact: true });
});

test("an interval in per cent never shrinks by rounding", () => {
  assert.deepEqual(outward(0.94861, 0.98191), { low: "94.8", high: "98.2" });
  assert.deepEqual(outward(0.949, 1), { low: "94.9", high: "100.0" });
});

test("the verdict follows what was counted", () => {
  const sets = { rate: 50, k: 2, way: "sets" };
  const copies = { rate: 50, k: 2, way: "imitates" };
  const said = (choice, n, counts) => verdict(choice, n, counts, degrees(counts, n, 3, 4), 3);
  assert.equal(said(sets, 0, Array(10).fill(0)), "watch");
  assert.equal(said(sets, 4, [0, 0, 0, 4, 1, 0, 0, 0, 0, 0]), "guess");
  assert.equal(said(sets, 10, [0, 0, 0, 10, 5, 0, 0, 0, 0, 0]), "back");
  assert.equal(said(sets, 10, [0, 0, 0, 10, 9, 0, 0, 0, 0, 0]), "close");
  assert.equal(said(sets, 10, [0, 0, 0, 10, 10, 0, 0, 0, 0, 0]), "tied");
  assert.equal(said({ ...sets, k: 1 }, 10, [0, 0, 0, 0, 10, 0, 0, 0, 0, 0]), "cut-off");
  assert.equal(said(copies, 99, [0, 0, 0, 24, 30, 0, 0, 0, 0, 0]), "too-few");
  for (const [rival, name] of [[10, "clear"], [18, "ahead"], [25, "level"], [30, "behind"]])
    assert.equal(said(copies, 100, [0, 0, 0, 24, rival, 0, 0, 0, 0, 0]), name);
});

test("notes never touch and keep their order", () => {
  for (const wanted of [[0, 0, 0], [90, 95, 97], [10, 50, 90]]) {
    const places = apart(wanted, 20, 0, 100);
    for (const [one, other] of [[0, 1], [1, 2]]) assert.ok(places[other] - places[one] >= 20);
    assert.ok(places[0] >= 0 && places[2] + 20 <= 100);
  }
});

test("both rows share their columns, within the figure", () => {
  for (const [width, height] of [[358, 372], [620, 440], [900, 640]]) {
    const at = layout(width, height);
    assert.ok(at.x(0) - at.bar / 2 >= 0 && at.x(9) + at.bar / 2 <= at.right && at.right < width);
    assert.ok(at.top < at.base && at.base < at.roof && at.roof < at.floor && at.floor < height);
  }
});
