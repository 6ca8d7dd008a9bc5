import { link, open, readFile, rename, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import os from "node:os";
import { join } from "node:path";
import { type LockHolder, WorkspaceHeldError } from "../../core/errors.js";

const LOCK = ".lock";

/** Start time of a process where /proc tells it; null elsewhere or when there is no such process. */
function startOf(pid: number): string | null {
  try {
    // Fields after the name, which is in parentheses and may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    // One that has ended and whose parent has not asked yet works no more.
    return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
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

function isHolder(value: unknown): value is LockHolder {
  const { pid, host, command, since, started } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof pid === "number" &&
    [host, command, since].every((text) => typeof text === "string") &&
    (started === null || typeof started === "string")
  );
}

/** Content of a lock; null for none, and for what its writer was killed over or somebody else wrote. */
async function readHolder(path: string): Promise<LockHolder | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return isHolder(value) ? value : null;
  } catch {
    return null;
  }
}

/** Takes away the lock of a process that is gone, and no other: somebody may have taken it over since it was read. */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.${process.pid}-${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const moved = await readHolder(aside);
  // Where yet another one has taken it by now, that one is met at the next look.
  if (moved && isAlive(moved)) await link(aside, path).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
}

/** Who holds an output folder now, or null. */
export async function lockHolder(folder: string): Promise<LockHolder | null> {
  const holder = await readHolder(join(folder, LOCK));
  return holder && isAlive(holder) ? holder : null;
}

/**
 * Takes the lock of an output folder; the returned function gives it back. A lock whose process is gone is taken over, so a
 * killed run is in nobody's way.
 * @throws WorkspaceHeldError
 */
export async function lockWorkspace(folder: string, command: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK);
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
    else await removeStale(path);
  }
}
