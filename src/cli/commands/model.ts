import { Command } from "commander";
import { MissingResourceError } from "../../core/errors.js";
import {
  getModel,
  listModels,
  type LocatedModel,
  locateModel,
  type ModelEvent,
  modelsFolder,
} from "../../runtime/models.js";
import type { Cli } from "../cli.js";
import { sizeInWords, TransferLine } from "../transfer-line.js";
import { modelProbeCommand } from "./model-probe.js";

/** Rows with their cells beneath each other. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}

async function list(cli: Cli): Promise<void> {
  const models = await listModels();
  const rows = models.map(({ name, present, bytes, licence, note }) => [
    name,
    present ? "here" : "-",
    bytes === null ? "" : sizeInWords(bytes),
    licence ?? "",
    note ?? "",
  ]);
  for (const line of table([["model", "here", "size", "licence", "note"], ...rows])) cli.say(line);
  cli.say();
  cli.say(`Models are kept in ${modelsFolder()}`);
  cli.result({ folder: modelsFolder(), models });
}

async function get(cli: Cli, model: string): Promise<void> {
  const line = new TransferLine();
  const seen: { last: ModelEvent | null; byPip: boolean } = { last: null, byPip: false };
  const onEvent = (event: ModelEvent): void => {
    switch (event.type) {
      case "progress":
      case "checking":
        seen.last = event;
        cli.progress.update(line.line(event));
        break;
      case "fallback":
        seen.byPip = true;
        cli.note(event.message);
        break;
      case "trying":
        cli.note(event.message);
        break;
      case "done":
        cli.progress.end();
        cli.say(event.message);
    }
  };
  let located: LocatedModel;
  try {
    located = await getModel(model, cli.folder, { onEvent, signal: cli.signal });
  } catch (error) {
    cli.progress.end();
    if (cli.signal.aborted && seen.last?.type === "progress") {
      const again = `\`prefloom model get ${model}\``;
      cli.warn(
        seen.byPip
          ? `pip cannot go on where it stopped: ${again} starts again`
          : `${sizeInWords(seen.last.bytes ?? 0)} are kept: ${again} goes on from there`,
      );
    }
    throw error;
  }
  cli.result(located);
}

async function where(cli: Cli, model: string): Promise<void> {
  const located = await locateModel(model, cli.folder);
  if (!located.present) {
    throw new MissingResourceError(
      "model",
      `${located.name} is not here; its place is ${located.path}`,
      located.kind === "path"
        ? "check the path"
        : `run \`prefloom model get ${located.name}\`, or put the file there`,
    );
  }
  cli.say(located.path);
  cli.result(located);
}

const MODEL = [
  "<name>",
  "a name from `prefloom model list`, an hf: address or the path of a GGUF file",
] as const;

/** `prefloom model list|get|where|probe` */
export function modelCommand(cli: Cli): Command {
  return new Command("model")
    .description("models: which there are, getting one, where its file is, what it is worth")
    .addCommand(
      new Command("list")
        .description("models with names, and those that were fetched")
        .action(() => list(cli)),
    )
    .addCommand(
      new Command("get")
        .description("get a model onto this machine; goes on where it was interrupted")
        .argument(...MODEL)
        .action((name: string) => get(cli, name)),
    )
    .addCommand(
      new Command("where")
        .description("print the path of a model's file")
        .argument(...MODEL)
        .action((name: string) => where(cli, name)),
    )
    .addCommand(modelProbeCommand(cli));
}
