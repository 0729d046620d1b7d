// What a film shows at a moment, asked of frames.js itself; `tests/ui/test_follow.py` runs it where there is Node.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { deflateSync } from "node:zlib";

const source = await readFile(new URL("../../ui/components/film/frames.js", import.meta.url), "utf8");
const frames = await import(`data:text/javascript,${encodeURIComponent(source)}`);
const { alike, along, between, confusion, decoded, grown, known, lead, opened, painted, placeOf, raster, stepped, stretched, ticks, turned, worst } = frames;

const pack = (bytes) => deflateSync(Uint8Array.from(bytes)).toString("base64");
const sent = {
  grid: 2, levels: 64, times: [0, 1, 4], accuracy: [0.25, 0.5, 1], truths: "", class_names: ["0", "1", "2"], seen: [],
  answers: pack([63, 0, 64 + 63, 10, 63, 64 + 21, 128 + 63, 20, 0, 64, 128, 63]),
};

test("bytes are classes and margins, frame by frame", async () => {
  const film = await decoded(sent);
  assert.deepEqual([film.count, film.rows, film.classes], [3, 4, 3]);
  assert.deepEqual([...film.named], [0, 0, 1, 0, 0, 1, 2, 0, 0, 1, 2, 0]);
  assert.equal(film.margin[0], 1);
  assert.ok(Math.abs(film.margin[3] - 10 / 63) < 1e-6);
});

test("a film that comes frame by frame is the one that is sent whole", async () => {
  const whole = await decoded(sent);
  const { accuracy, answers, ...head } = sent;
  const frame = (place) => [place, accuracy[place], pack([[63, 0, 127, 10], [63, 85, 191, 20], [0, 64, 128, 63]][place])];
  const film = await opened(head);
  assert.deepEqual([film.count, film.rows], [0, 4]);
  await grown(film, [frame(0)]);
  assert.deepEqual([film.count, film.accuracy], [1, [0.25]]);
  assert.deepEqual([...film.named.subarray(0, 4)], [0, 0, 1, 0]);
  await grown(film, [frame(2)]); // one before it is missing
  assert.equal(film.count, 1);
  await grown(film, [frame(0), frame(1)]); // one comes once more
  assert.equal(film.count, 3);
  assert.deepEqual(film, whole);
});

test("films in step are shown as far as both are known", async () => {
  const whole = await decoded(sent);
  const part = { ...whole, count: 2 };
  assert.deepEqual([known([whole]), known([part]), known([whole, part]), known([part, whole])], [2, 1, 1, 1]);
  const shorter = { ...whole, times: [0, 0.5, 1] };
  assert.equal(known([whole, shorter]), 2); // all of it is there
  assert.equal(known([whole, { ...shorter, count: 2 }]), 0.5);
});

test("a point keeps its class while its margin shrinks to 0, then takes the next", async () => {
  const film = await decoded(sent);
  const field = { named: new Uint8Array(4), margin: new Float32Array(4) };
  const at = (t, p) => { between(film, t, field); return [field.named[p], Number(field.margin[p].toFixed(3))]; };
  assert.deepEqual(at(0, 2), [1, 1]);
  assert.deepEqual(at(0.25, 2), [1, 0.5]);
  assert.deepEqual(at(0.49, 2), [1, 0.02]);
  assert.deepEqual(at(0.75, 2), [2, 0.5]);
  assert.deepEqual(at(1, 2), [2, 1]);
  assert.deepEqual(at(0.5, 3), [0, 0.238]);
  assert.deepEqual(at(2, 2), [2, 0]);
});

test("frames, epochs and steps are one time", () => {
  const times = [0, 1, 4];
  assert.equal(along(times, 1.5), 2.5);
  assert.equal(along(times, 2), 4);
  for (const t of [0, 0.3, 1, 1.7, 2]) assert.ok(Math.abs(placeOf(times, along(times, t)) - t) < 1e-9);
  assert.equal(placeOf(times, 9), 2);
  assert.deepEqual([stepped(0, 1, 3), stepped(0.4, 1, 3), stepped(2, 1, 3)], [1, 1, 2]);
  assert.deepEqual([stepped(2, -1, 3), stepped(1.6, -1, 3), stepped(0, -1, 3)], [1, 1, 0]);
});

test("ticks are 0, 1, 2, 5, 10, 20, 40 where there is room, and the end", () => {
  const late = Array.from({ length: 41 }, (_, i) => (40 * (100 ** (i / 40) - 1)) / 99);
  assert.deepEqual(ticks(late).map(([epoch]) => epoch), [0, 1, 2, 5, 10, 20, 40]);
  assert.ok(stretched(late));
  const even = Array.from({ length: 21 }, (_, i) => i);
  assert.deepEqual(ticks(even), [[0, 0], [2, 2], [5, 5], [10, 10], [20, 20]]);
  assert.ok(!stretched(even));
  assert.deepEqual(ticks([0, 1]), [[0, 0], [1, 1]]);
  assert.equal(ticks(Array.from({ length: 31 }, (_, i) => i)).at(-1)[0], 30);
});

test("regions are painted upwards, with a line where they meet", () => {
  const at = raster(64, 2);
  const [pixels, regions] = [new Uint8ClampedArray(4 * 64 * 64), new Uint8Array(64 * 64)];
  const field = { named: Uint8Array.of(0, 0, 1, 1), margin: Float32Array.of(1, 1, 1, 1) };
  painted(field, at, [[200, 0, 0], [0, 200, 0]], [255, 255, 255], [0, 0, 0], pixels, regions);
  assert.equal(regions[0], 1); // the upper row is the greater y
  assert.equal(regions[63 * 64], 0);
  const seam = [...regions.slice(0, 63 * 64)].findIndex((one, place) => one !== regions[place + 64]);
  assert.equal(Math.floor(seam / 64), 31);
  assert.ok(pixels[4 * seam + 1] < 0.7 * pixels[4 * 5 + 1]);
});

test("images: who is named as whom, and how many answers turned", async () => {
  const film = await decoded({ ...sent, grid: null, levels: 1, truths: pack([0, 0, 1, 2]), answers: pack([0, 1, 1, 1, 0, 0, 1, 2, 2, 0, 1, 2]) });
  assert.deepEqual(confusion(film, 0), [[0.5, 0.5, 0], [0, 1, 0], [0, 1, 0]]);
  assert.deepEqual([0, 1, 2].map((frame) => turned(film, frame)), [0, 2, 1]);
  assert.ok(alike(film, film));
  assert.ok(!alike(film, { ...film, named: film.named.map((one) => (one + 1) % 3) }));
});

test("the class whose rival is strongest, the truth first and then rivals", () => {
  const sets = [[1, 0.5, 0.2, 0.3], [0.1, 1, 0.8, 0.1], [null, null, null, null], [0.2, 0.3, 0.4, 1]];
  const copies = [[0.3, 0.4, 0.2, 0.1], [0.1, 0.28, 0.2, 0.42], [null, null, null, null], [0.2, 0.3, 0.2, 0.3]];
  assert.deepEqual(worst([sets, copies], 4), { truth: 1, labels: [1, 2, 3, 0] });
  assert.deepEqual(worst([sets], 2), { truth: 1, labels: [1, 2] });
  assert.ok(Math.abs(lead(sets[1], 1) - 0.2) < 1e-9);
  assert.ok(Math.abs(lead(copies[1], 1) + 0.14) < 1e-9);
});
