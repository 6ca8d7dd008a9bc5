import { annotateStep } from "./annotate.js";
import { checkStep } from "./check.js";
import { clusterStep } from "./cluster.js";
import { exportStep } from "./export.js";
import { importStep } from "./import.js";
import { levelsStep } from "./levels.js";
import { pairStep } from "./pair.js";
import { personaStep } from "./persona.js";
import type { StepName } from "../core/step-names.js";
import type { Step } from "./step.js";

/** The steps of the pipeline in the order in which they run. A new step is added here and to `STEP_NAMES`. */
export const STEPS = [
  importStep,
  annotateStep,
  levelsStep,
  clusterStep,
  pairStep,
  personaStep,
  checkStep,
  exportStep,
] as readonly Step[];

/** A step by its name. */
export function stepNamed(name: StepName): Step {
  return STEPS.find((step) => step.name === name)!;
}
