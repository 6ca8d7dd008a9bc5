import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../../src/core/finding.js";
import { findingGroups, findingsValidate } from "../../../src/protocol/findings.js";
import { validateFiles } from "../../../src/runtime/validate.js";
import { type ReaderUnderTest, startReader, type ToldFindings } from "../../builders/reader.js";
import { rowFiles } from "../../builders/row-files.js";
import { chatRow, cleanExample } from "../../core/rules/rows.js";

const files = rowFiles("document-checks");

type Loose = Record<string, unknown>;

/** Row `number`, distinct from the others; broken where that is asked for. */
function row(number: number, change: (row: Loose) => void = () => undefined): Loose {
  const { row } = cleanExample();
  const value = { ...row, prompt: `Question ${number}: where to?`, chosen: `To the sea, ${number} days.` };
  change(value);
  return value;
}

const lines = (rows: readonly unknown[]): string => rows.map((one) => JSON.stringify(one)).join("\n");

/** What matters of findings whose order does not. */
const plain = (findings: readonly Finding[]): readonly string[] =>
  findings
    .map(({ rule, severity, message, line, field, related }) =>
      JSON.stringify({ rule, severity, message, line, field, related: related?.line }),
    )
    .sort();

async function fresh(path: string, text: string): Promise<ToldFindings> {
  return startReader().open(path, text).findings();
}

describe("open documents are checked", () => {
  test("as `validate` checks the file", async () => {
    const rows = [
      row(1),
      row(2, (one) => (one["chosen"] = one["rejected"])),
      row(1),
      row(3, (one) => delete one["rejected"]),
      row(4, (one) => (one["prompt"] = "Write to somebody@example.org, please.")),
    ];
    const path = files.write("train.jsonl", rows);
    const found: Finding[] = [];
    await validateFiles([path], { onFinding: (one) => void found.push(one), show: () => "train.jsonl" });
    expect(found.length).toBeGreaterThan(3);
    const told = await fresh(path, lines(rows));
    expect(plain(told.findings)).toEqual(plain(found));
    expect(told.total).toBe(found.length);
  });

  test("and their findings follow the edits", async () => {
    const text = lines([row(1), row(2), row(3)]);
    const document = startReader().open(files.path("train.jsonl"), text);
    expect((await document.findings()).findings).toEqual([]);
    const at = text.split("\n")[1]!.indexOf('"To the sea');
    document.edit([
      { range: { start: { line: 1, character: at }, end: { line: 1, character: at + 30 } }, text: "7" },
    ]);
    document.edit([
      { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "\n" },
    ]);
    const { findings } = await document.findings();
    expect(findings.map(({ rule, line }) => [rule, line])).toEqual([["json", 3]]);
    expect(findings[0]!.range.start).toEqual({ line: 2, character: expect.any(Number) as number });
  });

  test("an open lineage file counts as it is in the editor", async () => {
    const { row: value, lineage } = cleanExample();
    const reader = startReader();
    const document = reader.open(files.path("train.jsonl"), `${JSON.stringify(value)}\n`);
    expect((await document.findings()).total).toBe(0);
    reader.open(files.path("train.lineage.jsonl"), `${JSON.stringify({ ...lineage, ugc: [] })}\n`);
    await expect
      .poll(async () => (await document.findings()).findings.map(({ rule }) => rule))
      .toEqual(["lineage-mismatch"]);
  });

  test("a post in two open splits is told in the second, with the place of the first", async () => {
    const reader = startReader();
    reader.open(files.path("a-train.jsonl"), lines([row(1), row(2)]));
    const test = reader.open(
      files.path("b-test.jsonl"),
      lines([row(2, (one) => (one["chosen"] = "Nowhere."))]),
    );
    await expect
      .poll(async () => (await test.findings()).findings.map(({ rule, related }) => [rule, related]))
      .toContainEqual(["split-leak", { file: files.path("a-train.jsonl"), line: 2 }]);
  });

  test("a file of no known kind keeps what a validation has found in it", async () => {
    const reader = startReader();
    const text = "no data\n";
    const path = files.write("notes.txt", text);
    const request = { workspace: null, files: [path] };
    const total = async () => (await reader.connection.sendRequest(findingGroups, { by: "file" })).total;
    const { files: checked } = await reader.connection.sendRequest(findingsValidate, request);
    expect(checked[0]!.findings.error).toBeGreaterThan(0);
    const before = await total();
    const document = reader.open(path, text);
    expect((await document.findings()).total).toBe(0);
    expect(await total()).toBe(before);
    document.close();
    expect(await total()).toBe(before);
  });

  test("more findings than the editor takes are counted, the worst are told", async () => {
    const rows = Array.from({ length: 1500 }, (_, i) => ({
      ...chatRow(),
      prompt: `Question ${i}`,
      chosen: "",
    }));
    const told = await fresh(files.path("many.jsonl"), lines(rows));
    expect(told.findings).toHaveLength(999);
    expect(told.total).toBeGreaterThanOrEqual(3000);
    expect(new Set(told.findings.map(({ severity }) => severity))).toEqual(new Set(["error"]));
  });
});

