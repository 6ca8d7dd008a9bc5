import { z } from "zod";
import { directionSchema } from "./records.js";

/** The published AlignX format (method.md): exactly these keys, in this order. */

export const ugcRowSchema = z.strictObject({
  prompt: z.string(),
  comment: z.string(),
  "Preference Direction": directionSchema,
});

export const pairRowSchema = z.strictObject({
  prompt: z.string(),
  chosen: z.string(),
  rejected: z.string(),
  "Preference Direction": directionSchema,
});

/** One line of `dataset/train.jsonl` or `dataset/test.jsonl`. */
export const alignxRowSchema = z.strictObject({
  prompt: z.string(),
  chosen: z.string(),
  rejected: z.string(),
  "Preference Direction": directionSchema,
  "Demographic Information": z.string(),
  "User-Generated Content": z.array(ugcRowSchema),
  "Pair-wise Comparative Feedback": z.array(pairRowSchema),
});
export type AlignxRow = z.infer<typeof alignxRowSchema>;

/** The published keys in their published order. */
export const ALIGNX_KEYS = Object.keys(alignxRowSchema.shape) as readonly (keyof AlignxRow)[];

/** The line of `*.lineage.jsonl` that belongs to a dataset line. */
export const lineageSchema = z.object({
  pair: z.string(),
  post: z.string(),
  chosen: z.string(),
  rejected: z.string(),
  ugc: z.array(z.object({ post: z.string(), response: z.string(), matches: z.number().int() })),
  pairs: z.array(
    z.object({
      pair: z.string(),
      post: z.string(),
      matchesChosen: z.number().int(),
      matchesRejected: z.number().int(),
    }),
  ),
  demographic: z.enum(["model", "template"]).nullable(),
  /** The raw record of the post. */
  origin: z.object({ file: z.string(), line: z.number().int() }),
});
export type Lineage = z.infer<typeof lineageSchema>;
