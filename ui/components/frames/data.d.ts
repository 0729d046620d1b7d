// What Python sends (ui/views/frames.py).

/** One stop of the slider. */
export interface Frame {
  /** Where it stands on the slider, from 0 to 1. */
  place: number;
  /** What it is, in few words. */
  name: string;
  /** What is to be seen in it. */
  said: string;
}

export interface Table {
  heads: string[];
  /** A row a frame. */
  rows: string[][];
}

interface Common {
  title: string;
  frames: Frame[];
  /** The frame that stands there first. */
  at: number;
  /** What the slider moves. */
  slider: string;
  note: string;
  /** In the present mode: readable from the last row, and nothing beside it. */
  large: boolean;
  table: Table;
  words: Record<string, string>;
  /** What the button says that saves a slide; empty where there is none. */
  save: string;
  /** Light and dark. */
  colours: Record<string, [string, string]>;
}

/** An accuracy with its interval. */
export interface Measured {
  mean: number;
  low: number;
  high: number;
  /** As it is written. */
  text: string;
}

/** One kind of labels, a value a frame. */
export interface Kind {
  name: string;
  shape: string;
  measured: Measured[];
  /** The least accuracy that the proof allows: places and shares. */
  promise: [place: number, share: number][];
  promised: string;
  /** How often every label is in the sets of one class. */
  tallies: number[][];
  /** Of each, how many sets, and the wrong label that most of them hold. */
  counted: { said: string; rival: number }[];
}

export interface Examples extends Common {
  kind: "examples";
  ticks: [place: number, text: string][];
  kinds: Kind[];
  truth: number;
  /** Accuracy in question. */
  reached: number;
  /** Where the visitor's guess stands; null without one. */
  guess: number | null;
}

/** One way of labelling the rest, a value a round. */
export interface Way {
  name: string;
  shape: string;
  measured: Measured[];
  /** Delta and gamma of the labels; null before there are any. */
  path: ([delta: number, gamma: number] | null)[];
}

export interface Rounds extends Common {
  kind: "rounds";
  ways: Way[];
  /** Accuracies with a line, from the least that is drawn to the most. */
  grid: number[];
}

/** Labels of the class: sets, or soft labels. */
export interface Labels {
  name: string;
  /** How often they occur, a number a frame, and as it is written. */
  shares: number[];
  texts: string[];
}

/** One loss, a value a frame. */
export interface Loss {
  name: string;
  /** With others that end there. */
  long: string;
  shape: string;
  /** Corners of where it is least, as shares of the labels. */
  corners: number[][][];
  /** What is most probable there. */
  ends: string[];
  /** Whether that is the true label alone. */
  right: boolean[];
}

export interface Triangle extends Common {
  kind: "triangle";
  /** The three labels. */
  labels: string[];
  /** Place of the true one. */
  truth: number;
  sets: Labels[];
  losses: Loss[];
}

export type Data = Examples | Rounds | Triangle;
