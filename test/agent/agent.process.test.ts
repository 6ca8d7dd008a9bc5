import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import type { RunEvent } from "../../src/core/run-events.js";
import {
  AGENT_ERRORS,
  deviceChanged,
  type DeviceState,
  dropsRestore,
  initialize,
  type JobProgress,
  jobProgress,
  modelGet,
  modelProbe,
  modelUse,
  pipelineEvent,
  pipelineRun,
  PROTOCOL_VERSION,
  reportWrite,
  shutdown,
  sourcesAdd,
  workspaceInit,
} from "../../src/protocol/agent.js";
import { stepStates } from "../../src/runtime/step-state.js";
import { openWorkspace } from "../../src/runtime/workspace.js";
import { bundleFakeAgent } from "../builders/fake-agent.js";
import { makeWorkspace, RAW_FILE, runWorkspace } from "../builders/workspace.js";
import { FAKE_MODEL_FILE, fakeWeights } from "../fakes/fake-model.js";

let programs: string;
let folder: string;
beforeAll(async () => {
  programs = await bundleFakeAgent();
});
afterAll(() => rmSync(programs, { recursive: true, force: true }));

interface Agent {
  readonly process: ChildProcess;
  readonly connection: MessageConnection;
  /** Everything it has written. */
  readonly output: { stdout: Buffer; stderr: string };
  readonly exit: Promise<number | null>;
}

const agents: Agent[] = [];
beforeEach(async () => {
  folder = await makeWorkspace({ posts: 6, responses: 3 });
});
afterEach(() => {
  for (const { process: child, connection } of agents.splice(0)) {
    connection.dispose();
    child.kill("SIGKILL");
  }
  rmSync(folder, { recursive: true, force: true });
});

function start(program = "agent.mjs", env: NodeJS.ProcessEnv = {}): Agent {
  const child = spawn(process.execPath, [join(programs, program)], {
    env: { ...process.env, ...env },
    stdio: "pipe",
  });
  const output = { stdout: Buffer.alloc(0), stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.stdout = Buffer.concat([output.stdout, chunk])));
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  // What is written to one that has ended is lost.
  child.stdin.on("error", () => undefined);
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.listen();
  const exit = once(child, "exit").then(([code]) => code as number | null);
  const agent = { process: child, connection, output, exit };
  agents.push(agent);
  return agent;
}

const hello = (
  { connection }: Agent,
  more: { protocol?: number; parent?: number | null; workspace?: string } = {},
) =>
  connection.sendRequest(initialize, {
    protocol: PROTOCOL_VERSION,
    workspace: folder,
    parent: null,
    ...more,
  });

/** How a step stands on disk. */
async function stateOf(step: string): Promise<string | undefined> {
  const states = await stepStates(await openWorkspace(folder), { readOnly: true });
  return states.find((one) => one.step === step)?.state;
}

/** The messages on stdout. Anything that is none fails. */
function messagesIn(bytes: Buffer): object[] {
  const messages: object[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = /^Content-Length: (\d+)\r\n(?:[\w-]+: .*\r\n)*\r\n/.exec(
      bytes.toString("latin1", at, at + 200),
    );
    expect(head, bytes.toString("utf8", at, at + 200)).not.toBeNull();
    at += head![0].length;
    messages.push(JSON.parse(bytes.toString("utf8", at, at + Number(head![1]))) as object);
    at += Number(head![1]);
  }
  return messages;
}

describe("the handshake", () => {
  it("tells the versions of both", async () => {
    const agent = start();
    const pid = agent.process.pid!;
    expect(await hello(agent)).toEqual({ protocol: PROTOCOL_VERSION, version: "test", pid });
  });

  it("refuses a client of another version, and says what to do", async () => {
    const agent = start();
    await expect(hello(agent, { protocol: PROTOCOL_VERSION + 1 })).rejects.toMatchObject({
      code: AGENT_ERRORS.wrongVersion,
      message: `the client speaks version ${PROTOCOL_VERSION + 1}, the agent ${PROTOCOL_VERSION}; reload the window after an update`,
    });
    // It is no client then.
    await expect(agent.connection.sendRequest(reportWrite)).rejects.toMatchObject({
      code: AGENT_ERRORS.notInitialized,
    });
  });

  it("comes first", async () => {
    const { connection } = start();
    const error = {
      code: AGENT_ERRORS.notInitialized,
      message: expect.stringContaining("“initialize”") as string,
    };
    await expect(connection.sendRequest(reportWrite)).rejects.toMatchObject(error);
    await expect(connection.sendRequest(pipelineRun, {})).rejects.toMatchObject(error);
    expect(await hello(agents[0]!)).toMatchObject({ version: "test" });
  });
});

