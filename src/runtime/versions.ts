import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

declare const PREFLOOM_VERSION: string | undefined;

/** Version of Prefloom: set by the build, else read from the checkout. */
export function prefloomVersion(): string {
  if (typeof PREFLOOM_VERSION === "string") return PREFLOOM_VERSION;
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Version of node-llama-cpp where it is installed. */
function llamaVersion(): string | null {
  try {
    const require = createRequire(import.meta.url);
    // Its package.json is not exported; the main file lies in dist/ beside it.
    const main = require.resolve("node-llama-cpp");
    return (
      JSON.parse(readFileSync(new URL("../package.json", `file://${main}`), "utf8")) as { version: string }
    ).version;
  } catch {
    return null;
  }
}

/** What a run depends on besides its inputs, for its manifest. */
export function versions(): Record<string, string> {
  const llama = llamaVersion();
  return {
    prefloom: prefloomVersion(),
    node: process.versions.node,
    ...(llama === null ? {} : { "node-llama-cpp": llama }),
  };
}
