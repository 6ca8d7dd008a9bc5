import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of the checkout: benchmarks start this from a bundle, which lies elsewhere. */
export const ROOT = rootAbove(import.meta.dirname);

function rootAbove(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : rootAbove(dirname(folder));
}

/** What the tests of this folder run in. */
export interface Surroundings {
  /** VS Code's server: its program, and the Node that runs it. */
  readonly host: { readonly node: string; readonly server: string };
  readonly chromium: { readonly path: string; readonly env: Readonly<Record<string, string>> };
}

/** Runs a program of `scripts/`, with what it printed on standard output; throws with the rest when it fails. */
export function script(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")}:\n${stdout}${stderr}`);
  return stdout;
}

/** One part of the surroundings, or in words why it cannot be had here. */
function part(program: string): { readonly found: unknown } | { readonly missing: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { cwd: ROOT, encoding: "utf8" });
  if (status === 0) return { found: JSON.parse(stdout) };
  if (status === 3) return { missing: stderr.trim() };
  throw new Error(`node ${program}:\n${stdout}${stderr}`);
}

/** Finds or makes the surroundings. Where they cannot be had the answer is why not; in continuous integration that fails. */
export function findSurroundings(): Surroundings | { readonly missing: string } {
  const chromium = part("scripts/lib/chromium.mjs");
  const host = part("scripts/lib/vscode-host.mjs");
  if ("found" in chromium && "found" in host)
    return { host: host.found, chromium: chromium.found } as Surroundings;
  const missing = [chromium, host].flatMap((one) => ("missing" in one ? [one.missing] : [])).join("; ");
  if (["true", "1"].includes(process.env["CI"] ?? "")) throw new Error(`CI runs these tests, but ${missing}`);
  return { missing };
}
