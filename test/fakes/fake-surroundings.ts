import type { Cli, CliOptions } from "../../src/cli/cli.js";
import type { ProgressLine } from "../../src/cli/progress-line.js";
import { openWorkspace } from "../../src/runtime/workspace.js";

/** What a fake command line is made with. */
export interface FakeSurroundings extends Partial<CliOptions> {
  readonly signal?: AbortSignal;
  /** Default: the current folder, where no workspace is. */
  readonly folder?: string;
}

/** Surroundings of a command that keep what it writes, so that one command can be tried without a process. */
export function fakeCli(given: FakeSurroundings = {}): {
  readonly cli: Cli;
  readonly stdout: () => string;
  readonly stderr: () => string;
} {
  const { signal, folder = process.cwd(), ...some } = given;
  const options = { json: false, quiet: false, workspace: undefined, set: [], ...some };
  const written = { stdout: "", stderr: "" };
  const note = (line: string): void => void (written.stderr += `${line}\n`);
  const progress = {
    update: () => undefined,
    above: (write: () => void) => write(),
    end: () => undefined,
  } as unknown as ProgressLine;
  const cli: Cli = {
    ...{ options, folder, progress, command: "prefloom", openModel: undefined, exitCode: 0 },
    signal: signal ?? new AbortController().signal,
    openWorkspace: () => openWorkspace(folder, options.set),
    say: (line = "") => void (written[options.json ? "stderr" : "stdout"] += `${line}\n`),
    note,
    warn: note,
    result(value) {
      if (options.json) written.stdout += `${JSON.stringify(value)}\n`;
    },
    event(value) {
      if (options.json) written.stdout += `${JSON.stringify(value)}\n`;
    },
    raw: (text) => void (written.stdout += text),
  };
  return { cli, stdout: () => written.stdout, stderr: () => written.stderr };
}
