import { countIn, dropsOf } from "../core/report/overview.js";
import { formatCount, formatSeconds } from "../core/report/words.js";
import { readOverview } from "../runtime/overview.js";
import type { Workspace } from "../runtime/workspace.js";
import type { StepName } from "../core/step-names.js";
import type { Cli } from "./cli.js";
import { shownPath } from "./shown-path.js";

const row = (name: string, value: string): string => `  ${name.padEnd(26)} ${value}`;

/** What these steps of a workspace made, in a screenful: counts, drops, seconds, where to look. */
export async function tellSummary(cli: Cli, workspace: Workspace, names: readonly StepName[]): Promise<void> {
  const whole = await readOverview(workspace);
  // What later steps made before is out of date.
  const overview = { ...whole, steps: whole.steps.filter(({ step }) => names.includes(step as StepName)) };
  const count = (step: string, name: string) => countIn(overview, step, name);
  const ran = (step: string) => overview.steps.some((one) => one.step === step);
  const manifests = new Map(
    await Promise.all(names.map(async (name) => [name, await workspace.output.manifest(name)] as const)),
  );
  cli.say();
  cli.say("What came out");
  cli.say(
    row(
      "posts",
      `${formatCount(count("import", "posts"))}, with ${formatCount(count("import", "responses"))} replies`,
    ),
  );
  if (ran("pair")) cli.say(row("pairs", formatCount(count("pair", "pairs"))));
  if (ran("persona")) {
    const kinds = [
      `${formatCount(count("persona", "with UGC"))} with UGC`,
      `${formatCount(count("persona", "with PAIR"))} with PAIR`,
      `${formatCount(count("persona", "with DEMO by model") + count("persona", "with DEMO by template"))} with DEMO`,
    ];
    cli.say(row("personas", kinds.join(", ")));
  }
  if (ran("export")) {
    const examples = count("export", "examples");
    cli.say(
      row(
        "examples",
        `${formatCount(examples)} (${formatCount(count("export", "examples in train"))} train, ${formatCount(count("export", "examples in test"))} test), ${formatCount(count("export", "examples with two kinds or more"))} with two persona kinds or more`,
      ),
    );
    const kinds = overview.steps.find(({ step }) => step === "export")!.counts;
    for (const [name, value] of Object.entries(kinds)) {
      const [, combination] = /^examples with ((?:UGC|PAIR|DEMO).*)$/.exec(name) ?? [];
      if (combination) cli.say(row("", `${formatCount(value)} with ${combination}`));
    }
  }
  const drops = dropsOf(overview);
  cli.say();
  cli.say(drops.length === 0 ? "Nothing was dropped" : "What was dropped (prefloom drops tells each)");
  for (const { stage, rule, count: dropped, why } of drops) {
    cli.say(row(`${formatCount(dropped)} ${rule}`, `${why} (${stage})`));
  }
  cli.say();
  cli.say("Seconds per step");
  for (const [name, manifest] of manifests) {
    if (!manifest) continue;
    const tokens = manifest.tokens ? `, ${formatCount(manifest.tokens)} tokens` : "";
    cli.say(row(name, `${formatSeconds(manifest.seconds)}${tokens}`));
  }
  const probe = overview.model?.probe?.sentence;
  if (overview.model) {
    cli.say();
    cli.say(`Annotator: ${overview.model.name}. ${probe ?? "It was not probed."}`);
  }
  cli.say();
  if (ran("export")) cli.say(row("data set", shownPath(workspace.output.file("dataset"))));
  if (ran("check")) cli.say(row("findings", shownPath(workspace.output.file("check/findings.jsonl"))));
}
