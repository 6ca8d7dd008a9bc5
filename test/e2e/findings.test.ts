import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { contradict, type Row, UGC } from "../builders/broken-rows.js";
import { describeInVscode } from "./harness/e2e.js";
import { describeInside } from "./harness/inside.js";
import { finishedWorkspace } from "./harness/workspaces.js";

describeInside("findings", finishedWorkspace);

const LINEAGE = "prefloom-out/dataset/train.lineage.jsonl";

/** A data set whose first row has an item that contradicts its pair. */
async function contradictory(): Promise<string> {
  const folder = await finishedWorkspace();
  const path = join(folder, "prefloom-out/dataset/train.jsonl");
  const lines = readFileSync(path, "utf8").split("\n");
  const at = lines.findIndex((line) => (JSON.parse(line) as Row)[UGC].length > 1);
  const row = JSON.parse(lines[at]!) as Row;
  contradict(row);
  await writeFile(path, [JSON.stringify(row), ...lines.filter((_, i) => i !== at)].join("\n"));
  const lineage = join(folder, LINEAGE);
  const traced = readFileSync(lineage, "utf8").split("\n");
  await writeFile(lineage, [traced[at]!, ...traced.filter((_, i) => i !== at)].join("\n"));
  return folder;
}

const itemsIn = (folder: string): number =>
  (JSON.parse(readFileSync(join(folder, LINEAGE), "utf8").split("\n")[0]!) as { ugc: unknown[] }).ugc.length;

describeInVscode("findings on the screen", (vscode) => {
  test("a finding leads to its rule's page and to a fix that changes the lineage too", async ({
    onTestFinished,
  }) => {
    const folder = await contradictory();
    onTestFinished(() => rm(folder, { recursive: true }));
    const before = itemsIn(folder);
    const window = await vscode.open(folder);
    const { page } = window;
    await window.openFile("train.jsonl");
    const rows = await window.problems();
    const problem = rows.filter({ hasText: "item-inconsistent" }).first();
    await problem.waitFor();
    await window.screenshot("findings-problems");

    await problem.dblclick();
    const menu = page.locator(".action-widget .monaco-list-row");
    await window.until(() => page.keyboard.press("Control+Period"), menu);
    await window.screenshot("findings-fixes");
    await menu.filter({ hasText: "Remove the persona item" }).first().click();
    await problem.waitFor({ state: "hidden" });
    await expect.poll(() => itemsIn(folder)).toBe(before - 1);

    await page.locator(".editor-instance .view-lines").first().click();
    await window.until(() => page.keyboard.press("Control+z"), problem);
    // Had the lineage kept the fix, it would not belong to the row any more.
    expect(await rows.filter({ hasText: "lineage-mismatch" }).count()).toBe(0);
    await window.screenshot("findings-undo");

    await problem.getByText("item-inconsistent").last().click();
    await window.webview("h1");
    await window.screenshot("findings-rule-page");
  });

  test("files are validated where the folder is not trusted", async ({ onTestFinished }) => {
    const folder = await contradictory();
    onTestFinished(() => rm(folder, { recursive: true }));
    // Nobody is asked here, and nothing is trusted.
    const server = await vscode.startServer({ trust: true });
    const window = await vscode.openOn(server, folder);
    await window.openFile("train.jsonl");
    await window.runCommand("Prefloom: Validate a file...");
    const told = window.page.locator(".notifications-center.visible", { hasText: /rows checked: [1-9]/ });
    await window.until(() => window.runCommand("Notifications: Show Notifications"), told);
    await window.screenshot("findings-restricted");
  });
});
