import { z } from "zod";
import alignx from "./alignx.json" with { type: "json" };

/** One axis of the preference space (§3.1, Table 6). */
export const dimensionSchema = z.strictObject({
  /** `psychological`, `alignment`, `interest` or a group of one's own. */
  group: z.string().min(1),
  name: z.string().min(1),
  /** First and second option of the annotation question: level 3 and level 1. */
  options: z.tuple([z.string().min(1), z.string().min(1)]),
  positiveLabel: z.string().min(1),
  negativeLabel: z.string().min(1),
  /**
   * How `"answers": "words"` asks about it: a beginning, and the two words that may go on from it (with their space), first
   * option first. Default: made from the name and the options. Chosen by `npm run bench:wordings`.
   */
  words: z
    .strictObject({
      text: z.string().min(1),
      options: z.tuple([z.string().min(1), z.string().min(1)]),
    })
    .optional(),
});

export type Dimension = z.infer<typeof dimensionSchema>;

/** An ordered list of dimensions; the order is a wire format. */
export interface PreferenceSpace {
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

export const spaceSchema = z.array(dimensionSchema).min(1);

/** The 90 dimensions of AlignX in wire order. */
export const ALIGNX_SPACE: PreferenceSpace = {
  name: "alignx",
  dimensions: spaceSchema.parse(alignx),
};

/** The indexes of the dimensions of each group, groups in order of first appearance. */
export function dimensionGroups(space: PreferenceSpace): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  space.dimensions.forEach(({ group }, index) => {
    const members = groups.get(group);
    if (members) members.push(index);
    else groups.set(group, [index]);
  });
  return groups;
}

/**
 * The telling part of a dimension's name: without explanations in parentheses and without the phrases that most names
 * of the default space share.
 */
export function shortName(name: string): string {
  const short = name
    .replace(/\s*\([^()]*\)/g, "")
    .replace(/^Degree of (concern for the )?/, "")
    .replace(/ (of the statement|in the Big Five personality traits)$/, "")
    .trim();
  const shown = short === "" ? name : short;
  return shown.charAt(0).toUpperCase() + shown.slice(1);
}
