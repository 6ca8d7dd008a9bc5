import { z } from "zod";

export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One result of a rule; the Problems panel, the command line and the export gate all show this record. */
export const findingSchema = z.object({
  rule: z.string(),
  severity: z.enum(SEVERITIES),
  /** What is wrong and what to do about it, with dimensions and values in words. */
  message: z.string(),
  /** Path relative to the workspace (or as given on the command line), with `/`. */
  file: z.string(),
  /** 1-based. */
  line: z.number().int().positive().optional(),
  /** Path of the field within the line, such as `User-Generated Content[2].comment`. */
  field: z.string().optional(),
  /** Id of the record the finding is about. */
  id: z.string().optional(),
  /** Another place that belongs to it: the first of two duplicates, the other side of a leak. */
  related: z.object({ file: z.string(), line: z.number().int().positive() }).optional(),
});
export type Finding = z.infer<typeof findingSchema>;
