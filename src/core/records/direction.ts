import type { PreferenceSpace } from "../space/space.js";

/** Intensity level of a response on one dimension: 1 second option, 2 cannot reflect, 3 first option (L = 3). */
export type Level = 1 | 2 | 3;

/** D levels, in the order of the space. */
export type Levels = readonly Level[];

/** Positive 1, Neutral 0.5, Negative 0. */
export type DirectionValue = 0 | 0.5 | 1;

/** D direction values, in the order of the space. */
export type Direction = readonly DirectionValue[];

export const POSITIVE = 1;
export const NEUTRAL = 0.5;
export const NEGATIVE = 0;

function compare(a: number, b: number): DirectionValue {
  return a > b ? POSITIVE : a < b ? NEGATIVE : NEUTRAL;
}

/** P_{w>l} (§4.1): Positive where the chosen response is the more intense, Neutral where equal. */
export function pairDirection(chosen: Levels, rejected: Levels): Direction {
  return chosen.map((level, d) => compare(level, rejected[d]!));
}

/** Direction of a standalone response (§4.2): above, at or below the median level (L + 1) / 2 = 2. */
export function responseDirection(levels: Levels): Direction {
  return levels.map((level) => compare(level, 2));
}

/** True when at least one dimension is not Neutral. */
export function hasPreference(direction: Direction): boolean {
  return direction.some((value) => value !== NEUTRAL);
}

/**
 * Direction by majority vote over examples (§4.2): per dimension the value with the most votes; a tie for the
 * first place is Neutral, since no majority speaks.
 */
export function majorityVote(directions: readonly Direction[], size: number): Direction {
  return Array.from({ length: size }, (_, d) => {
    let positive = 0;
    let negative = 0;
    for (const direction of directions) {
      if (direction[d] === POSITIVE) positive++;
      else if (direction[d] === NEGATIVE) negative++;
    }
    const neutral = directions.length - positive - negative;
    if (positive > negative && positive > neutral) return POSITIVE;
    if (negative > positive && negative > neutral) return NEGATIVE;
    return NEUTRAL;
  });
}

/** The non-neutral dimensions in words, in space order (B.1): the labels of the dimensions. */
export function directionLabels(direction: Direction, space: PreferenceSpace): string[] {
  return direction.flatMap((value, d) => {
    const dimension = space.dimensions[d]!;
    if (value === NEUTRAL) return [];
    return [value === POSITIVE ? dimension.positiveLabel : dimension.negativeLabel];
  });
}

/** Number of dimensions on which two responses have the same level: D times the cosine similarity of their embeddings. */
export function matchCount(a: Levels, b: Levels): number {
  let matches = 0;
  for (let d = 0; d < a.length; d++) if (a[d] === b[d]) matches++;
  return matches;
}

/**
 * The least number of matching dimensions that exceeds the similarity threshold t (§4.2): similarity = matches / D, so
 * matches must exceed t * D. t is read as a decimal of at most four places, which makes the test exact integer arithmetic.
 */
export function leastMatches(threshold: number, size: number): number {
  return Math.floor((Math.round(threshold * 10_000) * size) / 10_000) + 1;
}
