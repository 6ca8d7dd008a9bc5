import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ContentHash } from "../../../src/core/rules/content-hash.js";
import { DatasetChecker } from "../../../src/core/rules/dataset-checker.js";
import { PlaceTable } from "../../../src/core/rules/place-table.js";
import { benchmarkRow, chatRow, cleanExample } from "./rows.js";

const text = (prompt: string, chosen: string, rejected: string) => ({ prompt, chosen, rejected });
const key = (value: unknown) => {
  const { high, low } = new ContentHash().value(value).digest();
  return `${high}:${low}`;
};

describe("DatasetChecker", () => {
  it("relates a duplicate to the first of its kind, across files", () => {
    const checker = new DatasetChecker();
    expect(checker.add(text("p", "a", "b"), { file: "a.jsonl", line: 1 })).toEqual([]);
    expect(checker.add(text("p", "a", "b"), { file: "a.jsonl", line: 2 })[0]!.related).toEqual({
      file: "a.jsonl",
      line: 1,
    });
    const [third] = checker.add({ rejected: "b", chosen: "a", prompt: "p" }, { file: "b.jsonl", line: 9 });
    expect(third).toMatchObject({ rule: "duplicate-line", file: "b.jsonl", line: 9, related: { line: 1 } });
  });

  it("tells rows apart that differ anywhere", () => {
    const checker = new DatasetChecker();
    const rules = [
      text("p", "a", "b"),
      { ...text("p", "a", "b"), score: 1 },
      { ...text("p", "a", "b"), score: 2 },
      text("p", "ab", ""),
      text("pa", "b", ""),
    ].map((row, index) => checker.add(row, { file: "a.jsonl", line: index + 1 }).map(({ rule }) => rule));
    expect(rules).toEqual([[], ["duplicate-example"], ["duplicate-example"], [], []]);
  });

  it("takes mirrored rows of different personas for different people", () => {
    const checker = new DatasetChecker();
    const { row } = cleanExample();
    checker.add(row, { file: "a.jsonl", line: 1 });
    const mirrored = { ...row, chosen: row.rejected, rejected: row.chosen };
    expect(
      checker.add({ ...mirrored, "Demographic Information": "Old." }, { file: "a.jsonl", line: 2 }),
    ).toEqual([]);
    expect(checker.add(mirrored, { file: "a.jsonl", line: 3 })).toContainEqual(
      expect.objectContaining({
        rule: "mirrored-example",
        severity: "warning",
        related: { file: "a.jsonl", line: 1 },
      }),
    );
  });

  it("takes mirrored benchmark rows of different personas for different people", () => {
    const checker = new DatasetChecker();
    const { "Pair-wise Comparative Feedback": _none, ...row } = benchmarkRow();
    checker.add(row, { file: "a.jsonl", line: 1 });
    const mirrored = { ...row, chosen: row["rejected"], rejected: row["chosen"] };
    const other = { ...mirrored, ground_truth_persona: "Write for experts.", profile: "High Neuroticism" };
    expect(checker.add(other, { file: "a.jsonl", line: 2 })).toEqual([]);
    const rules = checker.add(mirrored, { file: "a.jsonl", line: 3 }).map(({ rule }) => rule);
    expect(rules).toContain("mirrored-example");
  });

  it("finds mirrored conversations", () => {
    const checker = new DatasetChecker();
    const row = chatRow();
    checker.add(row, { file: "a.jsonl", line: 1 });
    const [finding] = checker.add(
      { ...row, chosen: row["rejected"], rejected: row["chosen"] },
      { file: "a.jsonl", line: 2 },
    );
    expect(finding!.rule).toBe("mirrored-example");
  });

  it("does not call a row its own mirror", () => {
    const checker = new DatasetChecker();
    expect(checker.add(text("p", "a", "a"), { file: "a.jsonl", line: 1 })).toEqual([]);
    const twin = { ...text("p", "a", "a"), score: 1 };
    expect(checker.add(twin, { file: "a.jsonl", line: 2 }).map(({ rule }) => rule)).toEqual([
      "duplicate-example",
    ]);
  });

  it("finds a leak from either side, but none within a split or without one", () => {
    const train = { file: "train.jsonl", split: "train" };
    const test = { file: "test.jsonl", split: "test" };
    const checker = new DatasetChecker();
    const { row } = cleanExample();
    expect(checker.add(row, { ...test, line: 1 })).toEqual([]);
    const sharing = { ...row, prompt: "New", chosen: "x", "Pair-wise Comparative Feedback": [] };
    expect(checker.add({ ...sharing, rejected: "1" }, { ...test, line: 2 })).toEqual([]);
    expect(checker.add({ ...sharing, rejected: "2" }, { file: "other.jsonl", line: 1 })).toEqual([]);
    const [leak] = checker.add({ ...sharing, rejected: "3" }, { ...train, line: 1 });
    expect(leak).toMatchObject({
      rule: "split-leak",
      field: "prompt",
      related: { file: "test.jsonl", line: 2 },
    });
    expect(leak!.message).toContain("(and 4 more)");
  });

  it("takes a post for the same whatever its case and spaces", () => {
    const checker = new DatasetChecker();
    checker.add(benchmarkRow(), { file: "a.json", line: 1, split: "a" });
    const findings = checker.add(text(" explain  RAIN. ", "x", "y"), {
      file: "b.jsonl",
      line: 1,
      split: "b",
    });
    expect(findings.map(({ rule }) => rule)).toEqual(["split-leak"]);
  });

  it("can be told what to leave out", () => {
    const checker = new DatasetChecker({ duplicates: false, leaks: false });
    checker.add(text("p", "a", "b"), { file: "a.jsonl", line: 1, split: "a" });
    expect(checker.add(text("p", "a", "b"), { file: "b.jsonl", line: 1, split: "b" })).toEqual([]);
    expect(new DatasetChecker().add([1], { file: "a.jsonl", line: 1 })).toEqual([]);
  });

  it("survives any row", () => {
    const checker = new DatasetChecker();
    let deep: unknown = "bottom";
    for (let i = 0; i < 200_000; i++) deep = [deep];
    expect(checker.add({ prompt: deep, chosen: 1 }, { file: "a.jsonl", line: 1, split: "a" })).toEqual([]);
    let line = 1;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        checker.add(value, { file: "a.jsonl", line: ++line, split: "a" });
        checker.add(
          { prompt: value, "User-Generated Content": value },
          { file: "b.jsonl", line, split: "b" },
        );
      }),
    );
  });

  it("stays within the bytes that it promises", () => {
    const checker = new DatasetChecker();
    for (let line = 1; line <= 50_000; line++) {
      checker.add(text(`post ${line}`, "a", "b"), { file: "a.jsonl", line, split: "a" });
    }
    expect(checker.byteLength / 50_000).toBeLessThan(4 * 48);
    expect(checker.byteLength / 50_000).toBeGreaterThan(4 * 16);
  });
});

