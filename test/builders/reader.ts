import { MessageChannel } from "node:worker_threads";
import { pathToFileURL } from "node:url";
import { afterEach } from "vitest";
import {
  createMessageConnection,
  type MessageConnection,
  PortMessageReader,
  PortMessageWriter,
} from "vscode-jsonrpc/node";
import {
  documentChanged,
  documentClosed,
  documentFindings,
  documentOpened,
  type PlacedFinding,
  type Range,
} from "../../src/protocol/documents.js";
import { serveReader } from "../../src/reader/reader.js";

/** What the reader has told of a document. */
export interface ToldFindings {
  readonly version: number;
  readonly findings: readonly PlacedFinding[];
  readonly total: number;
}

/** An edit as the editor tells it. */
export interface Edit {
  readonly range: Range;
  readonly text: string;
}

/** An open document of a test, edited as in the editor. */
export class OpenDocument {
  version = 1;

  constructor(
    private readonly client: ReaderUnderTest,
    readonly path: string,
    public text: string,
  ) {}

  get uri(): string {
    return pathToFileURL(this.path).href;
  }

  /** Applies edits of one version, in coordinates of the text before them. */
  edit(edits: readonly Edit[]): void {
    const offset = ({ line, character }: Range["start"]) =>
      this.text
        .split("\n")
        .slice(0, line)
        .reduce((sum, one) => sum + one.length + 1, 0) + character;
    // As an editor tells them: the last first.
    const sorted = [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start));
    for (const { range, text } of sorted) {
      this.text = this.text.slice(0, offset(range.start)) + text + this.text.slice(offset(range.end));
    }
    this.version++;
    const { uri, version } = this;
    void this.client.connection.sendNotification(documentChanged, { uri, version, changes: sorted });
  }

  /** What is found in the present text. */
  findings(): Promise<ToldFindings> {
    return this.client.told(this.uri, this.version);
  }

  close(): void {
    void this.client.connection.sendNotification(documentClosed, { uri: this.uri });
  }
}

/** The reader as the extension has it, in this thread. */
export class ReaderUnderTest {
  readonly #told = new Map<string, ToldFindings>();
  readonly #waiting = new Set<() => void>();

  constructor(readonly connection: MessageConnection) {
    connection.onNotification(documentFindings, ({ uri, version, findings, total }) => {
      this.#told.set(uri, { version, findings: findings ?? this.#told.get(uri)?.findings ?? [], total });
      for (const wake of this.#waiting) wake();
    });
  }

  open(path: string, text: string): OpenDocument {
    const document = new OpenDocument(this, path, text);
    const { uri, version } = document;
    this.#told.delete(uri);
    void this.connection.sendNotification(documentOpened, { uri, path, version, text });
    return document;
  }

  async told(uri: string, version: number): Promise<ToldFindings> {
    for (;;) {
      const told = this.#told.get(uri);
      if (told?.version === version) return told;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }
}

const open: { dispose(): void }[] = [];
afterEach(() => open.splice(0).forEach((one) => one.dispose()));

/** Starts a reader; it ends with the test. */
export function startReader(): ReaderUnderTest {
  const { port1, port2 } = new MessageChannel();
  const [server, client] = [port1, port2].map((port) =>
    createMessageConnection(new PortMessageReader(port), new PortMessageWriter(port)),
  ) as [MessageConnection, MessageConnection];
  serveReader(server);
  server.listen();
  const reader = new ReaderUnderTest(client);
  client.listen();
  open.push({
    dispose() {
      client.dispose();
      server.dispose();
      port1.close();
    },
  });
  return reader;
}
