import { open, readFile, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { type LockHolder, WorkspaceHeldError } from "../../core/errors.js";

/** Start time of a process where /proc tells it; null elsewhere or when there is no such process. */
function startOf(pid: number): string | null {
  try {
    // Fields after the name, which is in parentheses and may hold anything.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function isAlive({ pid, host, started }: LockHolder): boolean {
  if (host !== os.hostname()) return true;
  if (started !== null) return startOf(pid) === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function readHolder(path: string): Promise<LockHolder | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as LockHolder;
  } catch {
    // Gone, or its writer was killed before it wrote.
    return null;
  }
}

/**
 * Takes the lock of an output folder; the returned function gives it back. A lock whose process is gone is taken over, so a
 * killed run is in nobody's way.
 * @throws WorkspaceHeldError
 */
export async function lockWorkspace(folder: string, command: string): Promise<() => Promise<void>> {
  const path = join(folder, ".lock");
  const holder: LockHolder = {
    pid: process.pid,
    host: os.hostname(),
    command,
    since: new Date().toISOString(),
    started: startOf(process.pid),
  };
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = await open(path, "wx");
      await handle.writeFile(`${JSON.stringify(holder)}\n`);
      await handle.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const other = await readHolder(path);
    if (other && isAlive(other)) throw new WorkspaceHeldError(other, path);
    // Somebody may be between creating and writing: look again before taking over.
    if (!other && attempt === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    else if (attempt > 5) throw new Error(`cannot take the lock ${path}`);
    else await rm(path, { force: true });
  }
}
