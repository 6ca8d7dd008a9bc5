import type { StepName } from "../core/step-names.js";

/** Ids that `package.json` contributes; a house test compares the two. */

/** Commands by what they do. */
export const COMMANDS = {
  init: "prefloom.init",
  import: "prefloom.import",
  annotate: "prefloom.annotate",
  levels: "prefloom.levels",
  cluster: "prefloom.cluster",
  pair: "prefloom.pair",
  persona: "prefloom.persona",
  check: "prefloom.check",
  export: "prefloom.export",
  run: "prefloom.run",
  runUntil: "prefloom.runUntil",
  stop: "prefloom.stop",
  status: "prefloom.status",
  report: "prefloom.report",
  explain: "prefloom.explain",
  drops: "prefloom.drops",
  restoreDrop: "prefloom.restoreDrop",
  validateFile: "prefloom.validateFile",
  validateWorkspace: "prefloom.validateWorkspace",
  modelList: "prefloom.modelList",
  modelGet: "prefloom.modelGet",
  /** As `modelGet`, for the view's button, which is given the row with the focus. */
  modelGetAny: "prefloom.modelGetAny",
  modelUse: "prefloom.modelUse",
  modelProbe: "prefloom.modelProbe",
  doctor: "prefloom.doctor",
  openSettings: "prefloom.openSettings",
  openWalkthrough: "prefloom.openWalkthrough",
  showLog: "prefloom.showLog",
  restartAgent: "prefloom.restartAgent",
  goTo: "prefloom.goTo",
  preview: "prefloom.preview",
  formatLine: "prefloom.formatLine",
  fixAllOfRule: "prefloom.fixAllOfRule",
  openRule: "prefloom.openRule",
  openBigFile: "prefloom.openBigFile",
  previousPage: "prefloom.previousPage",
  nextPage: "prefloom.nextPage",
  goToFileLine: "prefloom.goToFileLine",
  refresh: "prefloom.refresh",
  groupFindingsByRule: "prefloom.groupFindingsByRule",
  groupFindingsByFile: "prefloom.groupFindingsByFile",
} as const;

/** The command of each step. */
export const STEP_COMMANDS = {
  import: COMMANDS.import,
  annotate: COMMANDS.annotate,
  levels: COMMANDS.levels,
  cluster: COMMANDS.cluster,
  pair: COMMANDS.pair,
  persona: COMMANDS.persona,
  check: COMMANDS.check,
  export: COMMANDS.export,
} as const satisfies Record<StepName, string>;

/** Trees of the activity-bar container. */
export const VIEWS = {
  pipeline: "prefloom.pipeline",
  dataset: "prefloom.dataset",
  findings: "prefloom.findings",
  drops: "prefloom.drops",
  models: "prefloom.models",
  runs: "prefloom.runs",
} as const;

/** The activity-bar container. */
export const CONTAINER = "prefloom";

/** Keys of `when` clauses. */
export const CONTEXT_KEYS = {
  /** A folder of this window is a Prefloom workspace. */
  hasWorkspace: "prefloom.hasWorkspace",
  /** A run goes on. */
  running: "prefloom.running",
  /** The active editor shows data that Prefloom knows. */
  isDataset: "prefloom.isDataset",
  findingsGrouping: "prefloom.findingsGrouping",
} as const;

/** Settings of the editor; those of a workspace are in `prefloom.json`. */
export const SETTINGS = {
  modelsFolder: "prefloom.modelsFolder",
  gpuLayers: "prefloom.gpuLayers",
  python: "prefloom.python",
  modelIdleMinutes: "prefloom.modelIdleMinutes",
  checkAsYouType: "prefloom.checkAsYouType",
} as const;

/** Type of tasks. */
export const TASK_TYPE = "prefloom";

/** The walkthrough of Get Started. */
export const WALKTHROUGH = "prefloom.prefloom#getStarted";
