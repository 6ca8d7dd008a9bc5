import { Command } from "commander";
import { resolve } from "node:path";
import { initWorkspace } from "../../runtime/init.js";
import type { Cli } from "../cli.js";

/** `prefloom init [DIR]` */
export function initCommand(cli: Cli): Command {
  return new Command("init")
    .description("write a commented starting workspace")
    .argument("[dir]", "folder; made when it is not there", ".")
    .action(async (dir: string) => {
      const folder = resolve(cli.options.workspace ?? dir);
      const file = await initWorkspace(folder);
      cli.say(`${file} written. Next:`);
      cli.say("  prefloom import FILE...   add raw threads");
      cli.say("  prefloom model get NAME   fetch an annotator (prefloom model list)");
      cli.say("  prefloom run              every step, in order");
      cli.result({ folder, settings: file });
    });
}
