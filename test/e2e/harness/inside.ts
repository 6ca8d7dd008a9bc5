import { rmSync } from "node:fs";
import { describe, inject, test } from "vitest";
import { type InsideResult } from "./inside-run.js";
import { runSuite } from "./inside-suite.js";

const shared = inject("vscode");

async function results(name: string, makeFolder: () => Promise<string>): Promise<readonly InsideResult[]> {
  if ("missing" in shared) return [];
  const folder = await makeFolder();
  try {
    return await runSuite(name, folder, shared.url, shared.chromium);
  } finally {
    rmSync(folder, { recursive: true, force: true });
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
