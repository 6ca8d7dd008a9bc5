import type { StepName } from "../../core/step-names.js";
import type { StepStatus, WorkspaceStatus } from "../../protocol/reader.js";

/** Why steps cannot run now. */
export type Obstacle =
  | { readonly kind: "held"; readonly by: string }
  | { readonly kind: "no-sources" }
  | { readonly kind: "missing-input"; readonly step: StepName; readonly missing: StepName }
  | { readonly kind: "no-model"; readonly name: string; readonly bytes: number | null };

/** Each step reads what those before it made, directly or not. */
function missingBefore(all: readonly StepStatus[], steps: readonly StepName[]): StepStatus | undefined {
  const first = all.findIndex(({ step }) => steps.includes(step));
  return all.slice(0, Math.max(0, first)).find(({ state }) => state === "missing");
}

/**
 * What is in the way of running steps, as far as the status tells; the agent has the last word.
 * @param steps in the order of the pipeline
 */
export function obstacleTo(steps: readonly StepName[], status: WorkspaceStatus): Obstacle | undefined {
  const { heldBy, model, sources } = status;
  if (heldBy !== null) return { kind: "held", by: heldBy };
  if (steps.includes("import") && sources === 0) return { kind: "no-sources" };
  const missing = missingBefore(status.steps, steps);
  if (missing) return { kind: "missing-input", step: steps[0]!, missing: missing.step };
  const annotate = status.steps.find(({ step }) => step === "annotate");
  const annotates = steps.includes("annotate") && annotate?.state !== "done";
  if (annotates && !model.present) return { kind: "no-model", name: model.name, bytes: model.bytes };
  return undefined;
}
