import type { StepName } from "./step-names.js";

/** What happens while steps run. Terminal, agent and editor all show these; they are what `--json` prints line by line. */
export type RunEvent =
  | {
      readonly type: "step-started";
      readonly step: StepName;
      /** “annotating responses” */
      readonly doing: string;
      /** Units that an earlier run has finished. */
      readonly resumedAt: number;
      /** Bytes of unfinished units that were cut off, by file. */
      readonly repaired: Readonly<Record<string, number>>;
    }
  | ({ readonly type: "progress"; readonly step: StepName; readonly units: string } & Progress)
  | { readonly type: "log"; readonly step: StepName | null; readonly message: string }
  | { readonly type: "step-skipped"; readonly step: StepName; readonly why: string }
  | {
      readonly type: "step-done";
      readonly step: StepName;
      readonly counts: Readonly<Record<string, number>>;
      readonly seconds: number;
    }
  | {
      readonly type: "step-interrupted";
      readonly step: StepName;
      readonly done: number;
      readonly total: number | null;
    };

/** How far some work has come. */
export interface Progress {
  readonly done: number;
  /** Null while it is not known. */
  readonly total: number | null;
  /** Units a second, lately. */
  readonly rate: number;
  /** Null while it cannot be told. */
  readonly secondsLeft: number | null;
  /** Where a model runs. */
  readonly tokensPerSecond: number | null;
}

export type OnEvent = (event: RunEvent) => void;

/** What a run came to. */
export interface RunOutcome {
  /** Steps that ran to their end. */
  readonly ran: readonly StepName[];
  /** Steps that were up to date. */
  readonly skipped: readonly StepName[];
  /** The step that was interrupted, with how far it came. */
  readonly interrupted: {
    readonly step: StepName;
    readonly done: number;
    readonly total: number | null;
  } | null;
  /** Findings of severity error in what these steps made. */
  readonly errors: number;
}
