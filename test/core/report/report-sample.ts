import type { DataCardData } from "../../../src/core/report/data-card.js";
import type { ReportData } from "../../../src/core/report/report-data.js";
import { ALIGNX_SPACE } from "../../../src/core/space/space.js";

/** A report on 90 dimensions in which nearly every number occurs once, so that a missing one is missed. */
export function sampleReport(): ReportData {
  const dimensions = ALIGNX_SPACE.dimensions.map(({ name, group, positiveLabel, negativeLabel }, d) => ({
    name,
    group,
    positiveLabel,
    negativeLabel,
    levels: { first: 2101 + d, neutral: 41_003 + d, second: 3207 + d },
    pairs: { positive: 501 + d, negative: 703 + d },
  }));
  const example = (index: number) => ({
    prompt: `Which fund should I take, number ${index}?`,
    chosen: "Look at the fee first.\n\nThen at the exit rules.",
    rejected: "Any.",
    direction: ["Likes finance", "Indifferent to orderliness"],
    agreed: ["Likes finance"],
    persona: {
      ugc: [{ prompt: "How do you budget?", comment: "With a notebook." }],
      pairs: [{ prompt: "Repair or buy?", chosen: "Repair, after a look at the frame.", rejected: "Buy." }],
      demographic: "A careful planner.",
    },
    lineage: { pair: `pair-${index}`, file: "data/threads.jsonl", line: 60_001 + index },
  });
  return {
    title: "Help threads",
    generatedFrom: "prefloom-out, settings 8c1f03be",
    model: {
      name: "tiny-instruct",
      sha256: "b179c9523d0e6a0f",
      probe: {
        sentence: "Weak: 71% of texts with a known direction ranked right.",
        groups: [
          { group: "psychological", right: 33, total: 57, low: 0.46, high: 0.72, centred: 0.54 },
          { group: "interest", right: 44, total: 58, low: 0.66, high: 0.87, centred: 0.73 },
        ],
      },
    },
    settings: [
      ["levels.decision", "batch"],
      ["persona.threshold", "0.6"],
    ],
    funnel: [
      { stage: "import", label: "Raw records", count: 98_461, unit: "records" },
      { stage: "import", label: "Posts", count: 12_623, unit: "posts" },
      { stage: "import", label: "Responses", count: 43_045, unit: "responses" },
      { stage: "annotate", label: "Annotated responses", count: 42_181, unit: "responses" },
      { stage: "pair", label: "Posts with pairs", count: 11_171, unit: "posts" },
      { stage: "pair", label: "Pairs", count: 11_172, unit: "pairs" },
      { stage: "persona", label: "Pairs with a persona", count: 9683, unit: "pairs" },
      {
        stage: "export",
        label: "Examples",
        count: 9134,
        unit: "pairs",
        parts: [
          { label: "train", count: 8211 },
          { label: "test", count: 923 },
        ],
      },
    ],
    drops: [
      { stage: "import", rule: "too-few-responses", count: 6401, why: "A post needs two responses." },
      { stage: "check", rule: "not-consistent", count: 559, why: "Its parts disagree." },
    ],
    dimensions,
    similarity: {
      counted: "items kept in personas",
      dimensions: 90,
      leastMatches: 55,
      ugc: Array.from({ length: 91 }, (_, matches) => (matches < 55 ? 0 : 7000 + matches)),
      pairs: Array.from({ length: 91 }, (_, matches) => (matches < 55 ? 0 : 8000 + matches)),
    },
    personas: {
      wanted: 16,
      ugc: Array.from({ length: 17 }, (_, kept) => 5100 + kept),
      pairs: Array.from({ length: 17 }, (_, kept) => 5200 + kept),
      demographic: { model: 6102, template: 3583, none: 1494 },
      kinds: [
        { kinds: ["ugc", "pairs", "demographic"], examples: 4885 },
        { kinds: ["ugc"], examples: 4249 },
      ],
    },
    findings: [
      { rule: "persona/similarity", severity: "warning", count: 143 },
      { rule: "format/empty", severity: "error", count: 377 },
    ],
    steps: [
      { step: "import", seconds: 1.84 },
      { step: "annotate", seconds: 9122.4 },
      { step: "check", seconds: 72.2 },
    ],
    sources: [{ name: "Open threads", licence: "Apache-2.0", posts: 12_622 }],
    examples: Array.from({ length: 5 }, (_, index) => example(index)),
  };
}

/** A workspace in which nothing has run. */
export function emptyReport(): ReportData {
  return {
    title: "Fresh workspace",
    generatedFrom: "prefloom-out",
    model: null,
    settings: [],
    funnel: [],
    drops: [],
    dimensions: [],
    similarity: { counted: "items kept", dimensions: 90, leastMatches: 55, ugc: [], pairs: [] },
    personas: {
      wanted: 16,
      ugc: [],
      pairs: [],
      demographic: { model: 0, template: 0, none: 0 },
      kinds: [],
    },
    findings: [],
    steps: [],
    sources: [],
    examples: [],
  };
}

/** A data card on the same data. */
export function sampleCard(): DataCardData {
  const { sources, model, funnel, drops, personas, findings } = sampleReport();
  return {
    name: "Help threads",
    languages: ["en"],
    sources,
    model,
    steps: [
      { step: "import", settings: [["as", "auto"]] },
      { step: "levels", settings: [["decision", "batch"]] },
    ],
    funnel,
    drops,
    splits: [
      { split: "train", examples: 8211 },
      { split: "test", examples: 923 },
    ],
    kinds: personas.kinds,
    demographic: { model: 6102, template: 3583 },
    space: ALIGNX_SPACE,
    findings,
    passed: ["Every direction has 90 values."],
    reproduce: ["prefloom run"],
  };
}

/** The same data with every string replaced; keys, numbers and the values of closed sets stay. */
export function withStrings<T>(data: T, replace: (text: string) => string): T {
  const closed = new Set(["unit", "severity", "kinds", "split"]);
  const walk = (value: unknown, key: string): unknown => {
    if (closed.has(key)) return value;
    if (typeof value === "string") return replace(value);
    if (Array.isArray(value)) return value.map((item) => walk(item, key));
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item, name)]));
    }
    return value;
  };
  return walk(data, "") as T;
}

/** All counts in the data: every whole number. */
export function countsIn(value: unknown): number[] {
  if (typeof value === "number") return Number.isInteger(value) ? [value] : [];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(countsIn);
}

/** Texts that try to be more than text. */
export const HOSTILE: readonly string[] = [
  "<script>alert(1)</script>",
  "</style><script>alert(1)</script>",
  "</textarea></title></svg><img src=x onerror=alert(1)>",
  '" onload="alert(1)',
  "' onmouseover='alert(1)",
  "<!-- comment",
  "]]><![CDATA[",
  "&lt;script&gt; &#60;b>",
  "javascript:alert(1)",
  "`${alert(1)}`",
  "| a | b |\n| --- | --- |\n# heading\n- item\n1. one\n> quote\n```\ncode",
  "[link](https://example.org) ![image](https://example.org/x.png) www.example.org",
  "a\u202Eb\u2066c\u200Bd\uFEFFe",
  "\u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627",
  "half \uD83D of a pair, \uDE00 other half",
  "nul \u0000 bell \u0007 escape \u001B[31m",
  "---\nlicense: mit\n---",
  "constructor",
  "__proto__",
  "{{ 7 * 7 }}",
  "$1 $& $'",
];
