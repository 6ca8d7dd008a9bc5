import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findingSchema, type Finding } from "../../src/core/finding.js";
import type { AlignxRow } from "../../src/core/records/alignx-row.js";
import { type FileReport, type ValidateOptions, validateFiles } from "../../src/runtime/validate.js";
import { rowFiles } from "../builders/row-files.js";
import { benchmarkRow, chatRow, cleanExample } from "../core/rules/rows.js";

const { write, path } = rowFiles("validate");

async function validate(files: readonly string[], options: Partial<ValidateOptions> = {}) {
  const findings: Finding[] = [];
  const onFinding = (finding: Finding) => void findings.push(findingSchema.parse(finding));
  const report = await validateFiles(files, { onFinding, ...options });
  return { report, findings, rules: findings.map(({ rule }) => rule) };
}

/** A row of its own: no text of it stands in another one. */
function alignxRow(number: number): AlignxRow {
  const { row } = cleanExample();
  const own = (text: string) => `${text} (${number})`;
  return {
    ...row,
    ...{ prompt: own(row.prompt), chosen: own(row.chosen), rejected: own(row.rejected) },
    "User-Generated Content": row["User-Generated Content"].map((item) => ({
      ...item,
      prompt: own(item.prompt),
    })),
    "Pair-wise Comparative Feedback": row["Pair-wise Comparative Feedback"].map((item) => ({
      ...item,
      prompt: own(item.prompt),
    })),
  };
}

/** What a benchmark file holds: tasks, two answers, whose answer is chosen, and what that person chose before. */
function benchmarkFile(): object[] {
  return ["a child", "an expert"].map((reader, i) => ({
    ...benchmarkRow(),
    prompt: `Why is the sky blue? (${reader})`,
    chosen: i === 0 ? "Sunlight is many colours, and air throws the blue about." : "Rayleigh scattering.",
    rejected: i === 0 ? "Rayleigh scattering." : "Air throws the blue about.",
    ground_truth_persona: `Answer so that ${reader} is content.`,
  }));
}

