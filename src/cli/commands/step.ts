import { Command } from "commander";
import { STEPS } from "../../steps/registry.js";
import type { Cli } from "../cli.js";
import { runAndReport } from "../run-command.js";

/** Steps with a command of their own kind. */
const SPECIAL: readonly string[] = ["import", "annotate"];

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  levels: "intensity levels from the annotations, without the model",
  cluster: "clusters of each post's responses",
  pair: "chosen and rejected of each post, with their direction, and the splits",
  persona: "UGC, PAIR and DEMO of each pair",
  check: "the preference consistency criterion and all other rules",
  export: "the data set in the published format, with lineage and data card",
};

/** `prefloom levels`, `cluster`, `pair`, `persona`, `check`, `export`: one step each. */
export function stepCommands(cli: Cli): Command[] {
  return STEPS.filter(({ name }) => !SPECIAL.includes(name)).map(({ name }) =>
    new Command(name).description(DESCRIPTIONS[name] ?? "").action(async () => {
      await runAndReport(cli, await cli.openWorkspace(), [name]);
    }),
  );
}
