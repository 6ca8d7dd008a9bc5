import { appendFile, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runCli } from "../../src/cli/program.js";
import { explanationLines } from "../../src/cli/explain-view.js";
import type { AlignxRow, Lineage } from "../../src/core/records/alignx-row.js";
import type {
  Annotation,
  Drop,
  LeveledResponse,
  Pair,
  Persona,
  Post,
  PostClusters,
  Verdict,
} from "../../src/core/records/records.js";
import { ALIGNX_SPACE } from "../../src/core/space/space.js";
import { explain } from "../../src/runtime/explain.js";
import type { Explanation } from "../../src/runtime/explanation.js";
import type { ModelOpener } from "../../src/runtime/open-model.js";
import { openWorkspace } from "../../src/runtime/workspace.js";
import { makeWorkspace, RAW_FILE, runWorkspace } from "../builders/workspace.js";
import { FAKE_IDENTITY, FakeTextModel } from "../fakes/fake-model.js";

const folders: string[] = [];

async function made(...wanted: Parameters<typeof makeWorkspace>): Promise<string> {
  const folder = await makeWorkspace(...wanted);
  folders.push(folder);
  return folder;
}

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function recordsOf<T>(folder: string, path: string): Promise<T[]> {
  const text = await readFile(join(folder, "prefloom-out", path), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

const explained = async (folder: string, id: string, set?: readonly string[]): Promise<Explanation> =>
  explain(await openWorkspace(folder, set), id);

const shown = (explanation: Explanation): string => explanationLines(explanation).join("\n");

/** Runs the command line; what it wrote to stdout and stderr. */
async function command(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const text = ({ mock }: typeof out) => mock.calls.map(([written]) => String(written)).join("");
  try {
    const code = await runCli(args);
    return { code, out: text(out), err: text(err) };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

describe("a finished workspace", () => {
  let folder: string;
  let lineages: Lineage[];

  beforeAll(async () => {
    folder = await made({
      posts: 40,
      lines: [
        "{ broken",
        '{"text": "Only one?", "responses": ["One."]}',
        '{"text": "Twice \\u001b[2J?", "responses": ["The same.", "The same.", "Clear \\u001b[2J it.", "Another one."]}',
      ],
    });
    await runWorkspace(folder);
    lineages = await recordsOf<Lineage>(folder, "dataset/train.lineage.jsonl");
  });

  it("walks back from each line to the pair of its lineage and the raw line of its post", async () => {
    const rows = await recordsOf<AlignxRow>(folder, "dataset/train.jsonl");
    for (const [i, lineage] of lineages.entries()) {
      const found = await explained(folder, `train.jsonl:${i + 1}`);
      expect(found).toMatchObject({
        ...{ kind: "pair", id: lineage.pair, drops: [], split: "train" },
        exported: { file: "prefloom-out/dataset/train.jsonl", line: i + 1, split: "train" },
        post: { id: lineage.post, text: rows[i]!.prompt, origin: lineage.origin },
        responses: [
          { id: lineage.chosen, role: "chosen", text: rows[i]!.chosen },
          { id: lineage.rejected, role: "rejected", text: rows[i]!.rejected },
        ],
        verdict: { ok: true },
        notRun: [],
      });
      const raw = (await readFile(join(folder, RAW_FILE), "utf8")).split("\n")[lineage.origin.line - 1]!;
      expect(found.raw).toHaveLength(1);
      expect(found.raw[0]).toMatchObject({ of: "post, chosen, rejected", file: RAW_FILE, changed: false });
      expect(raw.startsWith(found.raw[0]!.text!)).toBe(true);
      expect(found.raw[0]!.text!.length).toBe(Math.min(300, raw.length));
    }
  });

  it("takes a line by any path to it, and the pair's id, for the same", async () => {
    const { asked: _, ...wanted } = await explained(folder, "test.jsonl:2");
    const others = [
      wanted.id,
      "dataset/test.jsonl:2",
      "prefloom-out/dataset/test.jsonl:2",
      "prefloom-out\\dataset\\test.jsonl:2",
      "test.lineage.jsonl:2",
    ];
    for (const id of others) {
      const { asked, ...found } = await explained(folder, id);
      expect(asked).toBe(id);
      expect(found).toEqual(wanted);
    }
    const pairs = await recordsOf<Pair>(folder, "pair/pairs.jsonl");
    expect((await explained(folder, "pair/pairs.jsonl:3")).id).toBe(pairs[2]!.id);
    expect((await explained(folder, "personas.jsonl:3")).id).toBe(pairs[2]!.id);
    const posts = await recordsOf<Post>(folder, "import/posts.jsonl");
    expect((await explained(folder, "posts.jsonl:4")).id).toBe(posts[3]!.id);
  });

  it("has each dimension with levels and probabilities as they are in the files", async () => {
    const found = await explained(folder, "train.jsonl:1");
    const pair = (await recordsOf<Pair>(folder, "pair/pairs.jsonl")).find(({ id }) => id === found.id)!;
    const levels = await recordsOf<LeveledResponse>(folder, "levels/levels.jsonl");
    const annotations = await recordsOf<Annotation>(folder, "annotate/annotations.jsonl");
    const verdicts = await recordsOf<Verdict>(folder, "check/verdicts.jsonl");
    const of = <T extends { readonly response: string }>(records: readonly T[], id: string) =>
      records.find(({ response }) => response === id)!;
    const expected = ALIGNX_SPACE.dimensions.flatMap(({ name, positiveLabel, negativeLabel }, d) => {
      const value = pair.direction[d]!;
      if (value === 0.5) return [];
      return [
        {
          dimension: name,
          direction: value === 1 ? "Positive" : "Negative",
          label: value === 1 ? positiveLabel : negativeLabel,
          agreed: verdicts.find((verdict) => verdict.pair === pair.id)!.agreed.includes(d),
          sides: ([pair.chosen, pair.rejected] as const).map((response, i) => ({
            role: i === 0 ? "chosen" : "rejected",
            level: of(levels, response).levels[d],
            probabilities: of(annotations, response).answers[d],
          })),
        },
      ];
    });
    expect(found.dimensions).toMatchObject(expected);
    expect(found.dimensions!.some(({ agreed }) => agreed)).toBe(true);
    for (const { direction, sides } of found.dimensions!) {
      expect(sides[0]!.level! > sides[1]!.level!).toBe(direction === "Positive");
    }
  });

  it("has the clusters, and that chosen and rejected are from different ones", async () => {
    const clusters = await recordsOf<PostClusters>(folder, "cluster/clusters.jsonl");
    for (const line of [1, 5, 9]) {
      const found = await explained(folder, `train.jsonl:${line}`);
      const own = clusters.find(({ post }) => post === found.post!.id)!;
      expect(found.clusters!.map(({ size }) => size)).toEqual(own.clusters.map(({ length }) => length));
      const [chosen, rejected] = found.responses;
      expect(chosen!.cluster).not.toBe(rejected!.cluster);
      expect(found.clusters![chosen!.cluster! - 1]!.holds).toEqual(["chosen"]);
      expect(found.clusters![rejected!.cluster! - 1]!.holds).toEqual(["rejected"]);
    }
  });

  it("has the persona item by item: each agrees with the pair somewhere and contradicts it nowhere", async () => {
    const personas = await recordsOf<Persona>(folder, "persona/personas.jsonl");
    for (const [i, lineage] of lineages.slice(0, 12).entries()) {
      const { persona, dimensions, serves } = await explained(folder, `train.jsonl:${i + 1}`);
      const own = personas.find(({ pair }) => pair === lineage.pair)!;
      expect(persona!.ugc).toMatchObject(own.ugc);
      expect(persona!.pairs).toMatchObject(own.pairs);
      expect(persona!.search).toEqual(own.probes);
      expect(persona!.demographic?.text).toBe(own.demographic?.text);
      const labels = dimensions!.map(({ label }) => label);
      for (const { agrees, contradicts } of [...persona!.ugc, ...persona!.pairs]) {
        expect(agrees.length).toBeGreaterThan(0);
        expect(labels).toEqual(expect.arrayContaining([...agrees]));
        expect(contradicts).toEqual([]);
      }
      const others = personas.filter((one) => one.pairs.some(({ pair }) => pair === lineage.pair));
      expect(serves).toBe(others.length);
    }
  });

  it("says with what it was made", async () => {
    const { made: run } = await explained(folder, "train.jsonl:1");
    expect(run).toMatchObject({
      model: { name: FAKE_IDENTITY.name, sha256: FAKE_IDENTITY.sha256 },
      ...{ demographicModel: null, seed: 42, decision: "batch" },
    });
    expect(run.settingsHash).toMatch(/^[0-9a-f]{8}$/);
    expect(run.steps).toHaveLength(8);
  });

  it("explains a post and a response", async () => {
    const pair = (await recordsOf<Pair>(folder, "pair/pairs.jsonl"))[0]!;
    const post = await explained(folder, pair.post);
    expect(post).toMatchObject({
      ...{ kind: "post", persona: null, prompt: null, dimensions: null },
      pairs: [{ id: pair.id, chosen: pair.chosen, rejected: pair.rejected }],
    });
    expect(post.responses).toHaveLength(4);
    const response = await explained(folder, pair.chosen);
    expect(response).toMatchObject({
      kind: "response",
      post: { id: pair.post },
      responses: [{ id: pair.chosen, role: "response" }],
      pairs: [{ id: pair.id }],
    });
    expect(response.dimensions!.length).toBeGreaterThan(0);
    for (const { sides } of response.dimensions!) expect([1, 3]).toContain(sides[0]!.level);
    expect(response.prompt!.prefix.join("")).toContain(response.responses[0]!.text);
  });

  it("says of what was dropped where and why", async () => {
    const drops = await recordsOf<Drop>(folder, "import/drops.jsonl");
    const under = (rule: string) => drops.find((drop) => drop.rule === rule)!;
    const broken = await explained(folder, under("json-syntax").id);
    expect(broken).toMatchObject({ kind: "record", drops: [{ stage: "import", restorable: false }] });
    expect(broken.raw[0]).toMatchObject({ text: "{ broken", line: 41 });

    const few = under("too-few-responses");
    const post = await explained(folder, few.id);
    expect(post).toMatchObject({
      ...{ kind: "post", post: { text: "Only one?" } },
      drops: [{ rule: "too-few-responses", restorable: true, askedBack: false }],
    });
    const [only] = (few.record as Post).responses;
    expect(await explained(folder, only!.id)).toMatchObject({
      ...{ kind: "response", post: { id: few.id } },
      responses: [{ text: "One." }],
      drops: [{ id: few.id, rule: "too-few-responses" }],
    });
    expect(await explained(folder, under("duplicate-response").id)).toMatchObject({
      responses: [{ text: "The same.", role: "response" }],
      drops: [{ rule: "duplicate-response", restorable: true }],
    });
  });

  it("shows all of it in sections that fit a terminal, and lets no text play with the terminal", async () => {
    const text = shown(await explained(folder, "train.jsonl:1"));
    const titles = text.split("\n").filter((line) => /^[A-Z]/.test(line));
    expect(titles).toEqual([
      ...["Post", "Clusters", "Chosen", "Rejected", "Direction", "Persona", "Check"],
      ...["What the model was asked", "Made with", "Raw record"],
    ]);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
    const hostile = (await recordsOf<Post>(folder, "import/posts.jsonl")).at(-1)!;
    expect(hostile.text).toContain("\u001b[2J");
    expect(shown(await explained(folder, hostile.id))).toContain("⟨U+001B⟩[2J");
    expect(shown(await explained(folder, hostile.id))).not.toContain("\u001b");
  });

  it("refuses what is not there, with the nearest help", async () => {
    const [pair] = await recordsOf<Pair>(folder, "pair/pairs.jsonl");
    const close = `${pair!.id.slice(0, -2)}zz`;
    const cases: readonly (readonly [id: string, message: string])[] = [
      ["train.jsonl:9999", `has no line 9999: it has ${lineages.length} lines. Fix: give a line from 1 to`],
      ["train.jsonl:0", "has no line 0"],
      ["train.jsonl", "the line is missing. Fix: write train.jsonl:1"],
      ["other.jsonl:1", "name one of train.jsonl"],
      ["12", "“12” is no id. Fix: give train.jsonl:LINE"],
      [close, `perhaps ${pair!.id} was meant`],
      ["resp-0000000000000000", "no response has this id, and no drop ledger either"],
      ["raw-0000000000000000", "no raw record has this id"],
    ];
    for (const [id, message] of cases) {
      await expect(explained(folder, id), id).rejects.toMatchObject({ rule: "unknown-id" });
      await expect(explained(folder, id), id).rejects.toThrow(message);
    }
    expect((await command("--workspace", folder, "explain", "train.jsonl:9999")).code).toBe(2);
  });

  it("gives one object with --json and people's output on stdout without", async () => {
    const { code, out, err } = await command("--workspace", folder, "--json", "explain", "train.jsonl:3");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(await explained(folder, "train.jsonl:3"));
    expect(err).toContain("Raw record");
    const plain = await command("--workspace", folder, "explain", "train.jsonl:3");
    expect(plain.out.trimEnd()).toBe(shown(await explained(folder, "train.jsonl:3")));
  });
});

describe("other states of a workspace", () => {
  it("explains a pair that the check left out", async () => {
    const folder = await made({ posts: 8 });
    await runWorkspace(folder, { set: ["persona.threshold=0.99", "persona.demographic.method=none"] });
    const [drop] = await recordsOf<Drop>(folder, "check/drops.jsonl");
    expect(drop!.rule).toBe("persona-empty");
    const found = await explained(folder, drop!.id);
    expect(found).toMatchObject({
      ...{ kind: "pair", exported: null, verdict: { ok: false } },
      drops: [{ stage: "check", rule: "persona-empty", reason: drop!.reason }],
      persona: { ugc: [], pairs: [], demographic: null, search: { ugc: { missing: 4 } } },
    });
    expect(found.findings.map(({ rule }) => rule)).toContain("persona-empty");
    expect(shown(found)).toContain("left out by “check”");
  });

  it("explains a pair that the ledger alone has", async () => {
    const folder = await made({ posts: 4 });
    await runWorkspace(folder, { steps: ["import", "annotate", "levels", "cluster", "pair"] });
    const output = join(folder, "prefloom-out/pair");
    const [pair, ...rest] = await recordsOf<Pair>(folder, "pair/pairs.jsonl");
    const reason = "chosen and rejected have the same level on every dimension";
    const drop = { id: pair!.id, rule: "no-preference", stage: "pair", reason, record: pair };
    await writeFile(join(output, "pairs.jsonl"), rest.map((one) => `${JSON.stringify(one)}\n`).join(""));
    await writeFile(join(output, "drops.jsonl"), `${JSON.stringify(drop)}\n`);
    const found = await explained(folder, pair!.id);
    expect(found).toMatchObject({ drops: [{ rule: "no-preference", restorable: false }], persona: null });
    expect(found.responses.map(({ id }) => id)).toEqual([pair!.chosen, pair!.rejected]);
    expect(shown(found)).toContain("left out by “pair”");
  });

  it("says which step has to run", async () => {
    const folder = await made({ posts: 4 });
    await expect(explained(folder, "train.jsonl:1")).rejects.toThrow("run `prefloom export`");
    await expect(explained(folder, "pair-0123456789abcdef")).rejects.toThrow(
      "there are no pairs yet: the step “pair” has not run. Fix: run `prefloom pair`",
    );
    await runWorkspace(folder, { steps: ["import"] });
    const [post] = await recordsOf<Post>(folder, "import/posts.jsonl");
    expect(await explained(folder, post!.responses[0]!.id)).toMatchObject({
      ...{ clusters: null, dimensions: null, prompt: null, split: null },
      notRun: ["annotate", "levels", "cluster", "pair", "persona", "check", "export"],
    });
    await runWorkspace(folder, { steps: ["annotate", "levels", "cluster", "pair"] });
    const [pair] = await recordsOf<Pair>(folder, "pair/pairs.jsonl");
    const found = await explained(folder, pair!.id);
    expect(found).toMatchObject({ persona: null, verdict: null, notRun: ["persona", "check", "export"] });
    expect(shown(found)).toContain("the step “persona” has not run");
  });

  it("shows the prompt as the model was given it, cuts and examples included", async () => {
    for (const way of ["words", "numbers"]) {
      const folder = await made({ posts: 3 });
      const seen = new Set<string>();
      class Listening extends FakeTextModel {
        override score(request: Parameters<FakeTextModel["score"]>[0]) {
          seen.add(JSON.stringify(request.prefix));
          return super.score(request);
        }
      }
      const openModel: ModelOpener = async () => new Listening();
      const set = [
        `annotate.answers=${way}`,
        "annotate.maxResponseTokens=16",
        "annotate.maxPostTokens=16",
        "persona.demographic.method=template",
      ];
      await runWorkspace(folder, { openModel, set });
      const posts = await recordsOf<Post>(folder, "import/posts.jsonl");
      let cuts = 0;
      for (const { id } of posts.flatMap(({ responses }) => responses)) {
        // The settings have changed since: the run's own count.
        const { prompt } = await explained(folder, id, ["annotate.answers=words"]);
        expect(seen).toContain(JSON.stringify({ chat: prompt!.chat, parts: prompt!.prefix }));
        expect(prompt).toMatchObject({ answers: way, questions: 90 });
        if (prompt!.cut) cuts++;
      }
      expect(cuts).toBeGreaterThan(0);
    }
  });

  it("says where the raw file is not what it was", async () => {
    const folder = await made({ posts: 6 });
    await runWorkspace(folder);
    const raw = join(folder, RAW_FILE);
    const later = new Date(Date.now() + 60_000);
    await utimes(raw, later, later);
    expect((await explained(folder, "train.jsonl:1")).raw[0]).toMatchObject({ changed: false });
    await appendFile(raw, "\n");
    await utimes(raw, later, later);
    expect((await explained(folder, "train.jsonl:1")).raw[0]).toMatchObject({ changed: true });
    await writeFile(raw, "\n");
    expect((await explained(folder, "train.jsonl:1")).raw[0]).toMatchObject({
      text: null,
      why: "the file ends before this line",
    });
    await rm(raw);
    const found = await explained(folder, "train.jsonl:1");
    expect(found.raw[0]).toMatchObject({ text: null, why: "the file is not there any more", changed: false });
    expect(shown(found)).toContain("the file is not there any more");
  });

  it("refuses records of another preference space", async () => {
    const folder = await made({ posts: 4 });
    await runWorkspace(folder);
    await writeFile(join(folder, "two.json"), JSON.stringify(ALIGNX_SPACE.dimensions.slice(0, 2)));
    await expect(explained(folder, "train.jsonl:1", ["space=two.json"])).rejects.toThrow(
      "the records have 90 dimensions and this space has 2",
    );
  });
});
