import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runPrefloom } from "../builders/cli.js";
import { bundleFakeCli } from "../builders/fake-cli.js";
import { outputBytes } from "../builders/output-bytes.js";
import { makeWorkspace } from "../builders/workspace.js";
import { post, RAW } from "./bad-case.js";

/** What only a process of its own shows: the current folder, the environment, signals, readers that go away. */

let program: string;
let root: string;
beforeAll(async () => {
  program = await bundleFakeCli();
});
afterAll(() => rmSync(dirname(program), { recursive: true, force: true }));
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "prefloom-process-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const run = (cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runPrefloom(args, { program, cwd, env });
const put = (path: string, content: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};

describe("the current folder", () => {
  it("that lies in no workspace is told, with the way out", async () => {
    const { code, stdout, stderr } = await run(root, ["run"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^prefloom\.json: .* is no workspace: .*\. Fix: run `prefloom init` there, or name a/,
    );
    expect(stderr).toContain(root);
  });

  it("becomes a workspace with init, and no second time", async () => {
    expect((await run(root, ["init"])).code).toBe(0);
    expect((await run(root, ["status"])).code).toBe(0);
    const before = readFileSync(join(root, "prefloom.json"), "utf8");
    expect(await run(root, ["init"])).toMatchObject({ code: 2 });
    expect(readFileSync(join(root, "prefloom.json"), "utf8")).toBe(before);
    expect((await run(root, ["init", "sub/new"])).code).toBe(0);
    expect((await run(join(root, "sub/new"), ["status"])).stdout).toContain("not run yet");
  });

  it("may lie deep within a workspace, and files are named from there", async () => {
    put("prefloom.json", "{}");
    put(`data/deep/${RAW}`, `${post("first")}\n${post("last")}\n`);
    const { code, stderr } = await run(join(root, "data/deep"), ["import", RAW]);
    expect(code).toBe(0);
    expect(stderr).toContain(`data/deep/${RAW}: added to prefloom.json`);
    expect(JSON.parse(readFileSync(join(root, "prefloom.json"), "utf8"))).toEqual({
      sources: [{ path: `data/deep/${RAW}` }],
    });
    expect((await run(join(root, "data"), ["import", `deep/${RAW}`])).stderr).toMatch(/import +up to date/);
  });

  it("may be gone", async () => {
    const command = `cd "$1" && rmdir "$1" && exec "$2" "$3" status`;
    const gone = join(root, "gone");
    mkdirSync(gone);
    const { status, stderr } = spawnSync("bash", ["-c", command, "-", gone, process.execPath, program], {
      encoding: "utf8",
    });
    expect(status).toBe(4);
    expect(stderr).toMatch(/: it is not there, .*\. Fix: check the path, or use another folder\.$/m);
  });
});

describe("the environment", () => {
  it("says where models are", async () => {
    put("prefloom.json", "{}");
    const models = join(root, "my models");
    const { code, stderr } = await run(root, ["model", "where", "smollm2-135m-instruct"], {
      PREFLOOM_MODELS: models,
    });
    expect(code).toBe(4);
    expect(stderr).toContain(models);
  });

  it("with an address that is none is told", async () => {
    put("prefloom.json", "{}");
    const env = { HF_ENDPOINT: "hub.example", PREFLOOM_MODELS: join(root, "models") };
    expect(await run(root, ["model", "get", "smollm2-135m-instruct"], env)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/HF_ENDPOINT: “hub\.example” is no address\. Fix: /),
    });
  });
});

describe("output", () => {
  it("for people is on stderr with --json, and what programs read is alone on stdout", async () => {
    put("prefloom.json", '{"sources": [{"path": "none.jsonl"}]}');
    const plain = await run(root, ["import"]);
    expect(plain).toMatchObject({ code: 2, stdout: "" });
    const json = await run(root, ["--json", "import"]);
    expect(json.stderr).toBe(plain.stderr);
    const [, last] = json.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(last).toEqual({
      error: "missing-file",
      message: "none.jsonl: there is no such file. Fix: check the path.",
      exitCode: 2,
    });
  });

  it("is what is needed and no more with --quiet", async () => {
    put("prefloom.json", JSON.stringify({ sources: [{ path: RAW }] }));
    put(RAW, `${post("first")}\n{broken\n`);
    const { code, stdout, stderr } = await run(root, ["--quiet", "import"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringMatching(/^error: raw\.jsonl:2: /),
      "1 finding of severity error; everything else went on.",
    ]);
  });

  it.skipIf(process.platform === "win32")("to a reader that has had enough is no error", () => {
    put("prefloom.json", JSON.stringify({ sources: [{ path: RAW, format: "posts" }] }));
    put(RAW, "{broken\n".repeat(20_000) + post("first"));
    const shell = (command: string) =>
      spawnSync("bash", ["-c", command, "-", process.execPath, program], { cwd: root, encoding: "utf8" });
    expect(shell('exec "$1" "$2" --quiet import').status).toBe(1);
    const { status, stdout, stderr } = shell('set -o pipefail; "$1" "$2" --json drops | head -n 1');
    expect(status).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|Error|defect/);
    expect(stdout.trim().split("\n")).toHaveLength(1);
  });
});

describe.skipIf(process.platform === "win32")("an interrupt", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await makeWorkspace({ posts: 20, responses: 4 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const whenAnnotating = (kill: (send: (signal: NodeJS.Signals) => void) => void) => {
    let isSent = false;
    return runPrefloom(["--json", "run"], {
      ...{ program, cwd: folder, env: { FAKE_DELAY: "20" } },
      onLine(line, child) {
        if (isSent || !line.includes('"progress"') || !line.includes('"annotate"')) return;
        isSent = true;
        kill((signal) => void child.kill(signal));
      },
    });
  };

  it.each(["SIGINT", "SIGTERM"] as const)(
    "by %s ends at the next unit, and the run can go on",
    async (signal) => {
      const { code, stdout, stderr } = await whenAnnotating((send) => send(signal));
      expect(code).toBe(3);
      expect(stderr).toMatch(/finishing the unit at hand; once more ends at once/);
      expect(stderr).toMatch(
        /interrupted in “annotate” after \d+ of 80 finished units; nothing is lost\. Run the same/,
      );
      expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toMatchObject({
        ...{ type: "run-done", ran: ["import"], exitCode: 3 },
        interrupted: { step: "annotate", total: 80 },
      });
      const status = await run(folder, ["status"]);
      expect(status.stdout).toMatch(/annotate +partly done: \d+ of 80 units/);
      expect(status.stdout).toContain("Next: prefloom run (goes on where it stopped)");
      await run(folder, ["run"]);
      const resumed = outputBytes(join(folder, "prefloom-out"));
      rmSync(join(folder, "prefloom-out"), { recursive: true });
      await run(folder, ["run"]);
      expect(resumed).toEqual(outputBytes(join(folder, "prefloom-out")));
    },
  );

  it("twice ends at once, and the next run takes over", async () => {
    const { code } = await whenAnnotating((send) => {
      send("SIGINT");
      setTimeout(() => send("SIGINT"), 5);
    });
    expect(code).toBe(3);
    expect((await run(folder, ["run", "--until", "annotate"])).stderr).toMatch(/annotate +done in/);
  });
});
