import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Finding } from "../../../src/core/finding.js";
import { IGNORE_FILE, ignoreSchema } from "../../../src/core/rules/ignores.js";
import {
  type FileEdits,
  fixableRules,
  fixAllEdits,
  fixEdits,
  type FixKind,
  fixesOffered,
} from "../../../src/protocol/fixes.js";
import { validateFiles } from "../../../src/runtime/validate.js";
import { type OpenDocument, type ReaderUnderTest, startReader } from "../../builders/reader.js";
import { makeWorkspace, runWorkspace } from "../../builders/workspace.js";
import { BROKEN_ROWS, contradict, type Row, UGC } from "../../builders/broken-rows.js";
import { cleanExample } from "../../core/rules/rows.js";

interface LineageLine {
  readonly ugc: readonly unknown[];
}

let folder = "";
let rows: readonly string[] = [];
let lineage: readonly string[] = [];
const dataset = () => join(folder, "prefloom-out/dataset");

beforeAll(async () => {
  folder = await makeWorkspace();
  await runWorkspace(folder);
  const read = (name: string) => readFileSync(join(dataset(), name), "utf8").trimEnd().split("\n");
  rows = read("train.jsonl");
  lineage = read("train.lineage.jsonl");
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** A small data set in the workspace's output: rows that the pipeline made, one of them changed. */
function dataSet(
  name: string,
  change: (row: Row, others: readonly Row[]) => void,
  { count = 4, at = 1 } = {},
): { readonly path: string; readonly text: string } {
  const path = join(dataset(), name, "data.jsonl");
  mkdirSync(dirname(path), { recursive: true });
  const values = rows.slice(0, count).map((line) => JSON.parse(line) as Row);
  change(values[at]!, values);
  const text = values.map((value) => `${JSON.stringify(value)}\n`).join("");
  writeFileSync(path, text);
  writeFileSync(
    path.replace(".jsonl", ".lineage.jsonl"),
    lineage
      .slice(0, count)
      .map((line) => `${line}\n`)
      .join(""),
  );
  return { path, text };
}

/** Applies the edits as the editor does: to the open document, and to files on the disk. */
function apply(document: OpenDocument, files: readonly FileEdits[]): void {
  for (const { path, edits, isNew } of files) {
    if (path === document.path) {
      document.edit(edits);
      continue;
    }
    expect(existsSync(path)).toBe(!isNew);
    const other = new FileText(isNew ? "" : readFileSync(path, "utf8"));
    writeFileSync(path, other.edited(edits));
  }
}

class FileText {
  constructor(private readonly text: string) {}

  edited(edits: FileEdits["edits"]): string {
    const offset = ({ line, character }: { line: number; character: number }) =>
      this.text
        .split("\n")
        .slice(0, line)
        .reduce((sum, one) => sum + one.length + 1, 0) + character;
    return [...edits]
      .sort((a, b) => offset(b.range.start) - offset(a.range.start))
      .reduce(
        (text, { range, text: put }) =>
          text.slice(0, offset(range.start)) + put + text.slice(offset(range.end)),
        this.text,
      );
  }
}

async function fixed(
  reader: ReaderUnderTest,
  document: OpenDocument,
  rule: string,
  kind: FixKind,
): Promise<readonly Finding[]> {
  const { uri, version } = document;
  const { findings } = await document.findings();
  const broken = findings.find((one) => one.rule === rule);
  expect(broken, `${rule} is found`).toBeDefined();
  const line = broken!.line! - 1;
  const offered = await reader.connection.sendRequest(fixesOffered, { uri, version, from: line, to: line });
  const fix = offered.find((one) => one.kind === kind && one.rule === rule);
  expect(fix, `${kind} is offered`).toBeDefined();
  const edits = await reader.connection.sendRequest(fixEdits, { uri, version, fix: fix! });
  apply(document, edits!);
  const { findings: left } = await document.findings();
  for (const text of document.text.split("\n")) if (text !== "") JSON.parse(text);
  return left;
}

const rulesOf = (findings: readonly Finding[]) => findings.map(({ rule }) => rule);
const lineageOf = (path: string) =>
  readFileSync(path.replace(".jsonl", ".lineage.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as LineageLine);

describe("a fix of a real row leaves no finding of its rule", () => {
  for (const [number, { rule, kind, change }] of BROKEN_ROWS.entries()) {
    test(`${kind} for ${rule} (${number + 1})`, async () => {
      const { path, text } = dataSet(`case-${number}`, change);
      const reader = startReader();
      const document = reader.open(path, text);
      const left = await fixed(reader, document, rule, kind);
      expect(rulesOf(left)).not.toContain(rule);
      // Rows and lineage stay together.
      const values = document.text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Row);
      const traced = lineageOf(path);
      expect(traced).toHaveLength(values.length);
      if (kind !== "drop-line") {
        for (const [i, value] of values.entries()) expect(traced[i]!.ugc).toHaveLength(value[UGC].length);
      }
    });
  }

  test("the rest of the line keeps its bytes", async () => {
    const { path } = dataSet("bytes", contradict);
    const spaced = readFileSync(path, "utf8").replaceAll('":', '" : ').replaceAll("0.5,", "0.50 ,");
    const reader = startReader();
    const document = reader.open(path, spaced);
    await fixed(reader, document, "item-inconsistent", "remove-item");
    const before = spaced.split("\n");
    const after = document.text.split("\n");
    expect(after[1]!.length).toBeLessThan(before[1]!.length);
    const start = [...after[1]!].findIndex((one, i) => one !== before[1]![i]);
    const rest = after[1]!.slice(start);
    expect(before[1]!.endsWith(rest)).toBe(true);
    expect(after.filter((_, i) => i !== 1)).toEqual(before.filter((_, i) => i !== 1));
  });
});

describe("all of a rule at once", () => {
  test("every item that contradicts its pair", async () => {
    const { path, text } = dataSet("all", (_, all) => all.forEach(contradict));
    const reader = startReader();
    const document = reader.open(path, text);
    const { findings } = await document.findings();
    const count = findings.filter(({ rule }) => rule === "item-inconsistent").length;
    expect(count).toBeGreaterThan(2);
    const { uri, version } = document;
    const rules = await reader.connection.sendRequest(fixableRules, { uri, version });
    expect(rules).toContainEqual({ rule: "item-inconsistent", kind: "remove-item", count });
    const done = await reader.connection.sendRequest(fixAllEdits, {
      uri,
      version,
      rule: "item-inconsistent",
      kind: "remove-item",
    });
    expect(done?.fixed).toBe(count);
    apply(document, done!.files);
    expect(rulesOf((await document.findings()).findings)).not.toContain("item-inconsistent");
  });

  test("lines next to each other, the last one among them", async () => {
    const { path, text } = dataSet("lines", (_, all) => {
      for (const one of all.slice(1)) Object.assign(one, structuredClone(all[0]));
    });
    const reader = startReader();
    const document = reader.open(path, text.trimEnd());
    await document.findings();
    const { uri, version } = document;
    const done = await reader.connection.sendRequest(fixAllEdits, {
      uri,
      version,
      rule: "duplicate-line",
      kind: "drop-line",
    });
    apply(document, done!.files);
    expect(document.text).toBe(text.split("\n")[0]);
    expect(lineageOf(path)).toHaveLength(1);
    expect((await document.findings()).total).toBe(0);
  });
});

describe("ignoring", () => {
  test("takes the finding out of the editor and of `validate`, wherever its line moves, until the line changes", async () => {
    const { path, text } = dataSet("recorded", (row) => (row.prompt = "Ask somebody@example.org"));
    const reader = startReader();
    const document = reader.open(path, text);
    const { uri, version } = document;
    const { findings } = await document.findings();
    expect(rulesOf(findings)).toEqual(["leftover-pii"]);
    const [fix] = (
      await reader.connection.sendRequest(fixesOffered, { uri, version, from: 1, to: 1 })
    ).filter(({ kind }) => kind === "ignore");
    apply(document, (await reader.connection.sendRequest(fixEdits, { uri, version, fix: fix! }))!);
    const entry = ignoreSchema.parse(JSON.parse(readFileSync(join(folder, IGNORE_FILE), "utf8").trim()));
    expect(entry).toMatchObject({
      rule: "leftover-pii",
      file: "prefloom-out/dataset/recorded/data.jsonl",
      line: 2,
    });

    // The line moves.
    document.edit([
      { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "\n\n" },
    ]);
    expect((await document.findings()).total).toBe(0);
    const validate = async (ignore: boolean) => {
      const rules: string[] = [];
      const report = await validateFiles([path], { ignore, onFinding: (one) => void rules.push(one.rule) });
      return { rules, ignored: report.ignored };
    };
    expect(await validate(true)).toEqual({ rules: [], ignored: 1 });
    expect(await validate(false)).toEqual({ rules: ["leftover-pii"], ignored: 0 });

    // The line changes.
    const at = document.text.split("\n")[3]!.indexOf("Ask");
    document.edit([
      { range: { start: { line: 3, character: at }, end: { line: 3, character: at + 3 } }, text: "Tell" },
    ]);
    expect(rulesOf((await document.findings()).findings)).toEqual(["leftover-pii"]);
  });

  test("a row without lineage is ignored as `validate` ignores it; what is wrong in the lineage cannot be", async () => {
    const { path, text } = dataSet("short-lineage", () => undefined);
    const lineageFile = path.replace(".jsonl", ".lineage.jsonl");
    writeFileSync(lineageFile, `${lineage.slice(0, 3).join("\n")}\n`);
    const reader = startReader();
    const document = reader.open(path, text);
    expect((await document.findings()).findings.map(({ rule, line }) => [rule, line])).toEqual([
      ["lineage-mismatch", 4],
    ]);
    const ignoresOn = async (line: number) => {
      const { uri, version } = document;
      const asked = { uri, version, from: line, to: line };
      const fixes = await reader.connection.sendRequest(fixesOffered, asked);
      return fixes.filter(({ kind }) => kind === "ignore");
    };
    const [fix] = await ignoresOn(3);
    const { uri, version } = document;
    apply(document, (await reader.connection.sendRequest(fixEdits, { uri, version, fix: fix! }))!);
    document.edit([
      { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "\n" },
    ]);
    expect((await document.findings()).total).toBe(0);
    expect(await validateFiles([path], { onFinding: () => undefined })).toMatchObject({ ignored: 1 });

    writeFileSync(lineageFile, `${[...lineage.slice(0, 3), "{}", lineage[4]!].join("\n")}\n`);
    document.edit([
      { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "\n" },
    ]);
    const { findings } = await document.findings();
    expect(rulesOf(findings)).toContain("lineage-mismatch");
    for (const { line } of findings) expect(await ignoresOn(line! - 1)).toEqual([]);
  });

  test("a row that breaks nothing offers nothing", async () => {
    const reader = startReader();
    const document = reader.open(join(folder, "clean.jsonl"), JSON.stringify(cleanExample().row));
    const { uri, version } = document;
    await document.findings();
    expect(await reader.connection.sendRequest(fixesOffered, { uri, version, from: 0, to: 0 })).toEqual([]);
  });
});
