import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleFakeCli } from "../builders/fake-cli.js";
import { outputBytes } from "../builders/output-bytes.js";
import { makeWorkspace } from "../builders/workspace.js";

/** Runs that find no room, or nothing that can be written: they say so, exit with 4 and lose nothing. */

let program: string;
let folder: string;
let whole: Readonly<Record<string, string>>;
const output = () => join(folder, "prefloom-out");

/** Runs the command line from a shell, after other commands. */
function run(command: string, before = "true"): { code: number | null; stderr: string } {
  const prefloom = `exec "${process.execPath}" "${program}" --workspace "${folder}" ${command}`;
  const { status, stderr } = spawnSync("bash", ["-c", `${before} && ${prefloom}`], { encoding: "utf8" });
  return { code: status, stderr };
}

beforeAll(async () => {
  program = await bundleFakeCli();
  folder = await makeWorkspace({ posts: 40, responses: 3 });
  run("run");
  whole = outputBytes(output());
  expect(Object.keys(whole)).toContain("dataset/train.jsonl");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(program), { recursive: true, force: true });
});
beforeEach(() => rmSync(output(), { recursive: true, force: true }));

/** Runs without any limit, to what an undisturbed run gives. */
function goesOn(): void {
  expect(run("run").code).not.toBe(4);
  expect(outputBytes(output())).toEqual(whole);
  expect(existsSync(join(output(), ".lock"))).toBe(false);
}

describe.skipIf(process.platform === "win32")("a limit to the size of files", () => {
  it.each([1, 40])("of %i KiB ends the run with 4, and it goes on where it was", (kibibytes) => {
    const { code, stderr } = run("run", `ulimit -f ${kibibytes}`);
    expect(code).toBe(4);
    expect(stderr).toMatch(
      /^\S*prefloom-out\/\.work\/\w+\/\w+\.jsonl: the file would be larger than is allowed\. Fix: raise the limit \(ulimit -f\) and run the command again\.$/m,
    );
    expect(stderr).not.toContain("defect");
    expect(existsSync(join(output(), ".lock"))).toBe(false);
    goesOn();
  });

  it("that is raised bit by bit gives the same bytes in the end", () => {
    for (let kibibytes = 2; kibibytes < 1000; kibibytes *= 5) run("run", `ulimit -f ${kibibytes}`);
    goesOn();
  });
});

/** Whether this process may mount a disk of its own. */
function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const place = join("/tmp", `prefloom-mount-${process.pid}`);
  mkdirSync(place);
  const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", place]).status === 0;
  if (isMounted) execFileSync("umount", [place]);
  rmSync(place, { recursive: true });
  return isMounted;
}

describe.runIf(canMount())("a disk", () => {
  const mount = (options: string) => {
    mkdirSync(output(), { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", output()]);
  };
  const remount = (options: string) => execFileSync("mount", ["-o", `remount,${options}`, "tmpfs", output()]);
  afterEach(() => execFileSync("umount", [output()]));

  it.each(["48k", "300k"])(
    "of %s that is full ends the run with 4, and it goes on with more room",
    (size) => {
      mount(`size=${size}`);
      const { code, stderr } = run("run");
      expect(code).toBe(4);
      expect(stderr).toMatch(
        /: the disk is full\. Fix: free some space and run the command again: finished work/,
      );
      expect(stderr).not.toContain("defect");
      // Still without room it is the same, and loses nothing either.
      expect(run("run").code).toBe(4);
      remount("size=64m");
      goesOn();
    },
  );

  it("that is read-only ends with 4, whatever was to be written", () => {
    mount("size=8m,ro");
    for (const command of ["run", "report"]) {
      const { code, stderr } = run(command);
      expect(code).toBe(4);
      expect(stderr).toMatch(/prefloom-out.*: .+\. Fix: .+\.$/m);
      expect(stderr).not.toContain("defect");
    }
    // Looking is no writing.
    expect(run("status").code).toBe(0);
  });

  it("that is read-only keeps what is on it", () => {
    mount("size=64m");
    run("run");
    remount("ro");
    expect(run("--set seed=7 run")).toMatchObject({ code: 4, stderr: expect.stringContaining("Fix: ") });
    expect(outputBytes(output())).toEqual(whole);
    expect(run("explain train.jsonl:1").code).toBe(0);
    expect(readFileSync(join(output(), "dataset/train.jsonl"), "utf8")).not.toBe("");
  });
});
