import type { RunEvent } from "../../core/run-events.js";
import type { StepName } from "../../core/step-names.js";
import type { RunRequest } from "../../protocol/agent.js";

/** How a step of a run stands, or ended. */
export interface RunStep {
  readonly step: StepName;
  readonly state: "running" | "done" | "skipped" | "stopped" | "failed";
  readonly done: number;
  readonly total: number | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly seconds: number | null;
}

/** A run that was started from the editor. `interrupted`: the window closed over it. */
export interface RunRecord {
  readonly id: string;
  /** Folder of the workspace. */
  readonly workspace: string;
  readonly request: RunRequest;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Null while it goes on, and for one that was interrupted. */
  readonly seconds: number | null;
  readonly outcome: "running" | "done" | "stopped" | "failed" | "interrupted";
  readonly steps: readonly RunStep[];
  /** Findings of severity error in what the steps made. */
  readonly errors: number;
  /** Why it failed; null otherwise. */
  readonly message: string | null;
}

/** Puts a step in the place of what was known of it, else at the end. */
function withStep(record: RunRecord, step: RunStep): RunRecord {
  const known = record.steps.some((one) => one.step === step.step);
  const steps = known
    ? record.steps.map((one) => (one.step === step.step ? step : one))
    : [...record.steps, step];
  return { ...record, steps };
}

/** A run after one more event. */
export function recordEvent(record: RunRecord, event: RunEvent): RunRecord {
  switch (event.type) {
    case "step-started":
      return withStep(record, {
        ...{ step: event.step, state: "running", done: event.resumedAt, total: null },
        ...{ counts: {}, seconds: null },
      });
    case "step-skipped":
      return withStep(record, {
        ...{ step: event.step, state: "skipped", done: 0, total: null },
        ...{ counts: {}, seconds: null },
      });
    case "step-done": {
      const before = record.steps.find(({ step }) => step === event.step);
      return withStep(record, {
        ...{ step: event.step, state: "done", done: before?.done ?? 0, total: before?.total ?? null },
        ...{ counts: event.counts, seconds: event.seconds },
      });
    }
    case "step-interrupted":
      return withStep(record, {
        ...{ step: event.step, state: "stopped", done: event.done, total: event.total },
        ...{ counts: {}, seconds: null },
      });
    case "progress": {
      const running = record.steps.find(({ step, state }) => step === event.step && state === "running");
      return running ? withStep(record, { ...running, done: event.done, total: event.total }) : record;
    }
    case "log":
      return record;
  }
}

/** A run at its end; a step that was under way has ended with it. */
export function endRecord(
  record: RunRecord,
  end: Pick<RunRecord, "outcome" | "seconds" | "message" | "errors">,
): RunRecord {
  const state = end.outcome === "failed" ? "failed" : "stopped";
  const steps = record.steps.map((step) => (step.state === "running" ? ({ ...step, state } as const) : step));
  return { ...record, ...end, steps };
}

/** Runs as they were kept, newest first: what was under way when the window closed has been interrupted. */
export function keptRecords(value: unknown, most: number): readonly RunRecord[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly RunRecord[])
    .slice(0, most)
    .map((record) =>
      record.outcome === "running"
        ? endRecord(record, { outcome: "interrupted", seconds: null, message: null, errors: record.errors })
        : record,
    );
}
