import { Worker } from "node:worker_threads";
import { join } from "node:path";
import { Disposable, type LogOutputChannel } from "vscode";
import {
  createMessageConnection,
  type MessageConnection,
  PortMessageReader,
  PortMessageWriter,
} from "vscode-jsonrpc/node";

/** Registers handlers of what a new reader tells, and tells it what it must know. */
export type ReaderSetup = (connection: MessageConnection) => void;

/** A reader that has ended so often within the time is not started again. */
const MOST_RESTARTS = 3;
const RESTARTS_MILLISECONDS = 180_000;

/**
 * The reader: a worker thread that reads files and checks documents, so that the extension host stays free. Started on
 * first need; started again when it ends, a limited number of times.
 */
export class ReaderClient implements Disposable {
  #connection: MessageConnection | undefined;
  #worker: Worker | undefined;
  readonly #setups: ReaderSetup[] = [];
  readonly #ends: number[] = [];
  #disposed = false;

  /** @param program path of `dist/reader.mjs` */
  constructor(
    private readonly program: string,
    private readonly environment: () => NodeJS.ProcessEnv,
    private readonly log: LogOutputChannel,
  ) {}

  static in(
    extensionPath: string,
    environment: () => NodeJS.ProcessEnv,
    log: LogOutputChannel,
  ): ReaderClient {
    return new ReaderClient(join(extensionPath, "dist/reader.mjs"), environment, log);
  }

  /** Called for each reader that is started, first of all for one that runs already. */
  onStart(setup: ReaderSetup): Disposable {
    this.#setups.push(setup);
    if (this.#connection) setup(this.#connection);
    return new Disposable(() => this.#setups.splice(this.#setups.indexOf(setup), 1));
  }

  /** Whether it runs: what matters to a running reader alone need not start one. */
  get running(): MessageConnection | undefined {
    return this.#connection;
  }

  /** The connection; starts the reader if it is not there. @throws when it has ended too often */
  connection(): MessageConnection {
    return this.#connection ?? this.#start();
  }

  /** Ends the reader; the next need starts it anew, with another environment. */
  restart(): void {
    const worker = this.#worker;
    this.#forget();
    void worker?.terminate();
  }

  #start(): MessageConnection {
    if (this.#disposed) throw new Error("the extension is being closed");
    const now = Date.now();
    while (this.#ends.length > 0 && now - this.#ends[0]! > RESTARTS_MILLISECONDS) this.#ends.shift();
    if (this.#ends.length > MOST_RESTARTS) {
      throw new Error("the reader of Prefloom has ended several times; see the log, then reload the window");
    }
    const worker = new Worker(this.program, {
      env: this.environment(),
      // What libraries print belongs into the log.
      stdout: true,
      stderr: true,
      name: "Prefloom reader",
    });
    const tell = (chunk: Buffer) => this.log.info(`reader: ${String(chunk).trimEnd()}`);
    worker.stdout.on("data", tell);
    worker.stderr.on("data", tell);
    const connection = createMessageConnection(new PortMessageReader(worker), new PortMessageWriter(worker));
    this.#worker = worker;
    this.#connection = connection;
    worker.on("error", (error) => this.log.error(`The reader failed: ${error.stack ?? error.message}`));
    worker.on("exit", (code) => {
      if (this.#worker !== worker) return;
      this.log.error(`The reader ended with code ${code}`);
      this.#ends.push(Date.now());
      this.#forget();
    });
    connection.listen();
    for (const setup of this.#setups) setup(connection);
    this.log.debug("The reader has started");
    return connection;
  }

  #forget(): void {
    this.#connection?.dispose();
    this.#connection = undefined;
    this.#worker = undefined;
  }

  dispose(): void {
    this.#disposed = true;
    const worker = this.#worker;
    this.#forget();
    void worker?.terminate();
  }
}
