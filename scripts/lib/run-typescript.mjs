import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "./files.mjs";

/** Bundles a program in TypeScript with what it uses of `src` and `test`, and runs it. @returns its exit code */
export async function runTypeScript(path, args) {
  const folder = join(ROOT, ".cache/programs");
  const outfile = join(folder, `${basename(path, ".ts")}.mjs`);
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(ROOT, path)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    mainFields: ["module", "main"],
    external: ["node-llama-cpp", "playwright-core", "@vscode/vsce", "esbuild"],
    define: { PREFLOOM_VERSION: JSON.stringify("bench") },
    banner: {
      js: 'import { createRequire as prefloomCreateRequire } from "node:module"; const require = prefloomCreateRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  return spawnSync(process.execPath, ["--expose-gc", outfile, ...args], { stdio: "inherit" }).status ?? 1;
}
