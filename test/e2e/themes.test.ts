import { mkdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeInVscode } from "./harness/e2e.js";
import { finishedWorkspace } from "./harness/workspaces.js";

/** Name of each theme, as settings have it, and what the workbench is marked with. */
const THEMES = [
  ["light", "Light Modern", "vs"],
  ["dark", "Dark Modern", "vs-dark"],
  ["high-contrast", "Default High Contrast", "hc-black"],
  ["high-contrast-light", "Default High Contrast Light", "hc-light"],
] as const;

describeInVscode("themes", ({ open }) => {
  let folder: string;
  beforeAll(async () => {
    folder = await finishedWorkspace({ posts: 20 });
    const row = { prompt: "Where to?", chosen: "Write to somebody@example.org.", rejected: "Nowhere." };
    writeFileSync(join(folder, "received.jsonl"), `${JSON.stringify(row)}\n`.repeat(2));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.for(THEMES)("trees, findings and lenses are drawn in %s", async ([name, theme, mark]) => {
    mkdirSync(join(folder, ".vscode"), { recursive: true });
    writeFileSync(join(folder, ".vscode/settings.json"), JSON.stringify({ "workbench.colorTheme": theme }));
    const window = await open(folder);
    await window.page.locator(`.monaco-workbench.${mark}`).waitFor({ timeout: 30_000 });
    const pipeline = window.page.locator('.pane-header[aria-label^="Pipeline"]');
    await window.until(
      () => window.page.locator('.activitybar .action-label[aria-label^="Prefloom"]').click(),
      pipeline,
    );
    await window.tree("Pipeline").filter({ hasText: "Import" }).first().waitFor({ timeout: 30_000 });
    await window.openFile("received.jsonl");
    await window.page.locator(".squiggly-error").first().waitFor({ timeout: 30_000 });
    const problems = await window.problems();
    await problems.filter({ hasText: "leftover-pii" }).first().waitFor();
    await problems.filter({ hasText: "duplicate-line" }).first().waitFor();

    // A state that colour alone told would be lost in high contrast, and to whoever does not see.
    const icons = window.tree("Pipeline").locator(".custom-view-tree-node-item-icon");
    expect(await icons.count()).toBeGreaterThan(3);
    const steps = await window.tree("Pipeline").all();
    for (const step of steps) expect(await step.getAttribute("aria-label")).toContain("done");
    await window.screenshot(`theme-${name}`);
  });
});