describe("the pipeline", () => {
  it("runs steps, tells of them as it goes, and passes over what is up to date", async () => {
    const agent = start();
    await hello(agent);
    const events: RunEvent[] = [];
    agent.connection.onNotification(pipelineEvent, (event) => void events.push(event));
    const outcome = await agent.connection.sendRequest(pipelineRun, { until: "import" });
    expect(outcome).toEqual({ ran: ["import"], skipped: [], interrupted: null, errors: 0, findings: [] });
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["step-started", "step-done"]));
    expect(await agent.connection.sendRequest(pipelineRun, { until: "import" })).toMatchObject({
      skipped: ["import"],
    });
    // Settings and files are read anew each time.
    writeFileSync(join(folder, RAW_FILE), `${JSON.stringify({ text: "t", responses: ["a", "b"] })}\n`);
    expect(await agent.connection.sendRequest(pipelineRun, { until: "import" })).toMatchObject({
      ran: ["import"],
    });
  });

  it("runs the steps that are named, in their order, and hands on what the check found", async () => {
    const agent = start();
    await hello(agent);
    const outcome = await agent.connection.sendRequest(pipelineRun, {});
    expect(outcome).toMatchObject({ skipped: [], interrupted: null });
    expect(outcome.ran).toHaveLength(8);
    const file = readFileSync(join(folder, "prefloom-out/check/findings.jsonl"), "utf8");
    expect(outcome.findings).toHaveLength(file.split("\n").length - 1);
    expect(await agent.connection.sendRequest(pipelineRun, { steps: ["levels", "import"] })).toMatchObject({
      ran: [],
      skipped: ["import", "levels"],
      findings: [],
    });
  });

  it("tells a missing input apart, for a client that offers to make it", async () => {
    const agent = start();
    await hello(agent);
    await expect(agent.connection.sendRequest(pipelineRun, { steps: ["pair"] })).rejects.toMatchObject({
      code: AGENT_ERRORS.badInput,
      data: { reason: "missing-input", what: expect.not.stringContaining("Fix:") as string },
    });
    writeFileSync(join(folder, "prefloom.json"), "{}");
    await expect(agent.connection.sendRequest(pipelineRun, {})).rejects.toMatchObject({
      data: { reason: "no-sources" },
    });
  });

  it.each([
    ["settings that are wrong", '{"seed": "x"}', /^prefloom\.json:1: seed: /],
    ["settings that are no JSON", "{", /^prefloom\.json:1: the settings are no JSON/],
    [
      "a source that is not there",
      '{"sources": [{"path": "none.jsonl"}]}',
      /^none\.jsonl: there is no such file/,
    ],
  ])("tells %s as bad input, and lives on", async (_, settings, message) => {
    const agent = start();
    await hello(agent);
    writeFileSync(join(folder, "prefloom.json"), settings);
    const error = { code: AGENT_ERRORS.badInput, message: expect.stringMatching(message) as string };
    await expect(agent.connection.sendRequest(pipelineRun, { until: "import" })).rejects.toMatchObject(error);
    writeFileSync(join(folder, "prefloom.json"), JSON.stringify({ sources: [{ path: RAW_FILE }] }));
    expect(await agent.connection.sendRequest(pipelineRun, { until: "import" })).toMatchObject({
      ran: ["import"],
    });
  });

  it("tells who holds the workspace", async () => {
    const agent = start();
    await hello(agent);
    await agent.connection.sendRequest(pipelineRun, { until: "import" });
    const holder = { pid: 1, host: "elsewhere", command: "prefloom run", since: "today", started: null };
    writeFileSync(join(folder, "prefloom-out/.lock"), JSON.stringify(holder));
    await expect(agent.connection.sendRequest(pipelineRun, {})).rejects.toMatchObject({
      code: AGENT_ERRORS.missing,
      message: expect.stringContaining("this workspace is in use") as string,
      data: { reason: "held" },
    });
  });

  it("refuses a step that there is not", async () => {
    const agent = start();
    await hello(agent);
    await expect(
      agent.connection.sendRequest(pipelineRun, { until: "everything" as "import" }),
    ).rejects.toMatchObject({
      code: AGENT_ERRORS.badInput,
      message: "there is no step “everything”",
    });
  });

  it("does one run at a time, and ends it when its request is cancelled", async () => {
    writeFileSync(
      join(folder, RAW_FILE),
      `${JSON.stringify({ text: "t", responses: ["a", "b"] })}\n`.repeat(200_000),
    );
    const agent = start();
    await hello(agent);
    const begun = new Promise<void>((done) => {
      agent.connection.onNotification(pipelineEvent, ({ type }) => {
        if (type === "progress") done();
      });
    });
    const source = new CancellationTokenSource();
    const run = agent.connection.sendRequest(pipelineRun, { until: "import" }, source.token);
    await begun;
    await expect(agent.connection.sendRequest(pipelineRun, {})).rejects.toMatchObject({
      code: AGENT_ERRORS.badInput,
      message: "a run is under way already",
      data: { reason: "busy" },
    });
    source.cancel();
    expect(await run).toMatchObject({ ran: [], interrupted: { step: "import" } });
    expect(await stateOf("import")).toBe("partly");
  });
});

