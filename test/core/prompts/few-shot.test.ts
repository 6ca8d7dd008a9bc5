import { describe, expect, it } from "vitest";
import { FEW_SHOT, fewShotSchema } from "../../../src/core/prompts/few-shot.js";
import { ALIGNX_SPACE } from "../../../src/core/space/space.js";

const example = FEW_SHOT[0]!;
const accepts = (value: unknown) => fewShotSchema.safeParse(value).success;

describe("FEW_SHOT", () => {
  it("is what the schema asks of a file of one's own", () => expect(accepts(FEW_SHOT)).toBe(true));

  it("asks only about dimensions of the default space", () => {
    const names = new Set(ALIGNX_SPACE.dimensions.map(({ name }) => name));
    const asked = FEW_SHOT.flatMap(({ answers }) => answers.map(({ dimension }) => dimension));
    expect(asked.filter((name) => !names.has(name))).toEqual([]);
  });

  it("shows each of the three answers once, on two traits and an interest, as the paper's example does", () => {
    const answers = FEW_SHOT.flatMap((one) => one.answers);
    const groupOf = new Map(ALIGNX_SPACE.dimensions.map(({ name, group }) => [name, group]));
    expect(answers.map(({ answer }) => answer).sort()).toEqual([1, 2, 3]);
    expect(answers.map(({ dimension }) => groupOf.get(dimension))).toEqual([
      "psychological",
      "psychological",
      "interest",
    ]);
  });
});

describe("fewShotSchema", () => {
  it.each<[string, unknown]>([
    ["no example", []],
    ["an example alone, without a list", example],
    ["an unknown key", [{ ...example, note: "x" }]],
    ["an empty comment", [{ ...example, comment: "" }]],
    ["no answer", [{ ...example, answers: [] }]],
    ["a fourth answer", [{ ...example, answers: [{ dimension: "cars", answer: 4 }] }]],
    ["an answer in words", [{ ...example, answers: [{ dimension: "cars", answer: "Likes" }] }]],
    ["an answer without its dimension", [{ ...example, answers: [{ answer: 1 }] }]],
  ])("refuses %s", (_, value) => expect(accepts(value)).toBe(false));
});
