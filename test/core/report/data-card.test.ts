import { describe, expect, it } from "vitest";
import { renderDataCard } from "../../../src/core/report/data-card.js";
import { licenceFields, sizeCategory } from "../../../src/core/report/data-card-header.js";
import { formatCount } from "../../../src/core/report/words.js";
import { countsIn, HOSTILE, sampleCard, withStrings } from "./report-sample.js";

type Value = string | Value[] | { [key: string]: Value };

/** Reads the part of YAML that the card may use: maps and lists in block form, double-quoted strings. Anything else throws. */
function parseYaml(text: string): Value {
  const lines = text.split("\n");
  let at = 0;
  const indent = () => (at < lines.length ? /^ */.exec(lines[at]!)![0].length : -1);
  const scalar = (raw: string): string => {
    if (!/^".*"$/.test(raw)) throw new Error(`not a quoted string: ${raw}`);
    return JSON.parse(raw) as string;
  };
  const block = (depth: number): Value =>
    lines[at]!.slice(depth).startsWith("- ") ? list(depth) : map(depth);
  function list(depth: number): Value[] {
    const items: Value[] = [];
    while (indent() === depth && lines[at]!.slice(depth).startsWith("- ")) {
      const rest = lines[at]!.slice(depth + 2);
      if (rest.startsWith('"')) {
        items.push(scalar(rest));
        at++;
      } else {
        lines[at] = " ".repeat(depth + 2) + rest;
        items.push(block(depth + 2));
      }
    }
    return items;
  }
  function map(depth: number): Record<string, Value> {
    const entries: Record<string, Value> = {};
    while (indent() === depth && !lines[at]!.slice(depth).startsWith("- ")) {
      const match = /^([a-z_]+):(?: (.*))?$/.exec(lines[at]!.slice(depth));
      if (!match) throw new Error(`not a key: ${lines[at]}`);
      if (Object.hasOwn(entries, match[1]!)) throw new Error(`key twice: ${match[1]}`);
      at++;
      entries[match[1]!] = match[2] === undefined ? block(indent()) : scalar(match[2]);
    }
    return entries;
  }
  const value = map(0);
  if (at < lines.length) throw new Error(`not read: ${lines[at]}`);
  return value;
}

function frontMatter(card: string): Record<string, Value> {
  const [empty, header] = card.split(/^---$/m);
  expect(empty).toBe("");
  return parseYaml(header!.trim()) as Record<string, Value>;
}

