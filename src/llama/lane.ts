import type { LlamaContext, LlamaContextSequence, Token } from "node-llama-cpp";
import type { PlannedEvaluation } from "./question-plan.js";

/** A part of a prompt in tokens; `key` tells whether two prompts start alike. */
export interface TokenPart {
  readonly key: string;
  readonly tokens: readonly Token[];
}

/** Probabilities of the candidates, and how many tokens it took. */
interface Scores {
  readonly probabilities: number[][];
  readonly tokens: number;
}

/**
 * One context with one sequence. It keeps the evaluated parts of the last prompt and reuses those that the next one starts
 * with. Each part and each question is always evaluated in the same calls, so that a result is the same bits whatever the
 * lane did before.
 */
export class Lane {
  readonly #sequence: LlamaContextSequence;
  readonly #parts: { key: string; end: number }[] = [];

  constructor(readonly context: LlamaContext) {
    this.#sequence = context.getSequence();
  }

  async #cutTo(length: number): Promise<void> {
    const end = this.#sequence.nextTokenIndex;
    if (end > length) await this.#sequence.eraseContextTokenRanges([{ start: length, end }]);
  }

  /** Number of a prompt's parts that are there already. */
  kept(parts: readonly TokenPart[]): number {
    let kept = 0;
    while (kept < parts.length && this.#parts[kept]?.key === parts[kept]!.key) kept++;
    return kept;
  }

  /** Evaluates a prompt's parts, except those already there. Returns the number of tokens evaluated. */
  async enter(parts: readonly TokenPart[]): Promise<number> {
    const kept = this.kept(parts);
    this.#parts.length = kept;
    await this.#cutTo(this.#parts[kept - 1]?.end ?? 0);
    let tokens = 0;
    for (const part of parts.slice(kept)) {
      if (part.tokens.length > 0) await this.#sequence.controlledEvaluate([...part.tokens]);
      tokens += part.tokens.length;
      this.#parts.push({ key: part.key, end: this.#sequence.nextTokenIndex });
    }
    return tokens;
  }

  get #prefixEnd(): number {
    return this.#parts.at(-1)?.end ?? 0;
  }

  /** Each question alone after the prefix that was entered; `probabilities` by the questions' places. */
  async askEach(plan: readonly PlannedEvaluation[]): Promise<Scores> {
    const probabilities: number[][] = [];
    const prefixEnd = this.#prefixEnd;
    let tokens = 0;
    for (const { tokens: all, shared, questions } of plan) {
      await this.#cutTo(prefixEnd + shared);
      const fresh = all.slice(shared);
      const [answers] = await this.#evaluate([
        { tokens: fresh, candidates: questions.flatMap(({ candidates }) => candidates) },
      ]);
      let at = 0;
      for (const { index, candidates } of questions) {
        probabilities[index] = answers!.slice(at, at + candidates.length);
        at += candidates.length;
      }
      tokens += fresh.length;
    }
    await this.#cutTo(prefixEnd);
    return { probabilities, tokens };
  }

  /** All questions in one pass; each sees those before it. */
  async askTogether(
    questions: readonly {
      tokens: readonly Token[];
      candidates: readonly Token[];
      filler: readonly Token[];
    }[],
  ): Promise<Scores> {
    const segments = questions.flatMap(({ tokens, candidates, filler }) => [
      { tokens, candidates },
      { tokens: filler, candidates: null },
    ]);
    const probabilities = await this.#evaluate(segments.slice(0, -1));
    await this.#cutTo(this.#prefixEnd);
    return { probabilities, tokens: segments.reduce((sum, { tokens }) => sum + tokens.length, 0) };
  }

  async #evaluate(
    segments: readonly { tokens: readonly Token[]; candidates: readonly Token[] | null }[],
  ): Promise<number[][]> {
    const input = segments.flatMap(({ tokens, candidates }) =>
      tokens.map((token, i) =>
        candidates && i === tokens.length - 1
          ? // Only these logits, the largest and the sum: a map over the whole vocabulary halves the speed.
            // The largest comes by includeTop: node-llama-cpp 3.22 passes over includeMax beside a list of tokens.
            ([
              token,
              {
                generateNext: {
                  logits: { filter: { tokens: [...new Set(candidates)], includeTop: 1 } },
                  totalLogitWeight: true,
                },
              },
            ] satisfies [Token, object])
          : token,
      ),
    );
    const output = await this.#sequence.controlledEvaluate(input);
    const probabilities: number[][] = [];
    let position = 0;
    for (const { tokens, candidates } of segments) {
      position += tokens.length;
      if (!candidates) continue;
      const next = output[position - 1]?.next;
      if (!next?.logits || next.totalLogitWeight === undefined) throw new Error("the model gave no logits");
      const { logits, totalLogitWeight } = next;
      const max = Math.max(...logits.values());
      probabilities.push(candidates.map((token) => Math.exp(logits.get(token)! - max) / totalLogitWeight));
    }
    return probabilities;
  }

  /** Tokens generated after the prefix and `start`, until the model ends its turn or `accept` says stop. */
  async generate(
    start: readonly Token[],
    options: Parameters<LlamaContextSequence["evaluate"]>[1],
    accept: (token: Token) => boolean,
  ): Promise<void> {
    try {
      for await (const token of this.#sequence.evaluate([...start], options)) {
        if (!accept(token)) break;
      }
    } finally {
      await this.#cutTo(this.#prefixEnd);
    }
  }
}
