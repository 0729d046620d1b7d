/** What scripts of a page leave for each other, and what Python writes before them. */
interface Window {
  /** Tell that the page stands: which keys press which buttons, and the last part of its address. */
  softlabelKeys(taken: Record<string, string>, whose: string): void;

  /** Tell that the page of the address stands: what is written from now on is another visit (visits.js). */
  softlabelArrived(): void;

  /** Draw the bar as `data` wants it (bar/bar.js); `tell` the page what was done and not heard of yet. */
  softlabelBar(parent: HTMLElement, data: any, tell: (deeds: [number, string, unknown][]) => void): void;
}

/** Names of all keys that press buttons; written by keys/__init__.py. */
declare const KEYS: string[];

/** The last part of each page's address but the first's; written by keys/__init__.py. */
declare const PAGES: string[];
