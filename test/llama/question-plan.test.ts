import * as fc from "fast-check";
import type { Token } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import type { OptionQuestion } from "../../src/core/ports.js";
import { annotationPrompt } from "../../src/core/prompts/annotation.js";
import { ALIGNX_SPACE } from "../../src/core/space/space.js";
import { planQuestion, planQuestions, sharedLength } from "../../src/llama/question-plan.js";

/** One token a character. */
const characters = (text: string): Token[] => [...text].map((char) => char.codePointAt(0)! as Token);

const ids = new Map<string, Token>();
const idOf = (piece: string): Token => {
  const id = ids.get(piece) ?? (ids.size as Token);
  ids.set(piece, id);
  return id;
};
/** One token a word with the blank before it, as models cut text: where a text is cut decides its tokens. */
const words = (text: string): Token[] => (text.match(/ ?[^\s]+|\s/g) ?? []).map(idOf);

const question = (
  text: string,
  options: readonly string[],
  more: Partial<OptionQuestion> = {},
): OptionQuestion => ({
  ...{ text, options, answerStart: "", filler: "" },
  ...more,
});

describe("a question", () => {
  it("ends before the token in which its options part", () => {
    expect(planQuestion(question("Is it", [" high", " low"]), words, [])).toEqual({
      tokens: words("Is it"),
      candidates: [idOf(" high"), idOf(" low")],
    });
  });

  it("goes on as far as its options are alike", () => {
    expect(planQuestion(question("They are", [" quite open", " quite closed"]), words, [])).toEqual({
      tokens: words("They are quite"),
      candidates: [idOf(" open"), idOf(" closed")],
    });
    expect(planQuestion(question("A: ", ["1", "2", "3"]), characters, [])).toEqual({
      tokens: characters("A: "),
      candidates: characters("123"),
    });
    expect(planQuestion(question("A: ", ["option a", "option b", "option c"]), characters, [])).toEqual({
      tokens: characters("A: option "),
      candidates: characters("abc"),
    });
  });

  it("is cut into tokens together with its options, since where a text is cut decides them", () => {
    // “in” and “out” are parts of words here, not words of their own.
    const plan = planQuestion(question("They look", ["in", "out"], { answerStart: "" }), words, []);
    expect(plan).toEqual({ tokens: [words("They")[0]], candidates: [idOf(" lookin"), idOf(" lookout")] });
  });

  it("has the beginning of its answer before the options", () => {
    const asked = question("How much?", ["1", "2"], { answerStart: " Answer: " });
    expect(planQuestion(asked, characters, [])).toEqual({
      tokens: characters("How much? Answer: "),
      candidates: characters("12"),
    });
  });

  it("has the chat template's tokens between itself and the answer, which is a text of its own", () => {
    const separator = [-1, -2] as Token[];
    const asked = question("How much?", ["11", "12"], { answerStart: "A: " });
    expect(planQuestion(asked, characters, separator)).toEqual({
      tokens: [...characters("How much?"), ...separator, ...characters("A: 1")],
      candidates: characters("12"),
    });
  });

  it.each([
    ["are the same", [" yes", " yes"]],
    ["begin with the same token, while a third one differs before", [" very much", " very little", " none"]],
    ["end where others go on", [" yes", " yes indeed"]],
    ["are empty", ["", " yes"]],
  ])("is refused when two options %s", (_, options) => {
    expect(() => planQuestion(question("Is it?", options), words, [])).toThrow(
      `the options ${options.map((option) => `“${option}”`).join(", ")} do not differ in their first differing token with this model; use other words`,
    );
  });

  it("is planned so that tokens and candidate are the beginning of question and option", () => {
    const texts = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(
        texts,
        texts,
        fc.uniqueArray(texts, { minLength: 2, maxLength: 4 }),
        (text, answerStart, options) => {
          const asked = question(text, options, { answerStart });
          const whole = options.map((option) => characters(text + answerStart + option));
          let plan: ReturnType<typeof planQuestion>;
          try {
            plan = planQuestion(asked, characters, []);
          } catch {
            // Then there is no place where all of them are there and differ.
            const shortest = Math.min(...whole.map(({ length }) => length));
            const parted = Array.from({ length: shortest }, (_, at) => at).find(
              (at) => new Set(whole.map((tokens) => tokens[at])).size > 1,
            );
            const differ = parted === undefined ? 0 : new Set(whole.map((tokens) => tokens[parted])).size;
            expect(differ).toBeLessThan(options.length);
            return;
          }
          const { tokens, candidates } = plan;
          expect(new Set(candidates).size).toBe(options.length);
          options.forEach((_, i) => {
            expect(whole[i]!.slice(0, tokens.length + 1)).toEqual([...tokens, candidates[i]]);
          });
        },
      ),
    );
  });
});

