import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { AgentClient } from "../../../src/extension/agent/agent-client.js";
import { AgentEndedError, AgentGivenUpError } from "../../../src/extension/agent/agent-errors.js";
import { pipelineEvent, pipelineRun, reportWrite } from "../../../src/protocol/agent.js";
import { bundleFakeAgent } from "../../builders/fake-agent.js";
import { makeWorkspace } from "../../builders/workspace.js";

let programs: string;
let folder: string;
let client: AgentClient;
let log: string[];

beforeAll(async () => {
  programs = await bundleFakeAgent();
});
afterAll(() => rmSync(programs, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await makeWorkspace({ posts: 6, responses: 3 });
  log = [];
  client = clientOf("agent.mjs");
});
afterEach(() => {
  client.dispose();
  rmSync(folder, { recursive: true, force: true });
});

function clientOf(program: string, env: NodeJS.ProcessEnv = {}): AgentClient {
  const note = (message: string) => void log.push(message);
  const spec = () => ({ program: join(programs, program), folder, env: { ...process.env, ...env } });
  return new AgentClient(spec, { info: note, error: note });
}

/** Processes of these programs; zombies are none. */
function agentsAlive(): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      if (!/^\d+$/.test(name) || !readFileSync(`/proc/${name}/cmdline`, "utf8").includes(programs)) return [];
      return readFileSync(`/proc/${name}/stat`, "utf8").includes(") Z ") ? [] : [Number(name)];
    } catch {
      return [];
    }
  });
}

/** Starts a run, waits until the model is at work and returns what the run comes to, be it an error. */
async function begin(slow: AgentClient): Promise<{ readonly ended: Promise<unknown> }> {
  const begun = new Promise<void>((done) => {
    slow.onNotification(pipelineEvent, (event) => {
      if (event.type === "step-started" && event.step === "annotate") done();
    });
  });
  const ended = slow.request(pipelineRun, {}).catch((error: unknown) => error);
  await begun;
  return { ended };
}

describe("an agent's client", () => {
  it("starts one process on first need, for however many ask at once", async () => {
    expect(agentsAlive()).toEqual([]);
    await Promise.all([client.request0(reportWrite), client.request0(reportWrite)]);
    expect(agentsAlive()).toEqual([client.pid]);
    await client.request0(reportWrite);
    expect(agentsAlive()).toEqual([client.pid]);
  });

  it("ends it in order, and starts another on the next need", async () => {
    await client.request0(reportWrite);
    const before = client.pid;
    await client.stop();
    expect(agentsAlive()).toEqual([]);
    await client.request0(reportWrite);
    expect(agentsAlive()).toEqual([client.pid]);
    expect(client.pid).not.toBe(before);
  });

  it("hears the notifications of an agent that was started again", async () => {
    const seen: string[] = [];
    client.onNotification(pipelineEvent, ({ type }) => void seen.push(type));
    await client.request(pipelineRun, { until: "import" });
    const first = seen.length;
    expect(first).toBeGreaterThan(1);
    await client.restart();
    await client.request(pipelineRun, { until: "import" });
    expect(seen.slice(first)).toEqual(["step-skipped"]);
  });

  it("tells all who listen, and no more those who have stopped", async () => {
    const seen: Record<"one" | "two", string[]> = { one: [], two: [] };
    const one = client.onNotification(pipelineEvent, ({ type }) => void seen.one.push(type));
    client.onNotification(pipelineEvent, ({ type }) => void seen.two.push(type));
    await client.request(pipelineRun, { until: "import" });
    expect(seen.one.length).toBeGreaterThan(1);
    expect(seen.two).toEqual(seen.one);
    one.dispose();
    await client.request(pipelineRun, { until: "import" });
    expect(seen.two).toEqual([...seen.one, "step-skipped"]);
  });

  it("cancels a run, which stays finished as far as it came", async () => {
    client.dispose();
    client = clientOf("agent.mjs", { FAKE_DELAY: "150" });
    const source = new CancellationTokenSource();
    client.onNotification(pipelineEvent, (event) => {
      if (event.type === "progress" && event.step === "annotate" && event.done > 1) source.cancel();
    });
    const stopped = await client.request(pipelineRun, {}, source.token);
    expect(stopped.interrupted?.step).toBe("annotate");
    expect(await client.request(pipelineRun, {})).toMatchObject({ interrupted: null });
  });
});

describe("an agent that ends unasked", () => {
  it("fails what waits for it with how it ended, and is started again on the next need", async () => {
    const slow = clientOf("agent.mjs", { FAKE_DELAY: "1000" });
    const { ended } = await begin(slow);
    process.kill(slow.pid!, "SIGKILL");
    const error = await ended;
    expect(error).toBeInstanceOf(AgentEndedError);
    expect((error as AgentEndedError).end.signal).toBe("SIGKILL");
    expect(await slow.request(pipelineRun, { until: "import" })).toMatchObject({ skipped: ["import"] });
    slow.dispose();
  });

  it("is not started a fourth time within minutes; asking for it starts it all the same", async () => {
    for (let i = 0; i < 3; i++) {
      await client.request0(reportWrite);
      process.kill(client.pid!, "SIGKILL");
      await expect.poll(() => client.pid).toBeUndefined();
    }
    await expect(client.request0(reportWrite)).rejects.toThrow(AgentGivenUpError);
    expect(agentsAlive()).toEqual([]);
    await client.restart();
    await client.request0(reportWrite);
    expect(agentsAlive()).toEqual([client.pid]);
  });

  it("that does not come up tells its last words", async () => {
    const broken = clientOf("none.mjs");
    const error = await broken.request0(reportWrite).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AgentEndedError);
    expect((error as AgentEndedError).end.lastLines.join("\n")).toContain("none.mjs");
    expect(log.join("\n")).toContain("ended unasked (code 1)");
    broken.dispose();
  });
});

describe("no agent is left", () => {
  it("when the client is disposed of, also in the middle of a run or of a start", async () => {
    const slow = clientOf("agent.mjs", { FAKE_DELAY: "3000" });
    await begin(slow);
    slow.dispose();
    const starting = clientOf("agent.mjs");
    const asked = starting.request0(reportWrite).catch(() => undefined);
    starting.dispose();
    await asked;
    await expect.poll(agentsAlive, { timeout: 3000 }).toEqual([]);
  });

  it("when it is stopped while a unit takes longer than anybody waits", async () => {
    const slow = clientOf("agent.mjs", { FAKE_DELAY: "30000" });
    const { ended } = await begin(slow);
    // By then the model has been asked, and a unit is at work.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const began = performance.now();
    await slow.stop();
    expect(performance.now() - began).toBeLessThan(4000);
    expect(agentsAlive()).toEqual([]);
    expect(await ended).toBeInstanceOf(AgentEndedError);
  });
});
