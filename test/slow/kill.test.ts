import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomFor } from "../../src/core/random.js";
import { STEP_NAMES, type StepName } from "../../src/core/step-names.js";
import { runPrefloom } from "../builders/cli.js";
import { bundleFakeCli } from "../builders/fake-cli.js";
import { outputBytes } from "../builders/output-bytes.js";
import { makeWorkspace } from "../builders/workspace.js";

const KILLS = 20;
const random = randomFor("kill -9");

let program: string;
let folder: string;
let whole: Readonly<Record<string, string>>;
/** Milliseconds of each step in an uninterrupted run. */
const lasted = new Map<StepName, number>();
const output = () => join(folder, "prefloom-out");

const run = (options: Parameters<typeof runPrefloom>[1] = {}) =>
  runPrefloom(["--workspace", folder, "--json", "run"], {
    program,
    env: { FAKE_DELAY: "1" },
    ...options,
  });

beforeAll(async () => {
  program = await bundleFakeCli();
  folder = await makeWorkspace({ posts: 250, responses: 4, settings: { pair: { pairsPerPost: 2 } } });
  mkdirSync(output(), { recursive: true });
  const begun = new Map<string, number>();
  const { code, stderr } = await run({
    onLine: (line) => {
      const event = JSON.parse(line) as { type: string; step: StepName };
      if (event.type === "step-started") begun.set(event.step, performance.now());
      if (event.type === "step-done") lasted.set(event.step, performance.now() - begun.get(event.step)!);
    },
  });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  whole = outputBytes(output());
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(program), { recursive: true, force: true });
});

describe("a run that is killed", () => {
  test("has something to compare with", () => {
    expect(Object.keys(whole)).toEqual(
      expect.arrayContaining(["dataset/train.jsonl", "check/findings.jsonl"]),
    );
    expect(readFileSync(join(output(), "dataset/train.jsonl"), "utf8").split("\n").length).toBeGreaterThan(
      100,
    );
    expect([...lasted.keys()]).toEqual([...STEP_NAMES]);
  });

  test.for(Array.from({ length: KILLS }, (_, i) => [i + 1, STEP_NAMES[i % STEP_NAMES.length]!] as const))(
    "kill %i, in “%s”: goes on to the same bytes",
    async ([, step]) => {
      rmSync(output(), { recursive: true, force: true });
      const delay = (lasted.get(step)! * random.below(1000)) / 1000;
      const killed = await run({
        onLine: (line, child) => {
          const event = JSON.parse(line) as { type: string; step: StepName };
          if (event.type === "step-started" && event.step === step) {
            setTimeout(() => child.kill("SIGKILL"), delay);
          }
        },
      });
      // A kill that came too late left a finished run, which is no less to be compared.
      expect(killed.signal === "SIGKILL" || killed.code === 0).toBe(true);
      const resumed = await run();
      expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
      expect(outputBytes(output())).toEqual(whole);
    },
  );

  test("starts anew from a journal that is no journal", async () => {
    rmSync(output(), { recursive: true, force: true });
    const killed = await run({
      onLine: (line, child) => {
        if (line.includes('"step-started"') && line.includes('"annotate"')) {
          setTimeout(() => child.kill("SIGKILL"), lasted.get("annotate")! / 2);
        }
      },
    });
    expect(killed.signal).toBe("SIGKILL");
    const journal = join(output(), ".work/annotate/journal.jsonl");
    writeFileSync(journal, "\u0000\u0000\u0000");
    expect((await run()).code).toBe(0);
    expect(outputBytes(output())).toEqual(whole);
  });
});

describe("a run that is interrupted", () => {
  test("finishes its unit, says how to go on, exits with 3 and gives the same bytes later", async () => {
    rmSync(output(), { recursive: true, force: true });
    const interrupted = await run({
      onLine: (line, child) => {
        if (line.includes('"step-started"') && line.includes('"annotate"')) {
          setTimeout(() => child.kill("SIGINT"), lasted.get("annotate")! / 3);
        }
      },
    });
    expect(interrupted.code).toBe(3);
    expect(interrupted.stderr).toMatch(/interrupted in “annotate” after \d[\d,]* of 1,000 finished units/);
    expect(interrupted.stderr).toContain("Run the same command to go on");
    const resumed = await run();
    expect(resumed.stderr).toMatch(/annotate +goes on after \d+ finished units/);
    expect(outputBytes(output())).toEqual(whole);
  });

  test("as many requests in flight as you like give the same bytes", async () => {
    rmSync(output(), { recursive: true, force: true });
    expect((await run({ env: { FAKE_DELAY: "0", FAKE_PARALLELISM: "7" } })).code).toBe(0);
    expect(outputBytes(output())).toEqual(whole);
  });
});

describe("a second run", () => {
  test("is told who holds the workspace, and leaves it alone", async () => {
    rmSync(output(), { recursive: true, force: true });
    let second: Awaited<ReturnType<typeof run>> | undefined;
    const first = await run({
      onLine: (line, child) => {
        if (!line.includes('"step-started"') || !line.includes('"annotate"')) return;
        void run().then((finished) => {
          second = finished;
          return child.pid;
        });
      },
    });
    expect(first.code).toBe(0);
    expect(second).toMatchObject({ code: 4 });
    expect(second!.stderr).toMatch(
      /this workspace is in use: process \d+ on .* has been running “prefloom .*run”/,
    );
    expect(outputBytes(output())).toEqual(whole);
  });
});
