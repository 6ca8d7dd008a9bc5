import { spawn } from "node:child_process";

/** What became of a program that was run for what it says. */
export interface ProgramResult {
  /** `absent`: there is no such program on the path. `stopped`: it ran into its time limit. */
  readonly state: "ended" | "absent" | "stopped";
  /** Exit status; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program says beyond this is cut off. */
const LONGEST_OUTPUT = 1 << 20;

/** Runs a program without a shell until it ends or its time is up. Never throws: a program that cannot be run is `absent`. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly timeoutMs: number; readonly cwd?: string },
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    let stdout = "";
    let stderr = "";
    let isStopped = false;
    const child = spawn(command, args, {
      env: options.env,
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    const timer = setTimeout(() => {
      isStopped = true;
      child.kill("SIGKILL");
    }, options.timeoutMs);
    const end = (state: ProgramResult["state"], code: number | null, signal: string | null): void => {
      clearTimeout(timer);
      // What the program has started may still hold the pipes.
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ state, code, signal, stdout, stderr });
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (stdout.length < LONGEST_OUTPUT) stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (stderr.length < LONGEST_OUTPUT) stderr += text;
    });
    child.once("error", () => end("absent", null, null));
    child.once("exit", (code, signal) => {
      if (isStopped) end("stopped", code, signal);
    });
    child.once("close", (code, signal) => end(isStopped ? "stopped" : "ended", code, signal));
  });
}