describe("findings stand at their fields", () => {
  const span = async (value: Loose): Promise<string> => {
    const text = JSON.stringify(value);
    const [one] = (await fresh(files.path("train.jsonl"), text)).findings;
    return text.slice(one!.range.start.character, one!.range.end.character);
  };

  test("a value, the name of an unknown field, an item", async () => {
    expect(await span(row(1, (one) => (one["prompt"] = 7)))).toBe("7");
    expect(await span(row(1, (one) => (one["author"] = "x")))).toBe('"author"');
    const text = await span(row(1, (one) => ((one["User-Generated Content"] as Loose[])[2]!["comment"] = 5)));
    expect(text).toBe("5");
  });

  test("what the editor does not draw, at the beginning of the line", async () => {
    const value = row(1, (one) => {
      one["prompt"] = "Where? ".repeat(2000);
      one["chosen"] = 7;
    });
    expect(await span(value)).toMatch(/^\{"prompt":/);
  });
});

describe("incremental checks find what a fresh check finds", () => {
  const base = [row(1), row(2), row(1), row(3, (one) => (one["chosen"] = "x@example.org is mine")), row(4)];
  const pieces = [
    "",
    "\n",
    "{",
    '"',
    "x",
    "\n\n",
    `\n${JSON.stringify(row(2))}\n`,
    JSON.stringify(row(9, (one) => (one["rejected"] = one["chosen"]))),
    `${JSON.stringify(row(3))}\n${JSON.stringify(row(3))}\n`,
  ];
  const edit = fc.record({
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.constantFrom(0, 0, 1, 5, 400, 5000),
    text: fc.constantFrom(...pieces),
  });

  const placeAt = (text: string, at: number) => {
    const before = text.slice(0, at).split("\n");
    return { line: before.length - 1, character: before.at(-1)!.length };
  };

  test("whatever the edits", { timeout: 60_000 }, async () => {
    const reader: ReaderUnderTest = startReader();
    let number = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 6 }), async (edits) => {
        const path = files.path(`train${number++}.jsonl`);
        const document = reader.open(path, lines(base));
        await document.findings();
        for (const { from, length, text } of edits) {
          const start = Math.floor(from * document.text.length);
          const end = Math.min(document.text.length, start + length);
          document.edit([
            { range: { start: placeAt(document.text, start), end: placeAt(document.text, end) }, text },
          ]);
        }
        const told = await document.findings();
        document.close();
        const other = await fresh(path, document.text);
        expect(plain(told.findings)).toEqual(plain(other.findings));
        expect(told.findings.map(({ range }) => range).length).toBe(other.findings.length);
      }),
      { numRuns: 25 },
    );
  });
});
