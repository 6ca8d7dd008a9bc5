import { describe, expect, it } from "vitest";
import { wordsQuestion } from "../../../src/core/prompts/words.js";
import { ALIGNX_SPACE, type Dimension } from "../../../src/core/space/space.js";

const trait = (name: string, first: string, second: string): Dimension => ({
  group: "own",
  name,
  options: [first, second],
  positiveLabel: `+${name}`,
  negativeLabel: `-${name}`,
});

describe("wordsQuestion", () => {
  it("has two words that differ for every dimension of the default space", () => {
    for (const dimension of ALIGNX_SPACE.dimensions) {
      const { text, options, answerStart } = wordsQuestion(dimension);
      expect(options, dimension.name).toHaveLength(2);
      expect(options[0], dimension.name).not.toBe(options[1]);
      expect(answerStart).toBe("");
      expect(text.trimEnd(), dimension.name).toBe(text);
      // A word goes on from the text with its own space, so that it is one token.
      for (const option of options) expect(option, dimension.name).toMatch(/^ \S/);
    }
  });

  it("never asks the same of two dimensions", () => {
    const asked = ALIGNX_SPACE.dimensions.map((dimension) => {
      const { text, options } = wordsQuestion(dimension);
      return [text, ...options].join("|");
    });
    expect(asked.filter((one, i) => asked.indexOf(one) !== i)).toEqual([]);
  });

  it("takes a dimension's own words before any other", () => {
    const words = { text: "The writer is", options: [" tall", " short"] as [string, string] };
    expect(wordsQuestion({ ...trait("Height", "High", "Low"), words })).toMatchObject(words);
  });

  it("asks of an interest how high it is", () => {
    expect(wordsQuestion({ ...trait("bridges", "Likes", "Dislikes"), group: "interest" })).toMatchObject({
      text: "Interest in bridges:",
      options: [" high", " low"],
    });
  });

  it.each([
    ["Need for Order (neatness)", "Strong", "Indifferent", "Need for Order:", [" Strong", " Indifferent"]],
    ["Degree of candour", "High", "Low", "Candour:", [" High", " Low"]],
    [
      "depth",
      "Superficial interaction (casual, stress-free)",
      "Deep interaction (emotional)",
      "Depth:",
      [" Superficial interaction", " Deep interaction"],
    ],
    ["conflict", "Direct", "Avoidance, mediation", "Conflict:", [" Direct", " Avoidance"]],
  ])("of %j makes the telling part of the name and the options", (name, first, second, text, options) => {
    expect(wordsQuestion(trait(name, first, second))).toMatchObject({ text, options });
  });

  it.each([
    ["Yes, always", "Yes, never"],
    ["Talk (a lot)", "Talk (a little)"],
  ])("keeps %j and %j apart, which differ only in what is otherwise left out", (first, second) => {
    const { options } = wordsQuestion(trait("Habit", first, second));
    expect(options).toEqual([` ${first}`, ` ${second}`]);
  });
});
