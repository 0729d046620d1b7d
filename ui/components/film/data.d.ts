// What Python sends (ui/views/film.py, softlabel_core/experiment/film.py), and what the figure makes of it.

import type { Field, Film } from "./frames.js";

export interface Data {
  sides: Side[];
  /** How long the making is to take. */
  seconds: number;
  /** Whether both sides have the same teacher, and the same examples. */
  teacher: boolean;
  task: boolean;
  note: { replicates: number; seed: number };
  /** Colour and shape of a class. */
  classes: [colour: string, shape: string][];
  setting: { words: Record<string, string>; colours: Record<string, [light: string, dark: string]>; shades: string[] };
  problem: string;
  controls: boolean;
}

/** One student: its letter, what it sees, where its film is and how far that is. */
export interface Side {
  letter: string;
  sets: boolean;
  sees: string;
  at: string;
  state: string;
}

/** How the making of a film stands. */
export interface Standing {
  state: string;
  progress?: number;
  ahead?: number;
  /** What has come of it since it was asked last: ["head", …], then frames. */
  rows?: any[];
}

/** A film with what stands beside its answers. */
export interface Shown extends Film {
  points: { x: number; y: number; truth: number; shown: number[] }[];
  images: { row: number; pixels: Uint8Array }[];
  names: string[];
  /** Channels, height and width of an image. */
  shape: number[] | null;
  /** Share of labels whose first choice is right. */
  first: number;
}

/** What stands there of one side; `size` and `at` (the frame) once it has been drawn. */
export interface Panel {
  film: Shown;
  root: HTMLElement;
  share: HTMLElement;
  picture: HTMLCanvasElement;
  marks: HTMLCanvasElement;
  stage: HTMLElement;
  sets: boolean;
  name: string;
  field: Field | null;
  turned?: HTMLElement;
  tiles?: Tile[];
  size?: number;
  at?: number | null;
  /** Where the lattice's shapes stand. */
  spots?: number[][];
}

export interface Tile {
  root: HTMLElement;
  says: HTMLElement;
  row: number;
  truth: number;
}
