import { z } from "zod";
import type { DirectionValue, Level } from "./direction.js";

/** Record types of the workspace files (interface.md); the zod schemas are their single source. */

const isLevel = (value: unknown): value is Level => value === 1 || value === 2 || value === 3;
const isDirectionValue = (value: unknown): value is DirectionValue =>
  value === 0 || value === 0.5 || value === 1;
const isProbability = (value: unknown): value is number =>
  typeof value === "number" && value >= 0 && value <= 1;

/** `[1|2|3 x D]`; the length is checked against the space by the reader. */
export const levelsSchema = z.custom<Level[]>(
  (value) => Array.isArray(value) && value.every(isLevel),
  "expected a list of levels, each 1, 2 or 3",
);

/** `[0|0.5|1 x D]`. */
export const directionSchema = z.custom<DirectionValue[]>(
  (value) => Array.isArray(value) && value.every(isDirectionValue),
  "expected a list of 0, 0.5 or 1",
);

/** Probabilities of (1) first option, (2) second option, (3) cannot reflect. */
export type Answer = readonly [number, number, number];

/** `[[p1, p2, p3] x D]`. */
export const answersSchema = z.custom<Answer[]>(
  (value) =>
    Array.isArray(value) && value.every((p) => Array.isArray(p) && p.length === 3 && p.every(isProbability)),
  "expected a list of [p1, p2, p3], each from 0 to 1",
);

/** Where a record came from: a source file, relative to the workspace, and its line (1-based; for JSON arrays the entry's number). */
export const originSchema = z.object({ file: z.string(), line: z.number().int().positive() });
export type Origin = z.infer<typeof originSchema>;

export const responseSchema = z.object({
  id: z.string().min(1),
  text: z.string(),
  /** Ratings that the source carries, by name, unchanged. */
  ratings: z.record(z.string(), z.number()).optional(),
  /** Set where the user asked for it back from the drop ledger. */
  restored: z.literal(true).optional(),
  /** Set where the response's raw line is not its post's (sources joined from several files). */
  origin: originSchema.optional(),
});
export type Response = z.infer<typeof responseSchema>;

/** One post x with its responses Y. */
export const postSchema = z.object({
  id: z.string().min(1),
  /** Name of the source in the settings, which carries its licence. */
  source: z.string(),
  /** The prompt, earlier turns of its thread included. */
  text: z.string(),
  /** Length in UTF-16 units of the earlier turns at the start of `text`; absent without such turns. */
  contextLength: z.number().int().positive().optional(),
  /** Posts of one thread share text, so they are one unit for splits and contextual independence. Absent where the post stands alone. */
  thread: z.string().optional(),
  responses: z.array(responseSchema),
  /** Set where the user asked for it back from the drop ledger. */
  restored: z.literal(true).optional(),
  origin: originSchema,
});
export type Post = z.infer<typeof postSchema>;

export const annotationSchema = z.object({
  post: z.string(),
  response: z.string(),
  answers: answersSchema,
  /** Characters cut from post and response to fit the model's context; absent when nothing was cut. */
  cut: z.object({ post: z.number().int(), response: z.number().int() }).optional(),
});
export type Annotation = z.infer<typeof annotationSchema>;

export const leveledResponseSchema = z.object({
  post: z.string(),
  response: z.string(),
  levels: levelsSchema,
});
export type LeveledResponse = z.infer<typeof leveledResponseSchema>;

export const postClustersSchema = z.object({
  post: z.string(),
  /** Response ids; no cluster is empty. */
  clusters: z.array(z.array(z.string()).min(1)),
});
export type PostClusters = z.infer<typeof postClustersSchema>;

export const SPLITS = ["train", "test"] as const;
export type Split = (typeof SPLITS)[number];

export const postSplitSchema = z.object({
  post: z.string(),
  split: z.enum(SPLITS),
  /** Posts of one group share a thread or a text: they never serve each other's personas. */
  group: z.string(),
});
export type PostSplit = z.infer<typeof postSplitSchema>;

export const pairSchema = z.object({
  id: z.string(),
  post: z.string(),
  chosen: z.string(),
  rejected: z.string(),
  direction: directionSchema,
});
export type Pair = z.infer<typeof pairSchema>;

export const ugcItemSchema = z.object({
  post: z.string(),
  response: z.string(),
  /** Number of dimensions on which the response has the level of the chosen response. */
  matches: z.number().int(),
});
export type UgcItem = z.infer<typeof ugcItemSchema>;

export const pairItemSchema = z.object({
  pair: z.string(),
  matchesChosen: z.number().int(),
  matchesRejected: z.number().int(),
});
export type PairItem = z.infer<typeof pairItemSchema>;

export const demographicSchema = z.object({
  text: z.string().min(1),
  direction: directionSchema,
  /** How the text came about: written by the model, or from the direction's labels. */
  method: z.enum(["model", "template"]),
  /** Indexes of the dimensions where the text's direction is the opposite of the pair's. */
  contradicts: z.array(z.number().int()),
  likes: z.array(z.string()).optional(),
  dislikes: z.array(z.string()).optional(),
  reason: z.string().optional(),
  /** Answers of the model that were not usable before this one. */
  retries: z.number().int().optional(),
});
export type Demographic = z.infer<typeof demographicSchema>;

/** How far one bounded search looked, and what it found. */
export const searchReportSchema = z.object({
  /** Posts or pairs looked at. */
  probes: z.number().int(),
  /** Of those, more similar than the threshold. */
  similar: z.number().int(),
  /** Of those, consistent with the pair's direction. */
  consistent: z.number().int(),
  /** Items wanted (H) less items kept. */
  missing: z.number().int(),
});
export type SearchReport = z.infer<typeof searchReportSchema>;

export const personaSchema = z.object({
  pair: z.string(),
  ugc: z.array(ugcItemSchema),
  pairs: z.array(pairItemSchema),
  demographic: demographicSchema.nullable(),
  probes: z.object({ ugc: searchReportSchema, pairs: searchReportSchema }),
});
export type Persona = z.infer<typeof personaSchema>;

export const PERSONA_KINDS = ["ugc", "pairs", "demographic"] as const;
/** UGC, PAIR, DEMO. */
export type PersonaKind = (typeof PERSONA_KINDS)[number];

/** What `check` says of one persona's example; `export` follows it to the letter. */
export const verdictSchema = z.object({
  pair: z.string(),
  /** False: the example is not exported. */
  ok: z.boolean(),
  /** The persona components that are exported. */
  kinds: z.array(z.enum(PERSONA_KINDS)),
  /** Dimensions on which the pair and all exported components agree. */
  agreed: z.array(z.number().int()),
  /** The user asked for it back from the drop ledger. */
  restored: z.boolean().optional(),
});
export type Verdict = z.infer<typeof verdictSchema>;

/** One entry of a step's drop ledger, `STEP/drops.jsonl`. */
export const dropSchema = z.object({
  id: z.string(),
  rule: z.string(),
  stage: z.string(),
  reason: z.string(),
  record: z.unknown(),
  /** File and line of the record that was dropped, where there is one. */
  origin: originSchema.optional(),
});
export type Drop = z.infer<typeof dropSchema>;
