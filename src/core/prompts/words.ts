import type { OptionQuestion } from "../ports.js";
import { type Dimension, shortName } from "../space/space.js";

/** An option without its explanation, as a word that goes on from a colon. */
const spoken = (option: string): string => ` ${option.replace(/ \(.*\)$/, "").split(",")[0]!}`;

/** The wording of a dimension that brings none of its own. */
function defaultWords({ name, group, options }: Dimension): NonNullable<Dimension["words"]> {
  if (group === "interest") return { text: `Interest in ${name}:`, options: [" high", " low"] };
  const [first, second] = [spoken(options[0]), spoken(options[1])];
  return {
    text: `${shortName(name)}:`,
    // Options may differ only in what was left out.
    options: first === second ? [` ${options[0]}`, ` ${options[1]}`] : [first, second],
  };
}

/**
 * The two-word question about one dimension (`"answers": "words"`): a beginning and two words that could go on from it.
 * Questions with the same beginning cost one evaluation together.
 */
export function wordsQuestion(dimension: Dimension): OptionQuestion {
  const { text, options } = dimension.words ?? defaultWords(dimension);
  return { text, answerStart: "", options, filler: "" };
}
