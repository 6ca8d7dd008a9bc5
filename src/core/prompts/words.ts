import type { OptionQuestion } from "../ports.js";
import type { Dimension } from "../space/space.js";

/** The two-word question about one dimension (`"answers": "words"`). */
export function wordsQuestion({ name, options: [first, second] }: Dimension): OptionQuestion {
  return {
    text: `${name}:`,
    answerStart: "",
    options: [` ${first}`, ` ${second}`],
    filler: "\n",
  };
}
