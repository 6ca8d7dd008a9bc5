import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** Files of rows in a folder that each test of a file has to itself. */
export interface RowFiles {
  /** Absolute path of a name in the folder. */
  path(name?: string): string;
  /** Writes a file below the folder; rows become lines. Returns its path. */
  write(name: string, content: string | Buffer | readonly unknown[]): string;
}

/** Makes the folder before each test and removes it after; call it at the top of a test file. */
export function rowFiles(name: string): RowFiles {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), `prefloom-${name}-`));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const path = (file = "") => join(folder, file);
  return {
    path,
    write(file, content) {
      mkdirSync(dirname(path(file)), { recursive: true });
      const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
      writeFileSync(path(file), Array.isArray(content) ? lines(content) : (content as string));
      return path(file);
    },
  };
}
