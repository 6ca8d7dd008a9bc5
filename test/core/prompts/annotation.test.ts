import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { annotationPrompt, evidence, numberedQuestion } from "../../../src/core/prompts/annotation.js";
import { FEW_SHOT, type FewShotExample } from "../../../src/core/prompts/few-shot.js";
import { type Answer, answersSchema } from "../../../src/core/records/records.js";
import { ALIGNX_SPACE, type PreferenceSpace } from "../../../src/core/space/space.js";

const SPACE: PreferenceSpace = {
  name: "two",
  dimensions: [
    {
      group: "psychological",
      name: "Degree of Candour (saying what one thinks)",
      options: ["High", "Low"],
      positiveLabel: "High Candour",
      negativeLabel: "Low Candour",
    },
    {
      group: "interest",
      name: "bridges",
      options: ["Likes", "Dislikes"],
      positiveLabel: "Likes bridges",
      negativeLabel: "Dislikes bridges",
    },
  ],
};

const CANDOUR =
  "What does this comment suggest about the commenter’s candour (saying what one thinks)? (1) High Candour (2) Low Candour (3) The comment alone cannot reflect it";
const BRIDGES =
  "Does this comment indicate that the commenter likes or dislikes “bridges”? (1) Likes (2) Dislikes (3) The comment alone cannot reflect it";

const EXAMPLES: FewShotExample[] = [
  {
    query: "Old query",
    comment: "Old comment",
    answers: [
      { dimension: SPACE.dimensions[0]!.name, answer: 2 },
      { dimension: "bridges", answer: 3 },
    ],
  },
];

/** What the model reads for one question. */
function fullPrompt(way: "numbers" | "words", question: number, post = "The post", response = "The comment") {
  const prompt = annotationPrompt(SPACE, way, EXAMPLES);
  const { text, answerStart } = prompt.questions[question]!;
  return prompt.prefix(post, response).parts.join("") + text + answerStart;
}

describe("numberedQuestion", () => {
  it("asks about traits by their name and about interests by liking", () => {
    expect(SPACE.dimensions.map(numberedQuestion)).toEqual([CANDOUR, BRIDGES]);
  });

  it("words the paper's first question as the paper does", () => {
    const neuroticism = ALIGNX_SPACE.dimensions.find(({ name }) => name.includes("Neuroticism"))!;
    expect(numberedQuestion(neuroticism)).toContain("(1) High Neuroticism (2) Low Neuroticism (3) ");
    expect(numberedQuestion(neuroticism)).toContain("in the Big Five personality traits?");
  });

  it("numbers the first option 1, the second 2 and “cannot reflect” 3, for every dimension of the space", () => {
    for (const dimension of ALIGNX_SPACE.dimensions) {
      const [asked, first, second, third, ...more] = numberedQuestion(dimension).split(/ \([123]\) /);
      const interest = dimension.group === "interest";
      expect(asked!.endsWith("?"), asked).toBe(true);
      expect([first, second]).toEqual(
        interest ? ["Likes", "Dislikes"] : [dimension.positiveLabel, dimension.negativeLabel],
      );
      expect(third).toBe("The comment alone cannot reflect it");
      expect(more).toEqual([]);
    }
  });

  it("asks a question of its own about every dimension", () => {
    expect(new Set(ALIGNX_SPACE.dimensions.map(numberedQuestion)).size).toBe(90);
  });
});

describe("prompt #1", () => {
  it("is, part by part, the paper's: examples, query, comment, question", () => {
    expect(fullPrompt("numbers", 1)).toBe(
      [
        "Example 1:",
        "Query:\nOld query",
        "Comment:\nOld comment",
        `Task:\n${CANDOUR}`,
        "Response:\n2",
        `Task:\n${BRIDGES}`,
        "Response:\n3",
        "Your task:",
        "Query:\nThe post",
        "Comment:\nThe comment",
        `Task:\n${BRIDGES}`,
        "Response:\n",
      ].join("\n\n"),
    );
  });

  it("goes on in the same form where all questions are asked in one pass", () => {
    const { questions, prefix } = annotationPrompt(SPACE, "numbers", EXAMPLES);
    const pass = questions.map(({ text, options, filler }) => text + options[1]! + filler).join("");
    expect(prefix("The post", "The comment").parts.join("") + pass).toContain(
      `Comment:\nThe comment\n\nTask:\n${CANDOUR}\n\nResponse:\n2\n\nTask:\n${BRIDGES}\n\nResponse:\n2`,
    );
  });

  it("takes 1, 2 and 3 for answers, in one turn of a chat", () => {
    const { questions, prefix } = annotationPrompt(ALIGNX_SPACE, "numbers");
    expect(questions).toHaveLength(90);
    for (const { options } of questions) expect(options).toEqual(["1", "2", "3"]);
    expect(prefix("a", "b").chat).toBe(true);
  });

  it("shows the built-in examples with all their answers in the default space", () => {
    const [shown] = annotationPrompt(ALIGNX_SPACE, "numbers").prefix("", "").parts;
    for (const { query, comment, answers } of FEW_SHOT) {
      expect(shown).toContain(`Query:\n${query}\n\nComment:\n${comment}\n\nTask:\n`);
      for (const { dimension, answer } of answers) {
        const asked = numberedQuestion(ALIGNX_SPACE.dimensions.find(({ name }) => name === dimension)!);
        expect(shown).toContain(`Task:\n${asked}\n\nResponse:\n${answer}\n\n`);
      }
    }
  });

  it("leaves out the answers of examples to dimensions that the space does not have", () => {
    const space = { name: "one", dimensions: [SPACE.dimensions[1]!] };
    const [shown] = annotationPrompt(space, "numbers", EXAMPLES).prefix("", "").parts;
    expect(shown).toContain(`Comment:\nOld comment\n\nTask:\n${BRIDGES}\n\nResponse:\n3\n\n`);
    expect(shown).not.toContain("candour");
  });

  it.each(["numbers", "words"] as const)("by %s puts first what changes least, for every text", (way) => {
    const { prefix } = annotationPrompt(SPACE, way, EXAMPLES);
    const parts = (post: string, response: string) => [...prefix(post, response).parts];
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (post, a, b) => {
        expect(parts(post, a).slice(0, -1)).toEqual(parts(post, b).slice(0, -1));
        expect(parts(post, a).slice(0, -2)).toEqual(parts(b, a).slice(0, -2));
        expect(parts(post, a).at(-1)).toContain(a);
        expect(parts(post, a).at(-2)).toContain(post);
      }),
    );
  });
});

