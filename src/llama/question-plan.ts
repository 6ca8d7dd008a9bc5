import type { Token } from "node-llama-cpp";
import type { OptionQuestion } from "../core/ports.js";

/** A question in tokens: what is evaluated, and whose probabilities are read after it. */
export interface PlannedQuestion {
  /** Place in the request. */
  readonly index: number;
  readonly tokens: readonly Token[];
  /** The first token in which each option differs from the others. */
  readonly candidates: readonly Token[];
}

/** One evaluation after the prefix; questions that only differ in their options share it. */
export interface PlannedEvaluation {
  readonly tokens: readonly Token[];
  /** Tokens at the start of `tokens` that are already there when the evaluation before it was just done. */
  readonly shared: number;
  readonly questions: readonly PlannedQuestion[];
}

/** Questions as they are put to a model. */
export interface QuestionPlan {
  /** In the order of the request: what `joint` asks one after the other. */
  readonly questions: readonly PlannedQuestion[];
  /** What `prefix` evaluates, in an order that evaluates a common beginning once. */
  readonly evaluations: readonly PlannedEvaluation[];
}

/** Number of equal tokens at the start of two lists. */
export function sharedLength(a: readonly Token[], b: readonly Token[]): number {
  const end = Math.min(a.length, b.length);
  let n = 0;
  while (n < end && a[n] === b[n]) n++;
  return n;
}

/**
 * Tokenises question and options together, since where a text is cut decides its tokens, and finds the position where the
 * options part.
 * @throws when two options begin with the same token there: they could not be told apart in one step.
 */
export function planQuestion(
  question: OptionQuestion,
  tokenize: (text: string) => readonly Token[],
  separator: readonly Token[],
): Omit<PlannedQuestion, "index"> {
  // With a chat template the answer is a text of its own after the template's tokens.
  const head = separator.length > 0 ? [...tokenize(question.text), ...separator] : [];
  const start = separator.length > 0 ? question.answerStart : question.text + question.answerStart;
  const full = question.options.map((option) => [...head, ...tokenize(start + option)]);
  const position = Math.min(...full.slice(1).map((tokens) => sharedLength(full[0]!, tokens)));
  const candidates = full.map((tokens) => tokens[position]);
  if (candidates.includes(undefined) || new Set(candidates).size < candidates.length) {
    throw new Error(
      `the options ${question.options.map((o) => `“${o}”`).join(", ")} do not differ in their first differing token with this model; use other words`,
    );
  }
  return { tokens: full[0]!.slice(0, position), candidates: candidates as Token[] };
}

function compareTokens(a: readonly Token[], b: readonly Token[]): number {
  const n = sharedLength(a, b);
  if (n === a.length || n === b.length) return a.length - b.length;
  return a[n]! - b[n]!;
}

/**
 * Plans the questions of a request. The plan depends on the questions alone, which keeps results independent of what was
 * asked before.
 */
export function planQuestions(
  questions: readonly OptionQuestion[],
  tokenize: (text: string) => readonly Token[],
  separator: readonly Token[],
): QuestionPlan {
  const planned = questions.map((question, index) => ({
    index,
    ...planQuestion(question, tokenize, separator),
  }));
  const sorted = [...planned].sort((a, b) => compareTokens(a.tokens, b.tokens) || a.index - b.index);
  const evaluations: { tokens: readonly Token[]; shared: number; questions: PlannedQuestion[] }[] = [];
  for (const question of sorted) {
    const last = evaluations.at(-1);
    if (last && compareTokens(last.tokens, question.tokens) === 0) {
      last.questions.push(question);
      continue;
    }
    // At least the last token is evaluated anew: its logits are the answer.
    const shared = Math.min(sharedLength(last?.tokens ?? [], question.tokens), question.tokens.length - 1);
    evaluations.push({ tokens: question.tokens, shared, questions: [question] });
  }
  return { questions: planned, evaluations };
}
