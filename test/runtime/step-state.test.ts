import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Manifest } from "../../src/core/records/manifest.js";
import { ALIGNX_SPACE } from "../../src/core/space/space.js";
import type { StepName } from "../../src/core/step-names.js";
import { lockWorkspace } from "../../src/node/store/lock.js";
import { restoreDrop } from "../../src/runtime/drops.js";
import { settingsHash, type StepState, stepInputs, stepStates } from "../../src/runtime/step-state.js";
import { openWorkspace } from "../../src/runtime/workspace.js";
import { stepNamed } from "../../src/steps/registry.js";
import { makeWorkspace, RAW_FILE, rawPost, runWorkspace } from "../builders/workspace.js";
import { FAKE_MODEL_FILE, fakeWeights } from "../fakes/fake-model.js";

const DOUBLE = JSON.stringify({ id: "double", text: "t", responses: ["a", "a", "b", "c"] });

let whole: string;
let folder: string;
beforeAll(async () => {
  whole = await makeWorkspace({ posts: 16, responses: 3, lines: [DOUBLE] });
  await runWorkspace(whole);
});
afterAll(() => rmSync(whole, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-state-"));
  cpSync(whole, folder, { recursive: true, preserveTimestamps: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const states = async (...set: readonly string[]) => stepStates(await openWorkspace(folder, set));

/** Why each step that is not done is not; steps that are done are left out. */
const why = (all: readonly StepState[]) =>
  Object.fromEntries(
    all
      .filter(({ state }) => state !== "done")
      .map((state) => [state.step, state.state === "stale" ? state.why : state.state]),
  );

const EARLIER = "settings, counts or drops of earlier steps changed";
const behind = (...steps: readonly StepName[]) => steps.map((step) => `“${step}” is out of date`);

/** What each step reads, by the steps that make it. */
const READS: readonly (readonly [StepName, readonly StepName[]])[] = [
  ["annotate", ["import"]],
  ["levels", ["annotate"]],
  ["cluster", ["levels"]],
  ["pair", ["import", "levels", "cluster"]],
  ["persona", ["import", "levels", "pair"]],
  ["check", ["import", "levels", "pair", "persona"]],
  ["export", ["import", "annotate", "levels", "cluster", "pair", "persona", "check"]],
];

/** What is stale behind a step because it is. */
function after(first: StepName): Record<string, readonly string[]> {
  const stale = new Set([first]);
  const found: Record<string, readonly string[]> = {};
  for (const [step, reads] of READS) {
    const reasons = behind(...reads.filter((name) => stale.has(name)));
    if (reasons.length === 0) continue;
    stale.add(step);
    found[step] = reasons;
  }
  return found;
}

describe("a workspace that was run", () => {
  it("is done, and stays so", async () => {
    expect(why(await states())).toEqual({});
    expect((await states()).map(({ step }) => step)).toHaveLength(8);
  });

  it("is done wherever it is copied to, whatever the times of its files", async () => {
    const later = new Date(Date.now() + 60_000);
    for (const path of ["levels/levels.jsonl", "import/posts.jsonl", "dataset/train.jsonl"]) {
      utimesSync(join(folder, "prefloom-out", path), later, later);
    }
    expect(why(await states())).toEqual({});
  });

  it("was not run yet in another output folder", async () => {
    const missing = why(await states("output=other"));
    expect(new Set(Object.values(missing))).toEqual(new Set(["missing"]));
    expect(Object.keys(missing)).toHaveLength(8);
  });
});

describe("settings that changed", () => {
  it.each([
    ["import.pii=false", "import", ["pii: true → false"]],
    ["import.minResponses=3", "import", ["minResponses: 2 → 3"]],
    ["annotate.answers=numbers", "annotate", ['answers: "words" → "numbers"']],
    ["annotate.maxPostTokens=64", "annotate", ["maxPostTokens: 1024 → 64"]],
    ["levels.neutralShare=0.7", "levels", ["neutralShare: 0.8 → 0.7"]],
    ["levels.decision=argmax", "levels", ['decision: "batch" → "argmax"', "neutralShare: 0.8 → 0"]],
    ["cluster.k=2", "cluster", ["k: 3 → 2"]],
    ["pair.pairsPerPost=2", "pair", ["pairsPerPost: 1 → 2"]],
    ["persona.size=2", "persona", ["size: 4 → 2"]],
    ["persona.demographic.retries=0", "persona", ["demographic.retries: 2 → 0"]],
  ] as const)("are told by name: %s", async (set, step, reasons) => {
    expect(why(await states(set))).toEqual({ ...after(step), [step]: reasons });
  });

  it.each(["annotate.probePairs=12", "$schema=x", "import.languages=[]"])(
    "that decide nothing make nothing stale: %s",
    async (set) => {
      expect(why(await states(set))).toEqual({});
    },
  );

  it("that only the data card shows make the export stale alone", async () => {
    expect(why(await states("export.title=Other"))).toEqual({
      export: ['title: "A preference dataset in the AlignX format" → "Other"'],
    });
    expect(why(await states("sources.0.licence=MIT"))).toEqual({
      export: [expect.stringMatching(/^sources: \[.*→ \[/)],
    });
  });

  it("of two steps are told at each", async () => {
    const found = why(await states("persona.threshold=0.7"));
    expect(found).toEqual({
      persona: ["threshold: 0.6 → 0.7"],
      check: ["threshold: 0.6 → 0.7", ...behind("persona")],
      export: behind("persona", "check"),
    });
    expect(why(await states("check.consistency=majority"))).toEqual({
      persona: ['consistency: "strict" → "majority"'],
      check: ['consistency: "strict" → "majority"', ...behind("persona")],
      export: behind("persona", "check"),
    });
  });

  it("of the seed concern the steps that draw", async () => {
    const seed = "seed: 42 → 7";
    expect(why(await states("seed=7"))).toEqual({
      cluster: [seed],
      pair: [seed, ...behind("cluster")],
      persona: [seed, ...behind("pair")],
      check: behind("pair", "persona"),
      export: [EARLIER, ...behind("cluster", "pair", "persona", "check")],
    });
  });

  it("several at once are all told", async () => {
    const found = why(await states("cluster.k=2", "seed=7"));
    expect(found).toMatchObject({
      cluster: ["k: 3 → 2", "seed: 42 → 7"],
      pair: ["seed: 42 → 7", ...behind("cluster")],
    });
  });
});

describe("the preference space", () => {
  const put = (dimensions: object) => writeFileSync(join(folder, "space.json"), JSON.stringify(dimensions));
  const changed = "the preference space changed";

  it("concerns every step but the import", async () => {
    put(ALIGNX_SPACE.dimensions.slice(0, 89));
    const found = why(await states("space=space.json"));
    expect(Object.keys(found)).not.toContain("import");
    expect(found).toMatchObject({ annotate: [changed], levels: [changed, ...behind("annotate")] });
  });

  it("is told beside what else has changed, and only when it has", async () => {
    put(ALIGNX_SPACE.dimensions.slice(0, 89));
    expect(why(await states("space=space.json", "cluster.k=2"))).toMatchObject({
      cluster: ["k: 3 → 2", changed, ...behind("levels")],
    });
    put(ALIGNX_SPACE.dimensions);
    expect(why(await states("space=space.json"))).toEqual({});
    expect(why(await states("space=space.json", "cluster.k=2"))).toMatchObject({ cluster: ["k: 3 → 2"] });
  });
});

describe("files that changed", () => {
  const raw = () => join(folder, RAW_FILE);

  it("a source that was edited, is gone, was added or was left out", async () => {
    appendFileSync(raw(), `${JSON.stringify(rawPost(99, 3))}\n`);
    expect(why(await states())).toEqual({ ...after("import"), import: [`${RAW_FILE} changed`] });
    unlinkSync(raw());
    expect(why(await states())).toMatchObject({ import: [`${RAW_FILE} is not there`] });
    cpSync(join(whole, RAW_FILE), raw());
    writeFileSync(join(folder, "more.jsonl"), "{}\n");
    expect(why(await states('sources.1={"path":"more.jsonl"}'))).toMatchObject({
      import: ["more.jsonl was added", expect.stringMatching(/^sources: /)],
    });
    expect(why(await states("sources=[]"))).toMatchObject({
      import: [`${RAW_FILE} was removed`, expect.stringMatching(/^sources: .* → \[\]$/)],
    });
  });

  it("a source whose time alone is another one is the same", async () => {
    utimesSync(raw(), new Date(), new Date());
    expect(why(await states())).toEqual({});
  });

  it("an output that was edited: the step that made it, and those that read it", async () => {
    appendFileSync(join(folder, "prefloom-out/levels/levels.jsonl"), "\n");
    const changed = "levels/levels.jsonl changed";
    const found = why(await states());
    expect(found).toMatchObject({
      levels: ["levels/levels.jsonl was edited"],
      cluster: [changed, ...behind("levels")],
      pair: [changed, ...behind("levels", "cluster")],
    });
    expect(Object.keys(found)).not.toContain("annotate");
  });

  it("an output that is gone", async () => {
    unlinkSync(join(folder, "prefloom-out/dataset/README.md"));
    expect(why(await states())).toEqual({ export: ["dataset/README.md is gone"] });
  });

  it("few-shot examples, by what is in them", async () => {
    const example = { query: "q", comment: "c", answers: [{ dimension: "painting", answer: 1 }] };
    writeFileSync(join(folder, "few.json"), JSON.stringify([example]));
    expect(why(await states("annotate.fewShot=few.json"))).toMatchObject({
      annotate: [expect.stringMatching(/^fewShot: /)],
    });
  });
});

describe("the model", () => {
  it("that is another one concerns the steps that ask it", async () => {
    const weights = fakeWeights();
    weights[weights.length - 1] = 1;
    writeFileSync(join(folder, "other.gguf"), weights);
    const changed = `the model: ${FAKE_MODEL_FILE} → other.gguf`;
    expect(why(await states("model=other.gguf"))).toMatchObject({
      annotate: [changed],
      levels: behind("annotate"),
      persona: [changed, ...behind("levels", "pair")],
    });
  });

  it("of another name with the same weights is the same", async () => {
    writeFileSync(join(folder, "other.gguf"), fakeWeights());
    expect(why(await states("model=other.gguf"))).toEqual({});
  });

  it("whose file has other weights by now has changed", async () => {
    const weights = fakeWeights();
    weights[weights.length - 1] = 1;
    writeFileSync(join(folder, FAKE_MODEL_FILE), weights);
    expect(why(await states())).toMatchObject({ annotate: ["the model changed"] });
  });

  it("that is not here is taken to be the one it was, under its name alone", async () => {
    unlinkSync(join(folder, FAKE_MODEL_FILE));
    expect(why(await states())).toEqual({});
    expect(why(await states("model=none.gguf"))).toMatchObject({
      annotate: [`the model: ${FAKE_MODEL_FILE} → none.gguf`],
    });
    writeFileSync(join(folder, "cut.gguf"), fakeWeights().subarray(0, 50));
    expect(why(await states("model=cut.gguf"))).toMatchObject({
      annotate: [`the model: ${FAKE_MODEL_FILE} → cut.gguf`],
    });
  });
});

describe("other reasons", () => {
  it("records that were asked back", async () => {
    const workspace = await openWorkspace(folder);
    const [line = ""] = readFileSync(workspace.output.file("import/drops.jsonl"), "utf8").split("\n");
    await restoreDrop(workspace, (JSON.parse(line) as { id: string }).id);
    expect(why(await states())).toEqual({ ...after("import"), import: ["dropped records were asked back"] });
  });

  it("another version of a step", async () => {
    const workspace = await openWorkspace(folder);
    const path = workspace.output.file("cluster/manifest.json");
    const manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
    const inputs = await stepInputs(workspace, stepNamed("cluster"));
    const versions = { ...manifest.versions, step: 0 };
    const hash = settingsHash({ ...inputs, version: 0 });
    writeFileSync(path, JSON.stringify({ ...manifest, versions, settingsHash: hash }));
    expect(why(await states())).toMatchObject({
      cluster: ["this version of Prefloom does the step differently"],
    });
  });
});

describe("a step that was interrupted", () => {
  beforeEach(async () => {
    const controller = new AbortController();
    await runWorkspace(folder, {
      set: ["annotate.maxPostTokens=512"],
      signal: controller.signal,
      onEvent: ({ type }) => type === "progress" && controller.abort(),
    });
  });

  it("is partly done, with how far it came", async () => {
    const [, state] = await states("annotate.maxPostTokens=512");
    expect(state).toMatchObject({ step: "annotate", state: "partly", total: 51 });
    expect(state).toHaveProperty("done", expect.any(Number));
  });

  it("is what it was before for the settings of before", async () => {
    expect(why(await states())).toEqual({});
  });

  it("is stale, and not partly done, for others", async () => {
    expect(why(await states("annotate.maxPostTokens=256"))).toMatchObject({
      annotate: ["maxPostTokens: 1024 → 256"],
    });
  });
});

describe("a run at work", () => {
  it("is not disturbed by a look: what it is about to move stays where it is", async () => {
    const work = join(folder, "prefloom-out/.work/levels");
    cpSync(join(folder, "prefloom-out/levels"), work, { recursive: true });
    const release = await lockWorkspace(join(folder, "prefloom-out"), "prefloom run");
    await states();
    expect(readFileSync(join(work, "manifest.json"), "utf8")).not.toBe("");
    await release();
    // Nobody is at work any more: a kill has left it.
    await states();
    expect(() => readFileSync(join(work, "manifest.json"))).toThrow(/ENOENT/);
    expect(why(await states())).toEqual({});
  });
});
