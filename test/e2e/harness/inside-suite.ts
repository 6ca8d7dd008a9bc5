/** Runs a suite of `test/e2e/inside` in the extension host of a window; tests and benchmarks do. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Browser } from "playwright-core";
import { build } from "esbuild";
import { launchBrowser } from "./browser.js";
import { type InsideResult } from "./inside-run.js";
import { ROOT, type Surroundings } from "./surroundings.js";

/** How long all tests of a suite may take together. */
const LIMIT = 300_000;

/** An extension that does nothing but be under development: only then does a window run tests. */
const TESTS_EXTENSION = {
  name: "tests",
  publisher: "prefloom",
  version: "0.0.0",
  engines: { vscode: "*" },
};

/** Bundles `test/e2e/inside/NAME.ts` with what runs it. */
async function bundle(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.cjs`);
  writeFileSync(join(folder, "package.json"), JSON.stringify(TESTS_EXTENSION));
  const contents = `
    import { tests } from "./inside/${name}.js";
    import { runInside } from "./harness/inside-run.js";
    export const run = () => runInside(tests, ${JSON.stringify(join(folder, "results.json"))});`;
  await build({
    stdin: { contents, resolveDir: join(ROOT, "test/e2e"), loader: "ts", sourcefile: `${name}-entry.ts` },
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
    mainFields: ["module", "main"],
    sourcemap: "inline",
    logLevel: "silent",
  });
  return outfile;
}

/** Opens a folder with the tests as VS Code's own tests of an extension, and waits until they are through. */
async function runIn(browser: Browser, url: string, folder: string, tests: string): Promise<string> {
  const page = await browser.newPage();
  const said: string[] = [];
  try {
    const ended = new Promise<void>((end) => {
      void page.exposeFunction("codeAutomationExit", () => end());
    });
    await page.exposeFunction("codeAutomationLog", (kind: string, parts: unknown[]) => {
      said.push(`${kind}: ${parts.map(String).join(" ")}`);
    });
    const remote = `vscode-remote://${new URL(url).host}`;
    const payload = [
      ["extensionDevelopmentPath", `${remote}${dirname(tests)}`],
      ["extensionTestsPath", `${remote}${tests}`],
    ];
    const query = new URLSearchParams({ folder, payload: JSON.stringify(payload) });
    await page.goto(`${url}/?${query.toString()}`, { waitUntil: "domcontentloaded" });
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([ended, new Promise<void>((end) => (timer = setTimeout(end, LIMIT)))]);
    clearTimeout(timer);
  } finally {
    await page.context().close();
  }
  return said.slice(-40).join("\n");
}

/**
 * Runs `test/e2e/inside/NAME.ts` in a window on the folder.
 * @param url of a server with the extension
 * @throws when the tests never start
 */
export async function runSuite(
  name: string,
  folder: string,
  url: string,
  chromium: Surroundings["chromium"],
): Promise<readonly InsideResult[]> {
  const scratch = mkdtempSync(join(tmpdir(), "prefloom-inside-"));
  const browser = await launchBrowser(chromium);
  try {
    const tests = await bundle(name, scratch);
    const said = await runIn(browser, url, folder, tests);
    try {
      return JSON.parse(readFileSync(join(scratch, "results.json"), "utf8")) as readonly InsideResult[];
    } catch {
      throw new Error(`the tests of inside/${name}.ts never started; the window said:\n${said}`);
    }
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}
