import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UnitResult } from "../../../src/core/records/unit-result.js";
import { JOURNAL, StepJournal, unfinishedWork } from "../../../src/node/store/step-journal.js";

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "prefloom-journal-"));
  folder = join(root, "work");
});
afterEach(() => rmSync(root, { recursive: true }));

const WRITES = ["a.jsonl", "sub/b.jsonl"];
const open = (key = "key") => StepJournal.open(folder, key, WRITES);
const content = (name: string) => readFileSync(join(folder, name), "utf8");
const journalLines = () => content(JOURNAL).split("\n").filter(Boolean);

/** Unit `n` of a work of many: two files, now and then a drop, a document at first. */
const unit = (n: number): UnitResult => ({
  records: { "a.jsonl": [{ n, text: `ünït ${n}` }], "sub/b.jsonl": n % 2 === 0 ? [{ n }] : [] },
  ...(n === 0 ? { documents: { "first.json": '{"n":0}\n' } } : {}),
  ...(n % 3 === 0 ? { drops: [{ id: String(n), rule: "r", stage: "s", reason: "why", record: null }] } : {}),
  counts: { units: 1, even: n % 2 === 0 ? 1 : 0 },
  tokens: 10,
});

/** Does units from where the journal stands, each flushed by itself. */
async function work(journal: StepJournal, until: number): Promise<void> {
  for (let n = journal.units; n < until; n++) {
    await journal.add(unit(n));
    await journal.flush();
  }
}

/** All files of a folder but the journal. */
const files = (at = folder) =>
  Object.fromEntries(
    (readdirSync(at, { recursive: true }) as string[])
      .filter((name) => /\.jsonl?$/.test(name) && name !== JOURNAL)
      .sort()
      .map((name) => [name, readFileSync(join(at, name), "utf8")]),
  );

describe("new work", () => {
  it("has the files it always writes, and a head", async () => {
    const journal = await open();
    expect(journal.units).toBe(0);
    expect(journal.repaired).toEqual({});
    expect(files()).toEqual({ "a.jsonl": "", "sub/b.jsonl": "" });
    expect(JSON.parse(journalLines()[0]!)).toMatchObject({ key: "key" });
    expect(await unfinishedWork(folder)).toMatchObject({ key: "key", units: 0, total: null });
    await journal.close();
  });

  it("adds up units, counts, tokens and the files that were written", async () => {
    const journal = await open();
    await work(journal, 4);
    expect(journal).toMatchObject({ units: 4, tokens: 40, counts: { units: 4, even: 2 } });
    expect([...journal.files].sort()).toEqual(["a.jsonl", "drops.jsonl", "sub/b.jsonl"]);
    expect(journal.documents).toEqual(["first.json"]);
    await journal.finish();
    expect(content("a.jsonl").trim().split("\n")).toHaveLength(4);
    expect(content("drops.jsonl").trim().split("\n")).toHaveLength(2);
  });

  it("tells how much there is to do, as soon as that is known", async () => {
    const journal = await open();
    await journal.total(7);
    await work(journal, 2);
    expect(await unfinishedWork(folder)).toMatchObject({ units: 2, total: 7 });
    await journal.close();
  });

  it("brings much at once to disk by itself, records before the line that counts them", async () => {
    const journal = await open();
    for (let n = 0; n < 40; n++)
      await journal.add({ records: { "a.jsonl": [{ text: "ü".repeat(10_000) }] } });
    const { units } = (await unfinishedWork(folder))!;
    expect(units).toBeGreaterThan(20);
    const { sizes } = JSON.parse(journalLines().at(-1)!) as { sizes: Record<string, number> };
    // In bytes, of which these characters have two.
    expect(sizes["a.jsonl"]).toBe(Buffer.byteLength(content("a.jsonl")));
    expect(sizes["a.jsonl"]).toBe(
      units * (Buffer.byteLength(JSON.stringify({ text: "ü".repeat(10_000) })) + 1),
    );
    await journal.close();
  });

  it("is not there before it begins", async () => {
    expect(await unfinishedWork(folder)).toBeNull();
  });
});

