import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { InputError, MissingResourceError, WorkspaceHeldError } from "../../src/core/errors.js";
import type { RunEvent } from "../../src/core/run-events.js";
import { ALIGNX_SPACE } from "../../src/core/space/space.js";
import { STEP_NAMES, type StepName } from "../../src/core/step-names.js";
import { lockWorkspace } from "../../src/node/store/lock.js";
import { outputBytes } from "../builders/output-bytes.js";
import { type MadeRun, makeWorkspace, RAW_FILE, rawPost, runWorkspace } from "../builders/workspace.js";
import { FakeTextModel, fakeOpenerWith } from "../fakes/fake-model.js";

let whole: string;
let folder: string;
let errorsBefore: number;
beforeAll(async () => {
  whole = await makeWorkspace({ posts: 20, responses: 4 });
  errorsBefore = (await runWorkspace(whole)).errors;
});
afterAll(() => rmSync(whole, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-run-"));
  cpSync(whole, folder, { recursive: true, preserveTimestamps: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const output = (path = "", at = folder) => join(at, "prefloom-out", path);
const run = (options: MadeRun = {}) => runWorkspace(folder, options);
const lines = (path: string) => readFileSync(output(path), "utf8").split("\n").filter(Boolean);

async function failure(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}

/** The steps from one on. */
const from = (step: StepName) => STEP_NAMES.slice(STEP_NAMES.indexOf(step));

describe("settings that changed", () => {
  it.each<readonly [setting: string, ran: readonly StepName[]]>([
    ["annotate.probePairs=8", []],
    ["$schema=x", []],
    ["import.maxPosts=10", STEP_NAMES],
    // The posts come out as they were, but the settings are in the data card.
    ["import.maxPosts=1000", ["import", "export"]],
    // The name of a source stands in the posts, and in nothing that is made from them before the data set.
    ["sources.0.name=others", ["import", "annotate", "pair", "persona", "check", "export"]],
    ["sources.0.licence=MIT", ["export"]],
    ["annotate.answers=numbers", from("annotate")],
    // No text is that long.
    ["annotate.maxPostTokens=2048", ["annotate", "export"]],
    ["levels.decision=argmax", from("levels")],
    ["levels.neutralShare=0.7", from("levels")],
    ["cluster.k=2", from("cluster")],
    ["pair.pairsPerPost=2", from("pair")],
    ["pair.testShare=0.5", from("pair")],
    ["persona.size=2", from("persona")],
    ["persona.threshold=0.75", from("persona")],
    ["persona.order=best", from("persona")],
    ["persona.demographic.method=template", from("persona")],
    ["check.consistency=majority", from("persona")],
    ["export.title=Other", ["export"]],
    ['export.languages=["en"]', ["export"]],
    ["seed=7", from("cluster")],
  ])("%s runs the steps it touches, and no other", async (setting, ran) => {
    const outcome = await run({ set: [setting] });
    expect(outcome.ran).toEqual(ran);
    expect(outcome.skipped).toEqual(STEP_NAMES.filter((name) => !ran.includes(name)));
    // Now everything is as these settings want it.
    expect((await run({ set: [setting] })).ran).toEqual([]);
  });

  it("and were changed back give the same bytes as before", async () => {
    const before = outputBytes(output());
    await run({ set: ["cluster.k=2", "persona.size=2", "seed=7"] });
    expect(outputBytes(output())).not.toEqual(before);
    await run();
    expect(outputBytes(output())).toEqual(before);
  });

  it("another model runs what asks it", async () => {
    const asked: number[] = [];
    const identity = { name: "other.gguf", sha256: "0".repeat(64), bytes: 1 };
    const openModel = fakeOpenerWith({ identity });
    const outcome = await run({
      set: ["model=other.gguf"],
      openModel: async (workspace, tokens, log) => {
        asked.push(tokens);
        return openModel(workspace, tokens, log);
      },
    });
    // The fake says the same under any name.
    expect(outcome.ran).toEqual(["annotate", "persona", "export"]);
    expect(asked).toHaveLength(2);
  });
});

describe("inputs that changed", () => {
  it("a post more runs everything", async () => {
    appendFileSync(join(folder, RAW_FILE), `${JSON.stringify(rawPost(99, 4))}\n`);
    expect((await run()).ran).toEqual(STEP_NAMES);
    expect(lines("import/posts.jsonl")).toHaveLength(21);
  });

  it("a broken line more runs the import, and the export for its data card", async () => {
    appendFileSync(join(folder, RAW_FILE), "{broken\n");
    const errors = errorsBefore + 1;
    expect(await run()).toMatchObject({ ran: ["import", "export"], errors });
    // The errors of a step that is passed over still count.
    expect(await run()).toMatchObject({ ran: [], errors });
  });

  it("another space runs everything but the import", async () => {
    writeFileSync(join(folder, "space.json"), JSON.stringify(ALIGNX_SPACE.dimensions.slice(0, 60)));
    const space = { name: "space.json", dimensions: ALIGNX_SPACE.dimensions.slice(0, 60) };
    const outcome = await run({ set: ["space=space.json"], openModel: fakeOpenerWith({ space }) });
    expect(outcome.ran).toEqual(from("annotate"));
  });

  it("levels of another space are refused by those who would read them", async () => {
    writeFileSync(join(folder, "space.json"), JSON.stringify(ALIGNX_SPACE.dimensions.slice(0, 60)));
    const error = await failure(run({ set: ["space=space.json"], steps: ["levels"] }));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/annotations\.jsonl:1: answers: 90 values for the 60 dimensions/);
  });
});

describe("one step", () => {
  it("runs alone, on what is there", async () => {
    expect((await run({ steps: ["cluster"], set: ["cluster.k=2"] })).ran).toEqual(["cluster"]);
    expect((await run({ steps: ["cluster"], set: ["cluster.k=2"] })).skipped).toEqual(["cluster"]);
  });

  it("asks for its input before it opens the model", async () => {
    rmSync(output("import/posts.jsonl"));
    let opened = 0;
    const openModel = async () => {
      opened++;
      return new FakeTextModel();
    };
    const error = await failure(run({ steps: ["annotate"], set: ["annotate.probePairs=8"], openModel }));
    expect(error).toMatchObject({ rule: "missing-input", file: "import/posts.jsonl" });
    expect(opened).toBe(0);
  });

  it("says which step before it has not run since, where records do not fit together", async () => {
    appendFileSync(join(folder, RAW_FILE), `${JSON.stringify(rawPost(99, 4))}\n`);
    const lastFirst = lines("levels/levels.jsonl").length;
    await run({ steps: ["import", "annotate", "levels"] });
    expect(lines("levels/levels.jsonl").length).toBeGreaterThan(lastFirst);
    const error = await failure(run({ steps: ["persona"] }));
    expect(error).toMatchObject({ rule: "stale-input" });
    expect(error.message).toMatch(
      /^prefloom-out\/pair\/pairs\.jsonl: “persona” cannot use it: “pair” is out of date, as import\/posts\.jsonl changed .*\. Fix: run `prefloom pair` first/,
    );
  });
});

describe("a failure", () => {
  it("of the model is told as it is, and loses no finished unit", async () => {
    let calls = 0;
    class Failing extends FakeTextModel {
      override async score(request: Parameters<FakeTextModel["score"]>[0]) {
        if (++calls > 30) throw new MissingResourceError("memory", "there is none left", "close something");
        await new Promise((done) => setTimeout(done, 10));
        return super.score(request);
      }
    }
    const models: Failing[] = [];
    const openModel = async () => {
      models.push(new Failing());
      return models.at(-1)!;
    };
    const set = ["annotate.answers=numbers"];
    const error = await failure(run({ set, openModel }));
    expect(error.message).toBe("memory: there is none left. Fix: close something.");
    expect(models.map(({ closed }) => closed)).toEqual([true]);
    expect(existsSync(output(".lock"))).toBe(false);
    // What was there before still is.
    expect(outputBytes(output())).toEqual(outputBytes(output("", whole)));

    const events: RunEvent[] = [];
    await run({ set, onEvent: (event) => events.push(event) });
    const resumed = events.find((event) => event.type === "step-started" && event.step === "annotate");
    expect(resumed).toMatchObject({ resumedAt: expect.any(Number) as number });
    expect((resumed as { resumedAt: number }).resumedAt).toBeGreaterThan(0);
    const before = outputBytes(output());
    rmSync(output(), { recursive: true });
    await run({ set });
    expect(outputBytes(output())).toEqual(before);
  });

  it("that is a defect stays one", async () => {
    const openModel = async () => {
      throw new TypeError("x is not a function");
    };
    const error = await failure(run({ set: ["annotate.answers=numbers"], openModel }));
    expect(error).toBeInstanceOf(TypeError);
  });
});

describe("an interruption", () => {
  it("ends at the next unit, and the run goes on to the same bytes", async () => {
    const before = outputBytes(output());
    for (const step of STEP_NAMES) {
      rmSync(output(), { recursive: true });
      const controller = new AbortController();
      const outcome = await run({
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type === "step-started" && event.step === step) controller.abort();
        },
      });
      expect(outcome).toMatchObject({
        ran: STEP_NAMES.slice(0, STEP_NAMES.indexOf(step)),
        interrupted: { step },
      });
      expect(existsSync(output(".lock"))).toBe(false);
      const rest = await run();
      expect(rest).toMatchObject({ interrupted: null });
      expect(rest.ran).toEqual(from(step));
      expect(outputBytes(output()), step).toEqual(before);
    }
  });

  it("before anything has begun runs nothing", async () => {
    const outcome = await run({ set: ["seed=7"], signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ ran: [], skipped: [], interrupted: { step: "import", done: 0 } });
  });
});

describe("a second run", () => {
  it("is kept out, and changes nothing", async () => {
    const release = await lockWorkspace(output(), "prefloom annotate");
    expect(await failure(run())).toBeInstanceOf(WorkspaceHeldError);
    await release();
    expect((await run()).ran).toEqual([]);
  });
});

it("says of each step that it began, how far it is and what came out", async () => {
  const events: RunEvent[] = [];
  await run({ set: ["cluster.k=2"], onEvent: (event) => events.push(event) });
  const of = (step: StepName) =>
    events.filter((event) => "step" in event && event.step === step).map(({ type }) => type);
  expect(of("levels")).toEqual(["step-skipped"]);
  expect(of("cluster")).toEqual(["log", "step-started", "progress", "progress", "step-done"]);
  expect(events).toContainEqual(
    expect.objectContaining({ type: "log", message: "cluster runs again: k: 3 → 2" }),
  );
});