describe("the prompt of words", () => {
  it("is post, comment and a beginning, without examples or a chat", () => {
    expect(fullPrompt("words", 1)).toBe("Post: The post\n\nComment: The comment\n\nInterest in bridges:");
    expect(annotationPrompt(SPACE, "words").prefix("a", "b").chat).toBe(false);
  });

  it("asks about every dimension, in the order of the space", () => {
    const { questions } = annotationPrompt(ALIGNX_SPACE, "words");
    expect(questions).toHaveLength(90);
    const worded = ALIGNX_SPACE.dimensions.flatMap(({ words }, d) =>
      words ? [[words, questions[d]!] as const] : [],
    );
    expect(worded.length).toBeGreaterThan(40);
    for (const [words, question] of worded) {
      expect(question.options).toEqual(words.options);
      expect(question.text.trimStart()).toBe(words.text);
    }
  });
});

describe("toAnswer", () => {
  const probabilities = fc
    .tuple(fc.nat(10_000), fc.nat(10_000), fc.nat(10_000), fc.constantFrom(1, 1e-3, 1e-12))
    .filter(([a, b, c]) => a + b + c > 0)
    .map(([a, b, c, scale]) => [a, b, c].map((n) => (n / (a + b + c)) * scale));

  it("keeps the order of the numbers: first option, second option, cannot reflect", () => {
    expect(annotationPrompt(SPACE, "numbers").toAnswer([0.2, 0.1, 0.1])).toEqual([0.5, 0.25, 0.25]);
  });

  it("leaves to “cannot reflect” what the two words leave over", () => {
    expect(annotationPrompt(SPACE, "words").toAnswer([0.03, 0.01])).toEqual([0.03, 0.01, 0.96]);
  });

  it.each(["numbers", "words"] as const)("by %s gives three probabilities that sum to 1", (way) => {
    const { toAnswer } = annotationPrompt(SPACE, way);
    fc.assert(
      fc.property(probabilities, (found) => {
        const answer = toAnswer(way === "words" ? found.slice(0, 2) : found);
        expect(answersSchema.safeParse([answer]).success).toBe(true);
        expect(Math.abs(answer[0] + answer[1] + answer[2] - 1)).toBeLessThan(2e-5);
        const ratio = (p: readonly number[]) => Math.log(Math.max(1e-4, p[0]!) / Math.max(1e-4, p[1]!));
        // Only ratios matter to numbers; words are probabilities as they are.
        const compared = way === "words" ? found : found.map((p) => p / (found[0]! + found[1]! + found[2]!));
        expect(ratio(answer)).toBeCloseTo(ratio(compared), 3);
      }),
    );
  });

  it("stays within 0 and 1 where two words share a little more than everything", () => {
    const answer = annotationPrompt(SPACE, "words").toAnswer([0.7, 0.300002]);
    expect(answersSchema.safeParse([answer]).success).toBe(true);
    expect(answer).toEqual([0.7, 0.3, expect.closeTo(0, 9)]);
  });

  it("keeps five digits of the smallest probabilities", () => {
    const [first, second] = annotationPrompt(SPACE, "words").toAnswer([1.23456789e-7, 0.000987654321]);
    expect([first, second]).toEqual([1.2346e-7, 0.00098765]);
  });
});

describe("evidence", () => {
  it("is the log ratio of the options, whatever cannot be reflected", () => {
    expect(evidence([0.4, 0.1, 0.5])).toBeCloseTo(Math.log(4), 12);
    expect(evidence([0.04, 0.01, 0.95])).toBeCloseTo(Math.log(4), 12);
  });

  it("stays finite and turns round when the options change places", () => {
    const p = fc.constantFrom(0, 1e-9, 1e-6, 0.1, 0.5, 1);
    fc.assert(
      fc.property(fc.tuple(p, p, p) as fc.Arbitrary<Answer>, ([first, second, neither]) => {
        expect(Number.isFinite(evidence([first, second, neither]))).toBe(true);
        expect(evidence([first, second, neither]) + evidence([second, first, neither])).toBe(0);
      }),
    );
  });
});
