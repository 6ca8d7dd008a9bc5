import type { Lineage } from "../records/alignx-row.js";
import {
  leastMatches,
  matchCount,
  pairDirection,
  responseDirection,
  type Direction,
  type Levels,
} from "../records/direction.js";
import type { Pair } from "../records/records.js";
import type { PreferenceSpace } from "../space/space.js";
import type { FindingList } from "./finding-list.js";
import { COMPONENT_FIELDS, type ItemKind, type ReadItem, type ReadRow } from "./read-row.js";
import { count, dimensionWords, enumerate, quote, valueWords } from "./words.js";

/** What a row's lineage is checked against; without levels, the counts that it records are taken as they are. */
export interface LineageContext {
  readonly space: PreferenceSpace;
  readonly threshold: number;
  readonly levels?: (responseId: string) => Levels | undefined;
  readonly pairs?: (pairId: string) => Pair | undefined;
}

/** Similarity and directions of a row, by the responses that its lineage names. */
export function checkLineage(
  row: ReadRow,
  lineage: Lineage,
  context: LineageContext,
  findings: FindingList,
): void {
  new LineageCheck(row, lineage, context, findings).run();
}

/** One number of equal levels: between an item's response and the example's. */
interface Similarity {
  readonly with: "chosen" | "rejected";
  readonly recorded: number;
  readonly mine: Levels | undefined;
  readonly other: Levels | undefined;
}

class LineageCheck {
  private readonly size: number;
  private readonly least: number;
  private readonly unknown = new Set<string>();

  constructor(
    private readonly row: ReadRow,
    private readonly lineage: Lineage,
    private readonly context: LineageContext,
    private readonly findings: FindingList,
  ) {
    this.size = context.space.dimensions.length;
    this.least = leastMatches(context.threshold, this.size);
  }

  run(): void {
    const { row, lineage } = this;
    const chosen = this.levelsOf(lineage.chosen);
    const rejected = this.levelsOf(lineage.rejected);
    if (chosen && rejected) this.checkDirection(row.direction, pairDirection(chosen, rejected), "");
    if (this.sameLength("ugc")) {
      for (const item of row.items.ugc) {
        const { response, matches } = lineage.ugc[item.index]!;
        const levels = this.levelsOf(response);
        this.checkSimilarity(item, { with: "chosen", recorded: matches, mine: levels, other: chosen });
        if (levels) this.checkDirection(item.direction, responseDirection(levels), `${item.field}.`);
      }
    }
    if (this.sameLength("pairs")) {
      for (const item of row.items.pairs) this.checkPairItem(item, chosen, rejected);
    }
  }

  private checkPairItem(item: ReadItem, chosen: Levels | undefined, rejected: Levels | undefined): void {
    const { pair: id, matchesChosen, matchesRejected } = this.lineage.pairs[item.index]!;
    const pair = this.context.pairs?.(id);
    if (this.context.pairs && !pair) this.reportUnknown("pair", id);
    const mine = pair && this.levelsOf(pair.chosen);
    const other = pair && this.levelsOf(pair.rejected);
    this.checkSimilarity(item, { with: "chosen", recorded: matchesChosen, mine, other: chosen });
    this.checkSimilarity(item, { with: "rejected", recorded: matchesRejected, mine: other, other: rejected });
    if (mine && other) this.checkDirection(item.direction, pairDirection(mine, other), `${item.field}.`);
  }

  private levelsOf(response: string): Levels | undefined {
    const { levels } = this.context;
    const found = levels?.(response);
    if (levels && !found) this.reportUnknown("response", response);
    return found;
  }

  private reportUnknown(what: string, id: string): void {
    if (this.unknown.has(id)) return;
    this.unknown.add(id);
    this.findings.add("lineage-mismatch", `The lineage names the ${what} ${quote(id)}, which is unknown`);
  }

  private sameLength(kind: ItemKind): boolean {
    const inRow = this.row.counts[kind];
    const inLineage = this.lineage[kind].length;
    if (inRow !== undefined && inRow !== inLineage) {
      const problem = `the row has ${count(inRow, "item")}, its lineage ${inLineage}`;
      this.findings.add("lineage-mismatch", problem, { field: COMPONENT_FIELDS[kind] });
    }
    return inRow === inLineage;
  }

  private checkSimilarity({ field }: ReadItem, similarity: Similarity): void {
    const { mine, other, recorded } = similarity;
    const matches = mine && other ? matchCount(mine, other) : recorded;
    if (matches !== recorded) {
      const problem = `the lineage says ${recorded} equal levels with the ${similarity.with} response, the levels say ${matches}`;
      this.findings.add("lineage-mismatch", problem, { field });
    }
    if (matches >= this.least) return;
    const problem =
      `${matches} of ${this.size} levels equal those of the ${similarity.with} response, ` +
      `a similarity above ${this.context.threshold} needs ${this.least}`;
    this.findings.add("below-threshold", problem, { field });
  }

  private checkDirection(actual: Direction | undefined, expected: Direction, path: string): void {
    if (!actual) return;
    const { space } = this.context;
    const wrong = [...expected.keys()].filter((d) => actual[d] !== expected[d]);
    if (wrong.length === 0) return;
    const differences = enumerate(wrong, (d) => {
      const [said, meant] = [valueWords(actual[d]!, d, space), valueWords(expected[d]!, d, space)];
      return `${said} where the levels say ${meant}, ${dimensionWords(d, space)}`;
    });
    this.findings.add("direction-mismatch", `says ${differences}`, { field: `${path}Preference Direction` });
  }
}
