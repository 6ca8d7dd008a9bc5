import { z } from "zod";
import pairs from "./probe-pairs.json" with { type: "json" };

/**
 * The built-in set of `prefloom model probe`: pairs of comments whose order on one dimension is known, so that a model
 * that can annotate ranks `high` above `low`. Direction is meant to be inferred: dimension names hardly ever appear, and
 * neither length nor, in `balanced` pairs, cheerfulness or the order of likes and dislikes tells the sides apart.
 */

/**
 * `balanced`: both comments carry the same tone and politeness and, where possible, a like and a dislike, so that "likes
 * everything" earns nothing. `free`: the tone may go along with the trait.
 */
export const PROBE_VALENCES = ["balanced", "free"] as const;
export type ProbeValence = (typeof PROBE_VALENCES)[number];

/** `tune` is for choosing wordings, `report` for the figure that is published; the two share no scenario. */
export const PROBE_HALVES = ["tune", "report"] as const;
export type ProbeHalf = (typeof PROBE_HALVES)[number];

/** Two comments on one post, by people at opposite ends of one dimension. */
export const probePairSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z]+(-[a-z]+)*-[1-9]\d*$/),
    /** Name of a dimension of the AlignX space. */
    dimension: z.string().min(1),
    /** Comment of somebody at the first option (level 3). */
    high: z.string().min(1),
    /** Comment of somebody at the second option (level 1). */
    low: z.string().min(1),
    /** What both reply to. */
    post: z.string().min(1),
    valence: z.enum(PROBE_VALENCES),
    half: z.enum(PROBE_HALVES),
  })
  .readonly();
export type ProbePair = z.infer<typeof probePairSchema>;

/** All pairs, grouped by dimension in the order of the AlignX space. */
export const PROBE_PAIRS: readonly ProbePair[] = z.array(probePairSchema).parse(pairs);
