import { formatCount } from "../core/report/words.js";
import { dropSchema } from "../core/records/records.js";
import { existsSync } from "node:fs";
import { readRecords } from "../runtime/read-output.js";
import { runSteps } from "../runtime/run-steps.js";
import type { Workspace } from "../runtime/workspace.js";
import type { StepName } from "../core/step-names.js";
import type { Cli } from "./cli.js";
import { EXIT } from "./exit-codes.js";
import { runView } from "./run-view.js";

/** Broken records that are told one by one; the ledger has them all. */
const SHOWN = 20;

/** What `import` could not use, one line each: file, line, field and fix. */
async function tellBrokenRecords(cli: Cli, workspace: Workspace): Promise<void> {
  const path = workspace.output.file("import/drops.jsonl");
  if (!existsSync(path)) return;
  let broken = 0;
  for await (const { value } of readRecords(workspace, path, dropSchema)) {
    const severity = (value.record as { severity?: string } | null)?.severity;
    if (severity !== "error" && severity !== "warning") continue;
    if (++broken <= SHOWN) cli.warn(`${severity}: ${value.reason}`);
  }
  if (broken > SHOWN) {
    cli.warn(`and ${formatCount(broken - SHOWN)} more: prefloom drops --stage import`);
  }
}

/** Brings steps up to date and tells how it went; sets the exit code. */
export async function runAndReport(
  cli: Cli,
  workspace: Workspace,
  steps: readonly StepName[],
): Promise<boolean> {
  const outcome = await runSteps(workspace, {
    steps,
    onEvent: runView(cli),
    signal: cli.signal,
    command: cli.command,
    ...(cli.openModel ? { openModel: cli.openModel } : {}),
  });
  cli.progress.end();
  const { ran, skipped, interrupted, errors } = outcome;
  if (ran.includes("import")) await tellBrokenRecords(cli, workspace);
  if (interrupted) {
    const { step, done, total } = interrupted;
    const of = total === null ? "" : ` of ${formatCount(total)}`;
    cli.warn(
      `interrupted in “${step}” after ${formatCount(done)}${of} finished units; nothing is lost. Run the same command to go on.`,
    );
    cli.exitCode = EXIT.interrupted;
  } else if (errors > 0) {
    cli.warn(
      `${formatCount(errors)} finding${errors === 1 ? "" : "s"} of severity error; everything else went on.`,
    );
    cli.exitCode = EXIT.findings;
  }
  cli.event({ type: "run-done", ran, skipped, interrupted, errors, exitCode: cli.exitCode });
  return interrupted === null;
}
