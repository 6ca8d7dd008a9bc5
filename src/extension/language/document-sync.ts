import {
  commands,
  type Disposable,
  type Event,
  EventEmitter,
  type TextDocument,
  type TextDocumentChangeEvent,
  window,
  workspace,
} from "vscode";
import type { MessageConnection } from "vscode-jsonrpc/node";
import {
  documentChanged,
  documentClosed,
  documentKind,
  type DocumentKind,
  documentOpened,
} from "../../protocol/documents.js";
import type { Editor } from "../editor.js";
import { CONTEXT_KEYS } from "../ids.js";

/** Documents that language features look at. */
export const DATA_DOCUMENTS = [
  { scheme: "file", language: "jsonl" },
  { scheme: "file", pattern: "**/*.{jsonl,ndjson}" },
] as const;

function isData({ uri, languageId }: TextDocument): boolean {
  return uri.scheme === "file" && (languageId === "jsonl" || /\.(jsonl|ndjson)$/i.test(uri.path));
}

/** Tells the reader of open data files as they are edited, and knows what each of them is. */
export class DocumentKinds implements Disposable {
  readonly #kinds = new Map<string, DocumentKind | null>();
  readonly #changed = new EventEmitter<TextDocument>();
  /** What a document is has been told, or has changed. */
  readonly onDidChange: Event<TextDocument> = this.#changed.event;
  readonly #subscriptions: { dispose(): unknown }[];
  /** Documents that the present reader knows, with the version that it was told last. */
  readonly #told = new Map<string, number>();

  constructor(private readonly editor: Pick<Editor, "reader" | "log">) {
    this.#subscriptions = [
      this.#changed,
      editor.reader.onStart((connection) => this.#begin(connection)),
      workspace.onDidOpenTextDocument((document) => this.#open(document)),
      workspace.onDidChangeTextDocument((event) => this.#change(event)),
      workspace.onDidCloseTextDocument((document) => this.#close(document)),
      window.onDidChangeActiveTextEditor(() => this.#setContext()),
    ];
    const [first] = workspace.textDocuments.filter(isData);
    if (first) this.#open(first);
    this.#setContext();
  }

  /** What a document is; undefined until it is told, null for what Prefloom does not know. */
  of(document: TextDocument): DocumentKind | null | undefined {
    return this.#kinds.get(document.uri.toString());
  }

  #begin(connection: MessageConnection): void {
    this.#told.clear();
    connection.onNotification(documentKind, ({ uri, kind }) => this.#setKind(uri, kind));
    for (const document of workspace.textDocuments) if (isData(document)) this.#send(connection, document);
  }

  #send(connection: MessageConnection, document: TextDocument): void {
    const { uri, version } = document;
    this.#told.set(uri.toString(), version);
    const [name, path, text] = [uri.toString(), uri.fsPath, document.getText()];
    void connection.sendNotification(documentOpened, { uri: name, path, version, text });
  }

  /** A reader that is started only now is told everything as it begins. */
  #connection(): MessageConnection | undefined {
    const { reader, log } = this.editor;
    try {
      return reader.connection();
    } catch (error) {
      log.warn(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #open(document: TextDocument): void {
    if (!isData(document)) return;
    const connection = this.#connection();
    if (connection && !this.#told.has(document.uri.toString())) this.#send(connection, document);
  }

  #change({ document, contentChanges }: TextDocumentChangeEvent): void {
    // Also tells of the dirty mark alone.
    if (contentChanges.length === 0 || !isData(document)) return;
    const uri = document.uri.toString();
    const connection = this.#connection();
    // A reader that has just begun was given the text as it is now.
    if (!connection || this.#told.get(uri) === document.version) return;
    if (!this.#told.has(uri)) {
      this.#send(connection, document);
      return;
    }
    this.#told.set(uri, document.version);
    const changes = contentChanges.map(({ range: { start, end }, text }) => ({
      range: {
        start: { line: start.line, character: start.character },
        end: { line: end.line, character: end.character },
      },
      text,
    }));
    void connection.sendNotification(documentChanged, { uri, version: document.version, changes });
  }

  #close(document: TextDocument): void {
    const uri = document.uri.toString();
    this.#kinds.delete(uri);
    if (!this.#told.delete(uri)) return;
    void this.editor.reader.running?.sendNotification(documentClosed, { uri });
  }

  #setKind(uri: string, kind: DocumentKind | null): void {
    const document = workspace.textDocuments.find((one) => one.uri.toString() === uri);
    if (!document) return;
    this.#kinds.set(uri, kind);
    if (window.activeTextEditor?.document === document) this.#setContext();
    this.#changed.fire(document);
  }

  #setContext(): void {
    const document = window.activeTextEditor?.document;
    const isDataset = document !== undefined && (this.of(document) ?? null) !== null;
    void commands.executeCommand("setContext", CONTEXT_KEYS.isDataset, isDataset);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
