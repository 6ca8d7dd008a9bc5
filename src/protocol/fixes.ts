import { RequestType } from "vscode-jsonrpc";
import type { Range } from "./documents.js";

/** Quick fixes of findings in open documents: the reader computes the edits, the editor applies them as one. */

export const FIX_KINDS = [
  "drop-line",
  "rederive-direction",
  "nearest-values",
  "remove-item",
  "replace-pii",
  "swap-responses",
  "rename-field",
  "ignore",
] as const;
export type FixKind = (typeof FIX_KINDS)[number];

/** One way to deal with one finding. */
export interface Fix {
  readonly kind: FixKind;
  readonly rule: string;
  /** From 0. */
  readonly line: number;
  /** Where the finding is underlined from. */
  readonly character: number;
  /** Path of the field; null: the line as a whole. */
  readonly field: string | null;
  /** The new name of a field. */
  readonly name?: string;
  /** Findings of this rule in the whole document that the same kind of fix deals with. */
  readonly inFile: number;
}

/** Fixes of the findings that touch some lines (from 0, the last one included), the best of each finding first. */
export const fixesOffered = new RequestType<
  { readonly uri: string; readonly version: number; readonly from: number; readonly to: number },
  readonly Fix[],
  void
>("fixes/offered");

/** Edits of one file: an open document, or a file on the disk. */
export interface FileEdits {
  /** Absolute. */
  readonly path: string;
  /** The file is not there yet. */
  readonly isNew: boolean;
  readonly edits: readonly { readonly range: Range; readonly text: string }[];
}

/** The edits that a fix comes to; null where the document has changed or there is nothing to fix any more. */
export const fixEdits = new RequestType<
  { readonly uri: string; readonly version: number; readonly fix: Fix },
  readonly FileEdits[] | null,
  void
>("fixes/edits");

/** The edits that deal with every finding of a rule in a document. */
export const fixAllEdits = new RequestType<
  { readonly uri: string; readonly version: number; readonly rule: string; readonly kind: FixKind },
  { readonly files: readonly FileEdits[]; readonly fixed: number } | null,
  void
>("fixes/allEdits");

/** The rules of a document that can be fixed all at once, each by its best fix. */
export const fixableRules = new RequestType<
  { readonly uri: string; readonly version: number },
  readonly { readonly rule: string; readonly kind: FixKind; readonly count: number }[],
  void
>("fixes/rules");
