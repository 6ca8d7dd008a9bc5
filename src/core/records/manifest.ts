import { z } from "zod";

/** `STEP/manifest.json`: what a finished step was made from and what came out. */
export const manifestSchema = z.object({
  step: z.string(),
  status: z.literal("done"),
  /** SHA-256 by input file. */
  inputs: z.record(z.string(), z.string()),
  /** Output files with their content. */
  outputs: z.record(
    z.string(),
    z.object({ sha256: z.string(), bytes: z.number(), records: z.number().int().optional() }),
  ),
  settings: z.record(z.string(), z.unknown()),
  /** Of settings, seed, space, model and version of the step: all that decides the output besides the inputs. */
  settingsHash: z.string(),
  model: z
    .object({ name: z.string(), sha256: z.string(), bytes: z.number(), probe: z.unknown().optional() })
    .optional(),
  /** Null where the seed does not change the output. */
  seed: z.number().nullable(),
  /** Ids that the user asked back from the ledger, `rule id`. */
  restored: z.array(z.string()).optional(),
  counts: z.record(z.string(), z.number()),
  /** Version of the step, of Prefloom and of what it ran on. */
  versions: z.record(z.string(), z.union([z.string(), z.number()])),
  startedAt: z.string(),
  seconds: z.number(),
  /** Tokens that the model evaluated; depends on what was cached. */
  tokens: z.number().optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;
