import type {
  CancellationToken,
  MessageConnection,
  NotificationType,
  RequestParam,
  RequestType,
  RequestType0,
} from "vscode-jsonrpc/node";
import { type AgentEnd, AgentGivenUpError } from "./agent-errors.js";
import { AgentProcess, type AgentSpec } from "./agent-process.js";

/** An agent that has ended unasked so often within the time is not started again by itself. */
const MOST_ENDS = 3;
const ENDS_MILLISECONDS = 180_000;
/** What an orderly end may take; finished work is on disk anyway. */
const STOP_MILLISECONDS = 2000;

/** Where an agent's doings are told. */
export interface AgentLog {
  info(message: string): void;
  error(message: string): void;
}

/** Those who listen to one kind of notification. */
interface Audience {
  readonly handles: Set<(params: unknown) => void>;
  listen(connection: MessageConnection): void;
}

/** The agent of one folder: started on first need, and again after an unasked end, a limited number of times. */
export class AgentClient {
  #process: AgentProcess | undefined;
  #starting: Promise<AgentProcess> | undefined;
  readonly #audiences = new Map<string, Audience>();
  readonly #stopped = new WeakSet<AgentProcess>();
  readonly #ends: number[] = [];
  #lastEnd: AgentEnd | undefined;
  /** The orderly end of an earlier one. */
  #stopping: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(
    private readonly spec: () => AgentSpec,
    private readonly log: AgentLog,
  ) {}

  /** Process id of the running agent. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Sends a request; starts the agent when none runs. @throws AgentEndedError, AgentGivenUpError, or what the agent answers */
  async request<P, R>(
    type: RequestType<P, R, void>,
    params: NoInfer<RequestParam<P>>,
    token?: CancellationToken,
  ): Promise<R> {
    const agent = await this.#running();
    return agent.orEnd(agent.connection.sendRequest(type, params, token));
  }

  /** As `request`, for one without parameters. */
  async request0<R>(type: RequestType0<R, void>, token?: CancellationToken): Promise<R> {
    const agent = await this.#running();
    return agent.orEnd(agent.connection.sendRequest(type, token));
  }

  /** Listens to notifications of this agent and of those that are started after it. */
  onNotification<P>(type: NotificationType<P>, handle: (params: P) => void): { dispose(): void } {
    const { handles } = this.#audience(type);
    const own = (params: unknown) => handle(params as P);
    handles.add(own);
    return { dispose: () => handles.delete(own) };
  }

  /** A connection has one handler for each kind of notification, so that one serves all who listen. */
  #audience<P>(type: NotificationType<P>): Audience {
    const known = this.#audiences.get(type.method);
    if (known) return known;
    const handles: Audience["handles"] = new Set();
    const audience: Audience = {
      handles,
      listen: (connection) => {
        connection.onNotification(type, (params) => {
          for (const handle of [...handles]) handle(params);
        });
      },
    };
    this.#audiences.set(type.method, audience);
    if (this.#process) audience.listen(this.#process.connection);
    return audience;
  }

  /** Ends the agent; the next need starts one, whatever happened before. */
  async restart(): Promise<void> {
    this.#ends.length = 0;
    await this.stop();
  }

  /** Ends the agent, if one runs, with its work at hand on disk. */
  async stop(): Promise<void> {
    const agent = this.#process ?? (await this.#starting?.catch(() => undefined));
    if (!agent) return;
    this.#stopped.add(agent);
    // It takes no more requests: the next ones wait for its end and start another.
    if (this.#process === agent) this.#process = undefined;
    this.#stopping = agent.stop(STOP_MILLISECONDS);
    await this.#stopping;
  }

  async #running(): Promise<AgentProcess> {
    if (this.#process) return this.#process;
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async #start(): Promise<AgentProcess> {
    await this.#stopping;
    if (this.#disposed) throw new Error("the extension is being closed");
    const now = Date.now();
    while (this.#ends.length > 0 && now - this.#ends[0]! > ENDS_MILLISECONDS) this.#ends.shift();
    if (this.#ends.length >= MOST_ENDS && this.#lastEnd) throw new AgentGivenUpError(this.#lastEnd);
    const spec = this.spec();
    let agent: AgentProcess;
    try {
      agent = await AgentProcess.start(
        spec,
        (line) => this.log.info(`agent: ${line}`),
        (connection) => {
          for (const audience of this.#audiences.values()) audience.listen(connection);
        },
      );
    } catch (error) {
      const end = (error as { readonly end?: AgentEnd }).end;
      if (end) this.#note(spec, end);
      throw error;
    }
    this.log.info(`The agent of ${spec.folder} has started (process ${String(agent.pid)})`);
    this.#process = agent;
    void agent.ended.then((end) => {
      if (this.#process === agent) this.#process = undefined;
      if (this.#stopped.has(agent)) this.log.info(`The agent of ${spec.folder} has ended`);
      else this.#note(spec, end);
    });
    if (this.#isDisposed()) agent.kill();
    return agent;
  }

  #isDisposed(): boolean {
    return this.#disposed;
  }

  #note({ folder }: AgentSpec, end: AgentEnd): void {
    this.#ends.push(Date.now());
    this.#lastEnd = end;
    const how = end.signal ?? `code ${String(end.code)}`;
    this.log.error([`The agent of ${folder} ended unasked (${how})`, ...end.lastLines].join("\n  "));
  }

  /** Ends the agent at once, unless an orderly end is under way, which has its own time limit. */
  dispose(): void {
    this.#disposed = true;
    if (!this.#process) return;
    this.#stopped.add(this.#process);
    this.#process.kill();
  }
}
