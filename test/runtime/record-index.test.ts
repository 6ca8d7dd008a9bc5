import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { RecordIndex } from "../../src/runtime/record-index.js";
import { IdTable } from "../../src/runtime/record-index-ids.js";

const FILE = {
  path: "things.jsonl",
  schema: z.object({ id: z.string(), kind: z.string(), text: z.string().optional() }),
  head: ["id", "kind"],
  ids: ["id"],
  group: "kind",
} as const;

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "prefloom-index-"));
  path = join(folder, FILE.path);
});
afterEach(() => rm(folder, { recursive: true }));

describe("the table of ids", () => {
  it("knows every id that was added, those that stand twice in their order", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 4 }), { maxLength: 300 }), (ids) => {
        const builder = IdTable.builder();
        for (const id of ids) builder.add(id);
        const table = builder.finish();
        for (const id of new Set(ids)) {
          const own = ids.flatMap((one, at) => (one === id ? [at] : []));
          expect(table.candidates(id).filter((at) => ids[at] === id)).toEqual(own);
        }
      }),
    );
  });

  it("holds a hundred thousand ids in under sixteen bytes each", () => {
    const builder = IdTable.builder();
    for (let i = 0; i < 100_000; i++) builder.add(`post-${i}`);
    const table = builder.finish();
    expect(table.bytes / 100_000).toBeLessThan(16);
    for (const i of [0, 1, 49_999, 99_999]) expect(table.candidates(`post-${i}`)).toContain(i);
    expect(table.candidates("post-100000")).toEqual([]);
  });
});

describe("the index of a file", () => {
  it("finds records by id and by group, whatever the order of the keys, blank lines, letters or line ends", async () => {
    const lines = [
      '{"id":"a","kind":"x","text":"é 🙂"}',
      "",
      '{"text":"z","kind":"y","id":"b"}\r',
      '{"id":"c \\" d","kind":"x"}',
      "{ broken",
      '{"id":"a","kind":"y"}',
    ];
    await writeFile(path, lines.join("\n"));
    const index = (await RecordIndex.build(path, FILE))!;
    expect(index.count).toBe(5);
    expect(await index.find("id", "a")).toEqual([
      { number: 0, line: 1, value: { id: "a", kind: "x", text: "é 🙂" } },
      { number: 4, line: 6, value: { id: "a", kind: "y" } },
    ]);
    expect(await index.find("id", "b")).toMatchObject([{ line: 3, value: { text: "z" } }]);
    expect(await index.find("id", 'c " d')).toMatchObject([{ line: 4 }]);
    expect(await index.find("id", "none")).toEqual([]);
    expect(index.groupCounts()).toEqual([
      { key: "x", count: 2 },
      { key: "y", count: 2 },
      { key: "", count: 1 },
    ]);
    expect(await index.page("x", 1, 10)).toMatchObject([{ line: 4 }]);
    expect(await index.read([3])).toEqual([{ number: 3, line: 5, problem: expect.any(String) as string }]);
    expect(index.numberAt(6)).toBe(4);
    expect(index.numberAt(2)).toBeUndefined();
  });

  it("reads what lies apart, together and past the end in the order asked for", async () => {
    const text = "x".repeat(700_000);
    await writeFile(
      path,
      [0, 1, 2, 3, 4].map((i) => `{"id":"${i}","kind":"k","text":"${i}${text}"}\n`).join(""),
    );
    const index = (await RecordIndex.build(path, FILE))!;
    const read = await index.read([3, 0, 1, 2, 9, 4]);
    expect(read.map((record) => "value" in record && [record.value.id, record.value.text!.length])).toEqual(
      ["3", "0", "1", "2", "4"].map((id) => [id, 700_001]),
    );
  });

  it("is null for a file that is not there, and refuses one that has changed", async () => {
    expect(await RecordIndex.build(path, FILE)).toBeNull();
    await writeFile(path, '{"id":"a","kind":"x"}\n');
    const index = (await RecordIndex.build(path, FILE))!;
    expect(await index.isCurrent()).toBe(true);
    await writeFile(path, '{"id":"longer","kind":"x"}\n');
    expect(await index.isCurrent()).toBe(false);
    await expect(index.read([0])).rejects.toThrow("changed");
  });
});
