import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatProblem, InputError } from "../../../src/core/errors.js";
import { SOURCE_FORMATS } from "../../../src/core/sources/formats.js";
import type { SourceName } from "../../../src/core/sources/source.js";
import { readJsonArray } from "../../../src/node/text/json-array.js";
import { parseJsonLine, readLines } from "../../../src/node/text/json-lines.js";
import { readRecords } from "../../../src/node/text/read-records.js";
import { type Case, GOOD, type Reading } from "./hostile-case.js";
import { ARRAYS, FIELDS, TREES } from "./hostile-records.js";
import { BROKEN_JSON, HARMLESS, WHOLE_FILES } from "./hostile-texts.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const FILE = "raw.jsonl";

/** A file's good posts (by key) and its problems as people read them; an error for the whole file counts as one. */
interface Outcome {
  readonly keys: readonly string[];
  readonly messages: readonly string[];
}

async function importFile(path: string, source: SourceName, reading: Reading): Promise<Outcome> {
  const keys: string[] = [];
  const messages: string[] = [];
  const options = { name: FILE };
  const take = (line: number, result: ReturnType<typeof parseJsonLine>) => {
    if ("problem" in result) {
      messages.push(formatProblem({ file: FILE, line }, result.problem));
      return;
    }
    for (const item of SOURCE_FORMATS[source].posts(result.value)) {
      if ("post" in item) keys.push(item.post.key);
      else messages.push(formatProblem({ file: FILE, line }, item.problem));
    }
  };
  try {
    if (reading === "lines")
      for await (const raw of readLines(path, options)) take(raw.line, parseJsonLine(raw));
    else {
      const records = reading === "array" ? readJsonArray(path, options) : readRecords(path, options);
      for await (const record of records) take(record.line, record);
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    messages.push(error.message);
  }
  return { keys, messages };
}

async function check({
  content,
  source = "posts",
  reading = "records",
  keys,
  messages,
}: Case): Promise<void> {
  const path = join(folder, FILE);
  writeFileSync(path, content);
  const outcome = await importFile(path, source, reading);
  expect(outcome.keys).toEqual(keys);
  expect(outcome.messages).toEqual(messages.map((pattern) => expect.stringMatching(pattern) as string));
  for (const text of outcome.messages) expect(text).toMatch(/^raw\.jsonl(:\d+)?: .+\. Fix: .+[^.]\.$/s);
}

describe("hostile input", () => {
  describe.each([
    ["broken JSON", BROKEN_JSON],
    ["odd but readable", HARMLESS],
    ["whole files", WHOLE_FILES],
    ["fields of posts", FIELDS],
    ["arrays", ARRAYS],
    ["trees", TREES],
  ] as const)("%s", (_, cases) => {
    it.each(cases)("$name", check);
  });

  describe("paths", () => {
    const problem = async (path: string) => (await importFile(path, "posts", "records")).messages;

    it("a folder", async () => {
      mkdirSync(join(folder, "folder"));
      expect(await problem(join(folder, "folder"))).toEqual([
        "raw.jsonl: this is a folder, not a file. Fix: name the files in it.",
      ]);
    });

    it("a file that is not there", async () => {
      expect(await problem(join(folder, "none"))).toEqual([
        "raw.jsonl: there is no such file. Fix: check the path.",
      ]);
      writeFileSync(join(folder, "plain"), "x");
      expect(await problem(join(folder, "plain", "below"))).toEqual([
        "raw.jsonl: a part of the path is not a folder. Fix: check the path.",
      ]);
    });

    it("a link that leads nowhere but to itself", async () => {
      symlinkSync("loop", join(folder, "loop"));
      expect(await problem(join(folder, "loop"))).toEqual([
        "raw.jsonl: it cannot be read (ELOOP). Fix: check the path and the disk.",
      ]);
    });

    it.runIf(process.getuid?.() !== 0)("a file that may not be read", async () => {
      writeFileSync(join(folder, "closed"), GOOD, { mode: 0o000 });
      expect(await problem(join(folder, "closed"))).toEqual([
        "raw.jsonl: reading it is not allowed. Fix: change its permissions.",
      ]);
    });
  });
});
