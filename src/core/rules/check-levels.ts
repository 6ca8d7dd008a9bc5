import type { Finding } from "../finding.js";
import { FindingList, type Place } from "./finding-list.js";

/** How the levels of a corpus are spread. */
export interface LevelStatistics {
  /** Share of the levels 1, 2 and 3 among all, each 0 to 1. */
  readonly shares: readonly [number, number, number];
  /** Share of the variance that the first factor explains, 0 to 1. */
  readonly firstFactorShare: number;
}

/** Above this share of one level, most pairs have no preference left. */
export const MAX_LEVEL_SHARE = 0.98;
/** Above this share of one factor, the other dimensions repeat it. */
export const MAX_FIRST_FACTOR_SHARE = 0.5;

const LEVEL_WORDS = ["1 (second option)", "2 (cannot reflect)", "3 (first option)"];

/** Findings for levels that say little: nearly all equal, or one factor behind them. */
export function checkLevels({ shares, firstFactorShare }: LevelStatistics, place: Place): Finding[] {
  const findings = new FindingList(place);
  shares.forEach((share, index) => {
    if (share <= MAX_LEVEL_SHARE) return;
    const fix =
      index === 1
        ? 'Lower the neutral share, use "decision": "batch", or annotate with a model that passes the probe.'
        : 'Use "decision": "batch", or annotate with a model that passes the probe.';
    const problem = `${percent(share)} of all levels are ${LEVEL_WORDS[index]!}; more than ${percent(MAX_LEVEL_SHARE)} is degenerate`;
    findings.add("levels-degenerate", problem, { fix });
  });
  if (firstFactorShare > MAX_FIRST_FACTOR_SHARE) {
    const problem = `One factor explains ${percent(firstFactorShare)} of the variance of the levels; more than ${percent(MAX_FIRST_FACTOR_SHARE)} is degenerate`;
    const fix = 'Use "decision": "batch", which centres each response within its dimension groups.';
    findings.add("levels-degenerate", problem, { fix });
  }
  return findings.list;
}

/** One decimal, never rounded up to 100. */
function percent(share: number): string {
  return `${Math.floor(share * 1000 + 1e-9) / 10}%`;
}
