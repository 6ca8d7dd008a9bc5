import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Browser } from "playwright-core";
import { build } from "esbuild";
import { describe, inject, test } from "vitest";
import { launchBrowser } from "./browser.js";
import { type InsideResult } from "./inside-run.js";
import { ROOT } from "./surroundings.js";

const shared = inject("vscode");

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

async function results(name: string, makeFolder: () => Promise<string>): Promise<readonly InsideResult[]> {
  if ("missing" in shared) return [];
  const scratch = mkdtempSync(join(tmpdir(), "prefloom-inside-"));
  const folder = await makeFolder();
  const browser = await launchBrowser(shared.chromium);
  try {
    const tests = await bundle(name, scratch);
    const said = await runIn(browser, shared.url, folder, tests);
    try {
      return JSON.parse(readFileSync(join(scratch, "results.json"), "utf8")) as readonly InsideResult[];
    } catch {
      throw new Error(`the tests of inside/${name}.ts never started; the window said:\n${said}`);
    }
  } finally {
    await browser.close();
    for (const made of [scratch, folder]) rmSync(made, { recursive: true, force: true });
  }
}

/**
 * Runs `test/e2e/inside/NAME.ts` in the extension host of a window on the folder, and reports each of its tests here.
 * The folder is removed afterwards.
 */
export function describeInside(name: string, makeFolder: () => Promise<string>): void {
  if ("missing" in shared) {
    describe.skip(`inside: ${name} (${shared.missing})`, () => test("was not started"));
    return;
  }
  describe(`inside: ${name}`, async () => {
    for (const { name: title, error } of await results(name, makeFolder)) {
      test(title, () => {
        if (error !== undefined) throw new Error(error);
      });
    }
  });
}
