import { rm } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Annotation, Pair, Persona, Post } from "../../../src/core/records/records.js";
import { ALIGNX_SPACE } from "../../../src/core/space/space.js";
import { hoverAt } from "../../../src/reader/reading/hover.js";
import { makeWorkspace, runWorkspace } from "../../builders/workspace.js";
import { at, OpenFiles, outputFile, recordsOf } from "./reading.js";

const HOSTILE =
  '[click](command:workbench.action.quit) <img src="http://evil.example/x"> $(zap) `code` | *bold*';

let folder: string;
const files = new OpenFiles();
const output = (path: string) => outputFile(folder, path);
const records = async <T>(path: string) => (await recordsOf(output(path))) as unknown as readonly T[];

beforeAll(async () => {
  const hostile = { id: "hostile", text: HOSTILE, responses: [`${HOSTILE} one`, "A plain answer to it."] };
  folder = await makeWorkspace({ lines: [JSON.stringify(hostile)] });
  await runWorkspace(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is told of the place where a text stands. */
async function told(path: string, line: number, sought: string): Promise<string> {
  const context = await files.line(path, line);
  return (await hoverAt(context, at(context, sought)))?.markdown ?? "";
}

describe("a direction", () => {
  it("is told by its dimensions, with levels and probabilities of both sides, and the way back", async () => {
    const [pair] = await records<Pair>("pair/pairs.jsonl");
    const named = pair!.direction.findIndex((value) => value !== 0.5);
    const { positiveLabel, negativeLabel } = ALIGNX_SPACE.dimensions[named]!;
    for (const [path, key] of [
      ["pair/pairs.jsonl", '"direction"'],
      ["dataset/train.jsonl", '"Preference Direction"'],
    ] as const) {
      const markdown = await told(output(path), 0, key);
      expect(markdown).toContain("of 90 dimensions are not neutral");
      expect(markdown).toMatch(/\| Psychological \| {2}\| Chosen \| Rejected \|/);
      expect(markdown).toMatch(/\| [123] \([\d.<]+\/[\d.<]+\/[\d.<]+%\) \|/);
    }
    const markdown = await told(output("pair/pairs.jsonl"), 0, '"direction"');
    expect(markdown).toContain(`**${pair!.direction[named] === 1 ? positiveLabel : negativeLabel}**`);
    expect(markdown).toContain(`[${pair!.id}](${pathToFileURL(output("pair/pairs.jsonl")).href}#L1) ← [`);
    expect(markdown).toMatch(/← \[threads\.jsonl:\d+\]\(file:/);
  });

  it("has numbers that are one dimension each", async () => {
    const context = await new OpenFiles().line(output("pair/pairs.jsonl"), 0);
    const start = context.text.indexOf("[") + 1;
    const [first] = context.text.slice(start).split(",");
    const found = (await hoverAt(context, start))!;
    expect(found.markdown).toMatch(/^\*\*Age group\*\* \(psychological, dimension 1 of 90\)/);
    expect(context.text.slice(found.from, found.to)).toBe(first);
  });

  it("is not named where the space has another size", async () => {
    const open = new OpenFiles();
    const path = output("pair/pairs.jsonl");
    open.put(
      path,
      `${JSON.stringify({ id: "pair-1", post: "post-1", chosen: "resp-1", rejected: "resp-2", direction: [1, 0] })}\n`,
    );
    const context = await open.line(path, 0);
    expect((await hoverAt(context, at(context, '"direction"')))!.markdown).toContain(
      "2 values, where the preference space alignx has 90 dimensions",
    );
  });
});

describe("other vectors", () => {
  it("levels say what they stand for", async () => {
    const markdown = await told(output("levels/levels.jsonl"), 0, '"levels":[');
    expect(markdown).toContain("| Response |");
    expect(await told(output("levels/levels.jsonl"), 0, "[")).toMatch(/Level [123], /);
  });

  it("answers are three probabilities in words", async () => {
    const [annotation] = await records<Annotation>("annotate/annotations.jsonl");
    const markdown = await told(output("annotate/annotations.jsonl"), 0, String(annotation!.answers[0]![0]));
    expect(markdown).toMatch(/“Young”: .*%\n- “Older”: .*%\n- cannot reflect: .*%$/);
    expect(await told(output("annotate/annotations.jsonl"), 0, '"answers"')).toContain("| Dimension |");
  });

  it("numbers of dimensions are named", async () => {
    expect(await told(output("check/verdicts.jsonl"), 0, '"agreed"')).toMatch(/^- .+ \((psych|align|inter)/);
  });
});

describe("an id", () => {
  it("of a post: text, responses, split, pairs, where it came from", async () => {
    const [pair] = await records<Pair>("pair/pairs.jsonl");
    const posts = await records<Post>("import/posts.jsonl");
    const post = posts.find(({ id }) => id === pair!.post)!;
    const markdown = await told(output("pair/pairs.jsonl"), 0, post.id);
    expect(markdown).toContain(`${post.responses.length} responses · split`);
    expect(markdown).toContain(`[threads.jsonl:${post.origin.line}]`);
    expect(markdown).toContain(`[${pair!.id}](`);
  });

  it("of a response: its place, its cluster, its pairs", async () => {
    const [pair] = await records<Pair>("pair/pairs.jsonl");
    const markdown = await told(output("pair/pairs.jsonl"), 0, pair!.chosen);
    expect(markdown).toMatch(/^\*\*Response\*\* \d of 4 to \[post-/);
    expect(markdown).toMatch(/cluster \d of \d/);
    expect(markdown).toContain(`chosen in [${pair!.id}]`);
  });

  it("of a pair: where it is exported, and its persona", async () => {
    const [line] = await recordsOf(output("dataset/train.lineage.jsonl"));
    const pairs = await records<Pair>("pair/pairs.jsonl");
    const at = pairs.findIndex(({ id }) => id === line!["pair"]);
    const markdown = await told(output("pair/pairs.jsonl"), at, String(line!["pair"]));
    expect(markdown).toContain("exported at [prefloom-out/dataset/train.jsonl:1](");
    expect(markdown).toMatch(/Persona: UGC \d · PAIR \d.*passed the check/);
  });

  it("that nothing has", async () => {
    const open = new OpenFiles();
    const path = output("pair/pairs.jsonl");
    open.put(
      path,
      '{"id":"pair-00","post":"post-00","chosen":"resp-00","rejected":"resp-01","direction":[]}',
    );
    const context = await open.line(path, 0);
    expect((await hoverAt(context, at(context, "post-00")))!.markdown).toBe(
      "No post of this workspace has the id post-00",
    );
  });
});

describe("an item of a persona", () => {
  it("says how near it is and where it agrees, in rows and in personas", async () => {
    const row = await told(output("dataset/train.jsonl"), 0, '"comment"');
    expect(row).toMatch(/^\*\*UGC item 1 of \d\*\*: \d+ of 90 dimensions match/);
    expect(row).toMatch(/- agrees with the pair on .+\n- contradicts the pair nowhere/);
    const [persona] = await records<Persona>("persona/personas.jsonl");
    const item = await told(output("persona/personas.jsonl"), 0, persona!.ugc[0]!.response);
    expect(item).toContain("**UGC item 1 of ");
    expect(item).toContain("**Response**");
  });
});

describe("a text", () => {
  it("has a length in characters and tokens", async () => {
    expect(await told(output("dataset/train.jsonl"), 0, '"prompt"')).toMatch(
      /^[\d,]+ characters, ≈ [\d,]+ tokens/,
    );
  });
});

describe("safety", () => {
  it("texts of data stay text: no links, no HTML, no icons", async () => {
    const posts = await records<Post>("import/posts.jsonl");
    const hostile = posts.findIndex(({ text }) => text.startsWith("[click]"));
    expect(hostile).toBeGreaterThanOrEqual(0);
    const { id, responses } = posts[hostile]!;
    for (const one of [id, responses[0]!.id]) {
      const markdown = await told(output("import/posts.jsonl"), hostile, `"${one}"`);
      expect(markdown).toContain("click");
      expect(markdown).not.toMatch(/(?<!\\)\]\(command:/);
      expect(markdown).not.toContain("<img");
      expect(markdown).not.toContain("http://");
      expect(markdown).not.toMatch(/(?<!\\)\$\(/);
    }
  });

  it("is silent on what is no record", async () => {
    const open = new OpenFiles();
    const path = output("pair/pairs.jsonl");
    const deep = "[".repeat(200_000);
    open.put(path, `{"id":\n${deep}\n{"a":${deep}\n\n`);
    for (const line of [0, 1, 2, 3]) {
      const context = await open.line(path, line);
      expect(await hoverAt(context, 1)).toBeNull();
    }
  });

  it("moved rows lose their lineage rather than get another one's", async () => {
    const open = new OpenFiles();
    const path = output("dataset/train.jsonl");
    const [, second] = (await recordsOf(path)).map((row) => JSON.stringify(row));
    open.put(path, `${second}\n`);
    const context = await open.line(path, 0);
    expect(await context.lineage()).toBeNull();
  });

  it("rows of the same post are told apart by their responses", async () => {
    const open = new OpenFiles();
    const path = output("dataset/train.jsonl");
    const [first] = await recordsOf(path);
    const exchanged = { ...first, chosen: first!["rejected"], rejected: first!["chosen"] };
    for (const [row, isKnown] of [
      [first, true],
      [exchanged, false],
    ] as const) {
      open.put(path, `${JSON.stringify(row)}\n`);
      const context = await open.line(path, 0);
      expect((await context.lineage()) !== null).toBe(isKnown);
    }
  });
});

describe("time", () => {
  it("takes less than 50 ms on a line of 15 KB", async () => {
    const open = new OpenFiles();
    const path = output("dataset/train.jsonl");
    const [row] = await recordsOf(path);
    open.put(path, `${JSON.stringify({ ...row, chosen: "word ".repeat(3000) })}\n`);
    const context = await open.line(path, 0);
    expect(context.text.length).toBeGreaterThan(15_000);
    // The first one builds the indexes.
    await hoverAt(context, at(context, '"Preference Direction"'));
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      const fresh = await open.line(path, 0);
      await hoverAt(fresh, at(fresh, '"Preference Direction"'));
      times.push(performance.now() - start);
    }
    expect(Math.min(...times)).toBeLessThan(50);
  });
});
