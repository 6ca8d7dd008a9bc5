import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import {
  AGENT_ERRORS,
  deviceChanged,
  type DeviceState,
  dropsRestore,
  type JobProgress,
  jobProgress,
  modelGet,
  modelProbe,
  modelUse,
  pipelineRun,
  reportWrite,
  sourcesAdd,
  workspaceInit,
} from "../../src/protocol/agent.js";
import { type Agent, useAgents } from "../builders/agent-processes.js";
import { RAW_FILE, runWorkspace } from "../builders/workspace.js";
import { FAKE_MODEL_FILE, fakeWeights } from "../fakes/fake-model.js";
const { start, hello, folder: folderNow } = useAgents();
let folder: string;
beforeEach(() => {
  folder = folderNow();
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
