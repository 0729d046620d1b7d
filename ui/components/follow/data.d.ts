// What Python sends (ui/components/follow, ui/views/start.py).

import type { Choice, Followed, Point } from "./counting.js";

export interface Data {
  followed: Followed;
  /** Way to learn ("imitates", "sets-1", ...) -> accuracies that were computed, by rate. */
  curves: Record<string, Point[]>;
  /** How many runs the draws are from, and the accuracies. */
  runs: { runs: number; fewest: number; most: number };
  words: Record<string, string>;
  /** Light and dark. */
  colours: Record<string, [string, string]>;
}

/** A choice as it is told and heard; what is left out stays. */
export type Change = Partial<Choice>;

/** A label that falls: from where, since when, for how long (ms), how high (px). */
export interface Block {
  label: number;
  from: number;
  start: number;
  length: number;
  height: number;
}

/** A value of a sentence: plain, or nodes. */
export type Value = string | number | (Node | string)[];
