// Simulated studies: each measures on several splits of one pool. What splits measure differs from the truth by
// what the pool has in common, and by what each split has of its own; their shares are those that Nadeau and
// Bengio 2003 assume. `softlabel_core/teaching/counts.py` counts the same.

/** Random numbers from 0 to 1, the same for a seed. @param {number} seed */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One normal number. @param {() => number} next */
export const normal = (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

// 0.975 quantiles of Student's t by degrees of freedom
const T = [0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131];

/** Mean of a study and half of its interval. @param {() => number} next @param {number} repeats up to 16
 * @param {number} share of the pool that tests @param {boolean} corrected */
export function study(next, repeats, share, corrected) {
  const common = Math.sqrt(share) * normal(next);
  const measured = Array.from({ length: repeats }, () => common + Math.sqrt(1 - share) * normal(next));
  const mean = measured.reduce((sum, one) => sum + one, 0) / repeats;
  const variance = measured.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (repeats - 1);
  const factor = 1 / repeats + (corrected ? share / (1 - share) : 0);
  return { mean, half: T[repeats - 1] * Math.sqrt(variance * factor) };
}

/** So many studies. @param {number} seed @param {number} count @param {number} repeats @param {number} share @param {boolean} corrected */
export function studies(seed, count, repeats, share, corrected) {
  const next = uniform(seed);
  return Array.from({ length: count }, () => study(next, repeats, share, corrected));
}

/** How many hold 0, the truth. @param {{ mean: number, half: number }[]} found */
export const holding = (found) => found.filter(({ mean, half }) => Math.abs(mean) <= half).length;
