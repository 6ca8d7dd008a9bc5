import type { MessageConnection } from "vscode-jsonrpc/node";
import {
  documentChanged,
  documentClosed,
  documentKind,
  type DocumentKind,
  documentOpened,
} from "../../protocol/documents.js";
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
  readonly #listeners: DocumentListener[] = [];

  /** @param tellKind what the lines of a document are */
  constructor(
    private readonly connection: MessageConnection,
    private readonly tellKind: (document: DataDocument) => DocumentKind | null,
  ) {
    connection.onNotification(documentOpened, ({ uri, path, version, text }) => {
      const document = new DataDocument(uri, path, version, text);
      this.#documents.set(uri, document);
      this.#setKind(document);
      for (const listener of this.#listeners) listener.opened(document);
    });
    connection.onNotification(documentChanged, ({ uri, version, changes }) => {
      const document = this.#documents.get(uri);
      if (!document) return;
      const done = document.apply(version, changes);
      const isNew = this.#setKind(document);
      for (const listener of this.#listeners) {
        if (isNew) listener.opened(document);
        else listener.changed(document, done);
      }
    });
    connection.onNotification(documentClosed, ({ uri }) => {
      const document = this.#documents.get(uri);
      this.#documents.delete(uri);
      if (document) for (const listener of this.#listeners) listener.closed(document);
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
    return [...this.#documents.values()].find((document) => document.path === path);
  }

  get all(): readonly DataDocument[] {
    return [...this.#documents.values()];
  }

  /** @returns whether it became another one */
  #setKind(document: DataDocument): boolean {
    const kind = this.tellKind(document);
    const isNew = kind !== document.kind;
    document.kind = kind;
    if (isNew || document.version === 1) {
      const { uri, version } = document;
      void this.connection.sendNotification(documentKind, { uri, kind, version });
    }
    return isNew;
  }
}
