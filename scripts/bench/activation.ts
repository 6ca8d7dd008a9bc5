/**
 * How long the extension takes to activate in a folder that has `prefloom.json`, as VS Code measures it itself (its
 * "Show Running Extensions": loading the bundle and calling `activate`), beside an extension that does nothing and is
 * activated by the same event: median of ten windows, each with an extension host of its own.
 *
 *   npm run bench:activation [-- WINDOWS]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { launchBrowser } from "../../test/e2e/harness/browser.js";
import { startServer } from "../../test/e2e/harness/server.js";
import { findSurroundings, script } from "../../test/e2e/harness/surroundings.js";
import { EditorWindow } from "../../test/e2e/harness/window.js";
import { finishedWorkspace } from "../../test/e2e/harness/workspaces.js";

const EMPTY = {
  name: "empty",
  displayName: "Empty",
  publisher: "prefloom",
  version: "0.0.0",
  engines: { vscode: "^1.95.0" },
  activationEvents: ["workspaceContains:prefloom.json"],
  main: "./extension.cjs",
};

async function emptyExtension(folder: string): Promise<string> {
  writeFileSync(join(folder, "package.json"), JSON.stringify(EMPTY));
  writeFileSync(join(folder, "extension.cjs"), "exports.activate = () => {};\n");
  const packagePath = join(folder, "empty.vsix");
  const lax = { allowMissingRepository: true, skipLicense: true, dependencies: false };
  await createVSIX({ cwd: folder, packagePath, ...lax });
  return packagePath;
}

/** Milliseconds that VS Code shows for an extension of this display name. */
async function shownTime(window: EditorWindow, name: string): Promise<number> {
  const row = window.page.locator(".runtime-extensions-editor .extension", {
    has: window.page.locator(".name", { hasText: new RegExp(`^${name}$`) }),
  });
  const time = row.locator(".activation-time").filter({ hasText: /\d ?ms/ });
  // The list is of the moment at which it was opened.
  const open = async (): Promise<void> => {
    await window.page.keyboard.press("Escape");
    await window.runCommand("Developer: Show Running Extensions");
  };
  await window.until(open, time, 60_000);
  const shown = await time.innerText();
  return Number(/(\d+) ?ms/.exec(shown)![1]);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

async function main(): Promise<void> {
  const windows = Number(process.argv[2] ?? 10);
  const surroundings = findSurroundings();
  if ("missing" in surroundings) throw new Error(surroundings.missing);
  const scratch = mkdtempSync(join(tmpdir(), "prefloom-activation-"));
  const prefloom = join(scratch, "prefloom.vsix");
  script("scripts/package.mjs", "--output", prefloom);
  const empty = await emptyExtension(mkdtempSync(join(scratch, "empty-")));
  const folder = await finishedWorkspace();
  const server = await startServer(surroundings.host, { vsix: [prefloom, empty] });
  const browser = await launchBrowser(surroundings.chromium);
  const times: Record<"Prefloom" | "Empty", number[]> = { Prefloom: [], Empty: [] };
  try {
    for (let i = 0; i < windows; i++) {
      const window = await EditorWindow.open(browser, server.url, folder);
      await window.page.setViewportSize({ width: 1280, height: 2400 });
      for (const [name, list] of Object.entries(times)) list.push(await shownTime(window, name));
      await window.close();
    }
  } finally {
    await browser.close();
    await server.stop();
    for (const made of [scratch, folder]) rmSync(made, { recursive: true });
  }
  for (const [name, list] of Object.entries(times)) {
    console.log(`${name.padEnd(9)} median ${median(list)} ms of ${list.length}: ${list.join(", ")}`);
  }
}

await main();