describe("renderDataCard", () => {
  it("has the front matter that the hub reads", () => {
    const header = frontMatter(renderDataCard(sampleCard()));
    expect(header).toMatchObject({
      pretty_name: "Help threads",
      license: "apache-2.0",
      language: ["en"],
      task_categories: ["text-generation"],
      size_categories: ["1K<n<10K"],
      tags: ["alignment", "dpo", "preference", "personalization", "alignx"],
      configs: [
        {
          config_name: "default",
          data_files: [
            { split: "train", path: "train.jsonl" },
            { split: "test", path: "test.jsonl" },
          ],
        },
      ],
    });
    const { features } = header["dataset_info"] as { features: { name: string }[] };
    expect(features.map(({ name }) => name)).toEqual([
      "prompt",
      "chosen",
      "rejected",
      "Preference Direction",
      "Demographic Information",
      "User-Generated Content",
      "Pair-wise Comparative Feedback",
    ]);
  });

  it("leaves out splits without a line and languages nobody knows", () => {
    const header = frontMatter(
      renderDataCard({
        ...sampleCard(),
        languages: [],
        splits: [
          { split: "train", examples: 12 },
          { split: "test", examples: 0 },
        ],
      }),
    );
    expect(header).not.toHaveProperty("language");
    expect(header).toMatchObject({ configs: [{ data_files: [{ split: "train", path: "train.jsonl" }] }] });
  });

  it("shows every number and explains every published key", () => {
    const card = renderDataCard(sampleCard());
    const words = new Set(card.match(/[\d,]*\d/g));
    expect(countsIn(sampleCard()).filter((count) => !words.has(formatCount(count)))).toEqual([]);
    for (const key of [
      "prompt",
      "chosen",
      "rejected",
      "comment",
      "Preference Direction",
      "Demographic Information",
      "User-Generated Content",
      "Pair-wise Comparative Feedback",
    ]) {
      expect(card).toContain(`\`${key}\``);
    }
  });

  it("says plainly what the annotator is worth", () => {
    const card = renderDataCard(sampleCard());
    expect(card).toContain(sampleCard().model!.probe!.sentence);
    expect(card).toContain("| Psychological | 33 of 57 | 58% | 46% to 72% | 54% |");
    expect(card).toContain("Users are inferred, not verified.");
    const { probe: _, ...unprobed } = sampleCard().model!;
    expect(renderDataCard({ ...sampleCard(), model: unprobed })).toContain("It was not probed");
    expect(renderDataCard({ ...sampleCard(), model: null })).toContain("No model is recorded");
  });

  it.each(HOSTILE)("keeps hostile text inert: %j", (hostile) => {
    const card = renderDataCard(withStrings(sampleCard(), () => hostile));
    const header = frontMatter(card);
    expect(Object.keys(header).sort()).toEqual(
      Object.keys(frontMatter(renderDataCard(withStrings(sampleCard(), () => "x")))).sort(),
    );
    expect(header["license"]).toBe("other");

    expect(card).not.toMatch(/[\u0000-\u0008\u202A-\u202E\u2028\u2029]|\p{Cs}/u);
    const body = card.split(/^---$/m).slice(2).join("---");
    const tags = body.replace(/```+bash[^]*?\n```+\n/, "").match(/<[a-z/!][^>]*>/gi);
    expect(tags).toEqual(["<details>", "<summary>", "</summary>", "</details>"]);
  });

  it("cannot be broken out of by a command with backticks", () => {
    const card = renderDataCard({ ...sampleCard(), reproduce: ["echo ````", "prefloom run"] });
    expect(card).toContain("`````bash\necho ````\nprefloom run\n`````");
  });

  it("reads well when nothing was exported", () => {
    const card = renderDataCard({
      ...sampleCard(),
      sources: [],
      model: null,
      steps: [],
      funnel: [],
      drops: [],
      splits: [],
      kinds: [],
      findings: [],
      passed: [],
      reproduce: [],
    });
    expect(frontMatter(card)).toMatchObject({ license: "unknown", size_categories: ["n<1K"] });
    expect(frontMatter(card)).not.toHaveProperty("configs");
    expect(card).toContain("The data has not been checked yet.");
    expect(card).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(card).not.toMatch(/^## .*\n+## /m);
  });
});

describe("licence and size", () => {
  const source = (licence: string) => ({ name: "s", licence, posts: 1 });

  it("names one licence by the hub's id and several as other", () => {
    expect(licenceFields([source("Apache-2.0"), source("Apache-2.0")])).toEqual({ license: "apache-2.0" });
    expect(licenceFields([source("MIT"), source("CC-BY-4.0")])).toEqual({
      license: "other",
      license_name: "cc-by-4.0-and-mit",
    });
    expect(licenceFields([source("House rules, v2")])).toEqual({
      license: "other",
      license_name: "house-rules-v2",
    });
    expect(licenceFields([])).toEqual({ license: "unknown" });
  });

  it.each([
    [0, "n<1K"],
    [999, "n<1K"],
    [1000, "1K<n<10K"],
    [99_999, "10K<n<100K"],
    [1_300_000, "1M<n<10M"],
    [2e9, "1B<n<10B"],
  ])("puts %d examples into %s", (examples, category) => {
    expect(sizeCategory(examples)).toBe(category);
  });
});
