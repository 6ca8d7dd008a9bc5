import type { CancellationToken, Range as EditorRange, TextDocument } from "vscode";
import { Range, Uri } from "vscode";
import type { RequestParam, RequestType } from "vscode-jsonrpc/node";
import type { DocumentKind } from "../../protocol/documents.js";
import { type FilePlace, type LinePlace, PAGE_LINES } from "../../protocol/reading.js";
import type { Editor } from "../editor.js";
import { DATA_DOCUMENTS } from "./document-sync.js";

/** Scheme of pages of files that the editor does not show to extensions. */
export const PAGE_SCHEME = "prefloom-page";

/** Documents whose lines can be asked about: open data files, and pages of large ones. */
export const READABLE_DOCUMENTS = [...DATA_DOCUMENTS, { scheme: PAGE_SCHEME }];

/** What a page shows. */
export interface PageAddress {
  /** Absolute path of the file. */
  readonly path: string;
  /** From 0. */
  readonly page: number;
}

/** The address of a page as the tab shows it. */
export function pageUri({ path, page }: PageAddress): Uri {
  const file = Uri.file(path);
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  const first = page * PAGE_LINES + 1;
  const title = `${first}–${first + PAGE_LINES - 1} ${name}`;
  return Uri.joinPath(file, "..", title).with({ scheme: PAGE_SCHEME, query: JSON.stringify([path, page]) });
}

/** Null for what is no page. */
export function pageOf({ scheme, query }: Uri): PageAddress | null {
  if (scheme !== PAGE_SCHEME) return null;
  const [path, page] = JSON.parse(query) as [string, number];
  return { path, page };
}

/** A line of a document as the reader knows it. */
export function placeOf({ uri }: Pick<TextDocument, "uri">, line: number): LinePlace {
  const page = pageOf(uri);
  return page
    ? { uri: null, path: page.path, line: page.page * PAGE_LINES + line }
    : { uri: uri.toString(), path: uri.fsPath, line };
}

/** Characters of a line, as far as the document has them. */
export function rangeIn(document: TextDocument, line: number, from: number, to: number): EditorRange {
  return document.validateRange(new Range(line, from, line, to));
}

/** A place of a file for the editor. */
export function locationOf({ path, line, character }: FilePlace): {
  readonly uri: Uri;
  readonly range: EditorRange;
} {
  return { uri: Uri.file(path), range: new Range(line, character, line, character) };
}

/** What the lines of a document or page are; null: nothing that Prefloom knows, undefined: that has not been told yet. */
export type KindOf = (document: TextDocument) => DocumentKind | null | undefined;

/** Asks the reader; what fails is logged and answered by nothing, since nobody has asked for it by a command. */
export async function askReader<P, R>(
  { reader, log }: Pick<Editor, "reader" | "log">,
  type: RequestType<P, R, void>,
  params: RequestParam<P>,
  token?: CancellationToken,
): Promise<R | undefined> {
  try {
    return await reader.connection().sendRequest(type, params, token);
  } catch (error) {
    if (!token?.isCancellationRequested) log.warn(`${type.method}: ${String(error)}`);
    return undefined;
  }
}

/** Kinds whose lines are examples. */
export const EXAMPLE_KINDS: readonly DocumentKind[] = ["alignx", "benchmark", "preference"];
