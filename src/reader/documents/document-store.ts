import type { MessageConnection } from "vscode-jsonrpc/node";
import { documentChanged, documentClosed, documentKind, documentOpened } from "../../protocol/documents.js";
import { DataDocument, type LineChange } from "./data-document.js";

/** Hears of documents. */
export interface DocumentListener {
  /** Opened, or its kind has become another one: everything is new. */
  opened(document: DataDocument): void;
  changed(document: DataDocument, changes: readonly LineChange[]): void;
  closed(document: DataDocument): void;
}

/** The open documents, as the editor tells them. */
export class DocumentStore {
  readonly #documents = new Map<string, DataDocument>();
  readonly #byPath = new Map<string, DataDocument>();
  readonly #listeners: DocumentListener[] = [];

  constructor(private readonly connection: MessageConnection) {
    connection.onNotification(documentOpened, ({ uri, path, version, text }) => {
      const document = new DataDocument(uri, path, version, text);
      this.#documents.set(uri, document);
      this.#byPath.set(path, document);
      this.#tellKind(document);
      for (const listener of this.#listeners) listener.opened(document);
    });
    connection.onNotification(documentChanged, ({ uri, version, changes }) => {
      const document = this.#documents.get(uri);
      if (!document) return;
      const { changes: done, isNew } = document.apply(version, changes);
      if (isNew) this.#tellKind(document);
      for (const listener of this.#listeners) {
        if (isNew) listener.opened(document);
        else listener.changed(document, done);
      }
    });
    connection.onNotification(documentClosed, ({ uri }) => {
      const document = this.#documents.get(uri);
      if (!document) return;
      this.#documents.delete(uri);
      if (this.#byPath.get(document.path) === document) this.#byPath.delete(document.path);
      for (const listener of this.#listeners) listener.closed(document);
    });
  }

  listen(listener: DocumentListener): void {
    this.#listeners.push(listener);
  }

  get(uri: string): DataDocument | undefined {
    return this.#documents.get(uri);
  }

  /** The open document of a file. */
  at(path: string): DataDocument | undefined {
    return this.#byPath.get(path);
  }

  get all(): readonly DataDocument[] {
    return [...this.#documents.values()];
  }

  #tellKind({ uri, kind, version }: DataDocument): void {
    void this.connection.sendNotification(documentKind, { uri, kind, version });
  }
}