describe("a file without fault", () => {
  it.each([
    ["alignx", "lines", () => write("a.jsonl", [alignxRow(1), alignxRow(2)])],
    ["benchmark", "lines", () => write("a.jsonl", benchmarkFile())],
    ["benchmark", "array", () => write("a.json", JSON.stringify(benchmarkFile(), null, 4))],
    ["preference", "lines", () => write("a.jsonl", [chatRow(), { prompt: "p", chosen: "a", rejected: "b" }])],
  ] as const)("of %s %s gives no finding", async (dialect, form, make) => {
    const file = make();
    const { report, findings } = await validate([file]);
    expect(findings).toEqual([]);
    const expected = { file, dialect, form, rows: 2, isKnown: true, split: null, error: null };
    expect(report.files[0]).toMatchObject(expected);
    expect(report).toMatchObject({
      rows: 2,
      findings: { error: 0, warning: 0, info: 0 },
      interrupted: false,
    });
  });

  it.each([
    ["a byte order mark", (text: string) => Buffer.from(`\ufeff${text}`)],
    ["UTF-16", (text: string) => Buffer.from(`\ufeff${text}`, "utf16le")],
    ["UTF-16, big end first", (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
    ["Windows line ends", (text: string) => Buffer.from(text.replaceAll("\n", "\r\n"))],
  ])("may have %s", async (_what, encode) => {
    const lines = [alignxRow(1), { ...alignxRow(2), chosen: "Grüße 🙂" }, { ...alignxRow(3), chosen: " " }];
    const asLines = lines.map((row) => `${JSON.stringify(row)}\n`).join("");
    const asArray = JSON.stringify(lines, null, 2).replace(/\n {2}\{/g, "\n\n  {");
    const inLines = await validate([write("a.jsonl", encode(asLines))]);
    expect(inLines.findings).toMatchObject([{ rule: "format-empty-text", line: 3 }]);
    const inArray = await validate([write("a.json", encode(asArray))]);
    const line = asArray.slice(0, asArray.lastIndexOf("\n  {") + 1).split("\n").length;
    expect(inArray.findings).toMatchObject([{ rule: "format-empty-text", line }]);
  });

  it("may be empty", async () => {
    const { report, findings } = await validate([write("a.jsonl", "")]);
    expect(findings).toEqual([]);
    expect(report.files).toMatchObject([{ rows: 0, dialect: null, error: null }]);
  });
});

describe("the dialect", () => {
  it("holds for the whole file: a row that lost its persona does not pass for plain preference data", async () => {
    const bare = { prompt: "p", chosen: "a", rejected: "b" };
    const { rules } = await validate([write("a.jsonl", [bare, alignxRow(1), alignxRow(2)])]);
    expect(new Set(rules)).toEqual(new Set(["format-missing-field"]));
  });

  it("is said to be unknown where no field is known", async () => {
    const { report, rules } = await validate([write("a.jsonl", [{ title: "x" }, { title: "y" }])]);
    expect(report.files[0]).toMatchObject({ dialect: "alignx", isKnown: false });
    expect(rules).toContain("format-missing-field");
  });
});

describe("broken rows", () => {
  it("become findings and cost no other row", async () => {
    const good = [alignxRow(1), alignxRow(2), alignxRow(3)].map((row) => JSON.stringify(row));
    const cut = good[1]!.slice(0, 100);
    const lone = good[1]!.replace("(2)", "\\ud800");
    const bytes = Buffer.concat([
      Buffer.from(`${good[0]!}\n\n${cut}\n${lone}\n`),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(`[]\n"text"\n${good[2]!}\n${good[0]!}`),
    ]);
    const { report, findings } = await validate([write("a.jsonl", bytes)]);
    expect(findings.map(({ rule, line }) => [rule, line])).toEqual([
      ["json", 3],
      ["format-broken-text", 4],
      ["json", 5],
      ["json", 6],
      ["json", 7],
      ["duplicate-line", 9],
    ]);
    expect(findings[0]!.message).toMatch(
      /^Not valid JSON at column \d+: .*\. Restore the record from its source/,
    );
    expect(findings[2]!.message).toContain("is not UTF-8");
    expect(report).toMatchObject({ rows: 8, findings: { error: 6 } });
  });

  it("are found in an array, by line and by entry", async () => {
    const [a, b] = benchmarkFile().map((row) => JSON.stringify(row));
    const text = `[\n${a!},\n{"prompt": nil},\n${b!},\n\n${a!}\n`;
    const file = write("a.json", text);
    const { findings, report } = await validate([file]);
    expect(findings).toMatchObject([
      { rule: "json", line: 3, message: expect.stringMatching(/^Entry 2: Not valid JSON at column 12/) },
      {
        ...{ rule: "duplicate-line", line: 6, related: { file, line: 2 } },
        message: expect.stringContaining(`Entry 4: The row equals ${file}:2 (entry 1)`),
      },
      { rule: "json", message: expect.stringContaining("The file ends before the list does") },
    ]);
    expect(report.rows).toBe(4);
  });
});

describe("several files", () => {
  it("are compared: equal rows, whatever the form of the file", async () => {
    const lines = write("one.jsonl", [alignxRow(1), alignxRow(2)]);
    const array = write("two.json", JSON.stringify([alignxRow(3), alignxRow(1)]));
    const { findings } = await validate([lines, array]);
    expect(findings).toMatchObject([
      { rule: "duplicate-line", file: array, related: { file: lines, line: 1 } },
    ]);
    const turned = await validate([array, lines]);
    expect(turned.findings).toMatchObject([
      {
        ...{ rule: "duplicate-line", file: lines, line: 1, related: { file: array, line: 1 } },
        message: expect.stringContaining(`${array}:1 (entry 2)`),
      },
    ]);
  });

  it("are taken once each", async () => {
    const file = write("a.jsonl", [alignxRow(1)]);
    const { report, findings } = await validate([file, path("b/../a.jsonl")]);
    expect(findings).toEqual([]);
    expect(report.files).toHaveLength(1);
  });

  const leak = () => ({
    train: [alignxRow(1), alignxRow(2)],
    test: [
      alignxRow(3),
      { ...alignxRow(4), "User-Generated Content": alignxRow(2)["User-Generated Content"] },
    ],
  });

  it.each([
    ["train.jsonl", "test.jsonl", "train", "test"],
    ["alignx_train-00000.jsonl", "alignx.validation.jsonl", "train", "validation"],
    ["train/part.jsonl", "dev/part.jsonl", "train", "dev"],
  ])("named %s and %s leak", async (first, second, ...splits) => {
    const { train, test } = leak();
    const files = [write(first, train), write(second, test)];
    const { findings, report } = await validate(files);
    expect(findings).toMatchObject([
      { rule: "split-leak", file: files[1], line: 2, related: { file: files[0], line: 2 } },
    ]);
    expect(report.files.map(({ split }) => split)).toEqual(splits);
  });

  it("are no splits where nothing says so, and can be said to be", async () => {
    const { train, test } = leak();
    const files = [write("one.jsonl", train), write("train_test_mix.jsonl", test)] as const;
    expect((await validate(files)).findings).toEqual([]);
    const said = await validate(files, { splits: [`${files[0]}=seen`, `${files[1]}=unseen`] });
    expect(said.rules).toEqual(["split-leak"]);
    expect(said.findings[0]!.message).toMatch(/in split “unseen” and, at .*, in split “seen”/);
    for (const splits of [["other.jsonl=test"], ["test"], ["=test"]]) {
      await expect(validate(files, { splits })).rejects.toMatchObject({ name: "InputError", rule: "usage" });
    }
  });

  it("go on after one that cannot be read", async () => {
    const files = [path("none.jsonl"), write("zip.jsonl", "PK\x03\x04"), write("a.jsonl", [chatRow()])];
    const { report } = await validate(files);
    expect(report.files.map(({ error }) => error)).toEqual([
      expect.stringContaining("there is no such file"),
      expect.stringContaining("a zip archive"),
      null,
    ]);
    expect(report.rows).toBe(1);
  });
});

describe("the output of a workspace", () => {
  const { row, lineage, levels, pairs } = cleanExample();

  /** A workspace that exported the example; `changes` are made to its files. */
  function workspace(settings: object, changes: Readonly<Record<string, readonly unknown[]>> = {}): string {
    write("w/prefloom.json", JSON.stringify(settings));
    const files: Readonly<Record<string, readonly unknown[]>> = {
      "dataset/train.jsonl": [row],
      "dataset/train.lineage.jsonl": [lineage],
      "levels/levels.jsonl": [...levels].map(([response, own]) => ({ post: "p", response, levels: own })),
      "pair/pairs.jsonl": [...pairs.values()],
      ...changes,
    };
    for (const [name, rows] of Object.entries(files)) write(`w/out/${name}`, rows);
    return path("w/out/dataset/train.jsonl");
  }

  it("is checked with its lineage and levels", async () => {
    const { report, findings } = await validate([workspace({ output: "out" })]);
    expect(findings).toEqual([]);
    expect(report.files[0]).toMatchObject({ levels: true, workspace: path("w"), rows: 1 });
    expect(report.files[0]!.lineage).toMatch(/train\.lineage\.jsonl$/);
  });

  it("is compared with the levels that there are now", async () => {
    const changed = [...levels].map(([response, own]) => ({
      ...{ post: "p", response },
      levels: response === "u-1" ? own.map(() => 1) : own,
    }));
    const { rules } = await validate([workspace({ output: "out" }, { "levels/levels.jsonl": changed })]);
    expect(rules.sort()).toEqual(["below-threshold", "direction-mismatch", "lineage-mismatch"]);
  });

  it("is held against the workspace's threshold and consistency", async () => {
    const strict = await validate([workspace({ output: "out", persona: { threshold: 0.999 } })]);
    expect(new Set(strict.rules)).toEqual(new Set(["below-threshold"]));
    const loose = structuredClone(row);
    loose["User-Generated Content"][0]!["Preference Direction"][0] = 0;
    const file = workspace({ output: "out" }, { "dataset/train.jsonl": [loose], "levels/levels.jsonl": [] });
    write("w/out/levels/levels.jsonl", "");
    const without = { overrides: ["check.consistency=majority"] };
    const inconsistent = (rules: readonly string[]) => rules.filter((rule) => rule === "item-inconsistent");
    expect(inconsistent((await validate([file])).rules)).toHaveLength(1);
    expect(inconsistent((await validate([file], without)).rules)).toHaveLength(0);
  });

  it("has a preference space of its own", async () => {
    const dimension = {
      ...{ group: "own", name: "Humour", options: ["Funny", "Serious"] },
      ...{ positiveLabel: "Likes jokes", negativeLabel: "Dislikes jokes" },
    };
    write("w/space.json", JSON.stringify([dimension]));
    const own = {
      ...row,
      "Preference Direction": [1],
      "User-Generated Content": [],
      "Pair-wise Comparative Feedback": [],
    };
    const file = workspace({ output: "out", space: "space.json" }, { "dataset/train.jsonl": [own] });
    rmSync(path("w/out/dataset/train.lineage.jsonl"));
    expect((await validate([file])).findings).toEqual([]);
    const outside = write("outside.jsonl", [own]);
    expect((await validate([outside])).rules).toEqual(["format-vector-length"]);
    expect((await validate([outside], { workspace: path("w") })).findings).toEqual([]);
  });

  it("has as many lines of lineage as rows", async () => {
    const two = [row, { ...row, prompt: "Another?" }];
    const short = await validate([workspace({ output: "out" }, { "dataset/train.jsonl": two })]);
    expect(short.findings).toContainEqual(expect.objectContaining({ rule: "lineage-mismatch", line: 2 }));
    expect(short.findings.find(({ rule }) => rule === "lineage-mismatch")!.message).toContain(
      "ends after 1 lines",
    );
    const long = await validate([
      workspace({ output: "out" }, { "dataset/train.lineage.jsonl": [lineage, lineage, {}] }),
    ]);
    expect(long.findings).toMatchObject([{ rule: "lineage-mismatch", line: 2 }]);
    const broken = await validate([
      workspace({ output: "out" }, { "dataset/train.lineage.jsonl": [{ ...lineage, ugc: 3 }] }),
    ]);
    expect(broken.findings).toMatchObject([{ rule: "lineage-mismatch", line: 1, field: "ugc" }]);
  });

  it("is found with its lineage files named as well, as a shell does with *.jsonl", async () => {
    const file = workspace({ output: "out" });
    const lineageFile = file.replace(".jsonl", ".lineage.jsonl");
    const { report, findings } = await validate([file, lineageFile]);
    expect(findings).toEqual([]);
    expect(report.files).toHaveLength(1);
    await expect(validate([lineageFile])).rejects.toMatchObject({ name: "InputError" });
  });
});

describe("on the way", () => {
  it("stops between two rows when it is told to, and says so", async () => {
    const controller = new AbortController();
    const files = [write("a.jsonl", [{}, alignxRow(1), {}]), write("b.jsonl", [{}])];
    const { report, findings } = await validate(files, {
      signal: controller.signal,
      onFinding: () => controller.abort(),
    });
    expect(findings).toEqual([]);
    expect(report).toMatchObject({ rows: 1, interrupted: true });
    expect(report.files.map(({ rows }: FileReport) => rows)).toEqual([1]);
  });

  it("waits for whoever takes the findings", async () => {
    let open = 0;
    let most = 0;
    await validate([write("a.jsonl", [{}, {}, {}])], {
      async onFinding() {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 1));
        open--;
      },
    });
    expect(most).toBe(1);
  });

  it("finds personal information wherever it stands, also where the text was seen before", async () => {
    const text = "Write to me at somebody@example.org and I shall send you the recipe.";
    const rows = ["a", "b", "c"].map((prompt) => ({
      prompt,
      chosen: text,
      rejected: text.replace("@", " "),
    }));
    const { findings } = await validate([
      write("a.jsonl", [...rows, ...rows.map((row) => ({ ...row, n: 1 }))]),
    ]);
    const found = findings.filter(({ rule }) => rule === "leftover-pii");
    expect(found.map(({ line, field }) => [line, field])).toEqual(
      [1, 2, 3, 4, 5, 6].map((line) => [line, "chosen"]),
    );
  });

  it("counts by rule, errors first", async () => {
    const near = { prompt: "p", chosen: "Yes", rejected: "yes" };
    const same = { prompt: "q", chosen: "Yes", rejected: "Yes" };
    const { report } = await validate([write("a.jsonl", [near, { ...near, prompt: "r" }, same])]);
    expect(report.rules).toEqual([
      { rule: "identical-responses", severity: "error", count: 1 },
      { rule: "near-identical-responses", severity: "warning", count: 2 },
    ]);
  });
});
