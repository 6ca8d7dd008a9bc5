import { readdir, readFile, realpath } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runProgram } from "./run-program.js";

const TIMEOUT_MS = 5_000;

/** Files by the name of the library, from what `ldconfig -p` prints. */
export function parseLdconfig(output: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name, path] of output.matchAll(/^\s+(\S+) \([^)]*\) => (\S.*)$/gm)) {
    // The first is the one that the loader takes.
    if (!found.has(name!)) found.set(name!, path!);
  }
  return found;
}

/** Shared libraries that the loader finds: those of `LD_LIBRARY_PATH`, of `extra` folders, and of the system's cache. */
export async function sharedLibraries(
  env: NodeJS.ProcessEnv,
  extra: readonly string[] = [],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const folders = [...(env["LD_LIBRARY_PATH"] ?? "").split(delimiter), ...extra].filter((one) => one !== "");
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (name.includes(".so") && !found.has(name)) found.set(name, join(folder, name));
    }
  }
  // Users' paths often lack the folders of system programs.
  for (const program of ["ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig"]) {
    const { state, code, stdout } = await runProgram(program, ["-p"], { env, timeoutMs: TIMEOUT_MS });
    if (state !== "ended" || code !== 0) continue;
    for (const [name, path] of parseLdconfig(stdout)) if (!found.has(name)) found.set(name, path);
    break;
  }
  return found;
}

/** Parts of a dotted version compared as numbers: negative when `a` is the older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  for (let i = 0; i < Math.max(left!.length, right!.length); i++) {
    const difference = (left![i] ?? 0) - (right![i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The newest version of the C++ standard library's symbols (`GLIBCXX_3.4.30` is "3.4.30") that a file offers; null when none. */
export async function newestGlibcxx(path: string): Promise<string | null> {
  const content = await realpath(path)
    .then((file) => readFile(file, "latin1"))
    .catch(() => "");
  const versions = [...content.matchAll(/GLIBCXX_(\d+(?:\.\d+)+)/g)].map(([, version]) => version!);
  return versions.sort(compareVersions).at(-1) ?? null;
}
