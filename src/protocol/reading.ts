import { NotificationType, RequestType } from "vscode-jsonrpc";
import type { DocumentKind, Range } from "./documents.js";

/** What the editor shows of a line of data that is not a finding: hovers, lenses, links, outlines, readable forms, pages. */

/** A line of a data file: of an open document, or, where `uri` is null, of the file on the disk. */
export interface LinePlace {
  readonly uri: string | null;
  /** Absolute. */
  readonly path: string;
  /** From 0. */
  readonly line: number;
}

/** A place in a line, in UTF-16 units. */
export interface CharacterPlace extends LinePlace {
  readonly character: number;
}

/** Markdown in which whatever comes from data is escaped; its only links are those to files. */
export interface HoverText {
  readonly markdown: string;
  /** Characters of the line that it is about. */
  readonly from: number;
  readonly to: number;
}

/** What is known of the place under the pointer; null: nothing. */
export const readingHover = new RequestType<CharacterPlace, HoverText | null, void>("reading/hover");

/** What a row of a data set is, in short. */
export interface RowSummary {
  readonly line: number;
  /** Items of the persona; null where the row is plain preference data. */
  readonly persona: { readonly ugc: number; readonly pairs: number; readonly demographic: boolean } | null;
  /** The criterion, or null where the row has no direction. */
  readonly consistent: boolean | null;
  /** Why it is not consistent, or what else is wrong with the row; null: nothing. */
  readonly problem: string | null;
  /** Estimate. */
  readonly tokens: number;
}

/** Rows by their lines; lines that hold no row are left out. */
export const readingSummaries = new RequestType<
  { readonly uri: string | null; readonly path: string; readonly lines: readonly number[] },
  readonly RowSummary[],
  void
>("reading/summaries");

/** A place in a file. */
export interface FilePlace {
  readonly path: string;
  readonly line: number;
  readonly character: number;
}

/** Where what stands at a place comes from, nearest first. */
export const readingDefinition = new RequestType<
  CharacterPlace,
  { readonly from: number; readonly to: number; readonly places: readonly FilePlace[] } | null,
  void
>("reading/definition");

/** Most places that a search for references gives. */
export const MOST_REFERENCES = 1000;

/** Where the id at a place stands in the output files; cancelling ends the search. */
export const readingReferences = new RequestType<
  CharacterPlace,
  { readonly places: readonly FilePlace[]; readonly more: boolean },
  void
>("reading/references");

/** A line, or a range of lines, in the outline. */
export interface LineSymbol {
  readonly name: string;
  readonly detail: string;
  readonly range: Range;
}

export const readingSymbols = new RequestType<{ readonly uri: string }, readonly LineSymbol[], void>(
  "reading/symbols",
);

/** A line as YAML; null where it is empty or gone. */
export const readingFormat = new RequestType<LinePlace, string | null, void>("reading/format");

/** An example in Markdown; null where the line holds none. */
export const readingPreview = new RequestType<LinePlace, string | null, void>("reading/preview");

/** Something in `prefloom.json` that its schema cannot see. */
export interface SettingsProblem {
  readonly range: Range;
  readonly rule: string;
  readonly message: string;
  readonly severity: "error" | "warning";
}

/** Checks the text of a `prefloom.json` in the editor against what it names: files, the model, the space. */
export const readingSettings = new RequestType<
  { readonly path: string; readonly text: string },
  readonly SettingsProblem[],
  void
>("reading/settings");

/** Lines of a page. */
export const PAGE_LINES = 200;
/** The editor draws no more of a line. */
export const PAGE_COLUMNS = 10_000;

/** A page of a file that the editor does not show to extensions. */
export interface FilePage {
  /** From 0. */
  readonly page: number;
  readonly lines: readonly string[];
  /** Whether the file goes on after it. */
  readonly more: boolean;
  readonly kind: DocumentKind | null;
}

/** How far a file is known. */
export interface FileExtent {
  readonly path: string;
  /** Stays the same while the file only grows. */
  readonly identity: string;
  readonly bytes: number;
  /** Bytes whose lines are counted. */
  readonly counted: number;
  /** Lines in them. */
  readonly lines: number;
  readonly done: boolean;
}

/** A page; null where the file ends before it, or is not counted so far. Counting goes on in the background. */
export const readingPage = new RequestType<
  { readonly path: string; readonly page: number },
  { readonly page: FilePage | null; readonly extent: FileExtent },
  void
>("reading/page");

/** A file has been counted further. */
export const fileCounted = new NotificationType<FileExtent>("reading/counted");

/** Nobody looks at the pages of a file any more. */
export const filePagesClosed = new NotificationType<{ readonly path: string }>("reading/pagesClosed");