describe("work that was interrupted", () => {
  it("goes on after the units that were finished, to the same bytes", async () => {
    const whole = await open();
    await work(whole, 10);
    await whole.finish();
    const expected = files();
    rmSync(folder, { recursive: true });

    const first = await open();
    await work(first, 4);
    await first.close();
    const second = await open();
    expect(second.head).toEqual(first.head);
    expect(second).toMatchObject({ units: 4, tokens: 40, counts: { units: 4, even: 2 } });
    expect(second.documents).toEqual(["first.json"]);
    expect(second.repaired).toEqual({});
    await work(second, 10);
    await second.finish();
    expect(files()).toEqual(expected);
    expect(second).toMatchObject({ units: 10, tokens: 100, counts: { units: 10, even: 5 } });
    expect([...second.files].sort()).toEqual(["a.jsonl", "drops.jsonl", "sub/b.jsonl"]);
  });

  it("counts no unit that was not brought to disk", async () => {
    const journal = await open();
    await work(journal, 2);
    await journal.add(unit(2));
    await journal.close();
    expect(await unfinishedWork(folder)).toMatchObject({ units: 2 });
  });

  it("cuts off what is not of a finished unit, and tells how much", async () => {
    const journal = await open();
    await work(journal, 3);
    await journal.close();
    appendFileSync(join(folder, "a.jsonl"), '{"half":');
    appendFileSync(join(folder, "sub/b.jsonl"), "ü");
    const again = await open();
    expect(again.repaired).toEqual({ "a.jsonl": 8, "sub/b.jsonl": 2 });
    expect(again.units).toBe(3);
    await again.close();
    expect(content("a.jsonl").split("\n")).toHaveLength(4);
  });

  it("takes away files that were begun by a unit that was not finished", async () => {
    const journal = await open();
    await journal.add({ records: { "a.jsonl": [{ n: 0 }] } });
    await journal.close();
    for (const name of ["drops.jsonl", "sub/c.jsonl", "d.json.tmp", "manifest.json.4711.tmp"]) {
      writeFileSync(join(folder, name), "{}\n");
    }
    writeFileSync(join(folder, "sub/empty.jsonl"), "");
    const again = await open();
    expect(again.repaired).toMatchObject({ "drops.jsonl": 3, "sub/c.jsonl": 3 });
    expect(files()).toEqual({ "a.jsonl": "", "sub/b.jsonl": "" });
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await again.close();
  });

  it("passes over a last line that was torn, and writes the next one on a line of its own", async () => {
    const journal = await open();
    await work(journal, 3);
    await journal.close();
    const path = join(folder, JOURNAL);
    truncateSync(path, readFileSync(path).length - 20);
    expect(await unfinishedWork(folder)).toMatchObject({ units: 2 });
    const again = await open();
    expect(again.units).toBe(2);
    expect(Object.keys(again.repaired)).toEqual(expect.arrayContaining(["a.jsonl", "sub/b.jsonl"]));
    await work(again, 3);
    await again.close();
    expect(await unfinishedWork(folder)).toMatchObject({ units: 3 });
  });

  it("counts seconds and tokens on", async () => {
    const journal = await open();
    await work(journal, 1);
    await journal.close();
    const path = join(folder, JOURNAL);
    writeFileSync(path, readFileSync(path, "utf8").replace(/"seconds":[\d.]+/, '"seconds":100'));
    const again = await open();
    expect(again.seconds).toBeGreaterThanOrEqual(100);
    expect(again.seconds).toBeLessThan(110);
    await again.close();
  });

  it("goes on to the same bytes wherever the kill cut the journal, and whatever lies behind it", async () => {
    const whole = await open();
    await work(whole, 6);
    await whole.finish();
    const expected = files();
    const journal = readFileSync(join(folder, JOURNAL));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: journal.length }), fc.string(), async (length, tail) => {
        writeFileSync(join(folder, JOURNAL), journal.subarray(0, length));
        for (const name of [...WRITES, "drops.jsonl"]) appendFileSync(join(folder, name), tail);
        const again = await open();
        await work(again, 6);
        await again.finish();
        expect(files()).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});

describe("work that cannot be gone on with", () => {
  beforeEach(async () => {
    const journal = await open();
    await work(journal, 3);
    await journal.close();
  });

  const beginsAnew = async (key = "key") => {
    const journal = await open(key);
    expect(journal.units).toBe(0);
    expect(journal).toMatchObject({ counts: {}, tokens: 0, documents: [] });
    await journal.close();
    expect(files()).toEqual({ "a.jsonl": "", "sub/b.jsonl": "" });
  };

  it("is of another key", async () => {
    await beginsAnew("another key");
    expect(await unfinishedWork(folder)).toMatchObject({ key: "another key", units: 0 });
  });

  it.each(["a.jsonl", "drops.jsonl"])("has a file that is shorter than it was: %s", async (name) => {
    truncateSync(join(folder, name), 5);
    await beginsAnew();
  });

  it.each(["sub/b.jsonl", "first.json"])("has lost a file: %s", async (name) => {
    rmSync(join(folder, name));
    await beginsAnew();
  });

  it.each(["", "\u0000\u0000", "{", "null\n", "[]\n", '{"units":3}\n', "42\n"])(
    "has a journal that is none: %j",
    async (text) => {
      writeFileSync(join(folder, JOURNAL), text);
      expect(await unfinishedWork(folder)).toBeNull();
      await beginsAnew();
    },
  );

  it("has no journal", async () => {
    rmSync(join(folder, JOURNAL));
    await beginsAnew();
    expect(existsSync(join(folder, "first.json"))).toBe(false);
  });
});

describe("documents", () => {
  it("are written again with the unit that was not counted", async () => {
    const journal = await open();
    await journal.add({ documents: { "d.json": "one\n" } });
    await journal.close();
    expect(content("d.json")).toBe("one\n");
    const again = await open();
    expect(again).toMatchObject({ units: 0, documents: [] });
    await again.add({ documents: { "d.json": "two\n" } });
    await again.finish();
    expect(content("d.json")).toBe("two\n");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("a failure", () => {
  it("of something else keeps what was finished", async () => {
    const journal = await open();
    await journal.add(unit(0));
    await journal.add(unit(1));
    await journal.keep();
    expect(await unfinishedWork(folder)).toMatchObject({ units: 2 });
  });

  it.each([
    ["records", { records: { "a.jsonl": [{ n: 1 }], "a.jsonl/below.jsonl": [{ n: 1 }] } }],
    ["documents", { records: { "a.jsonl": [{ n: 1 }] }, documents: { "a.jsonl/d.json": "{}" } }],
  ])("to write %s counts nothing from there on", async (_, bad: UnitResult) => {
    const journal = await open();
    await work(journal, 1);
    await expect(journal.add(bad).then(() => journal.flush())).rejects.toThrow();
    await journal.keep();
    expect(await unfinishedWork(folder)).toMatchObject({ units: 1 });
    const again = await open();
    await work(again, 2);
    await again.finish();
    expect(content("a.jsonl").trim().split("\n")).toHaveLength(2);
  });
});

it("tells the file that could not be written", async () => {
  const journal = await open();
  await journal.add(unit(0));
  await journal.close();
  await expect(journal.flush()).rejects.toMatchObject({ path: join(folder, JOURNAL) });
});
