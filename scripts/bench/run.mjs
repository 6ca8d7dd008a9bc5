/**
 * Runs a benchmark of `scripts/bench/`: bundles it with what it measures and starts it.
 *
 *   node scripts/bench/run.mjs NAME [arguments of the benchmark]
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "../lib/files.mjs";

const [name = "", ...args] = process.argv.slice(2);
const folder = join(ROOT, "scripts/bench");
const known = readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -3));
if (!existsSync(join(folder, `${name}.ts`))) {
  console.error(`bench: name one of ${known.join(", ")}`);
  process.exit(2);
}
const outfile = join(ROOT, `.cache/bench/${name}.mjs`);
mkdirSync(join(ROOT, ".cache/bench"), { recursive: true });
await build({
  entryPoints: [join(folder, `${name}.ts`)],
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
process.exitCode =
  spawnSync(process.execPath, ["--expose-gc", outfile, ...args], { stdio: "inherit" }).status ?? 1;
