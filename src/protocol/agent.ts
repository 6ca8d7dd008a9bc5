import { NotificationType, RequestType, RequestType0 } from "vscode-jsonrpc";
import type { Progress, RunEvent } from "../core/run-events.js";
import type { StepName } from "../core/step-names.js";

/** Messages between an editor (or any other client) and the agent, JSON-RPC over stdio. The agent does what writes, runs a model or starts a program; what only reads is the reader's (`protocol/reader`). */

/** Version of these messages: client and agent of different versions do not talk. */
export const PROTOCOL_VERSION = 2;

/** First message of a client. `workspace` is the folder that holds `prefloom.json`, or in which one is to be made. */
export const initialize = new RequestType<
  { readonly protocol: number; readonly workspace: string; readonly parent: number | null },
  { readonly protocol: number; readonly version: string; readonly pid: number },
  void
>("initialize");

/** What to run: these steps, or every step up to `until`, or all of them. Steps that are up to date are passed over. */
export interface RunRequest {
  readonly steps?: readonly StepName[];
  readonly until?: StepName;
}

/** What a run came to. */
export interface RunResult {
  readonly ran: readonly StepName[];
  readonly skipped: readonly StepName[];
  readonly interrupted: {
    readonly step: StepName;
    readonly done: number;
    readonly total: number | null;
  } | null;
  /** Findings of severity error in what these steps made. */
  readonly errors: number;
}

/** Brings steps up to date; cancelling the request ends it at the next unit. One run at a time. */
export const pipelineRun = new RequestType<RunRequest, RunResult, void>("pipeline/run");

/** What happens while a run goes on. */
export const pipelineEvent = new NotificationType<RunEvent>("pipeline/event");

/** How far a job other than a run has come (a download, a probe); `job` is the method of its request. */
export interface JobProgress {
  readonly job: string;
  readonly message: string;
  /** What `done` and `total` count: `bytes`, `pairs`. */
  readonly units: string;
  readonly progress: Progress | null;
}

/** Progress of jobs. */
export const jobProgress = new NotificationType<JobProgress>("job/progress");

/** Makes the folder a workspace. @returns paths of the files that were written, relative to it, settings first */
export const workspaceInit = new RequestType<
  { readonly sample: boolean },
  { readonly files: readonly string[] },
  void
>("workspace/init");

/** Adds files to the sources of the settings. @returns paths of those that were not there before */
export const sourcesAdd = new RequestType<
  {
    readonly files: readonly string[];
    readonly format?: string;
    readonly name?: string;
    readonly licence?: string;
  },
  { readonly added: readonly string[] },
  void
>("sources/add");

/** Gets a model onto this machine, unless it is here already; tells its progress. */
export const modelGet = new RequestType<
  { readonly model: string },
  { readonly name: string; readonly path: string; readonly bytes: number | null },
  void
>("model/get");

/** Measures whether a model can annotate; tells its progress. */
export const modelProbe = new RequestType<
  { readonly model?: string },
  { readonly sentence: string; readonly detail: readonly string[] },
  void
>("model/probe");

/** What the agent's model runs on; null while none is loaded. */
export interface DeviceState {
  readonly model: string;
  /** `cpu`, `cuda`, `vulkan`, `metal`. */
  readonly backend: string;
  readonly gpuName: string | null;
  readonly gpuLayers: number | null;
  readonly totalLayers: number | null;
}

/** Sent when a model has been loaded or unloaded. */
export const deviceChanged = new NotificationType<{ readonly device: DeviceState | null }>("device/changed");

/** Asks a dropped record back; it returns at the next run. */
export const dropsRestore = new RequestType<
  { readonly id: string; readonly rule?: string },
  { readonly stage: string; readonly rule: string; readonly id: string },
  void
>("drops/restore");

/** Writes the report. @returns absolute paths */
export const reportWrite = new RequestType0<{ readonly html: string; readonly markdown: string }, void>(
  "report/write",
);

/** Ends the agent when its work at hand is on disk. */
export const shutdown = new RequestType0<null, void>("shutdown");

/** Codes of errors beyond those of JSON-RPC. */
export const AGENT_ERRORS = { wrongVersion: 1, notInitialized: 2, badInput: 3, missing: 4 } as const;
