import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { readJsonArray } from "../../../src/node/text/json-array.js";
import { type RawLine, type RawRecord, readLines } from "../../../src/node/text/json-lines.js";
import { readRecords } from "../../../src/node/text/read-records.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-text-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: Buffer | string, name = "data.jsonl"): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

type Encoding = "utf8" | "utf8 with mark" | "utf16le" | "utf16be";
const ENCODINGS: readonly Encoding[] = ["utf8", "utf8 with mark", "utf16le", "utf16be"];

function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === "utf8") return Buffer.from(text);
  if (encoding === "utf8 with mark") return Buffer.from(`\ufeff${text}`);
  const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
  return encoding === "utf16le" ? bytes : bytes.swap16();
}

function decode(bytes: Buffer, encoding: Encoding): string {
  if (encoding.startsWith("utf8")) return bytes.toString("utf8");
  return (encoding === "utf16le" ? bytes : Buffer.from(bytes).swap16()).toString("utf16le");
}

describe("readLines", () => {
  it("gives the lines, their numbers and their bytes, wherever chunks end", async () => {
    const unit = fc.constantFrom("grapheme" as const, "grapheme-ascii" as const);
    const lineText = unit
      .chain((kind) => fc.string({ unit: kind, maxLength: 30 }))
      .map((text) => `{${text.replace(/[\r\n\0]/g, "")}`);
    const lines = fc.array(fc.tuple(fc.oneof(lineText, fc.constant("")), fc.constantFrom("\n", "\r\n")), {
      minLength: 1,
      maxLength: 12,
    });
    const shape = fc.record({
      lines,
      encoding: fc.constantFrom(...ENCODINGS),
      chunk: fc.integer({ min: 4, max: 40 }),
      ended: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ lines, encoding, chunk, ended }) => {
        const written = lines.map(([text, end]) => text + end).join("") + (ended ? "" : "{last");
        const bytes = encode(`{first\n${written}`, encoding);
        const path = file(bytes);
        const found = await all(readLines(path, { chunkBytes: chunk * 2 }));

        const expected = `{first\n${written}`
          .split("\n")
          .map((text, index) => ({ line: index + 1, text: text.replace(/\r$/, "") }))
          .filter(({ text }) => text !== "");
        expect(found.map((raw) => ("text" in raw ? { line: raw.line, text: raw.text } : raw))).toEqual(
          expected,
        );
        for (const raw of found) {
          const own = bytes.subarray(raw.start, raw.start + raw.bytes);
          expect(decode(own, encoding)).toBe((raw as { text: string }).text);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("passes over a line that is too long, wherever chunks end", async () => {
    for (const chunkBytes of [8, 64, 1024]) {
      const path = file(`{"a":1}\n${"x".repeat(200)}\n{"b":2}\n`);
      const found = await all(readLines(path, { chunkBytes, maxLineBytes: 100 }));
      expect(found).toMatchObject([
        { line: 1, start: 0, bytes: 7, text: '{"a":1}' },
        { line: 2, start: 8, bytes: 200, problem: { rule: "record-too-long" } },
        { line: 3, start: 209, bytes: 7, text: '{"b":2}' },
      ]);
    }
  });

  it("names the byte that is not UTF-8, also after a written replacement character", async () => {
    const broken = Buffer.concat([
      Buffer.from('{"a":"\ufffdé'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]);
    const path = file(Buffer.concat([Buffer.from('{"x":1}\n'), broken, Buffer.from("\n{}\n")]));
    const found = await all(readLines(path));
    expect(found[1]).toMatchObject({ line: 2, problem: { rule: "invalid-utf8" } });
    // 8 bytes of the first line; then {"a":" is 6, the replacement character 3, é 2.
    expect((found[1] as { problem: { message: string } }).problem.message).toContain(
      "byte 19 of the file (12 of",
    );
    expect(found[2]).toMatchObject({ line: 3, text: "{}" });
  });

  it("takes an empty file where that is allowed", async () => {
    expect(await all(readLines(file(""), { allowEmpty: true }))).toEqual([]);
  });

  it.runIf(existsSync("/proc/self/fd"))("closes a file that is left early or turns out bad", async () => {
    const openFiles = () => readdirSync("/proc/self/fd").filter((entry) => linked(entry).startsWith(folder));
    const linked = (entry: string) => {
      try {
        return readlinkSync(join("/proc/self/fd", entry));
      } catch {
        return "";
      }
    };
    const path = file("{}\n".repeat(10));
    for await (const raw of readLines(path)) {
      expect(raw.line).toBe(1);
      expect(openFiles()).toHaveLength(1);
      break;
    }
    expect(openFiles()).toEqual([]);
    await expect(all(readLines(file("GGUF\0")))).rejects.toThrow(InputError);
    await expect(all(readJsonArray(file("{}")))).rejects.toThrow(InputError);
    await all(readJsonArray(file("[1] 2")));
    expect(openFiles()).toEqual([]);
  });

  it("holds neither a long line nor a long file in memory", async () => {
    const path = file('{"a":1}\n', "long.jsonl");
    const piece = "y".repeat(1024 * 1024);
    for (const mebibytes of [50, 300]) {
      for (let i = 0; i < mebibytes; i++) appendFileSync(path, piece);
      appendFileSync(path, '\n{"b":2}\n');
    }
    for (let i = 0; i < 100; i++) appendFileSync(path, `{"c":"${piece}"}\n`);

    const baseline = process.memoryUsage().rss;
    let peak = 0;
    const problems: string[] = [];
    let good = 0;
    for await (const raw of readLines(path)) {
      if ("problem" in raw) problems.push(raw.problem.message);
      else good++;
      peak = Math.max(peak, process.memoryUsage().rss - baseline);
    }
    rmSync(path);
    expect(problems).toEqual([
      "the record is 50.0 MiB long, more than the limit of 32.0 MiB",
      "the record is 300.0 MiB long, more than the limit of 32.0 MiB",
    ]);
    expect(good).toBe(103);
    expect(peak / 1024 / 1024).toBeLessThan(200);
  });
});

describe("readJsonArray", () => {
  const values = (records: readonly RawRecord[]) =>
    records.map((record) => ("value" in record ? record.value : record.problem.rule));

  it("gives the entries of any array, wherever chunks end", async () => {
    const shape = fc.record({
      entries: fc.array(fc.jsonValue(), { minLength: 1, maxLength: 8 }),
      indent: fc.constantFrom(0, 1, 2),
      encoding: fc.constantFrom(...ENCODINGS),
      chunk: fc.integer({ min: 4, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ entries, indent, encoding, chunk }) => {
        const written = JSON.parse(JSON.stringify(entries)) as unknown[];
        const bytes = encode(JSON.stringify(written, null, indent), encoding);
        const path = file(bytes);
        const found = await all(readJsonArray(path, { chunkBytes: chunk * 2 }));
        expect(values(found)).toEqual(written);
        expect(found.map((record) => record.line)).toEqual(written.map((_, index) => index + 1));
        for (const [index, { start, bytes: length }] of found.entries()) {
          const own = decode(bytes.subarray(start, start + length), encoding);
          expect(JSON.parse(own)).toEqual(written[index]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("passes over an entry that is too long", async () => {
    const path = file(`[{"a":1}, "${"x".repeat(300)}", {"b":2}]`);
    for (const chunkBytes of [16, 4096]) {
      const found = await all(readJsonArray(path, { maxLineBytes: 100, chunkBytes }));
      expect(values(found)).toEqual([{ a: 1 }, "record-too-long", { b: 2 }]);
    }
  });

  it("reads an empty array only where that is allowed", async () => {
    const path = file("[\n]\n");
    await expect(all(readJsonArray(path))).rejects.toThrow(InputError);
    expect(await all(readJsonArray(path, { allowEmpty: true }))).toEqual([]);
  });
});

describe("readRecords", () => {
  it("reads both forms", async () => {
    const records = (found: readonly RawRecord[]) =>
      found.map((record) => ("value" in record ? record.value : null));
    expect(records(await all(readRecords(file(' \n[{"a":1},\n{"a":2}]'))))).toEqual([{ a: 1 }, { a: 2 }]);
    expect(records(await all(readRecords(file('\n{"a":1}\n{"a":2}'))))).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it("calls the file by the name it is given", async () => {
    const found: Promise<RawLine[]> = all(readLines(join(folder, "none"), { name: "raw/none.jsonl" }));
    await expect(found).rejects.toMatchObject({ file: "raw/none.jsonl", rule: "missing-file" });
  });
});
