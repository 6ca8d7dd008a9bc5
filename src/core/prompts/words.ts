import type { OptionQuestion } from "../ports.js";
import { type Dimension, shortName } from "../space/space.js";

/** An option without its explanation, as a word that goes on from a colon. */
const spoken = (option: string): string => ` ${option.replace(/ \(.*\)$/, "").split(",")[0]!}`;

/** The wording of a dimension that brings none of its own. */
function defaultWords({ name, group, options }: Dimension): NonNullable<Dimension["words"]> {
  return group === "interest"
    ? { text: `Opinion of ${name}:`, options: [" positive", " negative"] }
    : { text: `${shortName(name)}:`, options: [spoken(options[0]), spoken(options[1])] };
}

/**
 * The two-word question about one dimension (`"answers": "words"`): a beginning and two words that could go on from it.
 * Questions with the same beginning cost one evaluation together.
 */
export function wordsQuestion(dimension: Dimension): OptionQuestion {
  const { text, options } = dimension.words ?? defaultWords(dimension);
  return { text, answerStart: "", options, filler: "" };
}
