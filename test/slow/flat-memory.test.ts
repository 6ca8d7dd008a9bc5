import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runPrefloom } from "../builders/cli.js";
import { makeSyntheticOutput, SYNTHETIC_STEPS } from "../builders/synthetic-output.js";

const RESPONSES = 300_000;
const MOST_MEGABYTES = 700;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "prefloom-memory-"));
  await makeSyntheticOutput(folder, RESPONSES);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test(`${RESPONSES} annotated responses go through in flat memory`, async () => {
  const told: string[] = [];
  for (const step of SYNTHETIC_STEPS) {
    const started = performance.now();
    const { code, stderr, peakMegabytes } = await runPrefloom(["--workspace", folder, "--quiet", step]);
    const seconds = (performance.now() - started) / 1000;
    told.push(`${step.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${peakMegabytes.toFixed(0)} MB`);
    expect(stderr).toBe("");
    expect({ step, code }).toEqual({ step, code: 0 });
    expect(peakMegabytes, step).toBeGreaterThan(10);
    expect(peakMegabytes, step).toBeLessThan(MOST_MEGABYTES);
  }
  process.stdout.write(`\n${told.join("\n")}\n`);
  const { size } = await stat(join(folder, "prefloom-out/dataset/train.jsonl"));
  expect(size).toBeGreaterThan(1_000_000);
});
