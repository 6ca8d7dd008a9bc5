import { Command } from "commander";
import { explain } from "../../runtime/explain.js";
import type { Cli } from "../cli.js";
import { explanationLines } from "../explain-view.js";

/** `prefloom explain ID` */
export function explainCommand(cli: Cli): Command {
  return new Command("explain")
    .description("lineage of an exported line back to pair, post, prompt, model, raw file and line")
    .argument("<id>", "train.jsonl:LINE or test.jsonl:LINE, or the id of a pair, a post or a response")
    .action(async (id: string) => {
      const explanation = await explain(await cli.openWorkspace(), id);
      for (const line of explanationLines(explanation)) cli.say(line);
      cli.result(explanation);
    });
}
