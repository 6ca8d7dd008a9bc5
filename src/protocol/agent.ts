import { NotificationType, RequestType, RequestType0 } from "vscode-jsonrpc";
import type { RunEvent } from "../core/run-events.js";
import type { StepName } from "../core/step-names.js";

/** Messages between an editor (or any other client) and the agent, JSON-RPC over stdio. */

/** Version of these messages: client and agent of different versions do not talk. */
export const PROTOCOL_VERSION = 1;

/** First message of a client. */
export const initialize = new RequestType<
  { readonly protocol: number; readonly workspace: string; readonly parent: number | null },
  { readonly protocol: number; readonly version: string },
  void
>("initialize");

/** How one step stands, in short. */
export interface StepStatus {
  readonly step: StepName;
  readonly state: "done" | "stale" | "partly" | "missing";
  /** Why it is stale; empty otherwise. */
  readonly why: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** How every step stands. */
export const pipelineStatus = new RequestType0<readonly StepStatus[], void>("pipeline/status");

/** Brings steps up to date; cancelling the request ends it at the next unit. One run at a time. */
export const pipelineRun = new RequestType<
  { readonly until?: StepName },
  {
    readonly ran: readonly StepName[];
    readonly skipped: readonly StepName[];
    readonly interrupted: StepName | null;
    readonly errors: number;
  },
  void
>("pipeline/run");

/** What happens while a run goes on. */
export const pipelineEvent = new NotificationType<RunEvent>("pipeline/event");

/** Ends the agent when its work at hand is on disk. */
export const shutdown = new RequestType0<null, void>("shutdown");

/** Codes of errors beyond those of JSON-RPC. */
export const AGENT_ERRORS = { wrongVersion: 1, notInitialized: 2, badInput: 3, missing: 4 } as const;
