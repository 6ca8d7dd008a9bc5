import type { Answer, Annotation } from "../records/records.js";
import type { Level } from "../records/direction.js";
import { evidence, LEAST_PROBABILITY } from "../prompts/annotation.js";

/** How distributions over the three answers become intensity levels 1..3. */

/** What `batch` levels are relative to; stored, so that new posts can be placed without the old ones. */
export interface BatchReference {
  /** Mean evidence of each dimension over the corpus. */
  readonly means: readonly number[];
  /** Centred evidence below which a dimension is level 1. */
  readonly lower: readonly number[];
  /** Centred evidence above which a dimension is level 3. */
  readonly upper: readonly number[];
}

const LEVEL_OF_ANSWER: readonly Level[] = [3, 1, 2];

/** The level of the most likely answer; between equals the one that says least wins. */
function mostLikely(weights: readonly number[]): Level {
  const [first = 0, second = 0, neither = 0] = weights;
  if (neither >= first && neither >= second) return 2;
  return first === second ? 2 : LEVEL_OF_ANSWER[first > second ? 0 : 1]!;
}

/** `argmax`: the paper's reading. */
export function argmaxLevels(answers: readonly Answer[]): Level[] {
  return answers.map(mostLikely);
}

/** `contextual`: each answer's probability divided by its probability for an empty comment, then the largest. */
export function contextualLevels(answers: readonly Answer[], baseline: readonly Answer[]): Level[] {
  return answers.map((answer, d) =>
    mostLikely(answer.map((p, i) => p / Math.max(baseline[d]![i]!, LEAST_PROBABILITY))),
  );
}

/**
 * Evidence centred twice, in place: on each dimension's mean over the corpus and then on the response's own mean over the
 * dimensions of the same group. Without the second step one common factor (“likes things”) is most of what is left.
 */
export function centreEvidence(
  values: Float64Array,
  means: readonly number[] | Float64Array,
  groups: readonly (readonly number[])[],
): void {
  for (let d = 0; d < values.length; d++) values[d]! -= means[d]!;
  for (const group of groups) {
    // A group of one would be nothing but zero.
    if (group.length < 2) continue;
    let sum = 0;
    for (const d of group) sum += values[d]!;
    const mean = sum / group.length;
    for (const d of group) values[d]! -= mean;
  }
}

/** Evidence of each dimension, in nats. */
export function evidenceOf({ answers }: Pick<Annotation, "answers">): Float64Array {
  return Float64Array.from(answers, evidence);
}

/** `batch`: the extremes of each dimension after centring. */
export function batchLevels(centred: Float64Array, { lower, upper }: BatchReference): Level[] {
  return Array.from(centred, (value, d) => (value > upper[d]! ? 3 : value < lower[d]! ? 1 : 2));
}
