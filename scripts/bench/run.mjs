/**
 * Runs a benchmark of `scripts/bench/`.
 *
 *   node scripts/bench/run.mjs NAME [arguments of the benchmark]
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../lib/files.mjs";
import { runTypeScript } from "../lib/run-typescript.mjs";

const [name = "", ...args] = process.argv.slice(2);
const folder = "scripts/bench";
if (!existsSync(join(ROOT, folder, `${name}.ts`))) {
  const known = readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3));
  console.error(`bench: name one of ${known.join(", ")}`);
  process.exit(2);
}
process.exitCode = await runTypeScript(`${folder}/${name}.ts`, args);
