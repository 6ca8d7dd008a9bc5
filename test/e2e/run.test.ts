import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { locateModel, modelsFolder } from "../../src/runtime/models.js";
import { describeInVscode } from "./harness/e2e.js";
import { describeInside } from "./harness/inside.js";
import type { Server } from "./harness/server.js";
import { sampleWorkspace } from "./harness/workspaces.js";

const MODEL = "smollm2-135m-instruct";

const press = async (message: Locator, label: string): Promise<void> => {
  await message.hover();
  await message.getByRole("button", { name: label }).first().click();
};

/** The sample without the probe, which would take longer than the run. */
async function quickSample(): Promise<string> {
  const folder = await sampleWorkspace();
  const file = join(folder, "prefloom.json");
  const settings = {
    sources: [{ path: "oasst-threads.jsonl", format: "oasst", name: "OpenAssistant", licence: "Apache-2.0" }],
    model: MODEL,
    import: { minResponses: 3 },
    annotate: { answers: "words", probePairs: 0 },
    levels: { decision: "batch", neutralShare: 0.9 },
    persona: { size: 4, demographic: { method: "template" } },
  };
  await writeFile(file, JSON.stringify(settings, null, 2));
  await writeFile(join(folder, "models-folder.txt"), modelsFolder());
  return folder;
}

const here = (await locateModel(MODEL, process.cwd())).present;
if (!here && process.env["CI"])
  throw new Error(`CI runs these tests with ${MODEL}: npx prefloom model get ${MODEL}`);

const agentsOf = (server: Server) =>
  server.processes().filter(({ command }) => command.includes("agent.mjs"));

describe.skipIf(!here)(`with ${MODEL}`, () => {
  // Tests inside the editor are run to be listed, also in a suite that is skipped.
  if (here) describeInside("run", quickSample);

  describeInVscode("a run on the screen", (vscode) => {
    test("starts from the palette, is stopped and resumed; survives its agent; ends with the window", async ({
      onTestFinished,
    }) => {
      const folder = await quickSample();
      onTestFinished(() => rm(folder, { recursive: true }));
      const server = await vscode.startServer({ env: { PREFLOOM_MODELS: modelsFolder() } });
      const window = await vscode.openOn(server, folder);
      await window.contributed();
      const bar = window.page.locator(".statusbar-item", { hasText: "annotate" });

      await window.runCommand("Prefloom: Run");
      const running = await window.told("Prefloom: run");
      await bar.filter({ hasText: /\d+%/ }).waitFor({ timeout: 120_000 });
      expect(await bar.locator("a").getAttribute("aria-label")).toMatch(/^Prefloom: annotate, \d+%/);
      await running.filter({ hasText: /annotate \(2 of 8\): \d+ of \d+ responses/ }).waitFor();
      await window.screenshot("run-notification");
      expect(agentsOf(server)).toHaveLength(1);

      await press(running, "Cancel");
      const stopped = await window.told(/Stopped: annotate \d+ of \d+ done/, 120_000);
      await window.screenshot("run-stopped");
      await press(stopped, "Resume");
      await bar.filter({ hasText: /\d+%/ }).waitFor({ timeout: 120_000 });

      for (const { pid } of agentsOf(server)) process.kill(pid, "SIGKILL");
      const ended = await window.told("finished work is kept");
      await window.screenshot("run-agent-ended");
      await press(ended, "Resume");
      window.forgive(/finished work is kept/);
      await bar.filter({ hasText: /\d+%/ }).waitFor({ timeout: 120_000 });
      expect(agentsOf(server)).toHaveLength(1);

      await window.page.reload();
      await window.ready();
      await expect.poll(() => agentsOf(server), { timeout: 60_000 }).toEqual([]);
      expect(existsSync(join(folder, "prefloom-out/annotate"))).toBe(false);
      await window.page.locator(".statusbar-item", { hasText: "run stopped" }).waitFor({ timeout: 60_000 });
      await window.screenshot("run-interrupted");
      // What the workbench of a browser says when it is left in the middle of its work.
      window.forgive(/\[lifecycle\] Long running operations during shutdown|vscode-log:.*is closed/);
    });

    test("where the model is not here, it is named with its size", async ({ onTestFinished }) => {
      const folder = await quickSample();
      onTestFinished(() => rm(folder, { recursive: true }));
      const server = await vscode.startServer({ env: { PREFLOOM_MODELS: join(folder, "none") } });
      const window = await vscode.openOn(server, folder);
      await window.contributed();
      await window.runCommand("Prefloom: Run");
      const message = await window.told("which is not on this machine");
      await message.getByText(`Get ${MODEL} (98.4 MB)`).waitFor();
      await window.runCommand("Prefloom: Levels");
      const missing = await window.told("levels cannot run yet: “import” has not run.");
      await missing.getByText("Run until levels").waitFor();
      await window.screenshot("run-obstacles");
    });

    test("in a folder that is not trusted nothing runs, and it is said why", async ({ onTestFinished }) => {
      const folder = await quickSample();
      onTestFinished(() => rm(folder, { recursive: true }));
      const server = await vscode.startServer({ trust: true });
      const window = await vscode.openOn(server, folder);
      await window.contributed();
      await window.runCommand("Prefloom: Run");
      const message = await window.told("needs a trusted workspace");
      await message.getByText("Manage Workspace Trust").waitFor();
      expect(agentsOf(server)).toEqual([]);
      await window.screenshot("run-untrusted");
    });
  });
});
