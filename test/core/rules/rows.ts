import type { AlignxRow, Lineage } from "../../../src/core/records/alignx-row.js";
import {
  matchCount,
  pairDirection,
  responseDirection,
  type Level,
  type Levels,
} from "../../../src/core/records/direction.js";
import type { Pair } from "../../../src/core/records/records.js";
import type { RowContext } from "../../../src/core/rules/check-row.js";
import { ALIGNX_SPACE } from "../../../src/core/space/space.js";

/** A row that breaks no rule, with the lineage and levels behind it. */
export interface Example {
  readonly row: AlignxRow;
  readonly lineage: Lineage;
  readonly levels: Map<string, Levels>;
  readonly pairs: Map<string, Pair>;
}

const D = ALIGNX_SPACE.dimensions.length;

/** Levels 2 but for the given dimensions. */
export function levelsWith(changes: Readonly<Record<number, Level>>): Level[] {
  return Array.from({ length: D }, (_, d) => changes[d] ?? 2);
}

const CHOSEN: Readonly<Record<number, Level>> = { 0: 3, 1: 3, 2: 3, 3: 3, 4: 1, 5: 1 };

/** The pair says Positive on dimensions 0..3 and Negative on 4 and 5; every item agrees on all six. */
export function cleanExample(): Example {
  const levels = new Map<string, Levels>([
    ["r-chosen", levelsWith(CHOSEN)],
    ["r-rejected", levelsWith({})],
  ]);
  const pairs = new Map<string, Pair>();
  const lineage: Lineage = {
    pair: "pair-0",
    post: "post-0",
    chosen: "r-chosen",
    rejected: "r-rejected",
    ugc: [],
    pairs: [],
    demographic: "template",
    origin: { file: "raw.jsonl", line: 1 },
  };
  const row: AlignxRow = {
    prompt: "Where should I go this summer?",
    chosen: "Go and see the sea.",
    rejected: "Stay at home.",
    "Preference Direction": [...pairDirection(levels.get("r-chosen")!, levels.get("r-rejected")!)],
    "Demographic Information": "A young person who worries a lot.",
    "User-Generated Content": [],
    "Pair-wise Comparative Feedback": [],
  };
  for (let i = 1; i <= 4; i++) {
    const mine = levelsWith({ ...CHOSEN, [10 + i]: 3 });
    const other = levelsWith({ [30 + i]: 1 });
    levels.set(`u-${i}`, mine).set(`c-${i}`, mine).set(`l-${i}`, other);
    row["User-Generated Content"].push({
      prompt: `Post ${i}`,
      comment: `Comment ${i}`,
      "Preference Direction": [...responseDirection(mine)],
    });
    const matches = matchCount(mine, levels.get("r-chosen")!);
    lineage.ugc.push({ post: `post-${i}`, response: `u-${i}`, matches });
    const direction = [...pairDirection(mine, other)];
    row["Pair-wise Comparative Feedback"].push({
      prompt: `Question ${i}`,
      chosen: `Better ${i}`,
      rejected: `Worse ${i}`,
      "Preference Direction": direction,
    });
    pairs.set(`pair-${i}`, {
      id: `pair-${i}`,
      post: `post-${10 + i}`,
      chosen: `c-${i}`,
      rejected: `l-${i}`,
      direction,
    });
    lineage.pairs.push({
      pair: `pair-${i}`,
      post: `post-${10 + i}`,
      matchesChosen: matches,
      matchesRejected: matchCount(other, levels.get("r-rejected")!),
    });
  }
  return { row, lineage, levels, pairs };
}

/** A context without lineage; the finder takes `@` for an e-mail address. */
export function rowContext(changes: Partial<RowContext> = {}): RowContext {
  return {
    space: ALIGNX_SPACE,
    file: "data/train.jsonl",
    line: 7,
    mode: "strict",
    threshold: 0.6,
    findPii: (text) =>
      [...text.matchAll(/\w+@\w+/g)].map((match) => ({
        kind: "EMAIL",
        start: match.index,
        end: match.index + match[0].length,
      })),
    ...changes,
  };
}

/** The context of an example with everything that is known about it. */
export function fullContext({ lineage, levels, pairs }: Omit<Example, "row">): RowContext {
  return rowContext({ lineage, levels: (id) => levels.get(id), pairs: (id) => pairs.get(id) });
}

/** A plain preference row in conversational form. */
export function chatRow(): Record<string, unknown> {
  return {
    prompt: [{ role: "user", content: "What is the capital of France?" }],
    chosen: [{ role: "assistant", content: "Paris." }],
    rejected: [{ role: "assistant", content: "I do not know." }],
  };
}

/** A benchmark row: no directions, the persona and the profile in words. */
export function benchmarkRow(): Record<string, unknown> {
  return {
    prompt: "Shorten this.",
    chosen: "Short.",
    rejected: "A long answer.",
    ground_truth_persona: "Write so that a child understands.",
    profile: "Young, High Openness",
    "Pair-wise Comparative Feedback": [
      { prompt: "Explain rain.", chosen: "Water falls.", rejected: "Condensation precipitates." },
    ],
  };
}