describe("ContentHash", () => {
  it("does not depend on the order of keys, and does on everything else", () => {
    expect(key({ a: 1, b: [2, "x"] })).toBe(key({ b: [2, "x"], a: 1 }));
    const values = [
      {},
      [],
      "",
      null,
      0,
      false,
      "0",
      "null",
      ["a", "b"],
      ["ab"],
      [["a"], "b"],
      { a: "b" },
      "[",
      "{",
    ];
    expect(new Set(values.map(key)).size).toBe(values.length);
  });

  it("keeps apart many similar texts, in each half too", () => {
    const hashes = Array.from({ length: 200_000 }, (_, i) => new ContentHash().text(`post ${i}`).digest());
    expect(new Set(hashes.map(({ high, low }) => `${high}:${low}`)).size).toBe(hashes.length);
    // 200,000 random 32-bit numbers collide about 4.7 times.
    expect(new Set(hashes.map(({ high }) => high)).size).toBeGreaterThan(hashes.length - 20);
    expect(new Set(hashes.map(({ low }) => low)).size).toBeGreaterThan(hashes.length - 20);
    const xor = new Set(hashes.map(({ high, low }) => (high ^ low) >>> 0));
    expect(xor.size).toBeGreaterThan(hashes.length - 20);
  });
});

describe("PlaceTable", () => {
  it("answers what a map answers", () => {
    const word = fc.constantFrom(0, 1, 256, 0x80000000, 0xffffffff);
    const entry = fc.record({ high: word, low: word });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
        const table = new PlaceTable();
        const map = new Map<string, number>();
        entries.forEach((hash, index) => {
          const name = `${hash.high}:${hash.low}`;
          const line = index + 1;
          expect(table.findOrAdd(hash, { source: 3, line })?.line).toBe(map.get(name));
          if (!map.has(name)) map.set(name, line);
        });
        expect(table.size).toBe(map.size);
      }),
    );
  });

  it("keeps every entry while it grows", () => {
    const table = new PlaceTable();
    const hashes = Array.from({ length: 20_000 }, (_, i) => new ContentHash().text(String(i)).digest());
    hashes.forEach((hash, i) => table.findOrAdd(hash, { source: i % 7, line: i + 1 }));
    expect(table.size).toBe(20_000);
    hashes.forEach((hash, i) => expect(table.find(hash)).toEqual({ source: i % 7, line: i + 1 }));
    expect(table.find(new ContentHash().text("absent").digest())).toBeUndefined();
  });
});
