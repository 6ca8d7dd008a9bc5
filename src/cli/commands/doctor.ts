import { createInterface } from "node:readline/promises";
import { Command, Option } from "commander";
import { InputError, MissingResourceError } from "../../core/errors.js";
import { countOf } from "../../core/report/words.js";
import {
  BACKEND_NAMES,
  type BackendName,
  type BackendOffer,
  getBackend,
  offerBackend,
  tryBackend,
} from "../../runtime/backends.js";
import { demandsOf, examineMachine } from "../../runtime/doctor.js";
import type { CheckState, DoctorCheck } from "../../runtime/doctor-check.js";
import type { ModelEvent } from "../../runtime/models.js";
import type { Cli } from "../cli.js";
import { EXIT } from "../exit-codes.js";
import { sizeInWords, TransferLine } from "../transfer-line.js";

interface DoctorOptions {
  readonly getBackend?: BackendName;
  readonly yes?: boolean;
}

const MARKS: Readonly<Record<CheckState, string>> = { ok: "✓", missing: "✗", optional: "–", warning: "!" };

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

/** What consent is asked for. */
function offerInWords({ packages, bytes, unpackedBytes, folder, registry }: BackendOffer): string {
  const names = packages.flatMap(({ name, version, present }) => (present ? [] : [`${name} ${version}`]));
  return `${names.join(" and ")}: ${sizeInWords(bytes)} from ${new URL(registry).host}, ${sizeInWords(unpackedBytes)} unpacked in ${folder}`;
}

/** Nothing is downloaded but on a word of the user's: an answer at a terminal, or `--yes`. */
async function consent(cli: Cli, offer: BackendOffer, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY || cli.options.json) {
    throw new InputError(
      { file: "--get-backend" },
      {
        rule: "consent",
        message: `this would download ${offerInWords(offer)}`,
        fix: "add --yes to agree to it",
      },
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Download ${offerInWords(offer)}? [y/N] `, { signal: cli.signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

async function fetchBackend(cli: Cli, backend: BackendName): Promise<void> {
  const line = new TransferLine();
  const seen: { last: ModelEvent["type"] | null } = { last: null };
  const onEvent = (event: ModelEvent): void => {
    seen.last = event.type;
    if (event.type === "progress" || event.type === "checking") cli.progress.update(line.line(event));
    else if (event.type === "done") cli.say(event.message);
    else cli.note(event.message);
  };
  try {
    await getBackend(backend, { onEvent, signal: cli.signal });
  } catch (error) {
    if (cli.signal.aborted && seen.last === "progress") {
      cli.warn(`What came is kept: \`prefloom doctor --get-backend ${backend}\` goes on from there`);
    }
    throw error;
  } finally {
    cli.progress.end();
  }
}

/** Gets a GPU backend and says whether it works here. */
async function provideBackend(cli: Cli, backend: BackendName, yes: boolean): Promise<void> {
  const offer = await offerBackend(backend);
  if (offer.bytes > 0) {
    if (!(await consent(cli, offer, yes))) {
      cli.say("Nothing was downloaded.");
      return;
    }
    await fetchBackend(cli, backend);
  } else {
    cli.say(`The ${backend} backend is here already: ${offer.folder}`);
  }
  const trial = await tryBackend(backend);
  cli.result({ ...offer, ...trial });
  if (!trial.works) throw new MissingResourceError(`${backend} backend`, trial.found, trial.fix ?? "");
  cli.say(`It works: ${trial.found}.`);
}

/** `prefloom doctor` */
export function doctorCommand(cli: Cli): Command {
  return new Command("doctor")
    .description("what this machine has, what is missing and the one command that fixes it")
    .addOption(
      new Option(
        "--get-backend <backend>",
        "download what models need to run on a GPU, after telling its size: cuda (for CUDA 13), cuda-ext (also for CUDA 12) or vulkan",
      ).choices(BACKEND_NAMES),
    )
    .option("--yes", "agree to that download without being asked")
    .action(async ({ getBackend: backend, yes = false }: DoctorOptions) => {
      if (backend !== undefined) {
        await provideBackend(cli, backend, yes);
        return;
      }
      const checks = await examineMachine(await demandsOf(cli.folder, () => cli.openWorkspace()));
      tell(cli, checks);
      cli.result({ checks });
      if (checks.some(({ state }) => state === "missing")) cli.exitCode = EXIT.missing;
    });
}
