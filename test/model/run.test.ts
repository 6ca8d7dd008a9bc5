import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, runPrefloom } from "../builders/cli.js";
import { outputBytes } from "../builders/output-bytes.js";
import { MODEL } from "./model.js";

let folder: string;
const output = () => join(folder, "prefloom-out");
const run = (options: Parameters<typeof runPrefloom>[1] = {}) =>
  runPrefloom(["--workspace", folder, "--json", "run"], options);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-real-"));
  copyFileSync(join(ROOT, "scripts/sample/oasst-threads.jsonl"), join(folder, "threads.jsonl"));
  writeFileSync(
    join(folder, "prefloom.json"),
    JSON.stringify({
      sources: [{ path: "threads.jsonl", licence: "Apache-2.0" }],
      model: MODEL,
      import: { minResponses: 3, maxPosts: 6 },
      annotate: { answers: "words", probePairs: 4 },
      levels: { decision: "batch", neutralShare: 0.6 },
      persona: { size: 4, demographic: { method: "template" } },
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("real threads, a real model, killed on the way: the same bytes as a run that was let be", async () => {
  const whole = await run();
  expect({ code: whole.code, stderr: whole.stderr }).toMatchObject({ code: 0 });
  const bytes = outputBytes(output());
  const train = readFileSync(join(output(), "dataset/train.jsonl"), "utf8").trim().split("\n");
  expect(train.length).toBeGreaterThan(1);
  const manifest = JSON.parse(readFileSync(join(output(), "annotate/manifest.json"), "utf8")) as {
    model: { name: string; probe: { sentence: string } };
  };
  expect(manifest.model.name).toBe(MODEL);
  expect(manifest.model.probe.sentence).toMatch(/Of 4 text pairs of known direction it ranks \d+% right/);
  expect(readFileSync(join(output(), "dataset/README.md"), "utf8")).toContain(
    manifest.model.probe.sentence.slice(0, 20),
  );

  rmSync(output(), { recursive: true, force: true });
  mkdirSync(output(), { recursive: true });
  let units = 0;
  const killed = await run({
    onLine: (line, child) => {
      const event = JSON.parse(line) as { type: string; step?: string; units?: string; done?: number };
      if (event.type !== "progress" || event.units !== "responses" || event.step !== "annotate") return;
      units = event.done!;
      if (units >= 5) child.kill("SIGKILL");
    },
  });
  expect(killed.signal).toBe("SIGKILL");
  const resumed = await run();
  expect(resumed.code).toBe(0);
  expect(resumed.stderr).toMatch(/annotate +goes on after [1-9]\d* finished units/);
  expect(outputBytes(output())).toEqual(bytes);

  const again = await run();
  expect(again.code).toBe(0);
  expect(again.stderr).not.toContain("done in");
});
