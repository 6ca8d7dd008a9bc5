import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LockHolder, WorkspaceHeldError } from "../../../src/core/errors.js";
import { lockHolder, lockWorkspace } from "../../../src/node/store/lock.js";

let folder: string;
let path: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-lock-"));
  path = join(folder, ".lock");
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

const holder = (more: Partial<LockHolder>): LockHolder => ({
  ...{ pid: process.pid, host: hostname(), command: "prefloom run", since: "2026-01-01", started: null },
  ...more,
});
const put = (value: unknown) => writeFileSync(path, `${JSON.stringify(value)}\n`);
const written = () => JSON.parse(readFileSync(path, "utf8")) as LockHolder;

/** The lock is taken over, and there is nothing else in the folder. */
async function isTaken(): Promise<void> {
  const release = await lockWorkspace(folder, "prefloom levels");
  expect(written()).toMatchObject({ pid: process.pid, command: "prefloom levels" });
  expect(readdirSync(folder)).toEqual([".lock"]);
  await release();
  expect(existsSync(path)).toBe(false);
}

async function isHeld(by: Partial<LockHolder>): Promise<void> {
  const error: unknown = await lockWorkspace(folder, "prefloom levels").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WorkspaceHeldError);
  expect((error as WorkspaceHeldError).holder).toMatchObject(by);
  expect(written()).toMatchObject(by);
  expect(await lockHolder(folder)).toMatchObject(by);
}

function child(command: string, ...args: readonly string[]): ChildProcess {
  const started = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
  children.push(started);
  return started;
}

const onLinux = it.runIf(process.platform === "linux");

describe("a lock", () => {
  it("is taken and given back", async () => {
    expect(await lockHolder(folder)).toBeNull();
    await isTaken();
    await isTaken();
  });

  it("keeps others out, and says who has it, since when and what for", async () => {
    const release = await lockWorkspace(folder, "prefloom run --until pair");
    await isHeld({ pid: process.pid, host: hostname(), command: "prefloom run --until pair" });
    await expect(lockWorkspace(folder, "prefloom levels")).rejects.toThrow(
      /in use: process \d+ on .* has been running “prefloom run --until pair” since \d{4}-.*\. Fix: wait for it/,
    );
    await release();
    await isTaken();
  });

  it("of another machine is never taken over", async () => {
    put(holder({ host: "elsewhere", pid: 999_999 }));
    await isHeld({ host: "elsewhere" });
  });

  it("of a process at work is not taken over", async () => {
    const { pid } = child("sleep", "30");
    put(holder({ pid: pid! }));
    await isHeld({ pid: pid! });
  });

  it("of a process that is gone is taken over", async () => {
    const gone = child("sleep", "30");
    put(holder({ pid: gone.pid! }));
    gone.kill("SIGKILL");
    await once(gone, "exit");
    expect(await lockHolder(folder)).toBeNull();
    await isTaken();
  });

  onLinux("is taken over when its process id is another process's by now", async () => {
    put(holder({ started: "1" }));
    expect(await lockHolder(folder)).toBeNull();
    await isTaken();
  });

  onLinux("is held by the process that started at that time", async () => {
    const release = await lockWorkspace(folder, "prefloom run");
    const { started } = written();
    expect(started).toMatch(/^\d+$/);
    await isHeld({ started });
    await release();
  });

  onLinux("of a process that has ended, and that nobody has waited for, is taken over", async () => {
    // The shell leaves its child to a program that never asks about it.
    const parent = child("bash", "-c", "sleep 0.05 & echo $!; exec sleep 30");
    const [printed] = (await once(parent.stdout!, "data")) as [Buffer];
    const pid = Number(printed.toString());
    const started = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")[19]!;
    put(holder({ pid, started }));
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /);
    await isTaken();
  });

  it.each(["", "{", "null", "42", "[]", "{}", '{"pid":1}', "\u0000\u0000", '"run"'])(
    "that says nothing is taken over: %j",
    async (text) => {
      writeFileSync(path, text);
      expect(await lockHolder(folder)).toBeNull();
      await isTaken();
    },
  );

  it("that is a folder is taken over", async () => {
    mkdirSync(path);
    await isTaken();
  });

  it("that is written while another one looks is not taken away", async () => {
    writeFileSync(path, "");
    setTimeout(() => put(holder({ command: "slow to write" })), 30);
    await isHeld({ command: "slow to write" });
  });

  it("of a process that is gone goes to one of many that want it", async () => {
    for (let round = 0; round < 10; round++) {
      put(holder({ pid: 2 ** 22 + 1 }));
      const wanted = await Promise.allSettled(
        Array.from({ length: 12 }, (_, i) => lockWorkspace(folder, `prefloom ${i}`)),
      );
      const got = wanted.filter((result) => result.status === "fulfilled");
      const refused = wanted.filter((result) => result.status === "rejected");
      expect(got).toHaveLength(1);
      for (const { reason } of refused) expect(reason).toBeInstanceOf(WorkspaceHeldError);
      expect(readdirSync(folder)).toEqual([".lock"]);
      await got[0]!.value();
    }
  });

  it("in a folder that is not there is an error of the system", async () => {
    await expect(lockWorkspace(join(folder, "none"), "x")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
