import { Command, Option } from "commander";
import { STEP_NAMES, type StepName } from "../../core/step-names.js";
import type { Cli } from "../cli.js";
import { runAndReport } from "../run-command.js";
import { tellSummary } from "../summary.js";

/** `prefloom run [--until STEP]` */
export function runCommand(cli: Cli): Command {
  return new Command("run")
    .description("every step that is out of date, in order")
    .addOption(new Option("--until <step>", "the last step to run").choices(STEP_NAMES))
    .action(async ({ until }: { readonly until?: StepName }) => {
      const workspace = await cli.openWorkspace();
      const last = until === undefined ? STEP_NAMES.length : STEP_NAMES.indexOf(until) + 1;
      const steps = STEP_NAMES.slice(0, last);
      if (await runAndReport(cli, workspace, steps)) await tellSummary(cli, workspace, steps);
    });
}
