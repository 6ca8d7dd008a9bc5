import { Command, Option } from "commander";
import { SOURCE_NAMES, type SourceName } from "../../core/sources/source.js";
import { addSources } from "../../runtime/add-sources.js";
import { chooseFormat, requireText } from "../../runtime/read-sources.js";
import type { Cli } from "../cli.js";
import { runAndReport } from "../run-command.js";

interface ImportOptions {
  readonly as?: SourceName;
  readonly name?: string;
  readonly licence?: string;
}

/** `prefloom import FILE... [--as FORMAT]` */
export function importCommand(cli: Cli): Command {
  return new Command("import")
    .description("raw threads into posts; without FILE: those that the settings name")
    .argument("[file...]", "files of raw threads, added to the settings")
    .addOption(
      new Option("--as <format>", "how the files are read (default: detected)").choices(SOURCE_NAMES),
    )
    .option("--name <name>", "name of the source in records, report and data card")
    .option("--licence <licence>", "licence of the texts, as an SPDX id, for the data card")
    .action(async (files: string[], { as, name, licence }: ImportOptions) => {
      let workspace = await cli.openWorkspace();
      // Said before anything is written: a file that cannot be used is not added.
      for (const file of files) {
        await requireText(file);
        await chooseFormat(file, file, as);
      }
      const more = {
        ...(as ? { format: as } : {}),
        ...(name ? { name } : {}),
        ...(licence ? { licence } : {}),
      };
      for (const { path } of await addSources(workspace, files, more))
        cli.note(`${path}: added to prefloom.json`);
      workspace = await cli.openWorkspace();
      await runAndReport(cli, workspace, ["import"]);
    });
}
