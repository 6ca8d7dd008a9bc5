import { argmaxLevels } from "../levels/decide.js";
import { evidence } from "../prompts/annotation.js";
import type { Answer } from "../records/records.js";
import type { PreferenceSpace } from "../space/space.js";
import { rankCorrelation } from "./statistics.js";

/** How far two ways of annotating the same responses agree. */
export interface Agreement {
  readonly responses: number;
  /** Share of response-dimension cells with the same most likely answer. */
  readonly equalLevels: number;
  /** Mean over the dimensions of the rank correlation of the evidence over responses; null when nothing varies. */
  readonly rankCorrelation: number | null;
  /** Rank correlation over all cells at once: also counts which dimensions are high in general. */
  readonly overall: number | null;
  readonly dimensions: readonly {
    readonly name: string;
    readonly group: string;
    readonly equalLevels: number;
    readonly rankCorrelation: number | null;
  }[];
}

/** Compares the answers of two ways: `a[i]` and `b[i]` are of the same response. */
export function agreementOf(
  space: PreferenceSpace,
  a: readonly (readonly Answer[])[],
  b: readonly (readonly Answer[])[],
): Agreement {
  const levelsA = a.map(argmaxLevels);
  const levelsB = b.map(argmaxLevels);
  const evidenceA = a.map((answers) => answers.map(evidence));
  const evidenceB = b.map((answers) => answers.map(evidence));
  const dimensions = space.dimensions.map(({ name, group }, d) => ({
    name,
    group,
    equalLevels: levelsA.filter((levels, i) => levels[d] === levelsB[i]![d]).length / Math.max(1, a.length),
    rankCorrelation: rankCorrelation(
      evidenceA.map((row) => row[d]!),
      evidenceB.map((row) => row[d]!),
    ),
  }));
  const known = dimensions.flatMap(({ rankCorrelation: r }) => (r === null ? [] : [r]));
  return {
    responses: a.length,
    equalLevels: dimensions.reduce((sum, d) => sum + d.equalLevels, 0) / dimensions.length,
    rankCorrelation: known.length > 0 ? known.reduce((sum, r) => sum + r, 0) / known.length : null,
    overall: rankCorrelation(evidenceA.flat(), evidenceB.flat()),
    dimensions,
  };
}