describe("a list of questions", () => {
  const plan = (questions: readonly OptionQuestion[]) => planQuestions(questions, words, []);

  it("keeps its order for those who ask one after the other", () => {
    const { questions } = plan([question("Z", [" a", " b"]), question("A", [" a", " b"])]);
    expect(questions.map(({ index, tokens }) => [index, tokens])).toEqual([
      [0, words("Z")],
      [1, words("A")],
    ]);
  });

  it("evaluates a beginning that questions share once", () => {
    const { evaluations } = plan([
      question("The writer is very", [" open", " closed"]),
      question("People", [" win", " lose"]),
      question("The writer is", [" calm", " wild"]),
      question("The writer likes", [" tea", " beer"]),
    ]);
    const byText = new Map(evaluations.map(({ tokens, shared }) => [tokens.join(), shared]));
    expect(evaluations).toHaveLength(4);
    expect(byText.get(words("People").join())).toBe(0);
    // The last token is evaluated anew in any case: what comes after it is the answer.
    const shares = ["The writer is", "The writer is very", "The writer likes"].map((text) =>
      byText.get(words(text).join())!,
    );
    expect(shares.filter((shared) => shared >= 2)).toHaveLength(2);
    for (const { tokens, shared } of evaluations) expect(shared).toBeLessThan(tokens.length);
  });

  it("evaluates questions that differ in their options once, and gives each its own", () => {
    const { evaluations } = plan([
      question("Is it", [" high", " low"]),
      question("Is he", [" here", " gone"]),
      question("Is it", [" hot", " cold"]),
    ]);
    expect(evaluations).toHaveLength(2);
    const shared = evaluations.find(({ questions }) => questions.length === 2)!;
    expect(shared.questions.map(({ index, candidates }) => [index, candidates])).toEqual([
      [0, [idOf(" high"), idOf(" low")]],
      [2, [idOf(" hot"), idOf(" cold")]],
    ]);
  });

  it("may be empty", () => {
    expect(plan([])).toEqual({ questions: [], evaluations: [] });
  });

  it("names the question that cannot be asked", () => {
    expect(() => plan([question("A", [" a", " b"]), question("B", [" same", " same"])])).toThrow(
      "“ same”, “ same”",
    );
  });

  /** Texts with much in common, and options that can be told apart. */
  const someQuestions = fc.array(
    fc.record({
      text: fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 }),
      kind: fc.nat(2),
    }),
    { maxLength: 12 },
  );
  const OPTIONS = [
    [" x", " y"],
    [" y", " z", " x"],
    [" long x", " long y"],
  ];

  it("evaluates every question once, with no more than is needed", () => {
    fc.assert(
      fc.property(someQuestions, (drawn) => {
        const asked = drawn.map(({ text, kind }) => question(text.join(" "), OPTIONS[kind]!));
        const { questions, evaluations } = plan(asked);
        const evaluated = evaluations.flatMap((evaluation) => evaluation.questions);
        expect(evaluated.map(({ index }) => index).sort((a, b) => a - b)).toEqual(asked.map((_, i) => i));
        let before: readonly Token[] = [];
        for (const { tokens, shared, questions: group } of evaluations) {
          for (const one of group) {
            expect(one).toBe(questions[one.index]);
            expect(one.tokens).toEqual(tokens);
          }
          // What is passed over is really there, and is all that may be.
          expect(tokens.slice(0, shared)).toEqual(before.slice(0, shared));
          expect(shared).toBe(Math.min(sharedLength(before, tokens), tokens.length - 1));
          before = tokens;
        }
        expect(new Set(evaluations.map(({ tokens }) => tokens.join())).size).toBe(evaluations.length);
      }),
    );
  });

  it("depends on the questions alone, not on the order in which they stand", () => {
    fc.assert(
      fc.property(someQuestions, fc.infiniteStream(fc.nat()), (drawn, stream) => {
        const asked = drawn.map(({ text, kind }) => question(text.join(" "), OPTIONS[kind]!));
        const keys = stream.take(asked.length);
        const shuffled = [...keys].map((key, i) => [key, i] as const).sort(([a], [b]) => a - b);
        const other = plan(shuffled.map(([, i]) => asked[i]!));
        const evaluatedIn = ({ evaluations }: ReturnType<typeof plan>) =>
          evaluations.map(({ tokens, shared }) => [tokens, shared]);
        expect(evaluatedIn(other)).toEqual(evaluatedIn(plan(asked)));
      }),
    );
  });

  it.each(["words", "numbers"] as const)("plans all questions of the default space, asked by %s", (way) => {
    const { questions } = annotationPrompt(ALIGNX_SPACE, way);
    const planned = planQuestions(questions, words, way === "numbers" ? ([-1] as Token[]) : []);
    expect(planned.questions).toHaveLength(90);
    const tokens = planned.evaluations.reduce((sum, one) => sum + one.tokens.length - one.shared, 0);
    const apart = planned.questions.reduce((sum, one) => sum + one.tokens.length, 0);
    expect(tokens).toBeLessThan(apart);
  });
});

describe("sharedLength", () => {
  it.each([
    ["", "", 0],
    ["a", "", 0],
    ["abc", "abd", 2],
    ["abc", "abcde", 3],
    ["xbc", "abc", 0],
  ])("of %j and %j is %i", (a, b, length) => {
    expect(sharedLength(characters(a), characters(b))).toBe(length);
    expect(sharedLength(characters(b), characters(a))).toBe(length);
  });
});
