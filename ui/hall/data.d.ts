// What the server sends to the pages of hall mode, for classic scripts: these names are known everywhere in this folder.

/** A text in every language. */
type Both = Record<string, string>;

/** A slider of a recipe: whole steps; the value is step x factor, shown as per cent where it is a share. */
interface Slider {
  low: number;
  high: number;
  factor: number;
  share: boolean;
  start: number;
}

/** A way to make labels wrong. `k`: what a student may be shown, 0 the whole label; empty: always the whole set. */
interface Recipe {
  id: string;
  sliders: Slider[];
  k: number[];
}

/** What stands in the page from the start. */
interface Given {
  lang: string;
  texts: Record<string, Record<string, string>>;
  recipes: Recipe[];
}

interface Question {
  kind: "number" | "choice";
  unit?: "percent" | "share";
  claim: Both;
  ask: Both;
  choices?: Record<string, string[]>;
  table?: { rows: number[][]; truths: number[] };
}

/** What came out: a number of 0 to 100 with its interval, or which choice. */
interface Truth {
  value?: number;
  low?: number | null;
  high?: number | null;
  came?: number;
}

/** Recipe, its two sliders, what the student is shown. */
type Design = [string, number, number, number];

interface Outcome {
  failed?: boolean;
  right: number;
  accuracy: number;
  learned: boolean;
  won: boolean[];
  /** Once the axis has turned. */
  total?: number | null;
}

interface Mine {
  design: Design;
  phones: number;
  result: Outcome | null;
}

type Stage = "lobby" | "vote.open" | "vote.shown" | "vote.revealed" | "law.open" | "law.shut";

/** What both pages hear. */
interface Room {
  stage: Stage;
  activity: number;
  lang: string;
  q?: Question;
  truth?: Truth;
  axis?: "right" | "total";
  eta?: number;
}

interface PhoneState extends Room {
  v: string;
  next: number;
  vote?: number | null;
  left?: number;
  mine?: Mine[];
}

/** A design as the big screen shows it: how many phones', labels right, total, accuracy, learned. */
type Spot = [Design, number, number, number | null, number, boolean];

interface PresenterState extends Room {
  v: number;
  mark: string;
  code: string;
  joined: number;
  active: number;
  locked: boolean;
  step: string;
  reach: { open: boolean; addresses: string[] };
  count?: number;
  votes?: Record<string, number>;
  why?: Both;
  phones?: number;
  waiting?: number;
  failed?: number;
  points?: Spot[];
  never?: { n: number; low: number; high: number } | null;
  rule?: { of: number; right: number; total: number } | null;
  won?: number[];
}

/** A step that can be voted on. */
interface Step {
  id: string;
  lesson: Both;
  ask: Both;
  kind: "number" | "choice";
}

/** An answer of the server; `data` is null where there is none to read. */
interface Answer {
  status: number;
  data: any;
  next: number;
}

/** What a page does with what it hears. */
interface Ears {
  /** The last state's version. */
  version(): string;
  got(state: any): void;
  /** Whether the server cannot be reached now. */
  lost(away: boolean): void;
  /** It will not say more: `no-room`, `no-seat`, `no-entry`. */
  refused(error: string): void;
}
