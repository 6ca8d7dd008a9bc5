import { RequestType } from "vscode-jsonrpc";
import type { StepName } from "../core/step-names.js";

/**
 * Messages between the extension and its reader, a worker thread that only reads: it serves every workspace folder, needs
 * no trust and loads no model. Families of messages have files of their own: `records` (trees), `documents` (language
 * features).
 */

/** A workspace is named by its folder, an absolute path. */
export interface InWorkspace {
  readonly workspace: string;
}

/** How one step stands, in short. */
export interface StepStatus {
  readonly step: StepName;
  readonly state: "done" | "stale" | "partly" | "missing";
  /** Why it is stale; empty otherwise. */
  readonly why: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** Units that are done of those that there are, where the step is partly done. */
  readonly partly: { readonly done: number; readonly total: number | null } | null;
  /** When its last full run began (ISO 8601) and how long it took; null where there was none. */
  readonly startedAt: string | null;
  readonly seconds: number | null;
}

/** How a workspace stands as a whole. */
export interface WorkspaceStatus {
  readonly steps: readonly StepStatus[];
  /** Absolute path of the output folder. */
  readonly output: string;
  /** Files that the sources stand for. */
  readonly sources: number;
  readonly model: { readonly name: string; readonly present: boolean; readonly bytes: number | null };
  /** Who runs in it now, this editor's agent included; null: nobody. */
  readonly heldBy: string | null;
}

/** How a workspace stands. */
export const workspaceStatus = new RequestType<InWorkspace, WorkspaceStatus, void>("workspace/status");

/** Codes of errors beyond those of JSON-RPC. */
export const READER_ERRORS = { badInput: 3, missing: 4 } as const;
