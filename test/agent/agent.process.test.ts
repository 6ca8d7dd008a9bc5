import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import type { RunEvent } from "../../src/core/run-events.js";
import {
  AGENT_ERRORS,
  pipelineEvent,
  pipelineRun,
  PROTOCOL_VERSION,
  reportWrite,
  shutdown,
} from "../../src/protocol/agent.js";
import { useAgents } from "../builders/agent-processes.js";
import { RAW_FILE } from "../builders/workspace.js";
const { start, hello, stateOf, folder: folderNow, agents } = useAgents();
let folder: string;
beforeEach(() => {
  folder = folderNow();
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
