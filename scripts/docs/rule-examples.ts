import type { AlignxRow, Lineage } from "../../src/core/records/alignx-row.js";
import type { DirectionValue, Levels } from "../../src/core/records/direction.js";
import type { RuleId } from "../../src/core/rules/registry.js";

/** One line of a file. */
export interface ExampleLine {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly text: string;
}

/** A small case that breaks a rule, and what becomes of it. The pages show it, the checker reads it. */
export interface RuleExample {
  /** As they stand in the files; the last one breaks the rule. */
  readonly lines: readonly ExampleLine[];
  /** The line of the lineage file that belongs to the last line. */
  readonly lineage?: Lineage;
  /** Levels of responses by id. */
  readonly levels?: Readonly<Record<string, Levels>>;
  /** The last line as it breaks no rule, with its lineage; none where the line is dropped or made again. */
  readonly mended?: { readonly text: string; readonly lineage?: Lineage };
}

type Row = Readonly<Record<string, unknown>>;
type Item = AlignxRow["User-Generated Content"][number];

const TRAIN = "train.jsonl";

const at = (line: number, row: Row, file = TRAIN): ExampleLine => ({ file, line, text: JSON.stringify(row) });

/** A line that breaks a rule by itself, and the line mended. */
function line(broken: Row, mended?: Row): RuleExample {
  return { lines: [at(1, broken)], ...(mended && { mended: { text: JSON.stringify(mended) } }) };
}

/** A line that is no JSON that can be used. */
function text(broken: string, mended: Row): RuleExample {
  return { lines: [{ file: TRAIN, line: 1, text: broken }], mended: { text: JSON.stringify(mended) } };
}

const plain = (changes: Row = {}): Row => ({ prompt: "Hi", chosen: "Hello!", rejected: "What?", ...changes });

const chat = (role: string, content: string): Row => ({ role, content });
const chats = (changes: Row = {}): Row => ({
  prompt: [chat("user", "Hi")],
  chosen: [chat("assistant", "Hello!")],
  rejected: [chat("assistant", "What?")],
  ...changes,
});

/** A direction on the four dimensions of `exampleSpace`: extraversion, travel, gourmet food, outdoors. */
type Four = readonly [DirectionValue, DirectionValue, DirectionValue, DirectionValue];

const PAIR: Four = [0.5, 1, 0, 1];

const ugc = (prompt: string, comment: string, direction: Four): Item => ({
  prompt,
  comment,
  "Preference Direction": [...direction],
});

const COAST = ugc("How was your summer?", "I walked along the coast for weeks.", [0.5, 1, 0.5, 1]);
const COUCH = ugc("What is your favourite place?", "My couch. Why go anywhere?", [0.5, 0, 0.5, 1]);
const PARTY = ugc("How do you make friends?", "I talk to everybody I meet.", [1, 0.5, 0.5, 0.5]);
const TRAINS = ugc("Planes or trains?", "Trains, so that I see the country.", [0.5, 1, 0.5, 0.5]);
const TENT = ugc("Tent or hotel?", "A tent, under the open sky.", [0.5, 0.5, 0.5, 1]);

/** A row of the published format that breaks no rule but for `changes`. */
const alignx = (changes: Partial<AlignxRow> & Row = {}): Row => ({
  prompt: "What shall I do with a free weekend?",
  chosen: "Take the train to the lake and sleep in a tent.",
  rejected: "Stay in and cook something slow.",
  "Preference Direction": [...PAIR],
  "Demographic Information": "",
  "User-Generated Content": [COAST],
  "Pair-wise Comparative Feedback": [],
  ...changes,
});

const LINEAGE: Lineage = {
  pair: "pair-1",
  post: "post-1",
  chosen: "r-1",
  rejected: "r-2",
  ugc: [{ post: "post-2", response: "r-3", matches: 3 }],
  pairs: [],
  demographic: null,
  origin: { file: "threads.jsonl", line: 1 },
};
const LEVELS: Readonly<Record<string, Levels>> = {
  "r-1": [2, 3, 1, 3],
  "r-2": [2, 2, 2, 2],
  "r-3": [2, 3, 2, 3],
};

/** A row whose second item breaks a rule: without it, it breaks none. */
const secondItem = (item: Item): RuleExample =>
  line(alignx({ "User-Generated Content": [COAST, item] }), alignx());

/** Two lines of which the second breaks a rule because of the first. */
const after = (first: ExampleLine, second: ExampleLine, mended?: Row): RuleExample => ({
  lines: [first, second],
  ...(mended && { mended: { text: JSON.stringify(mended) } }),
});

