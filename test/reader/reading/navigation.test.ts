import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Pair, Post } from "../../../src/core/records/records.js";
import { DataDocument } from "../../../src/reader/documents/data-document.js";
import { definitionAt } from "../../../src/reader/reading/definition.js";
import { referencesAt } from "../../../src/reader/reading/references.js";
import { summariseRow } from "../../../src/reader/reading/row-summary.js";
import { symbolsOf } from "../../../src/reader/reading/symbols.js";
import { sourceLine } from "../../../src/runtime/source-line.js";
import { makeWorkspace, runWorkspace } from "../../builders/workspace.js";
import { at, OpenFiles, outputFile, recordsOf } from "./reading.js";

let folder: string;
let pairs: readonly Pair[];
let posts: readonly Post[];
const files = new OpenFiles();
const output = (path: string) => outputFile(folder, path);

beforeAll(async () => {
  folder = await makeWorkspace();
  await runWorkspace(folder);
  pairs = (await recordsOf(output("pair/pairs.jsonl"))) as unknown as readonly Pair[];
  posts = (await recordsOf(output("import/posts.jsonl"))) as unknown as readonly Post[];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function placesOf(path: string, line: number, sought: string) {
  const context = await files.line(output(path), line);
  return (await definitionAt(context, at(context, sought), () => false))?.places ?? null;
}

const rawPlace = (post: Post) => ({
  path: join(folder, "threads.jsonl"),
  line: post.origin.line - 1,
  character: 0,
});

describe("definitions", () => {
  it("a row of the data set leads to its pair, its post and its raw line", async () => {
    const [lineage] = await recordsOf(output("dataset/train.lineage.jsonl"));
    const at = pairs.findIndex(({ id }) => id === lineage!["pair"]);
    const post = posts.findIndex(({ id }) => id === pairs[at]!.post);
    expect(await placesOf("dataset/train.jsonl", 0, '"prompt"')).toEqual([
      { path: output("pair/pairs.jsonl"), line: at, character: 0 },
      { path: output("import/posts.jsonl"), line: post, character: 0 },
      rawPlace(posts[post]!),
    ]);
  });

  it("a response leads to where it stands in its post", async () => {
    const { chosen, post: id } = pairs[0]!;
    const [place] = (await placesOf("pair/pairs.jsonl", 0, chosen))!;
    const line = posts.findIndex((post) => post.id === id);
    const context = await files.line(output("import/posts.jsonl"), line);
    expect(place).toEqual({
      path: output("import/posts.jsonl"),
      line,
      character: context.text.indexOf(`"${chosen}"`),
    });
  });

  it("a post leads on to its raw line where it stands itself", async () => {
    expect(await placesOf("import/posts.jsonl", 3, posts[3]!.id)).toEqual([rawPlace(posts[3]!)]);
    expect(await placesOf("import/posts.jsonl", 3, '"origin"')).toEqual([rawPlace(posts[3]!)]);
  });

  it("what no record has leads nowhere", async () => {
    expect(await placesOf("check/verdicts.jsonl", 0, '"ok"')).toBeNull();
  });

  it("entries of an array lie on the line where they begin", async () => {
    const temp = await mkdtemp(join(tmpdir(), "prefloom-array-"));
    const path = join(temp, "raw.json");
    await writeFile(path, '[\n  {"a": 1},\n\n  {"a": 2}\n]\n');
    expect(await sourceLine(path, 2)).toBe(4);
    expect(await sourceLine(path, 2, () => true)).toBeNull();
    expect(await sourceLine(path, 3)).toBeNull();
    expect(await sourceLine(join(temp, "none.json"), 1)).toBeNull();
    await rm(temp, { recursive: true });
  });
});

describe("references", () => {
  it("are the places of an id in all output files", async () => {
    const { id } = pairs[0]!;
    const context = await files.line(output("pair/pairs.jsonl"), 0);
    const { places, more } = await referencesAt(context, at(context, id), () => false);
    expect(more).toBe(false);
    expect(places[0]).toEqual({ path: output("pair/pairs.jsonl"), line: 0, character: 7 });
    expect(new Set(places.map(({ path }) => path))).toContain(output("check/verdicts.jsonl"));
    for (const { path, line, character } of places) {
      const { text } = await files.line(path, line);
      expect(text.slice(character, character + id.length)).toBe(id);
    }
  });

  it("end when they are cancelled", async () => {
    const context = await files.line(output("pair/pairs.jsonl"), 0);
    const found = await referencesAt(context, at(context, pairs[0]!.id), () => true);
    expect(found.places).toEqual([]);
  });
});

describe("the outline", () => {
  it("has each line by its first words or its id", async () => {
    const rows = await symbolsOf(await files.open(output("dataset/train.jsonl")));
    const [row] = await recordsOf(output("dataset/train.jsonl"));
    expect(rows[0]!.name).toBe(`1  ${String(row!["prompt"]).slice(0, 60)}`.trimEnd());
    const [pair] = await symbolsOf(await files.open(output("pair/pairs.jsonl")));
    expect(pair!.name).toBe(`1  ${pairs[0]!.id}`);
  });

  it("has ranges of lines where there are many", async () => {
    const document = new DataDocument(
      "many",
      "/many.jsonl",
      1,
      '{"prompt":"a","chosen":"b"}\n'.repeat(12_345),
    );
    const symbols = await symbolsOf(document);
    expect(symbols.map(({ name }) => name)).toEqual([
      ...Array.from({ length: 12 }, (_, i) => `${i * 1000 + 1}–${(i + 1) * 1000}`),
      "12001–12346",
    ]);
  });
});

describe("the summary of a row", () => {
  it("counts its persona and says whether it is consistent", async () => {
    const [row] = await recordsOf(output("dataset/train.jsonl"));
    const summary = summariseRow(await files.line(output("dataset/train.jsonl"), 0))!;
    expect(summary).toMatchObject({ line: 0, consistent: true, problem: null });
    expect(summary.persona!.ugc).toBe((row!["User-Generated Content"] as unknown[]).length);
    expect(summary.tokens).toBeGreaterThan(50);
  });

  it("names what is wrong", async () => {
    const open = new OpenFiles();
    const path = output("dataset/train.jsonl");
    const rows = await recordsOf(path);
    const direction = rows[0]!["Preference Direction"] as readonly number[];
    const turned = { ...rows[0], "Preference Direction": direction.map((value) => 1 - value) };
    open.put(path, `${JSON.stringify(turned)}\n${JSON.stringify({ ...rows[1], chosen: 7 })}\n`);
    expect(summariseRow(await open.line(path, 0))).toMatchObject({ consistent: false });
    expect(summariseRow(await open.line(path, 1))?.problem).toContain("chosen: expected a text");
  });

  it("is none for what is no row", async () => {
    expect(summariseRow(await files.line(output("pair/pairs.jsonl"), 0))).toBeNull();
  });
});
