// What Python sends (ui/views/sweep.py), and what the route of a sweep answers (ui/live/sweeps.py).

/** A value with its text. */
export type Said = [value: number | string, said: string];

export interface Data {
  key: string;
  /** Where to ask how it stands. */
  at: string;
  /** Whether it goes on. */
  goes: boolean;
  shape: {
    xs: Said[];
    /** The upper row first. */
    ys: Said[];
    possible: (number | string)[][];
    now: (number | string)[];
    caption: string;
    x: string;
    y: string;
  };
  words: Record<string, string>;
  /** Colours of accuracies, from 0 to 1. */
  shades: string[];
}

export interface Swept {
  values: (number | string)[];
  accuracy: [mean: number, low: number | null, high: number | null];
}

export interface Found {
  points: Swept[];
  /** Runs that have not ended; that failed; that were begun for this visitor. */
  left: number;
  failed: number;
  begun: number;
  problem: string;
}
