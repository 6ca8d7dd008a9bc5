import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/model/**", "test/slow/**", "test/e2e/**", "test/**/*.process.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "slow",
          // Whole programs, killed, interrupted, watched: each has the machine to itself.
          include: ["test/slow/**/*.test.ts", "test/e2e/**/*.test.ts", "test/**/*.process.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 300_000,
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
