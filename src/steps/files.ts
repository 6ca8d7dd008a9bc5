import {
  annotationSchema,
  leveledResponseSchema,
  pairSchema,
  personaSchema,
  postClustersSchema,
  postSchema,
  postSplitSchema,
  verdictSchema,
} from "../core/records/records.js";
import { findingSchema } from "../core/finding.js";
import type { RecordFile } from "./step.js";

/** The record files of a workspace (interface.md), with the type of their lines. */
const file = <T>(path: string, schema: RecordFile<T>["schema"]): RecordFile<T> => ({ path, schema });

export const POSTS = file("import/posts.jsonl", postSchema);
export const ANNOTATIONS = file("annotate/annotations.jsonl", annotationSchema);
/** Answers for an empty comment, one JSON object: what `contextual` divides by. */
export const BASELINE_PATH = "annotate/baseline.json";
export const LEVELS = file("levels/levels.jsonl", leveledResponseSchema);
export const LEVEL_SUMMARY_PATH = "levels/summary.json";
export const CLUSTERS = file("cluster/clusters.jsonl", postClustersSchema);
export const PAIRS = file("pair/pairs.jsonl", pairSchema);
export const SPLITS_FILE = file("pair/splits.jsonl", postSplitSchema);
export const PERSONAS = file("persona/personas.jsonl", personaSchema);
export const FINDINGS = file("check/findings.jsonl", findingSchema);
export const VERDICTS = file("check/verdicts.jsonl", verdictSchema);
