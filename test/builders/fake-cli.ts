import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "./cli.js";

/** Bundles the command line with the fake model, below the checkout so that its packages are found. */
export async function bundleFakeCli(): Promise<string> {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, ".cache/fake-cli-"));
  const outfile = join(folder, "cli.mjs");
  await build({
    entryPoints: [join(ROOT, "test/fakes/fake-cli.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    mainFields: ["module", "main"],
    external: ["node-llama-cpp"],
    define: { PREFLOOM_VERSION: '"test"' },
    banner: {
      js: 'import { createRequire as prefloomRequire } from "node:module"; const require = prefloomRequire(import.meta.url);',
    },
  });
  return outfile;
}
