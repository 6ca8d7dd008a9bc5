import { join } from "node:path";
import { type TestProject } from "vitest/node";
import { startServer } from "./server.js";
import { findSurroundings, ROOT, script, type Surroundings } from "./surroundings.js";

/** What the test files of a run share: one server, with the extension installed as people install it. */
export type Shared =
  | { readonly missing: string }
  | (Surroundings & { readonly url: string; readonly serverFolder: string; readonly vsix: string });

declare module "vitest" {
  export interface ProvidedContext {
    vscode: Shared;
  }
}

/** Runs once, before the first test file of `test/e2e`. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const surroundings = findSurroundings();
  if ("missing" in surroundings) {
    process.stdout.write(`test/e2e is skipped: ${surroundings.missing}\n`);
    provide("vscode", surroundings);
    return async () => undefined;
  }
  script("scripts/build.mjs");
  const vsix = join(ROOT, ".cache/e2e/prefloom.vsix");
  script("scripts/package.mjs", "--output", vsix);
  const server = await startServer(surroundings.host, { vsix: [vsix] });
  provide("vscode", { ...surroundings, url: server.url, serverFolder: server.folder, vsix });
  return () => server.stop();
}
