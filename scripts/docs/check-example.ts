import { checkConsistency } from "../../src/core/consistency/consistency.js";
import type { Finding } from "../../src/core/finding.js";
import { findPii } from "../../src/core/privacy/pii.js";
import type { Lineage } from "../../src/core/records/alignx-row.js";
import type { DirectionValue } from "../../src/core/records/direction.js";
import { checkLevels } from "../../src/core/rules/check-levels.js";
import { componentLeftOut } from "../../src/core/rules/check-persona.js";
import { brokenRecord, checkRow } from "../../src/core/rules/check-row.js";
import { DatasetChecker } from "../../src/core/rules/dataset-checker.js";
import { parseJson } from "../../src/core/sources/parse-json.js";
import { ALIGNX_SPACE, type PreferenceSpace } from "../../src/core/space/space.js";
import type { ExampleLine, RuleExample } from "./rule-examples.js";

/** Four dimensions of AlignX, so that a row fits on a page: extraversion, travel, gourmet food, outdoors. */
export const EXAMPLE_SPACE: PreferenceSpace = {
  name: "example",
  dimensions: [3, 60, 64, 85].map((d) => ALIGNX_SPACE.dimensions[d]!),
};

function checkLine(
  { file, line, text }: ExampleLine,
  lineage: Lineage | undefined,
  { levels }: RuleExample,
  checker: DatasetChecker,
): Finding[] {
  const record = parseJson(text, "line");
  if ("problem" in record) return [brokenRecord(file, line, record.problem)];
  const split = file.replace(/\.jsonl$/, "");
  return [
    ...checkRow(record.value, {
      ...{ space: EXAMPLE_SPACE, mode: "strict" as const, threshold: 0.6, file, line, findPii },
      ...(lineage && { lineage }),
      ...(levels && { levels: (id: string) => levels[id] }),
    }),
    ...checker.add(record.value, { file, line, split }),
  ];
}

/** What the checker says of an example, line after line. */
export function checkExample(example: RuleExample): Finding[] {
  const checker = new DatasetChecker();
  return example.lines.flatMap((line, index) =>
    checkLine(line, index === example.lines.length - 1 ? example.lineage : undefined, example, checker),
  );
}

/** What the checker says of an example whose last line is mended, or dropped. */
export function checkMended(example: RuleExample): Finding[] {
  const { lines, mended, ...rest } = example;
  const last = lines.at(-1)!;
  const before = lines.slice(0, -1);
  const { text, lineage } = mended ?? {};
  const mendedLines = text === undefined ? before : [...before, { ...last, text }];
  return checkExample({ ...rest, lines: mendedLines, ...(lineage && { lineage }) });
}

/** An example of a rule about a step's result: what the step made, and what the checker says of it. */
export interface StepExample {
  readonly caption: string;
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** `levels/summary.json` of a corpus in which nearly everything is “cannot reflect”. */
export function degenerateLevels(): StepExample {
  const counts = [
    [3, 995, 2],
    [6, 988, 6],
    [1, 994, 5],
    [4, 991, 5],
  ] as const;
  const total = counts.flat().reduce((sum, n) => sum + n, 0);
  const share = (level: 0 | 1 | 2) => counts.reduce((sum, row) => sum + row[level], 0) / total;
  const summary = { responses: 1000, counts, firstFactorShare: 0.12, rawFirstFactorShare: 0.31 };
  const statistics = {
    shares: [share(0), share(1), share(2)] as const,
    firstFactorShare: summary.firstFactorShare,
  };
  return {
    caption:
      "`levels/summary.json` of a thousand responses: for each dimension how many have level 1, 2 and 3.",
    text: JSON.stringify(summary),
    findings: checkLevels(statistics, { file: "levels/summary.json" }),
  };
}

/** A persona whose comments contradict the pair that its comparative feedback supports. */
export function leftOutComponent(): StepExample {
  const pair: readonly DirectionValue[] = [0.5, 1, 0, 1];
  const persona = {
    ugc: [[0.5, 0, 0.5, 1]] as readonly (readonly DirectionValue[])[],
    pairs: [[0.5, 1, 0.5, 1]] as readonly (readonly DirectionValue[])[],
    demographic: null,
  };
  const report = checkConsistency(pair, persona, "strict");
  const place = { file: "persona/personas.jsonl", line: 1 };
  return {
    caption:
      "Directions of a pair and of the items of its persona: the comment dislikes travel, the pair likes it.",
    text: JSON.stringify({ pair, ugc: persona.ugc, pairs: persona.pairs }),
    findings: [componentLeftOut("ugc", report.components.ugc!, place, "pair-1")],
  };
}
