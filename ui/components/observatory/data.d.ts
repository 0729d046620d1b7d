// What Python sends (ui/views/observatory.py), and what the figure makes of it.

/** What never changes with the choice. Ids of families are names of plug-ins. */
export interface Setting {
  atlas: Atlas;
  words: Record<string, string>;
  titles: Record<"bias" | "framework" | "loss" | "fields", Record<string, string>>;
  /** Bias type -> its sort; loss -> what it reads, "sets" or "labels". */
  sorts: Record<string, string>;
  reads: Record<string, string>;
  /** Where an axis has its line, and whether students are to learn below it. */
  axes: { id: string; rule: [at: number, below: boolean] | null }[];
  /** Light and dark. */
  colours: Record<string, [string, string]>;
  /** Sort -> shape of its mark. */
  shapes: Record<string, string>;
}

/** The light atlas, by column; what a column names by number stands in `ids`. */
export interface Atlas {
  columns: Record<string, any[]>;
  ids: Record<"dataset" | "bias" | "framework" | "loss", string[]>;
  /** A row's fields of its bias type. */
  fields: Record<string, number | string | boolean>[];
}

/** Mean and 95 % interval, as shares. */
export type Accuracy = [mean: number, low: number | null, high: number | null];

/** What this choice says. */
export interface Data {
  setting: string;
  "runs-at": string;
  /** Where to ask what another value at a path would be. */
  "measured-at": string;
  sentence: Part[][];
  dataset: string;
  now: Now;
  /** Path of a field -> values that were computed, with their rows of the light atlas. */
  trails: Record<string, [value: any, row: number][]>;
  sweep: Sweep | null;
  pinned: Pin | null;
  /** Own runs and pins. */
  mine: { letter: string; x: Record<string, number>; accuracy: Accuracy }[];
  /** Landmarks and their rows. */
  marks: [name: string, row: number][];
  problem: string;
  /** Of the choice; of its run under way; how the last one ended. */
  key: string;
  job: string | null;
  ended: string | null;
  seconds: number;
  axis: string;
  shown: string[];
  auto: boolean;
  controls: boolean;
  presents: boolean;
  /** Number of the last deed that was done. */
  heard: number;
}

/** Of the sentence: a text, a menu or a slider. */
export interface Part {
  text?: string;
  /** Path of the field that it sets. */
  menu?: string;
  range?: string;
  name?: string;
  value?: any;
  options?: [value: any, said: string][];
  low?: number;
  high?: number;
  step?: number;
  whole?: boolean;
}

/** Its numbers as far as they are known. */
export interface Now {
  accuracy: Accuracy | null;
  truth: number | null;
  guess: number;
  x: Record<string, number>;
  row: number | null;
  numbers: { name: string; value: string; unit: string; notes: string[] }[];
  verdict: string;
  examples: Example[];
  names: string[];
  image: [channels: number, height: number, width: number] | null;
  sets: boolean;
}

export interface Example {
  /** Of the training part. */
  row: number;
  truth: number;
  soft_label: number[];
  /** What the student is shown. */
  shown: number[];
  features: any[];
}

export interface Sweep {
  path: string;
  key?: string;
  at: string | null;
  count: number;
  goes: boolean;
}

/** A finished point of a live sweep. */
export interface Swept {
  /** Of the field, alone. */
  values: any[];
  /** Of the light atlas, where it has the run; else its indicators stand in `x`. */
  row?: number;
  x?: Record<string, number>;
  accuracy: Accuracy;
}

/** The trail that stays: where to ask for its points, and whether they are drawn here. */
export interface Pin {
  at: string;
  goes: boolean;
  /** Whether it is of the same dataset. */
  here: boolean;
  /** Path of the field along which it is the trail here anyway. */
  same: string | null;
  joined: boolean;
  said: string;
}

/** Where this run stands; hollow where it is only expected. */
export interface Here {
  x: number;
  y: number | null;
  low: number | null;
  high: number | null;
  filled: boolean;
  said: string;
  notes?: string;
  range?: [low: number, high: number] | null;
  row?: number;
  live?: Record<string, number>;
}

/** Number, what is done, and with what. */
export type Deed = [number: number, what: string, value: any];