describe("making and feeding a workspace", () => {
  let empty: string;
  beforeEach(() => (empty = mkdtempSync(join(tmpdir(), "prefloom-empty-"))));
  afterEach(() => rmSync(empty, { recursive: true, force: true }));

  it("writes commented settings, once", async () => {
    const agent = start();
    await hello(agent, { workspace: empty });
    const made = await agent.connection.sendRequest(workspaceInit, { sample: false });
    expect(made).toEqual({ files: ["prefloom.json"] });
    await expect(agent.connection.sendRequest(workspaceInit, { sample: true })).rejects.toMatchObject({
      data: { reason: "workspace-exists" },
    });
  });

  it("brings the sample, without a path that holds in the checkout only; it can be imported", async () => {
    const agent = start();
    await hello(agent, { workspace: empty });
    const { files } = await agent.connection.sendRequest(workspaceInit, { sample: true });
    expect(files).toEqual(["prefloom.json", "oasst-threads.jsonl", "NOTICE.md"]);
    const settings = readFileSync(join(empty, "prefloom.json"), "utf8");
    expect(settings).not.toContain("$schema");
    expect(settings).toMatch(/^\{\n {2}\/\/ /);
    expect(await agent.connection.sendRequest(pipelineRun, { until: "import" })).toMatchObject({
      ran: ["import"],
    });
  });

  it("never writes over a file of the sample's name", async () => {
    writeFileSync(join(empty, "NOTICE.md"), "mine");
    const agent = start();
    await hello(agent, { workspace: empty });
    await expect(agent.connection.sendRequest(workspaceInit, { sample: true })).rejects.toMatchObject({
      data: { reason: "file-exists" },
    });
    expect(readFileSync(join(empty, "NOTICE.md"), "utf8")).toBe("mine");
    expect(existsSync(join(empty, "prefloom.json"))).toBe(false);
  });

  it("adds files with the format that it detects; one that is of no use adds none", async () => {
    const agent = start();
    await hello(agent);
    const good = join(folder, "more.jsonl");
    const bad = join(folder, "bad.jsonl");
    writeFileSync(good, `${JSON.stringify({ text: "t", responses: ["a", "b"] })}\n`);
    writeFileSync(bad, `${JSON.stringify({ of: "another kind" })}\n`);
    const settings = () => readFileSync(join(folder, "prefloom.json"), "utf8");
    const before = settings();
    await expect(agent.connection.sendRequest(sourcesAdd, { files: [good, bad] })).rejects.toMatchObject({
      code: AGENT_ERRORS.badInput,
    });
    expect(settings()).toBe(before);
    const known = join(folder, RAW_FILE);
    const { files } = await agent.connection.sendRequest(sourcesAdd, { files: [good, known] });
    expect(files.map(({ path, format, isNew }) => [path, format, isNew])).toEqual([
      [good, "posts", true],
      [known, "posts", false],
    ]);
    expect(settings()).toContain('"more.jsonl"');
  });

  it("writes the report, and asks dropped records back", async () => {
    writeFileSync(
      join(folder, RAW_FILE),
      [
        { id: "few", text: "t", responses: ["a"] },
        { id: "more", text: "u", responses: ["a", "b"] },
      ]
        .map((one) => `${JSON.stringify(one)}\n`)
        .join(""),
    );
    await runWorkspace(folder, { steps: ["import"] });
    const agent = start();
    await hello(agent);
    const { html, markdown } = await agent.connection.sendRequest(reportWrite);
    expect(readFileSync(html, "utf8")).toMatch(/^<!doctype html>/i);
    expect(existsSync(markdown)).toBe(true);
    const ledger = readFileSync(join(folder, "prefloom-out/import/drops.jsonl"), "utf8");
    const { id } = JSON.parse(ledger.split("\n")[0]!) as { readonly id: string };
    expect(await agent.connection.sendRequest(dropsRestore, { id })).toEqual({
      ...{ stage: "import", rule: "too-few-responses", id },
    });
    await expect(agent.connection.sendRequest(dropsRestore, { id: "none" })).rejects.toMatchObject({
      data: { reason: "unknown-id" },
    });
  });
});

describe("models", () => {
  const devices = (agent: Agent) => {
    const seen: (DeviceState | null)[] = [];
    agent.connection.onNotification(deviceChanged, ({ device }) => void seen.push(device));
    return seen;
  };

  it("a model is loaded once for several runs, and unloaded when it has been idle", async () => {
    const agent = start("agent.mjs", { PREFLOOM_MODEL_IDLE_MINUTES: "0.02" });
    await hello(agent);
    const seen = devices(agent);
    await agent.connection.sendRequest(pipelineRun, { until: "annotate" });
    expect(seen.map((device) => device?.model)).toEqual([FAKE_MODEL_FILE]);
    writeFileSync(join(folder, RAW_FILE), `${JSON.stringify({ text: "t", responses: ["a", "b"] })}\n`);
    expect(await agent.connection.sendRequest(pipelineRun, { until: "annotate" })).toMatchObject({
      ran: ["import", "annotate"],
    });
    expect(seen).toHaveLength(1);
    await expect.poll(() => seen, { timeout: 10_000 }).toHaveLength(2);
    expect(seen[1]).toBeNull();
  });

  it("none is kept where that is asked for", async () => {
    const agent = start("agent.mjs", { PREFLOOM_MODEL_IDLE_MINUTES: "0" });
    await hello(agent);
    const seen = devices(agent);
    await agent.connection.sendRequest(pipelineRun, { until: "annotate" });
    expect(seen.map((device) => device?.model ?? null)).toEqual([FAKE_MODEL_FILE, null]);
  });

  it("a model that is here is got at once; one that no source gives says so", async () => {
    const agent = start("agent.mjs", { HF_ENDPOINT: "http://127.0.0.1:9" });
    await hello(agent);
    const told: JobProgress[] = [];
    agent.connection.onNotification(jobProgress, (progress) => void told.push(progress));
    const path = join(folder, FAKE_MODEL_FILE);
    expect(await agent.connection.sendRequest(modelGet, { model: `./${FAKE_MODEL_FILE}` })).toEqual({
      ...{ name: FAKE_MODEL_FILE, path, bytes: fakeWeights().length },
    });
    expect(told.at(-1)).toMatchObject({ job: modelGet.method, progress: null });
    await expect(
      agent.connection.sendRequest(modelGet, { model: "hf:owner/repo/none.gguf" }),
    ).rejects.toMatchObject({ code: AGENT_ERRORS.missing, data: { reason: "missing-model" } });
  });

  it("using a model changes one setting and keeps comments", async () => {
    const file = join(folder, "prefloom.json");
    writeFileSync(file, '{\n  // why this one\n  "model": "old.gguf", // and no other\n  "seed": 1\n}\n');
    const agent = start();
    await hello(agent);
    await agent.connection.sendRequest(modelUse, { model: "smollm2-135m-instruct" });
    expect(readFileSync(file, "utf8")).toBe(
      '{\n  // why this one\n  "model": "smollm2-135m-instruct", // and no other\n  "seed": 1\n}\n',
    );
    await expect(agent.connection.sendRequest(modelUse, { model: "nothing" })).rejects.toMatchObject({
      code: AGENT_ERRORS.badInput,
    });
  });

  it("a probe tells its progress and its sentence, and can be cancelled", async () => {
    const agent = start("agent.mjs", { FAKE_DELAY: "5", PREFLOOM_MODELS: join(folder, "models") });
    await hello(agent);
    const told: JobProgress[] = [];
    const source = new CancellationTokenSource();
    const listening = agent.connection.onNotification(jobProgress, (progress) => {
      told.push(progress);
      if ((progress.progress?.done ?? 0) > 3) source.cancel();
    });
    await expect(agent.connection.sendRequest(modelProbe, {}, source.token)).rejects.toMatchObject({
      code: AGENT_ERRORS.interrupted,
    });
    expect(told[0]).toMatchObject({ job: modelProbe.method, units: "texts" });
    listening.dispose();
    const probed = await agent.connection.sendRequest(modelProbe, {});
    expect(probed.sentence).not.toBe("");
    expect(probed.detail.length).toBeGreaterThan(1);
  });
});

describe("stdout", () => {
  it("carries the protocol and nothing else, whatever libraries print", async () => {
    const agent = start("noisy.mjs");
    await hello(agent);
    await agent.connection.sendRequest(pipelineRun, { until: "import" });
    await agent.connection.sendRequest(reportWrite);
    await agent.connection.sendRequest(shutdown);
    expect(await agent.exit).toBe(0);
    const messages = messagesIn(agent.output.stdout);
    expect(messages.length).toBeGreaterThanOrEqual(6);
    for (const message of messages) expect(message).toMatchObject({ jsonrpc: "2.0" });
    for (const noise of ["noise of a library", "noise: true", "more noise", "and bytes"]) {
      expect(agent.output.stderr).toContain(noise);
    }
  });
});

describe("the end", () => {
  it("comes when it is asked for, after the answer", async () => {
    const agent = start();
    await hello(agent);
    expect(await agent.connection.sendRequest(shutdown)).toBeNull();
    expect(await agent.exit).toBe(0);
    expect(agent.output.stderr).toBe("");
  });

  it("comes when stdin closes, also without any message", async () => {
    const agent = start();
    await hello(agent);
    agent.process.stdin!.end();
    expect(await agent.exit).toBe(0);
    const silent = start();
    silent.process.stdin!.end();
    expect(await silent.exit).toBe(0);
  });

  it("does not wait for what is at work when stdin closes", async () => {
    const agent = start("agent.mjs", { FAKE_DELAY: "3000" });
    await hello(agent);
    const begun = new Promise<void>((done) => {
      agent.connection.onNotification(pipelineEvent, (event) => {
        if (event.type === "step-started" && event.step === "annotate") done();
      });
    });
    agent.connection.sendRequest(pipelineRun, {}).catch(() => undefined);
    await begun;
    const closed = performance.now();
    agent.process.stdin!.end();
    await agent.exit;
    expect(performance.now() - closed).toBeLessThan(1500);
  });

  it("comes when its parent is gone, though stdin is open", async () => {
    const parent = spawn("sleep", ["60"]);
    const agent = start();
    await hello(agent, { parent: parent.pid! });
    await agent.connection.sendRequest(reportWrite);
    expect(agent.process.exitCode).toBeNull();
    parent.kill("SIGKILL");
    await once(parent, "exit");
    expect(await agent.exit).toBe(0);
  });

  it("waits for the unit at hand when a run is under way, and keeps what is finished", async () => {
    writeFileSync(
      join(folder, RAW_FILE),
      `${JSON.stringify({ text: "t", responses: ["a", "b"] })}\n`.repeat(200_000),
    );
    const agent = start();
    await hello(agent);
    const begun = new Promise<void>((done) => {
      agent.connection.onNotification(pipelineEvent, ({ type }) => {
        if (type === "progress") done();
      });
    });
    const run = agent.connection.sendRequest(pipelineRun, { until: "import" });
    await begun;
    await agent.connection.sendRequest(shutdown);
    expect(await run).toMatchObject({ interrupted: { step: "import" } });
    expect(await agent.exit).toBe(0);
    expect(await stateOf("import")).toBe("partly");
  });
});
