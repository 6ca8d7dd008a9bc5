import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { initialize, PROTOCOL_VERSION } from "../../src/protocol/agent.js";
import { stepStates } from "../../src/runtime/step-state.js";
import { openWorkspace } from "../../src/runtime/workspace.js";
import { bundleFakeAgent } from "./fake-agent.js";
import { makeWorkspace } from "./workspace.js";

/** A running agent, with the fake model. */
export interface Agent {
  readonly process: ChildProcess;
  readonly connection: MessageConnection;
  /** Everything it has written. */
  readonly output: { stdout: Buffer; stderr: string };
  readonly exit: Promise<number | null>;
}

/** Agents for the tests of a file: each test has a small workspace of its own, and all that it starts ends with it. */
export function useAgents() {
  let programs: string;
  let folder: string;
  const agents: Agent[] = [];
  beforeAll(async () => {
    programs = await bundleFakeAgent();
  });
  afterAll(() => rmSync(programs, { recursive: true, force: true }));
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

  return { start, hello, stateOf, agents, folder: () => folder };
}
