import type { OptionQuestion, PromptPrefix } from "../ports.js";
import type { Answer } from "../records/records.js";
import type { AnswerWay } from "../settings/settings.js";
import type { Dimension, PreferenceSpace } from "../space/space.js";
import { FEW_SHOT, type FewShotExample } from "./few-shot.js";
import { wordsQuestion } from "./words.js";

/** How a response is put to the model, and how its probabilities become the three answers. */
export interface AnnotationPrompt {
  /** One question per dimension, in space order. The same list each time, so that a model may prepare it once. */
  readonly questions: readonly OptionQuestion[];
  prefix(post: string, response: string): PromptPrefix;
  /** Probabilities of the options of one question to those of (1) first option, (2) second option, (3) cannot reflect. */
  toAnswer(probabilities: readonly number[]): Answer;
}

/**
 * Stands at the beginning of what comes after it: parts are tokenised one by one, and a break at the end of a text has
 * other tokens than one within it.
 */
const BREAK = "\n\n";

/** Digits kept of a probability: enough for the fourth digit of its logarithm, and the bytes stay few. */
const SIGNIFICANT_DIGITS = 5;

function rounded(probability: number): number {
  return Number(Math.min(1, Math.max(0, probability)).toPrecision(SIGNIFICANT_DIGITS));
}

/** The question of prompt #1 on one dimension, with its numbered options. */
export function numberedQuestion({ name, group, options, positiveLabel, negativeLabel }: Dimension): string {
  const [first, second] = options;
  const asked =
    group === "interest"
      ? `Does this comment indicate that the commenter likes or dislikes “${name}”?`
      : `What does this comment suggest about the commenter’s ${name.replace(/^Degree of /, "").replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase())}?`;
  const labels = group === "interest" ? [first, second] : [positiveLabel, negativeLabel];
  return `${asked} (1) ${labels[0]} (2) ${labels[1]} (3) The comment alone cannot reflect it`;
}

function numbersExamples(space: PreferenceSpace, examples: readonly FewShotExample[]): string {
  const byName = new Map(space.dimensions.map((dimension) => [dimension.name, dimension]));
  // An example of none of the space's dimensions shows nothing.
  return examples
    .map(({ query, comment, answers }) => ({
      shown: `Query:\n${query}\n\nComment:\n${comment}\n\n`,
      tasks: answers.flatMap(({ dimension, answer }) => {
        const known = byName.get(dimension);
        return known ? [`Task:\n${numberedQuestion(known)}\n\nResponse:\n${answer}\n\n`] : [];
      }),
    }))
    .filter(({ tasks }) => tasks.length > 0)
    .map(({ shown, tasks }, i) => `Example ${i + 1}:\n\n${shown}${tasks.join("")}`)
    .join("");
}

/** Prompt #1 of A.3 in the paper's order: examples, query, comment, question. */
function numbersPrompt(space: PreferenceSpace, examples: readonly FewShotExample[]): AnnotationPrompt {
  const shown = `${numbersExamples(space, examples)}Your task:`;
  return {
    questions: space.dimensions.map((dimension) => ({
      text: `${BREAK}Task:\n${numberedQuestion(dimension)}\n\nResponse:\n`,
      answerStart: "",
      options: ["1", "2", "3"],
      filler: "",
    })),
    prefix: (post, response) => ({
      chat: true,
      parts: [shown, `${BREAK}Query:\n${post}`, `${BREAK}Comment:\n${response}`],
    }),
    toAnswer: ([first = 0, second = 0, neither = 0]) => {
      const total = first + second + neither || 1;
      return [rounded(first / total), rounded(second / total), rounded(neither / total)];
    },
  };
}

/** Short questions whose two option words are compared; what they leave over is “cannot reflect”. */
function wordsPrompt(space: PreferenceSpace): AnnotationPrompt {
  return {
    questions: space.dimensions.map((dimension) => {
      const question = wordsQuestion(dimension);
      return { ...question, text: `${BREAK}${question.text}` };
    }),
    prefix: (post, response) => ({ chat: false, parts: [`Post: ${post}`, `${BREAK}Comment: ${response}`] }),
    toAnswer: ([first = 0, second = 0]) => [
      rounded(first),
      rounded(second),
      rounded(1 - rounded(first) - rounded(second)),
    ],
  };
}

/** The prompt for a way of reading answers. Few-shot examples matter to `numbers` only. */
export function annotationPrompt(
  space: PreferenceSpace,
  answers: AnswerWay,
  fewShot: readonly FewShotExample[] = FEW_SHOT,
): AnnotationPrompt {
  return answers === "numbers" ? numbersPrompt(space, fewShot) : wordsPrompt(space);
}

/**
 * Smallest probability that evidence is computed from, so that a zero stays finite. One word among all of a vocabulary is
 * often less likely than one in a million: a larger floor would cut off what "words" has to say.
 */
export const LEAST_PROBABILITY = 1e-12;

/** Evidence of an answer for the first option: log p1 - log p2, in nats. */
export function evidence([first, second]: Answer): number {
  return Math.log(Math.max(first, LEAST_PROBABILITY)) - Math.log(Math.max(second, LEAST_PROBABILITY));
}
