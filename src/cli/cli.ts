import { resolve } from "node:path";
import type { ModelOpener } from "../runtime/open-model.js";
import { findWorkspace, openWorkspace, type Workspace } from "../runtime/workspace.js";
import { ProgressLine } from "./progress-line.js";

/** Global options. */
export interface CliOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly workspace: string | undefined;
  readonly set: readonly string[];
}

/** What a command has of its surroundings. With `--json` people's output goes to stderr and stdout is the machine's. */
export interface Cli {
  readonly options: CliOptions;
  /** The command as typed. */
  readonly command: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** `--workspace`, else the nearest workspace upward, else the current folder. */
  readonly folder: string;
  readonly progress: ProgressLine;
  /** Set by tests; default: the model of the settings by node-llama-cpp. */
  readonly openModel: ModelOpener | undefined;
  openWorkspace(): Promise<Workspace>;
  /** A line of the result, for people. */
  say(line?: string): void;
  /** A line on the way: on stderr, and not at all with `--quiet`. */
  note(line: string): void;
  /** A line that people need even with `--quiet`; on stderr. */
  warn(line: string): void;
  /** The one JSON object at the end; only with `--json`. */
  result(value: object): void;
  /** One line of JSON on the way; only with `--json`. */
  event(value: object): void;
  /** Text for stdout as it is, whatever the options: files in other formats. */
  raw(text: string): void;
  /** Exit code of a command that ran to its end; 0 unless set. */
  exitCode: number;
}

/** Makes the surroundings of a command; `options` are read when they are needed, after the arguments were parsed. */
export function createCli(
  options: () => CliOptions,
  command: string,
  signal: AbortSignal,
  openModel: ModelOpener | undefined,
): Cli {
  const { stdout, stderr } = process;
  const progress = new ProgressLine(stderr, () => options().quiet);
  let hadEvents = false;
  const people = () => (options().json ? stderr : stdout);
  const write = (stream: NodeJS.WriteStream, line: string) => progress.above(() => stream.write(`${line}\n`));
  return {
    get options() {
      return options();
    },
    command,
    signal,
    get folder() {
      const { workspace } = options();
      return workspace === undefined ? (findWorkspace(process.cwd()) ?? process.cwd()) : resolve(workspace);
    },
    progress,
    openModel,
    openWorkspace() {
      return openWorkspace(this.folder, options().set);
    },
    say: (line = "") => write(people(), line),
    note: (line) => {
      if (!options().quiet) write(stderr, line);
    },
    warn: (line) => write(stderr, line),
    result: (value) => {
      // After events it is one line more, so that all of them can be read line by line.
      if (options().json) write(stdout, JSON.stringify(value, null, hadEvents ? 0 : 2));
    },
    event: (value) => {
      hadEvents = true;
      if (options().json) write(stdout, JSON.stringify(value));
    },
    raw: (text) => progress.above(() => stdout.write(text)),
    exitCode: 0,
  };
}
