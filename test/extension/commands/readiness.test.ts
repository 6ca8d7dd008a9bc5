import { describe, expect, it } from "vitest";
import { STEP_NAMES, type StepName } from "../../../src/core/step-names.js";
import { obstacleTo } from "../../../src/extension/commands/readiness.js";
import type { StepStatus, WorkspaceStatus } from "../../../src/protocol/reader.js";

/** A workspace in which the first `done` steps are done, with sources and a model. */
function status(done: number, more: Partial<WorkspaceStatus> = {}): WorkspaceStatus {
  const steps = STEP_NAMES.map((step, i): StepStatus => ({
    ...{ step, state: i < done ? "done" : "missing", why: [], counts: {} },
    ...{ partly: null, startedAt: null, seconds: null },
  }));
  const model = { name: "small", present: true, bytes: 100 };
  return { steps, output: "/w/prefloom-out", sources: 1, model, heldBy: null, ...more };
}
const absent = { model: { name: "small", present: false, bytes: 100 } };

describe("what is in the way of a run", () => {
  it("is nothing where all is there", () => {
    expect(obstacleTo(STEP_NAMES, status(0))).toBeUndefined();
    for (const [i, step] of STEP_NAMES.entries()) expect(obstacleTo([step], status(i)), step).toBeUndefined();
  });

  it("is another run, before all else", () => {
    const held = status(0, { heldBy: "prefloom run", sources: 0 });
    expect(obstacleTo(STEP_NAMES, held)).toEqual({ kind: "held", by: "prefloom run" });
  });

  it("is that nothing is to be imported", () => {
    expect(obstacleTo(["import"], status(0, { sources: 0 }))).toEqual({ kind: "no-sources" });
    expect(obstacleTo(["levels"], status(2, { sources: 0 }))).toBeUndefined();
  });

  it.each([
    ["pair", 2, "levels"],
    ["export", 0, "import"],
    ["annotate", 0, "import"],
  ] satisfies [StepName, number, StepName][])("%s after %i steps: %s has not run", (step, done, missing) => {
    expect(obstacleTo([step], status(done))).toEqual({ kind: "missing-input", step, missing });
  });

  it("is a model that is not here, only where it is needed", () => {
    expect(obstacleTo(STEP_NAMES, status(0, absent))).toEqual({
      kind: "no-model",
      name: "small",
      bytes: 100,
    });
    expect(obstacleTo(["annotate"], status(1, absent))).toMatchObject({ kind: "no-model" });
    expect(obstacleTo(STEP_NAMES, status(2, absent))).toBeUndefined();
    expect(obstacleTo(["import"], status(0, absent))).toBeUndefined();
  });
});
