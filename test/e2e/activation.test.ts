import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeInVscode } from "./harness/e2e.js";
import { describeInside } from "./harness/inside.js";
import { sampleWorkspace } from "./harness/workspaces.js";

describeInside("activation", sampleWorkspace);

describeInVscode("prefloom.json", (vscode) => {
  test("an unknown value is underlined, and told in the Problems panel", async ({ onTestFinished }) => {
    const folder = await sampleWorkspace();
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "prefloom.json"), '{ "levels": { "decision": "by mood" } }\n');

    const window = await vscode.open(folder);
    await window.openFile("prefloom.json");
    await window.page.locator(".monaco-editor .squiggly-warning").first().waitFor();
    const problems = await window.problems();
    await problems.filter({ hasText: "Value is not accepted" }).first().waitFor();
    await window.screenshot("settings-file-problem");
    expect(await window.offers("Prefloom: No such command")).toBe(false);
  });
});
