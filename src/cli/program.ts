import { Command, CommanderError } from "commander";
import { InputError, MissingResourceError, WorkspaceHeldError } from "../core/errors.js";
import type { ModelOpener } from "../runtime/open-model.js";
import { prefloomVersion } from "../runtime/versions.js";
import { type Cli, type CliOptions, createCli } from "./cli.js";
import { EXIT } from "./exit-codes.js";
import { annotateCommand } from "./commands/annotate.js";
import { doctorCommand } from "./commands/doctor.js";
import { dropsCommand } from "./commands/drops.js";
import { explainCommand } from "./commands/explain.js";
import { importCommand } from "./commands/import.js";
import { initCommand } from "./commands/init.js";
import { modelCommand } from "./commands/model.js";
import { reportCommand } from "./commands/report.js";
import { runCommand } from "./commands/run.js";
import { statusCommand } from "./commands/status.js";
import { stepCommands } from "./commands/step.js";
import { validateCommand } from "./commands/validate.js";

/** What the operating system says when there is no room, or no permission. */
const STORAGE_PROBLEMS: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOSPC: ["the disk is full", "free some space and run the command again: finished work is kept"],
  EDQUOT: ["the disk quota is used up", "free some space and run the command again: finished work is kept"],
  EFBIG: [
    "the file would be larger than is allowed",
    "raise the limit (ulimit -f) and run the command again",
  ],
  EROFS: ["the disk is read-only", "use a folder that can be written: --set output=FOLDER"],
  EACCES: ["writing or reading it is not allowed", "change its permissions, or use another folder"],
  EPERM: ["writing or reading it is not allowed", "change its permissions, or use another folder"],
  EMFILE: ["too many files are open", "raise the limit (ulimit -n)"],
  ENOTDIR: ["a part of this path is a file, not a folder", "name another folder, or move the file away"],
  EEXIST: ["a file is in the way of a folder", "name another folder, or move the file away"],
  // Also where a folder is to be made on a disk that is read-only.
  ENOENT: ["it is not there, or its folder cannot be written", "check the path, or use another folder"],
  EISDIR: ["this is a folder, not a file", "name another file, or move the folder away"],
};

/** An error as an exit code and what to tell people and programs. */
function explainError(error: unknown): {
  readonly code: number;
  readonly name: string;
  readonly message: string;
} {
  if (error instanceof InputError) return { code: EXIT.badInput, name: error.rule, message: error.message };
  if (error instanceof MissingResourceError) {
    return { code: EXIT.missing, name: "missing-resource", message: error.message };
  }
  if (error instanceof WorkspaceHeldError) {
    return { code: EXIT.missing, name: "workspace-held", message: error.message };
  }
  if (error instanceof Error && error.name === "AbortError") {
    return {
      code: EXIT.interrupted,
      name: "interrupted",
      message: "interrupted; run the same command to go on",
    };
  }
  const { code, path } = error as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : STORAGE_PROBLEMS[code];
  if (known) {
    return {
      code: EXIT.missing,
      name: "storage",
      message: `${path ?? "storage"}: ${known[0]}. Fix: ${known[1]}.`,
    };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: EXIT.missing, name: "internal-error", message: `this is a defect of Prefloom: ${message}` };
}

function buildProgram(cli: (program: Command) => Cli): Command {
  const program = new Command("prefloom")
    .description("Turns raw threads into personalised preference data in the AlignX format.")
    .version(prefloomVersion())
    .option("--workspace <dir>", "folder with prefloom.json (default: the nearest one upward)")
    .option(
      "--set <key=value>",
      "a setting for this run only, such as persona.size=4; may be given several times",
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option("--json", "machine output on stdout; what people read goes to stderr")
    .option("--quiet", "no progress, results only")
    .showHelpAfterError("(prefloom --help lists the commands)")
    .exitOverride();
  const surroundings = cli(program);
  for (const command of [
    initCommand(surroundings),
    importCommand(surroundings),
    annotateCommand(surroundings),
    ...stepCommands(surroundings),
    runCommand(surroundings),
    statusCommand(surroundings),
    reportCommand(surroundings),
    explainCommand(surroundings),
    dropsCommand(surroundings),
    validateCommand(surroundings),
    modelCommand(surroundings),
    doctorCommand(surroundings),
  ]) {
    program.addCommand(command);
  }
  const everywhere = (command: Command): void => {
    command.exitOverride().showHelpAfterError("(--help tells how)");
    command.commands.forEach(everywhere);
  };
  everywhere(program);
  return program;
}

const ignore = (): void => undefined;

/** First Ctrl-C ends at the next unit, the second one at once. */
function listenForInterrupts(controller: AbortController, note: (line: string) => void): () => void {
  const interrupt = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    note(`\n${signal === "SIGINT" ? "Ctrl-C" : signal}: finishing the unit at hand; once more ends at once`);
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  // A file that grows beyond `ulimit -f` is an error like others where somebody listens; else it is the end at once.
  process.on("SIGXFSZ", ignore);
  return () => {
    process.off("SIGXFSZ", ignore);
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  };
}

let endsWithReader = false;

/** A reader that has had enough (`prefloom ... | head`) is no error, also for what is written after the command. */
function endWithReader(): void {
  if (endsWithReader) return;
  endsWithReader = true;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.done);
    throw error;
  });
}

/**
 * Runs one command.
 * @param openModel takes the place of the real model; for tests
 * @returns the exit code
 */
export async function runCli(args: readonly string[], openModel?: ModelOpener): Promise<number> {
  const controller = new AbortController();
  let cli: Cli | undefined;
  const program = buildProgram((command) => {
    const options = (): CliOptions => {
      const { json, quiet, workspace, set } = command.opts<{
        json?: boolean;
        quiet?: boolean;
        workspace?: string;
        set?: string[];
      }>();
      return { json: json ?? false, quiet: quiet ?? false, workspace, set: set ?? [] };
    };
    cli = createCli(options, `prefloom ${args.join(" ")}`, controller.signal, openModel);
    return cli;
  });
  const stopListening = listenForInterrupts(controller, (line) => cli!.warn(line));
  endWithReader();
  try {
    if (args.length === 0) {
      program.outputHelp();
      return EXIT.badInput;
    }
    await program.parseAsync(args, { from: "user" });
    return cli!.exitCode;
  } catch (error) {
    cli!.progress.end();
    // Commander has told what is wrong already; help and version are no errors.
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done;
      const { message } = error;
      cli!.result({ error: "usage", message, exitCode: EXIT.badInput });
      return EXIT.badInput;
    }
    const { code, name, message } = explainError(error);
    cli!.warn(message);
    cli!.result({ error: name, message, exitCode: code });
    return code;
  } finally {
    cli!.progress.end();
    stopListening();
  }
}
