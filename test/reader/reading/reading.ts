import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataDocument } from "../../../src/reader/documents/data-document.js";
import { type LineContext, LineContexts } from "../../../src/reader/reading/line-context.js";
import { IndexedWorkspaces } from "../../../src/reader/records/indexed-files.js";

/** Lines of files as the reader sees them when the editor has them open. */
export class OpenFiles {
  readonly #documents = new Map<string, DataDocument>();
  readonly #contexts = new LineContexts(
    (uri) => this.#documents.get(uri),
    new IndexedWorkspaces(),
    () => Promise.resolve(null),
  );

  /** Opens a text as the document of a path. */
  put(path: string, text: string): DataDocument {
    const document = new DataDocument(path, path, 1, text);
    this.#documents.set(path, document);
    return document;
  }

  /** Opens a file of the disk. */
  async open(path: string): Promise<DataDocument> {
    return this.#documents.get(path) ?? this.put(path, await readFile(path, "utf8"));
  }

  /** A line, from 0. */
  async line(path: string, line: number): Promise<LineContext> {
    await this.open(path);
    const context = await this.#contexts.of({ uri: path, path, line });
    if (!context) throw new Error(`${path} has no line ${line}`);
    return context;
  }
}

/** Where a text stands in a line; within it, not before it. */
export function at({ text }: LineContext, sought: string, from = 0): number {
  const found = text.indexOf(sought, from);
  if (found < 0) throw new Error(`the line has no ${sought}`);
  return found + 1;
}

/** Records of an output file. */
export async function recordsOf(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const text = await readFile(path, "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

/** A file of a workspace's output. */
export const outputFile = (folder: string, path: string): string => join(folder, "prefloom-out", path);
