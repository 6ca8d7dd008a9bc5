import { Command, Option } from "commander";
import { PROBE_HALVES, type ProbeHalf } from "../../core/probe/probe-set.js";
import type { ProbeResult } from "../../core/probe/evaluate-probe.js";
import { capitalised } from "../../core/report/words.js";
import { ALIGNX_SPACE } from "../../core/space/space.js";
import { FEW_SHOT } from "../../core/prompts/few-shot.js";
import { settingsSchema } from "../../core/settings/settings.js";
import { contextTokensFor, openLocalModel } from "../../runtime/open-model.js";
import { annotationWay, probeModel } from "../../runtime/probe-model.js";
import { findWorkspace } from "../../runtime/workspace.js";
import { parseOverride } from "../../runtime/workspace.js";
import type { Cli } from "../cli.js";
import { progressInWords } from "../progress-line.js";
import { wholeNumber } from "../whole-number.js";

interface ProbeOptions {
  readonly half: ProbeHalf;
  readonly pairs?: number;
  readonly again?: boolean;
}

const percent = (part: number): string => `${Math.round(part * 100)}%`.padStart(5);

function tellResult(cli: Cli, model: string, { groups, overall, balanced, sentence }: ProbeResult): void {
  const row = (name: string, cells: readonly string[]) => cli.say(`  ${name.padEnd(28)} ${cells.join("  ")}`);
  cli.say(`${model}: text pairs of known direction ranked by the model's evidence; chance is 50%`);
  row("", ["right", "95% interval".padStart(14), "centred", "pairs"]);
  for (const { group, right, total, low, high, centred } of [...groups, { group: "all", ...overall }]) {
    row(capitalised(group), [
      percent(right / Math.max(1, total)),
      `${percent(low)} to${percent(high)}`.padStart(14),
      percent(centred).padStart(7),
      String(total).padStart(5),
    ]);
  }
  row("Pairs of equal tone", [
    percent(balanced.right / Math.max(1, balanced.total)),
    "".padStart(14),
    percent(balanced.centred).padStart(7),
    String(balanced.total).padStart(5),
  ]);
  cli.say();
  cli.say(sentence);
}

/** The settings of the workspace at hand, or the defaults where there is none. */
async function surroundings(cli: Cli, model: string | undefined) {
  if (cli.options.workspace !== undefined || findWorkspace(process.cwd()) !== null) {
    const { settings, loaded, space, folder } = await cli.openWorkspace();
    return { settings: model === undefined ? settings : { ...settings, model }, loaded, space, folder };
  }
  const overrides: Record<string, Record<string, unknown>> = {};
  for (const text of cli.options.set) {
    const { path, value } = parseOverride(text);
    if (path[0] === "annotate" && path[1] !== undefined) (overrides["annotate"] ??= {})[path[1]] = value;
  }
  const settings = settingsSchema.parse({ ...overrides, ...(model === undefined ? {} : { model }) });
  return { settings, loaded: { fewShot: FEW_SHOT }, space: ALIGNX_SPACE, folder: process.cwd() };
}

/** `prefloom model probe [NAME]` */
export function modelProbeCommand(cli: Cli): Command {
  return new Command("probe")
    .description("measure whether a model can annotate, on text pairs of known direction")
    .argument("[name]", "a model's name, hf: address or path (default: that of the settings)")
    .addOption(
      new Option("--half <half>", "“report” for the figure to publish, “tune” for choosing wordings")
        .choices(PROBE_HALVES)
        .default("report"),
    )
    .option("--pairs <n>", "pairs at most (default: all of the half)", wholeNumber)
    .option("--again", "measure even when the result is known")
    .action(async (name: string | undefined, { half, pairs, again }: ProbeOptions) => {
      const { settings, loaded, space, folder } = await surroundings(cli, name);
      const context = contextTokensFor("annotate", settings, space.dimensions.length);
      const open = cli.openModel ?? openLocalModel;
      const model = await open({ folder, settings }, context, (message) => cli.note(message));
      try {
        const probed = await probeModel(space, model, annotationWay({ settings, loaded }), {
          half,
          ...(pairs === undefined ? {} : { count: pairs }),
          ...(again ? { again } : {}),
          cancellation: cli.signal,
          onProgress: (progress) => cli.progress.update(progressInWords("probe", "texts", progress)),
        });
        cli.progress.end();
        cli.signal.throwIfAborted();
        if (!probed) {
          cli.say("The preference space has none of the dimensions that the probe knows texts for.");
          cli.result({ model: model.identity.name, pairs: 0 });
          return;
        }
        if (probed.known) cli.note("known from an earlier measurement (--again repeats it)");
        tellResult(cli, model.identity.name, probed.result);
        cli.result({
          model: model.identity.name,
          half,
          answers: settings.annotate.answers,
          ...probed.result,
        });
      } finally {
        await model.close();
      }
    });
}
