import { join } from "node:path";
import { Command } from "commander";
import { countOf } from "../../core/report/words.js";
import { examineMachine } from "../../runtime/doctor.js";
import type { CheckState, DoctorCheck } from "../../runtime/doctor-check.js";
import type { Cli } from "../cli.js";
import { EXIT } from "../exit-codes.js";

const MARKS: Readonly<Record<CheckState, string>> = { ok: "✓", missing: "✗", optional: "–", warning: "!" };

/** What the workspace at hand asks of the machine; without one, or with settings that are broken, the defaults. */
async function demands(cli: Cli): Promise<Omit<Parameters<typeof examineMachine>[0], "env">> {
  try {
    const { folder, output, settings } = await cli.openWorkspace();
    return { outputFolder: output.path, model: { model: settings.model, folder } };
  } catch {
    // Whatever is wrong with the settings, other commands say it; the machine can be looked at all the same.
    return { outputFolder: join(cli.folder, "prefloom-out") };
  }
}

function tell(cli: Cli, checks: readonly DoctorCheck[]): void {
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const { name, state, found, fix } of checks) {
    cli.say(`${MARKS[state]} ${name.padEnd(width)}  ${found}`);
    if (fix !== null) cli.say(`  ${"".padEnd(width)}  → ${fix}`);
  }
  const missing = checks.filter(({ state }) => state === "missing");
  const warnings = checks.filter(({ state }) => state === "warning").length;
  const also = warnings > 0 ? `; ${countOf(warnings, "thing")} could be better (!)` : "";
  cli.say();
  cli.say(
    missing.length > 0
      ? `Missing: ${missing.map(({ name }) => name).join(", ")}${also}.`
      : `Nothing that is needed is missing${also}.`,
  );
}

/** `prefloom doctor` */
export function doctorCommand(cli: Cli): Command {
  return new Command("doctor")
    .description("what this machine has, what is missing and the one command that fixes it")
    .action(async () => {
      const checks = await examineMachine(await demands(cli));
      tell(cli, checks);
      cli.result({ checks });
      if (checks.some(({ state }) => state === "missing")) cli.exitCode = EXIT.missing;
    });
}