/** Rules that a line breaks; a step's result has rules of its own. */
export type LineRuleId = Exclude<RuleId, "levels-degenerate" | "component-left-out">;

/** One example a rule. */
export const RULE_EXAMPLES: Readonly<Record<LineRuleId, RuleExample>> = {
  json: text('{"prompt": "Hi", "chosen": "Hello!", "rejected":', plain()),
  "format-missing-field": line({ prompt: "Hi", chosen: "Hello!" }, plain()),
  "format-unknown-field": line(alignx({ author: "a. n. other" }), alignx()),
  "format-type": line(plain({ prompt: 7 }), plain({ prompt: "7" })),
  "format-vector-length": line(alignx({ "Preference Direction": [0.5, 1, 0] }), alignx()),
  "format-vector-value": line(
    alignx({ "Preference Direction": [0.5, 0.7 as DirectionValue, 0, 1] }),
    alignx(),
  ),
  "format-empty-text": line(plain({ chosen: "  " }), plain()),
  "format-broken-text": text(
    '{"prompt": "Hi", "chosen": "Hello \\ud83d", "rejected": "What?"}',
    plain({ chosen: "Hello \u{1f600}" }),
  ),
  "preference-form": line(chats({ prompt: "Hi" }), chats()),
  "preference-message": line(chats({ prompt: [{ content: "Hi" }] }), chats()),
  "preference-ending": line(chats({ chosen: [chat("user", "Hello!")] }), chats()),
  "persona-empty": line(
    alignx({ "User-Generated Content": [] }),
    alignx({ "User-Generated Content": [], "Demographic Information": "Somebody who loves to be outdoors." }),
  ),
  "identical-responses": line(plain({ rejected: "Hello! " })),
  "near-identical-responses": line(plain({ rejected: "hello!" })),
  "no-preference": line(alignx({ "Preference Direction": [0.5, 0.5, 0.5, 0.5] })),
  "persona-same-post": secondItem(
    ugc("What shall I do with a free weekend?", "Go somewhere far away.", [0.5, 1, 0.5, 1]),
  ),
  "persona-duplicate-item": secondItem(COAST),
  "item-inconsistent": secondItem(COUCH),
  "item-no-agreement": line(
    alignx({
      "User-Generated Content": [PARTY],
      "Demographic Information": "Somebody who loves to be outdoors.",
    }),
    alignx({ "User-Generated Content": [], "Demographic Information": "Somebody who loves to be outdoors." }),
  ),
  "component-inconsistent": line(
    alignx({ "User-Generated Content": [TRAINS, TENT] }),
    alignx({ "User-Generated Content": [TRAINS] }),
  ),
  "persona-no-common-dimension": line(
    alignx({
      "User-Generated Content": [TRAINS],
      "Pair-wise Comparative Feedback": [
        {
          prompt: "How do you spend a rainy day?",
          chosen: "Outside, in good boots.",
          rejected: "At the window.",
          "Preference Direction": [0.5, 0.5, 0.5, 1],
        },
      ],
    }),
    alignx({ "User-Generated Content": [TRAINS] }),
  ),
  "leftover-pii": line(
    plain({ chosen: "Hello! Write to somebody@example.org." }),
    plain({ chosen: "Hello! Write to [EMAIL]." }),
  ),
  "lineage-mismatch": { lines: [at(1, alignx())], lineage: { ...LINEAGE, ugc: [] } },
  "below-threshold": {
    lines: [at(1, alignx({ "User-Generated Content": [COAST, TRAINS] }))],
    lineage: { ...LINEAGE, ugc: [...LINEAGE.ugc, { post: "post-3", response: "r-4", matches: 2 }] },
    mended: { text: JSON.stringify(alignx()), lineage: LINEAGE },
  },
  "direction-mismatch": {
    lines: [at(1, alignx({ "Preference Direction": [0.5, 1, 0, 0.5] }))],
    lineage: LINEAGE,
    levels: LEVELS,
    mended: { text: JSON.stringify(alignx()), lineage: LINEAGE },
  },
  "duplicate-line": after(at(1, plain()), at(2, plain())),
  "duplicate-example": after(
    at(1, plain({ source: "first export" })),
    at(2, plain({ source: "second export" })),
  ),
  "mirrored-example": after(at(1, plain()), at(2, plain({ chosen: "What?", rejected: "Hello!" }))),
  "split-leak": after(at(1, plain()), at(1, plain({ chosen: "Good morning." }), "test.jsonl")),
};
