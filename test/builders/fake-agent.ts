import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { ROOT } from "./cli.js";

/** Says something on stdout in every way that a library may, once and then again and again. */
const NOISY = `
  import "./test/fakes/fake-agent.ts";
  const noise = () => {
    console.log("noise of a library");
    console.info({ noise: true });
    process.stdout.write("more noise\\n");
    process.stdout.write(Buffer.from("and bytes\\n"));
  };
  noise();
  setInterval(noise, 5).unref();
`;

/**
 * Bundles the agent with the fake model, and once more with a library that prints, below the checkout so that its packages
 * are found.
 * @returns the folder with `agent.mjs` and `noisy.mjs`; whoever asked for it removes it
 */
export async function bundleFakeAgent(): Promise<string> {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, ".cache/agent-"));
  const options: BuildOptions = {
    ...{ bundle: true, platform: "node", format: "esm", target: "node20" },
    mainFields: ["module", "main"],
    external: ["node-llama-cpp"],
    define: { PREFLOOM_VERSION: '"test"' },
    banner: {
      js: 'import { createRequire as prefloomRequire } from "node:module"; const require = prefloomRequire(import.meta.url);',
    },
  };
  const entry = join(ROOT, "test/fakes/fake-agent.ts");
  await build({ ...options, entryPoints: [entry], outfile: join(folder, "agent.mjs") });
  const stdin = { contents: NOISY, resolveDir: ROOT, loader: "ts" } as const;
  await build({ ...options, stdin, outfile: join(folder, "noisy.mjs") });
  return folder;
}
