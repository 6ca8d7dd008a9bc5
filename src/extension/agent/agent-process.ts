import { type ChildProcess, spawn } from "node:child_process";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { initialize, PROTOCOL_VERSION, shutdown } from "../../protocol/agent.js";
import { type AgentEnd, AgentEndedError } from "./agent-errors.js";

/** What an agent is started with. */
export interface AgentSpec {
  /** Path of `dist/agent.mjs`. */
  readonly program: string;
  /** Of the workspace, or in which one is to be made. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Lines of stderr that an end is told with. */
const LAST_LINES = 20;

/** A running agent: a process of its own, spoken to over stdin and stdout. */
export class AgentProcess {
  readonly #lastLines: string[] = [];
  /** Resolves when the process is gone. */
  readonly ended: Promise<AgentEnd>;

  private constructor(
    private readonly child: ChildProcess,
    readonly connection: MessageConnection,
    onLine: (line: string) => void,
  ) {
    let rest = "";
    child.stderr!.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        this.#lastLines.push(line);
        if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
        onLine(line);
      }
    });
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        connection.dispose();
        resolve({ code, signal, lastLines: this.#lastLines });
      };
      child.once("exit", end);
      child.once("error", (error) => {
        this.#lastLines.push(error.message);
        if (child.pid === undefined) end(null, null);
      });
    });
    // What is written to one that has ended is lost; `ended` tells of it.
    child.stdin!.on("error", () => undefined);
    connection.onError(() => undefined);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Starts an agent. @throws AgentEndedError when it does not come up */
  static async start(
    { program, folder, env }: AgentSpec,
    onLine: (line: string) => void,
    setUp: (connection: MessageConnection) => void,
  ): Promise<AgentProcess> {
    const child = spawn(process.execPath, [program], {
      // Also in a desktop editor, where this program is Electron.
      env: { ...env, ELECTRON_RUN_AS_NODE: "1" },
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    const started = new AgentProcess(child, connection, onLine);
    setUp(connection);
    connection.listen();
    try {
      const hello = { protocol: PROTOCOL_VERSION, workspace: folder, parent: process.pid };
      await started.orEnd(connection.sendRequest(initialize, hello));
    } catch (error) {
      started.kill();
      throw error;
    }
    return started;
  }

  /** The answer to a request, unless the process ends first. @throws AgentEndedError */
  async orEnd<T>(answer: Promise<T>): Promise<T> {
    // Its own answer counts, also when the process ends right after it.
    const outcome = answer.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const first = await Promise.race([outcome, this.ended.then((end) => ({ end }))]);
    if ("value" in first) return first.value;
    if ("end" in first) throw new AgentEndedError(first.end);
    // A connection that is closed rejects what is pending: the end says more.
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      throw new AgentEndedError(await this.ended);
    }
    throw first.error;
  }

  /** Ends it when its work at hand is on disk, at once when that takes too long. */
  async stop(milliseconds: number): Promise<void> {
    const timer = setTimeout(() => this.kill(), milliseconds);
    this.connection.sendRequest(shutdown).catch(() => undefined);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends it at once. */
  kill(): void {
    this.child.kill("SIGKILL");
  }
}
