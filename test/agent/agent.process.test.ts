import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type BuildOptions } from "esbuild";
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
  initialize,
  pipelineEvent,
  pipelineRun,
  pipelineStatus,
  PROTOCOL_VERSION,
  shutdown,
} from "../../src/protocol/agent.js";
import { ROOT } from "../builders/cli.js";
import { makeWorkspace, RAW_FILE } from "../builders/workspace.js";

/** Says something on stdout in every way that a library may, once and then again and again. */
const NOISY = `
  import "./src/agent/main.ts";
  const noise = () => {
    console.log("noise of a library");
    console.info({ noise: true });
    process.stdout.write("more noise\\n");
    process.stdout.write(Buffer.from("and bytes\\n"));
  };
  noise();
  setInterval(noise, 5).unref();
`;

let programs: string;
let folder: string;
beforeAll(async () => {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  programs = mkdtempSync(join(ROOT, ".cache/agent-"));
  const options: BuildOptions = {
    ...{ bundle: true, platform: "node", format: "esm", target: "node20" },
    ...{
      mainFields: ["module", "main"],
      external: ["node-llama-cpp"],
      define: { PREFLOOM_VERSION: '"test"' },
    },
    banner: {
      js: 'import { createRequire as prefloomRequire } from "node:module"; const require = prefloomRequire(import.meta.url);',
    },
  };
  await build({
    ...options,
    entryPoints: [join(ROOT, "src/agent/main.ts")],
    outfile: join(programs, "agent.mjs"),
  });
  await build({
    ...options,
    stdin: { contents: NOISY, resolveDir: ROOT, loader: "ts" },
    outfile: join(programs, "noisy.mjs"),
  });
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

function start(program = "agent.mjs"): Agent {
  const child = spawn(process.execPath, [join(programs, program)], { stdio: "pipe" });
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

const hello = ({ connection }: Agent, more: { protocol?: number; parent?: number | null } = {}) =>
  connection.sendRequest(initialize, {
    protocol: PROTOCOL_VERSION,
    workspace: folder,
    parent: null,
    ...more,
  });

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
    expect(await hello(start())).toEqual({ protocol: PROTOCOL_VERSION, version: "test" });
  });

  it("refuses a client of another version, and says what to do", async () => {
    const agent = start();
    await expect(hello(agent, { protocol: PROTOCOL_VERSION + 1 })).rejects.toMatchObject({
      code: AGENT_ERRORS.wrongVersion,
      message: `the client speaks version ${PROTOCOL_VERSION + 1}, the agent ${PROTOCOL_VERSION}; reload the window after an update`,
    });
    // It is no client then.
    await expect(agent.connection.sendRequest(pipelineStatus)).rejects.toMatchObject({
      code: AGENT_ERRORS.notInitialized,
    });
  });

  it("comes first", async () => {
    const { connection } = start();
    const error = {
      code: AGENT_ERRORS.notInitialized,
      message: expect.stringContaining("“initialize”") as string,
    };
    await expect(connection.sendRequest(pipelineStatus)).rejects.toMatchObject(error);
    await expect(connection.sendRequest(pipelineRun, {})).rejects.toMatchObject(error);
    expect(await hello(agents[0]!)).toMatchObject({ version: "test" });
  });
});

describe("the pipeline", () => {
  it("tells how every step stands", async () => {
    const agent = start();
    await hello(agent);
    const before = await agent.connection.sendRequest(pipelineStatus);
    expect(before).toHaveLength(8);
    expect(before[0]).toEqual({ step: "import", state: "missing", why: [], counts: {} });
  });

  it("runs steps, tells of them as it goes, and passes over what is up to date", async () => {
    const agent = start();
    await hello(agent);
    const events: RunEvent[] = [];
    agent.connection.onNotification(pipelineEvent, (event) => void events.push(event));
    const outcome = await agent.connection.sendRequest(pipelineRun, { until: "import" });
    expect(outcome).toEqual({ ran: ["import"], skipped: [], interrupted: null, errors: 0 });
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["step-started", "step-done"]));
    expect(await agent.connection.sendRequest(pipelineRun, { until: "import" })).toMatchObject({
      skipped: ["import"],
    });
    const [imported] = await agent.connection.sendRequest(pipelineStatus);
    expect(imported).toMatchObject({ step: "import", state: "done", counts: { posts: 6, responses: 18 } });
    // Settings are read anew each time.
    writeFileSync(join(folder, RAW_FILE), "");
    const [changed] = await agent.connection.sendRequest(pipelineStatus);
    expect(changed).toMatchObject({ state: "stale", why: [`${RAW_FILE} changed`] });
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
    writeFileSync(join(folder, "prefloom.json"), "{}");
    expect(await agent.connection.sendRequest(pipelineStatus)).toHaveLength(8);
  });

  it("tells what this machine lacks, and who holds the workspace", async () => {
    const agent = start();
    await hello(agent);
    const settings = JSON.parse(readFileSync(join(folder, "prefloom.json"), "utf8")) as object;
    writeFileSync(
      join(folder, "prefloom.json"),
      JSON.stringify({ ...settings, model: "hf:owner/repo/m.gguf" }),
    );
    await expect(agent.connection.sendRequest(pipelineRun, { until: "annotate" })).rejects.toMatchObject({
      code: AGENT_ERRORS.missing,
      message: expect.stringContaining("is not on this machine") as string,
    });
    const holder = { pid: 1, host: "elsewhere", command: "prefloom run", since: "today", started: null };
    writeFileSync(join(folder, "prefloom-out/.lock"), JSON.stringify(holder));
    await expect(agent.connection.sendRequest(pipelineRun, {})).rejects.toMatchObject({
      code: AGENT_ERRORS.missing,
      message: expect.stringContaining("this workspace is in use") as string,
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
    });
    source.cancel();
    expect(await run).toMatchObject({ ran: [], interrupted: "import" });
    const [state] = await agent.connection.sendRequest(pipelineStatus);
    expect(state).toMatchObject({ state: "partly" });
  });
});

describe("stdout", () => {
  it("carries the protocol and nothing else, whatever libraries print", async () => {
    const agent = start("noisy.mjs");
    await hello(agent);
    await agent.connection.sendRequest(pipelineRun, { until: "import" });
    await agent.connection.sendRequest(pipelineStatus);
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

  it("comes when its parent is gone, though stdin is open", async () => {
    const parent = spawn("sleep", ["60"]);
    const agent = start();
    await hello(agent, { parent: parent.pid! });
    expect(await agent.connection.sendRequest(pipelineStatus)).toHaveLength(8);
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
    expect(await run).toMatchObject({ interrupted: "import" });
    expect(await agent.exit).toBe(0);
    const next = start();
    await hello(next);
    const [state] = await next.connection.sendRequest(pipelineStatus);
    expect(state).toMatchObject({ step: "import", state: "partly" });
  });
});
