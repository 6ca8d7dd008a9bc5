import { describe, expect, it } from "vitest";
import { DROP_RULES } from "../../../src/core/records/drop-rules.js";
import {
  countIn,
  dropsOf,
  funnelOf,
  settingsInWords,
  type StepOverview,
} from "../../../src/core/report/overview.js";
import { checkSettings } from "../../../src/core/settings/check-settings.js";

const step = (
  name: string,
  counts: Record<string, number>,
  drops: StepOverview["drops"] = [],
): StepOverview => ({
  step: name,
  settings: {},
  counts,
  drops,
});

const STEPS = [
  step("import", { records: 90, posts: 30, responses: 80 }, [
    { rule: "too-few-responses", count: 4 },
    { rule: "json-syntax", count: 2 },
  ]),
  step("annotate", { responses: 80 }),
  step("pair", { "posts with pairs": 25, pairs: 40 }, [{ rule: "no-preference", count: 5 }]),
  step("persona", { "personas with items": 38 }),
  step("export", { examples: 30, "examples in train": 27, "examples in test": 3 }),
];

describe("countIn", () => {
  it("is 0 where a step did not count, or has not run", () => {
    expect(countIn({ steps: STEPS }, "import", "posts")).toBe(30);
    expect(countIn({ steps: STEPS }, "import", "pairs")).toBe(0);
    expect(countIn({ steps: STEPS }, "levels", "responses")).toBe(0);
  });
});

describe("funnelOf", () => {
  it("goes from raw records to examples, each with its step, count and unit", () => {
    expect(funnelOf({ steps: STEPS }).map(({ stage, count, unit }) => [stage, count, unit])).toEqual([
      ["import", 90, "records"],
      ["import", 30, "posts"],
      ["import", 80, "responses"],
      ["annotate", 80, "responses"],
      ["pair", 25, "posts"],
      ["pair", 40, "pairs"],
      ["persona", 38, "pairs"],
      ["export", 30, "pairs"],
    ]);
  });

  it("divides the examples by split, and nothing else", () => {
    const parts = funnelOf({ steps: STEPS }).map((stage) => stage.parts);
    expect(parts.at(-1)).toEqual([
      { label: "train", count: 27 },
      { label: "test", count: 3 },
    ]);
    expect(parts.slice(0, -1).filter(Boolean)).toEqual([]);
  });

  it("keeps its order whatever order the steps come in", () => {
    expect(funnelOf({ steps: [...STEPS].reverse() })).toEqual(funnelOf({ steps: STEPS }));
  });

  it("leaves out the stages of steps that have not run, and keeps those that counted nothing", () => {
    const stages = funnelOf({ steps: [step("import", {}), step("export", {})] });
    expect(stages.map(({ stage, count }) => [stage, count])).toEqual([
      ["import", 0],
      ["import", 0],
      ["import", 0],
      ["export", 0],
    ]);
    expect(funnelOf({ steps: [] })).toEqual([]);
  });
});

describe("dropsOf", () => {
  it("lists the ledgers step by step with the reason of each rule", () => {
    expect(dropsOf({ steps: STEPS })).toEqual([
      { stage: "import", rule: "too-few-responses", count: 4, why: DROP_RULES["too-few-responses"]!.why },
      { stage: "import", rule: "json-syntax", count: 2, why: "the record is broken or cannot be used" },
      { stage: "pair", rule: "no-preference", count: 5, why: DROP_RULES["no-preference"]!.why },
    ]);
  });
});

describe("settingsInWords", () => {
  it("names nested settings by their path and says numbers and flags as they are", () => {
    expect(settingsInWords({ k: 3, on: false, deep: { er: { threshold: 0.6, name: "x" } } })).toEqual([
      ["k", "3"],
      ["on", "false"],
      ["deep.er.threshold", "0.6"],
      ["deep.er.name", "x"],
    ]);
  });

  it("joins plain lists, counts lists of objects, and leaves out what is not set", () => {
    expect(
      settingsInWords({
        languages: ["en", "de"],
        sizes: [1, 2],
        sources: [{}, {}],
        none: [],
        unset: null,
        empty: {},
      }),
    ).toEqual([
      ["languages", "en, de"],
      ["sizes", "1, 2"],
      ["sources", "2 given"],
    ]);
  });

  it("says the default settings with one line for each that is set", () => {
    const checked = checkSettings({});
    if (!("settings" in checked)) throw new Error("the defaults are no settings");
    const words = settingsInWords(checked.settings);
    expect(words).toContainEqual(["persona.threshold", "0.6"]);
    expect(words).toContainEqual(["persona.demographic.method", "model"]);
    expect(words.map(([name]) => name)).not.toContain("annotate.fewShot");
    for (const [, value] of words) expect(value).not.toMatch(/\[object|undefined|null/);
  });
});
