import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MadeWorkspace, makeWorkspace, runWorkspace } from "../../builders/workspace.js";
import { ROOT } from "./surroundings.js";

/** A folder with the sample that the extension and the command line bring along, nothing run yet. */
export async function sampleWorkspace(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "prefloom-sample-"));
  cpSync(join(ROOT, "scripts/sample"), folder, { recursive: true });
  return folder;
}

/** A folder in which every step has run, with the fake model, in about a second: trees, findings and lineage to look at. */
export async function finishedWorkspace(wanted: MadeWorkspace = {}): Promise<string> {
  const folder = await makeWorkspace(wanted);
  await runWorkspace(folder);
  return folder;
}
