import { NotificationType, RequestType, RequestType0 } from "vscode-jsonrpc";
import type { Finding } from "../core/finding.js";
import type { Progress, RunEvent, RunOutcome } from "../core/run-events.js";
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
export interface RunResult extends RunOutcome {
  /** What the check step found, where it was among the steps: the worst first, a few hundred at most. */
  readonly findings: readonly Finding[];
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

/** A file that was to be added to the sources. */
export interface AddedSource {
  readonly path: string;
  /** How it is read, and why so. */
  readonly format: string;
  readonly why: string;
  /** False: it was there before. */
  readonly isNew: boolean;
}

/** Adds files to the sources of the settings. A file that cannot be used adds none of them. */
export const sourcesAdd = new RequestType<
  {
    readonly files: readonly string[];
    readonly format?: string;
    readonly name?: string;
    readonly licence?: string;
  },
  { readonly files: readonly AddedSource[] },
  void
>("sources/add");

/** Gets a model onto this machine, unless it is here already; tells its progress. */
export const modelGet = new RequestType<
  { readonly model: string },
  { readonly name: string; readonly path: string; readonly bytes: number | null },
  void
>("model/get");

/** Writes a model's name into the settings, whose comments stay. */
export const modelUse = new RequestType<{ readonly model: string }, { readonly model: string }, void>(
  "model/use",
);

/** Measures whether a model can annotate; tells its progress. */
export const modelProbe = new RequestType<
  { readonly model?: string },
  { readonly sentence: string; readonly detail: readonly string[] },
  void
>("model/probe");

/** What a model can compute on beside the CPU, once its packages are here. */
export type BackendName = "cuda" | "cuda-ext" | "vulkan";

/** A fix that a button can carry out. A command is for people to see before it is run. */
export type MachineAction =
  | { readonly kind: "get-backend"; readonly backend: BackendName }
  | { readonly kind: "get-model"; readonly model: string }
  | { readonly kind: "command"; readonly command: string };

/** One thing that this machine has or lacks. */
export interface MachineCheck {
  readonly name: string;
  /** `missing`: needed and not there. `optional`: not there, and not needed. `warning`: works, but not as it could. */
  readonly state: "ok" | "missing" | "optional" | "warning";
  readonly found: string;
  /** Null where nothing has to be done. */
  readonly fix: string | null;
  readonly action?: MachineAction;
}

/** Looks at this machine; changes nothing. */
export const doctorExamine = new RequestType0<{ readonly checks: readonly MachineCheck[] }, void>(
  "doctor/examine",
);

/** What getting a GPU backend would mean, as a user must hear it before. */
export interface BackendOffer {
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly present: boolean;
  }[];
  /** To be downloaded; 0 where all is here. */
  readonly bytes: number;
  readonly unpackedBytes: number;
  readonly folder: string;
  /** Address of the registry. */
  readonly registry: string;
}

/** Tells what getting a GPU backend would mean; asks no server. */
export const backendOffer = new RequestType<{ readonly backend: BackendName }, BackendOffer, void>(
  "backend/offer",
);

/** Fetches a GPU backend from the package registry; tells its progress. Only ever sent on a user's word. */
export const backendGet = new RequestType<
  { readonly backend: BackendName },
  /** Whether a model can compute with it here, and what to do where it cannot. */
  { readonly works: boolean; readonly found: string; readonly fix: string | null },
  void
>("backend/get");

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

/** Ends the agent when its work at hand is on disk. No other request is answered by null. */
export const shutdown = new RequestType0<null, void>("shutdown");

/** Codes of errors beyond those of JSON-RPC; `interrupted`: a job other than a run was cancelled. */
export const AGENT_ERRORS = {
  ...{ wrongVersion: 1, notInitialized: 2, badInput: 3, missing: 4 },
  ...{ interrupted: 5 },
} as const;

/** What an error of the agent carries besides its message, for a client that offers the remedy as a button. */
export interface AgentErrorData {
  /** Rule of a bad input (`no-sources`, `missing-input`), `missing-` and what the machine lacks, `held` or `busy`. */
  readonly reason: string;
  /** The message without its fix. */
  readonly what: string;
}
