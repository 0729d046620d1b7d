/** What scripts of a page leave for each other, and what Python writes before them. */
interface Window {
  /** Tell that the page stands: which keys press which buttons, and the last part of its address. */
  softlabelKeys(taken: Record<string, string>, whose: string): void;
}

/** Names of all keys that press buttons; written by keys/__init__.py. */
declare const KEYS: string[];

/** The last part of each page's address but the first's; written by keys/__init__.py. */
declare const PAGES: string[];
