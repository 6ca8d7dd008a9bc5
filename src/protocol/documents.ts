import { NotificationType } from "vscode-jsonrpc";
import type { Finding } from "../core/finding.js";

/** Documents that are open in the editor, told to the reader as they change; positions are 0-based, in UTF-16 units. */

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** What the lines of a data file are, told by content and by path. */
export const DOCUMENT_KINDS = [
  "alignx",
  "benchmark",
  "preference",
  "lineage",
  "posts",
  "annotations",
  "levels",
  "clusters",
  "pairs",
  "splits",
  "personas",
  "verdicts",
  "findings",
  "drops",
  "source",
] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** A document is open; its text is that of the editor, not of the disk. */
export const documentOpened = new NotificationType<{
  readonly uri: string;
  readonly path: string;
  readonly version: number;
  readonly text: string;
}>("document/opened");

/** Edits of one version, in the order in which the editor tells them (each in the coordinates before the event, last first). */
export const documentChanged = new NotificationType<{
  readonly uri: string;
  readonly version: number;
  readonly changes: readonly { readonly range: Range; readonly text: string }[];
}>("document/changed");

export const documentClosed = new NotificationType<{ readonly uri: string }>("document/closed");

/** What a document is has been told, or has changed; null: nothing that Prefloom knows. */
export const documentKind = new NotificationType<{
  readonly uri: string;
  readonly kind: DocumentKind | null;
  readonly version: number;
}>("document/kind");

/** A finding at its place in a document. */
export interface PlacedFinding extends Finding {
  readonly range: Range;
}

/** The findings of an open document, worst first, capped at what the editor shows of one file. */
export const documentFindings = new NotificationType<{
  readonly uri: string;
  readonly version: number;
  /** Null: those that were told last. */
  readonly findings: readonly PlacedFinding[] | null;
  /** How many there are. */
  readonly total: number;
}>("document/findings");

/** Whether open documents are checked as they are edited; they are until this is told. */
export const documentsCheck = new NotificationType<{ readonly asYouType: boolean }>("documents/check");
