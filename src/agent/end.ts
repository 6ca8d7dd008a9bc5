/** How often the agent looks whether its client is still there. */
const PARENT_MILLISECONDS = 2000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Ends the process at once; what is finished is on disk. @param busy whether native code may be at work: an orderly end would wait for it */
export function endNow(busy: boolean): void {
  if (busy) process.kill(process.pid, "SIGKILL");
  process.exit(0);
}

/** Calls `end` when a process has ended. */
export function watchParent(pid: number, end: () => void): void {
  const timer = setInterval(() => {
    if (!isAlive(pid)) end();
  }, PARENT_MILLISECONDS);
  timer.unref();
}
