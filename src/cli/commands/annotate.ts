import { Command } from "commander";
import { existsSync } from "node:fs";
import { InputError } from "../../core/errors.js";
import type { Agreement } from "../../core/evaluation/agreement.js";
import { compareOnSample, parseSide } from "../../runtime/compare.js";
import { ProgressMeter } from "../../runtime/progress-meter.js";
import { POSTS } from "../../steps/files.js";
import type { Cli } from "../cli.js";
import { progressInWords } from "../progress-line.js";
import { runAndReport } from "../run-command.js";
import { wholeNumber } from "../whole-number.js";

interface AnnotateOptions {
  readonly compare?: readonly string[];
  readonly sample: number;
}

const share = (value: number): string => `${Math.round(value * 100)}%`.padStart(6);
const correlation = (value: number | null): string => (value === null ? "–" : value.toFixed(2)).padStart(6);

/** The table of an agreement, dimension by dimension and overall. */
function tellAgreement(cli: Cli, a: string, b: string, agreement: Agreement): void {
  const line = (name: string, levels: number, rank: number | null) =>
    cli.say(`${name.slice(0, 58).padEnd(58)} ${share(levels)}  ${correlation(rank)}`);
  cli.say(`“${a}” beside “${b}” on ${agreement.responses} responses`);
  cli.say(`${"".padEnd(58)} ${"levels".padStart(6)}  ${"rank".padStart(6)}`);
  for (const { name, equalLevels, rankCorrelation } of agreement.dimensions) {
    line(name, equalLevels, rankCorrelation);
  }
  cli.say();
  line("mean over the dimensions", agreement.equalLevels, agreement.rankCorrelation);
  line("all dimensions at once", agreement.equalLevels, agreement.overall);
  cli.say();
  cli.say(
    "levels: share with the same most likely answer; rank: rank correlation of the evidence over the responses.",
  );
}

async function compare(cli: Cli, specs: readonly string[], size: number): Promise<void> {
  const [a, b, ...rest] = specs;
  if (a === undefined || b === undefined || rest.length > 0) {
    throw new InputError(
      { file: "--compare" },
      { rule: "usage", message: "two ways are compared", fix: "for example --compare words numbers" },
    );
  }
  const workspace = await cli.openWorkspace();
  if (!existsSync(workspace.output.file(POSTS.path))) {
    throw new InputError(
      { file: POSTS.path },
      {
        rule: "missing-input",
        message: "there are no posts to compare on",
        fix: "run `prefloom import FILE` first",
      },
    );
  }
  const sides = [await parseSide(workspace, a), await parseSide(workspace, b)] as const;
  const meter = new ProgressMeter(0);
  const { agreement, tokens } = await compareOnSample(workspace, sides, size, {
    signal: cli.signal,
    log: (message) => cli.note(message),
    onDone: (done, total) =>
      cli.progress.update(progressInWords("compare", "annotations", meter.measure(done, total, 0))),
    ...(cli.openModel ? { openModel: cli.openModel } : {}),
  });
  cli.progress.end();
  cli.signal.throwIfAborted();
  tellAgreement(cli, a, b, agreement);
  const { minAgreement } = workspace.settings.annotate;
  const measured = agreement.rankCorrelation ?? 0;
  const accepted = measured >= minAgreement;
  cli.say(
    `${accepted ? "Agrees" : "Does not agree"}: ${measured.toFixed(2)} ${accepted ? "reaches" : "is below"} annotate.minAgreement = ${minAgreement}.`,
  );
  cli.result({ a, b, accepted, minAgreement, tokens, ...agreement });
}

/** `prefloom annotate [--compare A B --sample N]` */
export function annotateCommand(cli: Cli): Command {
  return new Command("annotate")
    .description("the distribution over the three answers of each question, for each response")
    .option(
      "--compare <ways...>",
      "measure how far two ways agree instead: A B, each such as words,prefix or model=NAME",
    )
    .option("--sample <n>", "responses to compare on", wholeNumber, 20)
    .action(async ({ compare: specs, sample }: AnnotateOptions) => {
      if (specs) await compare(cli, specs, sample);
      else await runAndReport(cli, await cli.openWorkspace(), ["annotate"]);
    });
}
