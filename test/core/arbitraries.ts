import fc from "fast-check";
import type { Direction, DirectionValue, Level, Levels } from "../../src/core/records/direction.js";

/** Arbitrary levels and directions, and the number that tells whether counts could come from fair dice. */

export const level = fc.constantFrom<Level>(1, 2, 3);

export function levelsOf(size: number): fc.Arbitrary<Levels> {
  return fc.array(level, { minLength: size, maxLength: size });
}

/** Levels that are mostly alike, as those of a real response are: few dimensions are not neutral. */
export function sparseLevelsOf(size: number): fc.Arbitrary<Levels> {
  return fc.array(fc.constantFrom<Level>(2, 2, 2, 2, 1, 3), { minLength: size, maxLength: size });
}

export const directionValue = fc.constantFrom<DirectionValue>(0, 0.5, 1);

export function directionOf(size: number): fc.Arbitrary<Direction> {
  return fc.array(directionValue, { minLength: size, maxLength: size });
}

/** Directions that are mostly Neutral: two of them meet on few dimensions, or on none. */
export function sparseDirectionOf(size: number): fc.Arbitrary<Direction> {
  const telling = fc.tuple(fc.nat(size - 1), fc.constantFrom<DirectionValue>(0, 1));
  return fc
    .array(telling, { maxLength: 3 })
    .map((some) => Array.from({ length: size }, (_, d) => new Map(some).get(d) ?? 0.5));
}

/**
 * Pearson's statistic of counts against equal shares, as standard deviations from what fair dice give on average
 * (k - 1, variance 2 (k - 1)): below 5 is unsuspicious for any number of faces.
 */
export function unfairness(counts: readonly number[]): number {
  const expected = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  const statistic = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  return (statistic - freedom) / Math.sqrt(2 * freedom);
}

/** How often each of `keys` occurs among `drawn`. @throws for anything else */
export function countsOf<T>(keys: readonly T[], drawn: Iterable<T>): number[] {
  const counts = new Map(keys.map((key) => [key, 0]));
  for (const one of drawn) {
    const count = counts.get(one);
    if (count === undefined) throw new Error(`unexpected: ${String(one)}`);
    counts.set(one, count + 1);
  }
  return [...counts.values()];
}
