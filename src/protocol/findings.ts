import { NotificationType, RequestType, RequestType0 } from "vscode-jsonrpc";
import type { Finding, Severity } from "../core/finding.js";
import type { Progress } from "../core/run-events.js";

/**
 * All findings that the editor knows, kept by the reader: of open documents as they are edited, of files that were
 * validated on command, and of the check step. Paths are absolute here. The Problems panel shows a part of them, the
 * Findings tree all.
 */

export type FindingGrouping = "rule" | "file";

/** One group of findings. */
export interface FindingGroup {
  /** Rule id, or absolute path. */
  readonly key: string;
  /** The worst in it. */
  readonly severity: Severity;
  readonly count: number;
}

/** Counts of all findings, and their groups: errors first, most frequent first. */
export const findingGroups = new RequestType<
  { readonly by: FindingGrouping },
  {
    readonly total: number;
    readonly bySeverity: Readonly<Record<Severity, number>>;
    readonly groups: readonly FindingGroup[];
  },
  void
>("findings/groups");

/** Some findings of a group, by file and line. */
export const findingPage = new RequestType<
  {
    readonly by: FindingGrouping;
    readonly key: string;
    readonly offset: number;
    readonly limit: number;
  },
  readonly Finding[],
  void
>("findings/page");

/** The findings have changed. */
export const findingsChanged = new NotificationType<null>("findings/changed");

/** What a validation came to; more is in the groups. */
export interface ValidationResult {
  readonly files: readonly {
    /** Absolute path. */
    readonly file: string;
    readonly rows: number;
    readonly findings: Readonly<Record<Severity, number>>;
    /** Findings that `prefloom-ignore.jsonl` takes out. */
    readonly ignored: number;
    /** Why it could not be read, or not to its end. */
    readonly error: string | null;
    /** The first ones, worst first: as many as the Problems panel takes of one file. */
    readonly shown: readonly Finding[];
  }[];
  readonly rows: number;
  readonly seconds: number;
  readonly interrupted: boolean;
}

/**
 * Checks files as `prefloom validate` does, with the files that belong together in one request (leaks between splits).
 * Without files: the data set of the workspace and what the check step found. Cancelling the request ends it between two
 * rows.
 */
export const findingsValidate = new RequestType<
  { readonly workspace: string | null; readonly files: readonly string[] },
  ValidationResult,
  void
>("findings/validate");

/** How far a validation has come. */
export const validateProgress = new NotificationType<{
  readonly file: string;
  readonly rows: number;
  /** Of bytes. */
  readonly progress: Progress;
}>("findings/progress");

/** Forgets findings of files that are neither open nor validated any more. */
export const findingsClear = new RequestType0<null, void>("findings/clear");
