import { mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { readFileSync } from "node:fs";
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

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Somebody may be between creating a lock and writing into it for this long. */
const WRITING_MILLISECONDS = 100;
/** A take-over lasts moments: one that is older was killed over it. */
const TAKE_OVER_MILLISECONDS = 5000;

/**
 * Takes away a lock whose process is gone, one process at a time: of two at once the second would take away what the first
 * has put there since.
 */
async function removeStale(path: string): Promise<void> {
  const guard = `${path}.takeover`;
  try {
    await mkdir(guard);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const since = await stat(guard).then(({ mtimeMs }) => mtimeMs, Date.now);
    if (Date.now() - since < TAKE_OVER_MILLISECONDS) await pause(10);
    else await rm(guard, { recursive: true, force: true });
    return;
  }
  try {
    let holder = await readHolder(path);
    if (!holder) {
      await pause(WRITING_MILLISECONDS);
      holder = await readHolder(path);
    }
    if (!holder || !isAlive(holder)) await rm(path, { recursive: true, force: true });
  } finally {
    await rm(guard, { recursive: true, force: true });
  }
}

/** Looks at a lock that nobody gets hold of, before it is an error. */
const MOST_ATTEMPTS = 1000;

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
    if (attempt >= MOST_ATTEMPTS) throw new Error(`cannot take the lock ${path}`);
    await removeStale(path);
  }
}
