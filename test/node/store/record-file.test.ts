import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { InputError } from "../../../src/core/errors.js";
import { openRecordTable, readRecordFile } from "../../../src/node/store/record-file.js";

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-records-"));
  path = join(folder, "records.jsonl");
});
afterAll(() => rmSync(folder, { recursive: true }));

const schema = z.object({ id: z.string(), n: z.number(), text: z.string().optional() });
type Sample = z.infer<typeof schema>;
const SHOWN = "out/records.jsonl";

const put = (...lines: readonly (object | string)[]) =>
  writeFileSync(
    path,
    lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""),
  );

async function failure(work: Promise<unknown>): Promise<InputError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

describe("a record file", () => {
  const read = async (wanted?: Parameters<typeof readRecordFile>[3]) => {
    const found: { value: Sample; line: number }[] = [];
    for await (const record of readRecordFile(path, schema, SHOWN, wanted)) found.push(record);
    return found;
  };

  it("gives its records in order, with their lines", async () => {
    put({ id: "a", n: 1 }, "", { id: "b", n: 2, text: "ü\u2028" });
    expect(await read()).toEqual([
      { value: { id: "a", n: 1 }, line: 1 },
      { value: { id: "b", n: 2, text: "ü\u2028" }, line: 3 },
    ]);
  });

  it("may be empty", async () => {
    put();
    expect(await read()).toEqual([]);
  });

  it("passes over lines that are not wanted, unread", async () => {
    put({ id: "a", n: 1 }, "{broken", { id: "c", n: 3 });
    expect(await read(({ line }) => line !== 2)).toMatchObject([{ line: 1 }, { line: 3 }]);
  });

  it.each([
    ["no JSON", "{broken", /^out\/records\.jsonl:2: not valid JSON .*\. Fix: .+\.$/],
    [
      "another record",
      { id: "b" },
      /^out\/records\.jsonl:2: n: .*\. Fix: undo the edit of this file, or run the/,
    ],
    ["no object", "[1]", /^out\/records\.jsonl:2: .*\. Fix: undo the edit/],
  ])("says which line is %s", async (_, line, message) => {
    put({ id: "a", n: 1 }, line, { id: "c", n: 3 });
    const error = await failure(read());
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ file: SHOWN, line: 2 });
  });

  it("that is not there is an input error", async () => {
    rmSync(path, { force: true });
    expect((await failure(read())).rule).toBe("missing-file");
  });
});

describe("a table of records", () => {
  const tables: Awaited<ReturnType<typeof openRecordTable<Sample>>>[] = [];
  const open = async () => {
    const table = await openRecordTable(path, schema, SHOWN, ({ id }) => id);
    tables.push(table);
    return table;
  };
  afterEach(async () => {
    for (const table of tables.splice(0)) await table.close();
  });

  it("finds records by id, whatever stands between them", async () => {
    put({ id: "a", n: 1, text: "ü".repeat(1000) }, "", `${JSON.stringify({ id: "b", n: 2 })}\r`, {
      id: "ç",
      n: 3,
    });
    const table = await open();
    expect(table.size).toBe(3);
    expect(["a", "b", "ç", "d"].map((id) => table.has(id))).toEqual([true, true, true, false]);
    expect(["a", "b", "ç"].map((id) => table.line(id))).toEqual([1, 3, 4]);
    expect(await table.get("ç")).toEqual({ id: "ç", n: 3 });
    expect(await table.get("a")).toEqual({ id: "a", n: 1, text: "ü".repeat(1000) });
    expect(await table.get("b")).toEqual({ id: "b", n: 2 });
    expect(await table.get("b")).toBe(await table.get("b"));
  });

  it("gives the same records when there are more than it keeps", async () => {
    put(...Array.from({ length: 5000 }, (_, n) => ({ id: `r${n}`, n })));
    const table = await open();
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 5000; n += 7) expect((await table.get(`r${n}`)).n).toBe(n);
    }
  });

  it("may be empty", async () => {
    put();
    expect((await open()).size).toBe(0);
  });

  it("refuses an id that stands twice, and says where", async () => {
    put({ id: "a", n: 1 }, { id: "b", n: 2 }, { id: "a", n: 3 });
    const error = await failure(open());
    expect(error).toMatchObject({ file: SHOWN, line: 3 });
    expect(error.message).toMatch(/^out\/records\.jsonl:3: a stands in line 1 already\. Fix: /);
  });

  it("refuses a broken line at once", async () => {
    put({ id: "a", n: 1 }, "{broken");
    expect(await failure(open())).toMatchObject({ line: 2 });
  });

  it("has no record of an unknown id", async () => {
    put({ id: "a", n: 1 });
    const table = await open();
    expect(() => table.line("b")).toThrow(`${SHOWN} has no record b`);
    await expect(table.get("b")).rejects.toThrow(`${SHOWN} has no record b`);
  });

  it("tells when a record has changed under its hands", async () => {
    put({ id: "a", n: 1 }, { id: "b", n: 2 });
    const table = await open();
    put({ id: "a", n: 1 }, { id: "b", x: 2 });
    expect(await failure(table.get("b"))).toMatchObject({ line: 2 });
    appendFileSync(path, "");
  });
});
