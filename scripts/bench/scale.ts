/**
 * Seconds and memory of the steps after `annotate`, by the number of responses: time should grow with it, memory hardly.
 *
 *   npm run build && npm run bench:scale [-- RESPONSES...]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runPrefloom } from "../../test/builders/cli.js";
import { makeSyntheticOutput, SYNTHETIC_STEPS } from "../../test/builders/synthetic-output.js";

const sizes = process.argv.slice(2).map(Number);
if (sizes.length === 0) sizes.push(20_000, 40_000, 80_000);

console.log(`${"responses".padStart(10)}  ${SYNTHETIC_STEPS.map((step) => step.padStart(16)).join("")}`);
for (const responses of sizes) {
  const folder = await mkdtemp(join(tmpdir(), "prefloom-scale-"));
  try {
    await makeSyntheticOutput(folder, responses);
    const cells: string[] = [];
    for (const step of SYNTHETIC_STEPS) {
      const started = performance.now();
      const { code, stderr, peakMegabytes } = await runPrefloom(["--workspace", folder, "--quiet", step]);
      if (code !== 0) throw new Error(`${step} ended with ${String(code)}: ${stderr}`);
      const seconds = (performance.now() - started) / 1000;
      cells.push(`${seconds.toFixed(1)} s ${peakMegabytes.toFixed(0)} MB`.padStart(16));
    }
    console.log(`${responses.toLocaleString("en-US").padStart(10)}  ${cells.join("")}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
