import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../../src/core/run-events.js";
import {
  endRecord,
  keptRecords,
  recordEvent,
  type RunRecord,
} from "../../../src/extension/runs/run-record.js";

const BEGUN: RunRecord = {
  ...{ id: "1", workspace: "/w", request: {}, startedAt: "2026-01-01T00:00:00Z", seconds: null },
  ...{ outcome: "running", steps: [], errors: 0, message: null },
};
const after = (...events: readonly RunEvent[]): RunRecord => events.reduce(recordEvent, BEGUN);

const STARTED: RunEvent = {
  ...{ type: "step-started", step: "annotate", doing: "annotating responses", resumedAt: 3, repaired: {} },
};
const PROGRESS: RunEvent = {
  ...{ type: "progress", step: "annotate", units: "responses", done: 12, total: 188 },
  ...{ rate: 1, secondsLeft: 176, tokensPerSecond: 20 },
};

describe("a run as its events tell it", () => {
  it("follows a step from its start to its end", () => {
    expect(after({ type: "step-skipped", step: "import", why: "nothing changed" }, STARTED).steps).toEqual([
      { step: "import", state: "skipped", done: 0, total: null, counts: {}, seconds: null },
      { step: "annotate", state: "running", done: 3, total: null, counts: {}, seconds: null },
    ]);
    const done: RunEvent = { type: "step-done", step: "annotate", counts: { responses: 188 }, seconds: 9 };
    expect(after(STARTED, PROGRESS, done).steps).toEqual([
      { step: "annotate", state: "done", done: 12, total: 188, counts: { responses: 188 }, seconds: 9 },
    ]);
  });

  it("is not misled by progress of a step that does not run, such as that of a probe before it", () => {
    expect(after(PROGRESS)).toBe(BEGUN);
  });

  it("keeps how far a step came that was stopped or failed", () => {
    const stopped = after(STARTED, { type: "step-interrupted", step: "annotate", done: 14, total: 188 });
    expect(stopped.steps[0]).toMatchObject({ state: "stopped", done: 14, total: 188 });
    const end = { outcome: "failed", seconds: 4, message: "no memory", errors: 0 } as const;
    expect(endRecord(after(STARTED, PROGRESS), end)).toMatchObject({
      ...{ outcome: "failed", message: "no memory", seconds: 4 },
      steps: [{ state: "failed", done: 12, total: 188 }],
    });
  });
});

describe("runs that were kept", () => {
  it("were interrupted where the window closed over them", () => {
    const [first, second] = keptRecords([after(STARTED, PROGRESS), { ...BEGUN, outcome: "done" }], 50);
    expect(first).toMatchObject({ outcome: "interrupted", steps: [{ state: "stopped", done: 12 }] });
    expect(second).toMatchObject({ outcome: "done" });
  });

  it("are as many as are wanted, and none where there is something else", () => {
    expect(keptRecords([BEGUN, BEGUN, BEGUN], 2)).toHaveLength(2);
    expect(keptRecords(undefined, 2)).toEqual([]);
    expect(keptRecords({ 0: BEGUN }, 2)).toEqual([]);
  });
});
