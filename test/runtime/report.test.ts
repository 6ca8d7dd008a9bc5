import { existsSync } from "node:fs";
import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runCli } from "../../src/cli/program.js";
import { InputError } from "../../src/core/errors.js";
import type { Finding } from "../../src/core/finding.js";
import type { AlignxRow, Lineage } from "../../src/core/records/alignx-row.js";
import type { LeveledResponse, Pair, Persona, Verdict } from "../../src/core/records/records.js";
import { EXAMPLES_SHOWN } from "../../src/core/report/limits.js";
import type { ReportData } from "../../src/core/report/report-data.js";
import { ALIGNX_SPACE } from "../../src/core/space/space.js";
import { collectReport, writeReport } from "../../src/runtime/report.js";
import { openWorkspace } from "../../src/runtime/workspace.js";
import { makeWorkspace, RAW_FILE, rawPost, runWorkspace } from "../builders/workspace.js";
import { FAKE_IDENTITY } from "../fakes/fake-model.js";

const folders: string[] = [];

async function made(...wanted: Parameters<typeof makeWorkspace>): Promise<string> {
  const folder = await makeWorkspace(...wanted);
  folders.push(folder);
  return folder;
}

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function recordsOf<T>(folder: string, path: string): Promise<T[]> {
  const text = await readFile(join(folder, "prefloom-out", path), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

const collect = async (folder: string): Promise<ReportData> => collectReport(await openWorkspace(folder));

const count = <T>(items: readonly T[], wanted: (item: T) => boolean): number => items.filter(wanted).length;

function histogram(values: readonly number[], last: number): number[] {
  return Array.from({ length: last + 1 }, (_, at) => count(values, (value) => value === at));
}

describe("a finished workspace", () => {
  let folder: string;
  let data: ReportData;

  beforeAll(async () => {
    folder = await made({
      posts: 60,
      lines: ["{ broken", '{"text": "Only one?", "responses": ["One.", "One."]}'],
    });
    await runWorkspace(folder);
    data = await collect(folder);
  });

  it("counts what is in the files", async () => {
    const levels = await recordsOf<LeveledResponse>(folder, "levels/levels.jsonl");
    const pairs = await recordsOf<Pair>(folder, "pair/pairs.jsonl");
    expect(data.dimensions).toHaveLength(90);
    data.dimensions.forEach((dimension, d) => {
      expect(dimension.name).toBe(ALIGNX_SPACE.dimensions[d]!.name);
      expect(dimension.levels).toEqual({
        first: count(levels, (one) => one.levels[d] === 3),
        neutral: count(levels, (one) => one.levels[d] === 2),
        second: count(levels, (one) => one.levels[d] === 1),
      });
      expect(dimension.pairs).toEqual({
        positive: count(pairs, ({ direction }) => direction[d] === 1),
        negative: count(pairs, ({ direction }) => direction[d] === 0),
      });
    });

    const personas = await recordsOf<Persona>(folder, "persona/personas.jsonl");
    const smaller = personas.flatMap((one) =>
      one.pairs.map(({ matchesChosen, matchesRejected }) => Math.min(matchesChosen, matchesRejected)),
    );
    expect(data.similarity).toEqual({
      counted: "items kept in personas",
      dimensions: 90,
      leastMatches: 55,
      ugc: histogram(
        personas.flatMap(({ ugc }) => ugc.map(({ matches }) => matches)),
        90,
      ),
      pairs: histogram(smaller, 90),
    });
    const writtenBy = (method: string | undefined) =>
      count(personas, ({ demographic }) => demographic?.method === method);
    expect(data.personas).toMatchObject({
      wanted: 4,
      ugc: histogram(
        personas.map(({ ugc }) => ugc.length),
        4,
      ),
      pairs: histogram(
        personas.map((one) => one.pairs.length),
        4,
      ),
      demographic: {
        model: writtenBy("model"),
        template: writtenBy("template"),
        none: writtenBy(undefined),
      },
    });

    const lineages = [
      ...(await recordsOf<Lineage>(folder, "dataset/train.lineage.jsonl")),
      ...(await recordsOf<Lineage>(folder, "dataset/test.lineage.jsonl")),
    ];
    expect(data.personas.kinds.length).toBeGreaterThan(1);
    for (const { kinds, examples } of data.personas.kinds) {
      const same = ({ ugc, pairs: comparisons, demographic }: Lineage) =>
        ugc.length > 0 === kinds.includes("ugc") &&
        comparisons.length > 0 === kinds.includes("pairs") &&
        (demographic !== null) === kinds.includes("demographic");
      expect(examples).toBe(count(lineages, same));
    }

    const findings = await recordsOf<Finding>(folder, "check/findings.jsonl");
    expect(data.findings.reduce((sum, one) => sum + one.count, 0)).toBe(findings.length);
    for (const { rule, severity, count: counted } of data.findings) {
      expect(counted).toBe(count(findings, (one) => one.rule === rule && one.severity === severity));
    }
  });

  it("tells the way from raw records to examples", async () => {
    const verdicts = await recordsOf<Verdict>(folder, "check/verdicts.jsonl");
    const passed = count(verdicts, ({ ok }) => ok);
    expect(data.funnel.map(({ label, count: counted }) => [label, counted])).toEqual([
      ["Raw records", 62],
      ["Posts", 60],
      ["Responses", 240],
      ["Annotated responses", 240],
      ["Posts with pairs", 60],
      ["Pairs", 60],
      ["Pairs with a persona", 60],
      ["Examples", passed],
    ]);
    expect(
      data.drops
        .filter(({ stage }) => stage === "import")
        .map(({ stage, rule, count: counted }) => [stage, rule, counted]),
    ).toEqual([
      ["import", "json-syntax", 1],
      ["import", "duplicate-response", 1],
      ["import", "too-few-responses", 1],
    ]);
    expect(data.sources).toEqual([{ name: "made threads", licence: "CC0-1.0", posts: 60 }]);
    expect(data.model).toEqual({ name: FAKE_IDENTITY.name, sha256: FAKE_IDENTITY.sha256 });
    expect(data.steps.map(({ step }) => step)).toEqual([
      ...["import", "annotate", "levels", "cluster", "pair", "persona", "check", "export"],
    ]);
    expect(data.generatedFrom).toMatch(/^prefloom-out, settings [0-9a-f]{8}$/);
  });

  it("names each setting once, as it is written in prefloom.json", () => {
    const names = data.settings.map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(data.settings).toContainEqual(["levels.neutralShare", "0.8"]);
    expect(data.settings).toContainEqual(["persona.demographic.retries", "2"]);
    expect(data.settings).toContainEqual(["check.consistency", "strict"]);
    expect(names).not.toContain("persona.consistency");
    expect(names).not.toContain("check.threshold");
  });

  it("shows five examples with the most kinds, evenly spread over the train split", async () => {
    const rows = await recordsOf<AlignxRow>(folder, "dataset/train.jsonl");
    const lineages = await recordsOf<Lineage>(folder, "dataset/train.lineage.jsonl");
    const verdicts = await recordsOf<Verdict>(folder, "check/verdicts.jsonl");
    expect(data.examples).toHaveLength(EXAMPLES_SHOWN);
    const lines = data.examples.map(({ lineage }) => lineages.findIndex(({ pair }) => pair === lineage.pair));
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
    expect(lines[0]).toBeLessThan(rows.length / 3);
    expect(lines.at(-1)).toBeGreaterThan((rows.length * 2) / 3);
    data.examples.forEach((example, i) => {
      const row = rows[lines[i]!]!;
      expect(example).toMatchObject({
        prompt: row.prompt,
        chosen: row.chosen,
        rejected: row.rejected,
        lineage: lineages[lines[i]!]!.origin,
      });
      expect(example.persona.ugc).toHaveLength(row["User-Generated Content"].length);
      expect(example.persona.pairs).toHaveLength(row["Pair-wise Comparative Feedback"].length);
      expect(example.persona.demographic).toBe(row["Demographic Information"]);
      const { agreed, kinds } = verdicts.find(({ pair }) => pair === example.lineage.pair)!;
      expect(kinds).toHaveLength(3);
      expect(example.agreed).toHaveLength(agreed.length);
      expect(example.direction).toEqual(expect.arrayContaining([...example.agreed]));
    });
  });

  it("is written as two files, the same bytes each time, without a path of this machine", async () => {
    const workspace = await openWorkspace(folder);
    const { markdown, html } = await writeReport(workspace);
    expect(markdown).toBe(join(folder, "prefloom-out/report/report.md"));
    expect(html).toBe(join(folder, "prefloom-out/report/report.html"));
    const read = async () => [await readFile(markdown, "utf8"), await readFile(html, "utf8")] as const;
    const first = await read();
    await writeReport(workspace);
    expect(await read()).toEqual(first);
    for (const text of first) {
      expect(text).not.toContain(folder);
      expect(text).toContain(data.examples[0]!.lineage.pair);
    }
  });

  it("is printed and described by the command", async () => {
    const printed = async (...args: string[]) => {
      const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
      const silenced = vi.spyOn(process.stderr, "write").mockReturnValue(true);
      try {
        expect(await runCli(["--workspace", folder, ...args])).toBe(0);
        return written.mock.calls.map(([text]) => String(text)).join("");
      } finally {
        written.mockRestore();
        silenced.mockRestore();
      }
    };
    const markdown = await readFile(join(folder, "prefloom-out/report/report.md"), "utf8");
    expect(await printed("report", "--print")).toBe(markdown);
    expect(await printed("report")).toContain("prefloom-out/report/report.html");
    expect(JSON.parse(await printed("--json", "report"))).toMatchObject({
      markdown: join(folder, "prefloom-out/report/report.md"),
      html: join(folder, "prefloom-out/report/report.html"),
      examples: data.funnel.at(-1)!.count,
      posts: 60,
      pairs: 60,
      dropped: data.drops.reduce((sum, one) => sum + one.count, 0),
    });
    expect(JSON.parse(await printed("--json", "report", "--print"))).toMatchObject({ text: markdown });
  });
});

describe("other states of a workspace", () => {
  it("says that nothing has been built where no step has run", async () => {
    const folder = await made({ posts: 2 });
    const { markdown, data } = await writeReport(await openWorkspace(folder));
    expect(data).toMatchObject({
      ...{ generatedFrom: "prefloom-out", model: null, funnel: [], drops: [], settings: [] },
      ...{ findings: [], steps: [], sources: [], examples: [] },
      similarity: { leastMatches: 55, ugc: [], pairs: [] },
      personas: { wanted: 4, ugc: [], pairs: [], kinds: [] },
    });
    expect(await readFile(markdown, "utf8")).toContain("Nothing has been built yet.");
  });

  it("shows what there is after some of the steps", async () => {
    const folder = await made({ posts: 6 });
    await runWorkspace(folder, { steps: ["import", "annotate", "levels"] });
    const early = await collect(folder);
    expect(early.funnel.at(-1)).toMatchObject({ label: "Annotated responses", count: 24 });
    expect(early.dimensions[0]!.levels).not.toEqual({ first: 0, neutral: 0, second: 0 });
    expect(early.dimensions[0]!.pairs).toEqual({ positive: 0, negative: 0 });
    await runWorkspace(folder, { steps: ["cluster", "pair", "persona"] });
    const later = await collect(folder);
    expect(later.personas.ugc.reduce((sum, n) => sum + n, 0)).toBe(6);
    expect(later.personas.kinds).toEqual([]);
    expect(later.examples).toEqual([]);
  });

  it("takes examples of the test split where there is no other", async () => {
    const folder = await made({ posts: 12 });
    await runWorkspace(folder);
    const output = join(folder, "prefloom-out/dataset");
    await writeFile(join(output, "train.jsonl"), "");
    await writeFile(join(output, "train.lineage.jsonl"), "");
    const [test] = await recordsOf<Lineage>(folder, "dataset/test.lineage.jsonl");
    expect((await collect(folder)).examples[0]!.lineage.pair).toBe(test!.pair);
  });

  it("says which steps are out of date, and needs no source file that has its name in the settings", async () => {
    const folder = await made({ posts: 6 });
    await runWorkspace(folder);
    await appendFile(join(folder, RAW_FILE), `${JSON.stringify(rawPost(7, 3))}\n`);
    await runWorkspace(folder, { steps: ["import"] });
    await rm(join(folder, RAW_FILE));
    const { generatedFrom, sources } = await collect(folder);
    expect(generatedFrom).toContain("out of date: annotate, levels, cluster, pair, persona, check, export");
    expect(sources).toEqual([{ name: "made threads", licence: "CC0-1.0", posts: 7 }]);
  });

  it("measures personas by the settings they were made with", async () => {
    const folder = await made({ posts: 12 });
    await runWorkspace(folder);
    const workspace = await openWorkspace(folder, ["persona.size=2", "persona.threshold=0.9"]);
    expect(await collectReport(workspace)).toMatchObject({
      personas: { wanted: 4 },
      similarity: { leastMatches: 55 },
    });
  });

  it("names the line of a file that somebody has edited", async () => {
    const folder = await made({ posts: 6 });
    await runWorkspace(folder);
    const file = join(folder, "prefloom-out/pair/pairs.jsonl");
    expect(existsSync(file)).toBe(true);
    await appendFile(file, '{"id": "pair-1"}\n');
    await expect(collect(folder)).rejects.toThrow(InputError);
    await expect(collect(folder)).rejects.toThrow("prefloom-out/pair/pairs.jsonl:7");
  });
});
