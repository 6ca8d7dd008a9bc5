import { Command } from "commander";
import { resolve } from "node:path";
import { initWorkspace } from "../../runtime/init.js";
import type { Cli } from "../cli.js";

/** `prefloom init [DIR] [--sample]` */
export function initCommand(cli: Cli): Command {
  return new Command("init")
    .description("write a commented starting workspace")
    .argument("[dir]", "folder; made when it is not there", ".")
    .option("--sample", "with real threads to try it on")
    .action(async (dir: string, { sample = false }: { readonly sample?: boolean }) => {
      const folder = resolve(cli.options.workspace ?? dir);
      const files = await initWorkspace(folder, { sample });
      cli.say(`${files.join(", ")} written. Next:`);
      if (!sample) cli.say("  prefloom import FILE...   add raw threads");
      cli.say("  prefloom model get NAME   fetch an annotator (prefloom model list)");
      cli.say("  prefloom run              every step, in order");
      cli.result({ folder, settings: files[0], files });
    });
}
