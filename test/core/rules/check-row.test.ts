import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignxRowSchema, type AlignxRow } from "../../../src/core/records/alignx-row.js";
import type { DirectionValue } from "../../../src/core/records/direction.js";
import { checkRow, rowPersona } from "../../../src/core/rules/check-row.js";
import { detectDialect, DIALECTS } from "../../../src/core/rules/read-row.js";
import type { RuleId } from "../../../src/core/rules/registry.js";
import { ALIGNX_SPACE } from "../../../src/core/space/space.js";
import { benchmarkRow, chatRow, cleanExample, fullContext, rowContext } from "./rows.js";

const D = ALIGNX_SPACE.dimensions.length;
const VALUES: readonly DirectionValue[] = [0, 0.5, 1];

const rulesOf = (row: unknown, context = rowContext()) => checkRow(row, context).map(({ rule }) => rule);

/** A consistent row and a dimension on which the pair and every item agree. */
const consistentRow = fc
  .record({
    shared: fc.nat({ max: D - 1 }),
    pair: fc.array(fc.constantFrom(...VALUES), { minLength: D, maxLength: D }),
    sharedValue: fc.constantFrom<DirectionValue>(0, 1),
    counts: fc.tuple(fc.constantFrom(0, 3, 4, 16), fc.constantFrom(3, 4, 16)),
    noise: fc.array(fc.constantFrom(...VALUES), { minLength: 32 * D, maxLength: 32 * D }),
    texts: fc.tuple(fc.string(), fc.string(), fc.string()),
    demographic: fc.constantFrom("", "A young person."),
  })
  .map(({ shared, pair, sharedValue, counts, noise, texts, demographic }) => {
    const direction = pair.map((value, d) => (d === shared ? sharedValue : value));
    // Where the pair is Neutral an item may say anything, elsewhere it agrees or is Neutral.
    const itemDirection = (item: number) =>
      direction.map((value, d) => {
        const said = noise[item * D + d]!;
        if (d === shared || value === 0.5) return d === shared ? value : said;
        return said === value ? value : 0.5;
      });
    const row: AlignxRow = {
      prompt: `prompt ${texts[0]}`,
      chosen: `chosen ${texts[1]}`,
      rejected: `rejected ${texts[2]}`,
      "Preference Direction": direction,
      "Demographic Information": demographic,
      "User-Generated Content": Array.from({ length: counts[0] }, (_, i) => ({
        prompt: `ugc ${i}`,
        comment: "same comment",
        "Preference Direction": itemDirection(i),
      })),
      "Pair-wise Comparative Feedback": Array.from({ length: counts[1] }, (_, i) => ({
        prompt: `pair ${i}`,
        chosen: "a",
        rejected: "b",
        "Preference Direction": itemDirection(16 + i),
      })),
    };
    return { row, shared };
  });

const pairItems = (row: AlignxRow) => row["Pair-wise Comparative Feedback"];

/** Single changes of a consistent row, each with the one rule that it breaks. */
const MUTATIONS: readonly {
  readonly rule: RuleId;
  readonly apply: (row: AlignxRow, shared: number, at: number) => void;
}[] = [
  { rule: "format-missing-field", apply: (row) => delete (row as Partial<AlignxRow>).chosen },
  { rule: "format-unknown-field", apply: (row) => Object.assign(row, { extra: 1 }) },
  { rule: "format-type", apply: (row) => Object.assign(row, { rejected: ["x"] }) },
  { rule: "format-vector-length", apply: (row) => row["Preference Direction"].push(0.5) },
  {
    rule: "format-vector-value",
    apply: (row, _, at) => (row["Preference Direction"][at] = 0.25 as DirectionValue),
  },
  { rule: "format-empty-text", apply: (row) => (pairItems(row)[1]!.prompt = "\t") },
  { rule: "identical-responses", apply: (row) => (row.rejected = row.chosen) },
  { rule: "no-preference", apply: (row) => row["Preference Direction"].fill(0.5) },
  { rule: "persona-same-post", apply: (row) => (pairItems(row)[2]!.prompt = row.prompt) },
  { rule: "persona-duplicate-item", apply: (row) => (pairItems(row)[2]!.prompt = pairItems(row)[0]!.prompt) },
  {
    rule: "item-inconsistent",
    apply: (row, shared) => {
      const direction = pairItems(row)[0]!["Preference Direction"];
      direction[shared] = (1 - direction[shared]!) as DirectionValue;
    },
  },
  {
    rule: "item-no-agreement",
    apply: (row) => {
      const pair = row["Preference Direction"];
      const item = pairItems(row)[0]!;
      item["Preference Direction"] = item["Preference Direction"].map((value, d) =>
        pair[d] === 0.5 ? value : 0.5,
      );
    },
  },
  { rule: "leftover-pii", apply: (row) => (row.chosen += " a@b") },
];

