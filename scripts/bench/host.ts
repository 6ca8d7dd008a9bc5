/**
 * Whether the extension host stays free: a profile of it in a real VS Code, with 100,000 posts in the workspace and a file
 * of 5 MB with 1,000 findings in the editor. Told is the longest time for which the extension's code held the host
 * without a pause (goal: 16 ms), beside all of its time.
 *
 *   npm run bench:host [-- POSTS]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linesWithFindings } from "../../test/builders/big-rows.js";
import { makeSyntheticDataset } from "../../test/builders/synthetic-output.js";
import { runSuite } from "../../test/e2e/harness/inside-suite.js";
import { startServer } from "../../test/e2e/harness/server.js";
import { findSurroundings, script } from "../../test/e2e/harness/surroundings.js";
import type { HeldHost } from "../../test/e2e/inside/host-profile.js";

const posts = Number(process.argv[2] ?? 100_000);
const surroundings = findSurroundings();
if ("missing" in surroundings) throw new Error(surroundings.missing);
const scratch = mkdtempSync(join(tmpdir(), "prefloom-host-"));
const folder = join(scratch, "workspace");
const vsix = join(scratch, "prefloom.vsix");
try {
  script("scripts/build.mjs");
  script("scripts/package.mjs", "--output", vsix);
  await makeSyntheticDataset(folder, posts);
  writeFileSync(join(folder, "typing.jsonl"), linesWithFindings(5e6, 1000).join("\n"));
  const server = await startServer(surroundings.host, { vsix: [vsix] });
  try {
    const [result] = await runSuite("host-profile", folder, server.url, surroundings.chromium);
    if (result?.error !== undefined) throw new Error(result.error);
  } finally {
    await server.stop();
  }
  const held = JSON.parse(readFileSync(join(folder, "host-profile.json"), "utf8")) as readonly HeldHost[];
  for (const { what, longest, total, seconds, functions } of held) {
    console.log(
      `${what.padEnd(34)} longest ${longest.toFixed(1).padStart(6)} ms, all ${total.toFixed(0).padStart(5)} ms of ${seconds.toFixed(1)} s; ${functions.join(", ")}`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
