import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Outside the editor there is no `vscode`; what tests of the extension's pure parts need of it is a fake. */
const resolve = { alias: { vscode: join(import.meta.dirname, "test/fakes/vscode.ts") } };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/model/**", "test/slow/**", "test/e2e/**", "test/**/*.process.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        resolve,
        test: {
          name: "slow",
          // Whole programs, killed, interrupted, watched: each has the machine to itself.
          include: ["test/slow/**/*.test.ts", "test/**/*.process.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "e2e",
          // One VS Code for all of them, which is not the faster for being asked several things at once.
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/e2e/harness/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "model",
          include: ["test/model/**/*.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