describe("checkRow", () => {
  it("has nothing to say about consistent rows, in either mode", () => {
    fc.assert(
      fc.property(consistentRow, ({ row }) => {
        // Random texts must not hold what the finder takes for an address, nor broken characters.
        fc.pre(!JSON.stringify(row).includes("@") && !/\\ud[89a-f]/i.test(JSON.stringify(row)));
        expect(checkRow(row, rowContext())).toEqual([]);
        expect(checkRow(row, rowContext({ mode: "majority" }))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it.each(MUTATIONS)("finds exactly $rule after the change that breaks it", ({ rule, apply }) => {
    fc.assert(
      fc.property(consistentRow, fc.nat({ max: D - 1 }), ({ row, shared }, at) => {
        fc.pre(!JSON.stringify(row).includes("@") && !/\\ud[89a-f]/i.test(JSON.stringify(row)));
        apply(row, shared, at);
        expect(rulesOf(row)).toEqual([rule]);
      }),
      { numRuns: 30 },
    );
  });

  it("reports every violation of a row, not only the first", () => {
    const { row } = cleanExample();
    row.chosen = "";
    row["User-Generated Content"][1]!["Preference Direction"].pop();
    row["User-Generated Content"][2]!["Preference Direction"][0] = 0;
    row["Pair-wise Comparative Feedback"][0]!.prompt = "x@y";
    expect(rulesOf({ ...row, extra: 1 })).toEqual([
      "format-unknown-field",
      "format-vector-length",
      "format-empty-text",
      "leftover-pii",
      "item-inconsistent",
    ]);
  });

  it("names file, line, field and the pair of the lineage", () => {
    const example = cleanExample();
    example.row["User-Generated Content"][2]!.prompt = example.row.prompt;
    expect(checkRow(example.row, fullContext(example))).toEqual([
      {
        rule: "persona-same-post",
        severity: "error",
        message: "User-Generated Content[2]: the item comes from the example's own post. Remove the item.",
        file: "data/train.jsonl",
        line: 7,
        field: "User-Generated Content[2]",
        id: "pair-0",
      },
    ]);
  });

  it("takes an empty component for absent while another is there", () => {
    const { row } = cleanExample();
    expect(rulesOf({ ...row, "User-Generated Content": [] })).toEqual([]);
    expect(rulesOf({ ...row, "Pair-wise Comparative Feedback": [], "Demographic Information": "" })).toEqual(
      [],
    );
    const demographicOnly = { ...row, "User-Generated Content": [], "Pair-wise Comparative Feedback": [] };
    expect(rulesOf(demographicOnly)).toEqual([]);
  });

  it("lets items contradict the pair in mode majority while the vote agrees", () => {
    const { row } = cleanExample();
    row["User-Generated Content"][0]!["Preference Direction"][0] = 0;
    expect(rulesOf(row)).toEqual(["item-inconsistent"]);
    expect(rulesOf(row, rowContext({ mode: "majority" }))).toEqual([]);
  });

  it("says once what a single broken item breaks", () => {
    const { row } = cleanExample();
    row["User-Generated Content"].length = 1;
    row["User-Generated Content"][0]!["Preference Direction"] = row["Preference Direction"].map(
      (value) => (1 - value) as DirectionValue,
    );
    expect(rulesOf(row)).toEqual(["item-inconsistent"]);
  });

  it("never repeats the personal information that it found", () => {
    const { row } = cleanExample();
    row.prompt = "Write to secret@place";
    expect(JSON.stringify(checkRow(row, rowContext()))).not.toContain("secret");
  });

  it("agrees with the record schema on what the format is", () => {
    const keys = Object.keys(alignxRowSchema.shape);
    const junk = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom("text", [], [{}], [0, 1, 0.5]));
    const changes = fc.array(
      fc.tuple(fc.constantFrom(...keys, "extra"), fc.option(junk, { nil: undefined, freq: 4 })),
      { maxLength: 3 },
    );
    const shape = new Set<string>([
      "format-missing-field",
      "format-unknown-field",
      "format-type",
      "format-vector-value",
    ]);
    fc.assert(
      fc.property(changes, fc.boolean(), (list, inItem) => {
        const row: Record<string, unknown> = { ...cleanExample().row };
        const items = [{ ...cleanExample().row["Pair-wise Comparative Feedback"][0]! }] as Record<
          string,
          unknown
        >[];
        row["Pair-wise Comparative Feedback"] = items;
        const target = inItem ? items[0]! : row;
        for (const [key, value] of list) {
          if (value === undefined) Reflect.deleteProperty(target, key);
          else target[key] = value;
        }
        const found = rulesOf(row, rowContext({ dialect: "alignx" })).some((rule) => shape.has(rule));
        expect(found).toBe(!alignxRowSchema.safeParse(row).success);
      }),
      { numRuns: 400 },
    );
  });

  it("survives any value in any dialect", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...DIALECTS, undefined), (value, dialect) => {
        const rows = [
          value,
          { prompt: value, chosen: value, rejected: value },
          { ...cleanExample().row, chosen: value },
        ];
        for (const row of rows) {
          for (const finding of checkRow(row, rowContext(dialect ? { dialect } : {}))) {
            expect(finding.message.endsWith(".")).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("keeps messages short and on one line whatever the file says", () => {
    const name = `bad\n\u001b[31m${"x".repeat(100_000)}`;
    const [finding] = checkRow({ ...cleanExample().row, [name]: 1 }, rowContext());
    expect(finding!.message.length).toBeLessThan(300);
    expect(finding!.message).not.toMatch(/[\u0000-\u001f]/);
    expect(finding!.field).toBe(name);
  });

  it("suggests the field that was meant", () => {
    const { "Preference Direction": direction, ...rest } = cleanExample().row;
    const findings = checkRow({ ...rest, preference_direction: direction }, rowContext());
    expect(findings.map(({ message }) => message)).toEqual([
      "Preference Direction: the field is missing. Add the field.",
      "preference_direction: the format has no such field. Rename the field to “Preference Direction”.",
    ]);
  });

  it("checks against the space that it is given", () => {
    const space = { name: "two", dimensions: ALIGNX_SPACE.dimensions.slice(0, 2) };
    const row = {
      ...cleanExample().row,
      "Preference Direction": [1, 0.5],
      "User-Generated Content": [],
      "Pair-wise Comparative Feedback": [],
    };
    expect(rulesOf(row, rowContext({ space }))).toEqual([]);
    expect(rulesOf(row)).toEqual(["format-vector-length"]);
  });
});

describe("dialects", () => {
  it.each([
    ["alignx", cleanExample().row],
    ["benchmark", benchmarkRow()],
    ["preference", chatRow()],
    ["preference", { prompt: "a", chosen: "b", rejected: "c", score: 3 }],
    ["alignx", { prompt: "a", preference_direction: [] }],
    ["alignx", { text: "a" }],
    ["alignx", null],
  ])("detects %s", (dialect, row) => expect(detectDialect(row)).toBe(dialect));

  it("accepts benchmark rows without directions", () => {
    expect(checkRow(benchmarkRow(), rowContext())).toEqual([]);
  });

  it("checks what benchmark rows do have", () => {
    const row = benchmarkRow();
    row["profile"] = ["Young"];
    row["Pair-wise Comparative Feedback"] = [{ prompt: "Shorten this.", chosen: "a" }];
    expect(rulesOf(row)).toEqual(["format-type", "format-missing-field", "persona-same-post"]);
    row["profile"] = "";
    row["Pair-wise Comparative Feedback"] = [];
    expect(rulesOf(row)).toEqual(["persona-empty"]);
  });

  it("accepts texts, conversations and further fields in preference rows", () => {
    expect(rulesOf({ prompt: "a", chosen: "b", rejected: "c", score: 3 })).toEqual([]);
    expect(rulesOf({ ...chatRow(), source: "x" })).toEqual([]);
  });

  it("takes the dialect of the context over the row's", () => {
    expect(new Set(rulesOf(chatRow(), rowContext({ dialect: "alignx" })))).toEqual(
      new Set(["format-type", "format-missing-field"]),
    );
  });
});

describe("rowPersona", () => {
  it("lets UGC and PAIR speak, the text of DEMO not", () => {
    const { row } = cleanExample();
    const persona = rowPersona(row);
    expect(persona.ugc).toEqual(row["User-Generated Content"].map((item) => item["Preference Direction"]));
    expect(persona.pairs).toHaveLength(4);
    expect(persona.demographic).toBeNull();
  });
});
