/** The steps of the pipeline, in order; commands, folders and palette entries go by these names. */
export const STEP_NAMES = [
  "import",
  "annotate",
  "levels",
  "cluster",
  "pair",
  "persona",
  "check",
  "export",
] as const;
export type StepName = (typeof STEP_NAMES)[number];
