import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  demographicJsonSchema,
  demographicPrompt,
  parseDemographicAnswer,
} from "../../../src/core/prompts/demographic.js";
import { directionLabels } from "../../../src/core/records/direction.js";
import { ALIGNX_SPACE, type Dimension, type PreferenceSpace } from "../../../src/core/space/space.js";

const PERSONA = "A retired bus driver who keeps bees and votes by post.";

/** A whole answer with these parts in place of harmless ones. */
function answerWith(parts: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    reason: "Because of the tone.",
    "textual persona": PERSONA,
    "dimension description": {},
    "like keywords": "",
    "dislike keywords": "",
    ...parts,
  });
}

const parse = (parts: Readonly<Record<string, unknown>>, space = ALIGNX_SPACE) =>
  parseDemographicAnswer(answerWith(parts), space);

/** What an answer says, in the labels of the dimensions. */
const labels = (parts: Readonly<Record<string, unknown>>) =>
  directionLabels(parse(parts).direction, ALIGNX_SPACE);

const promptText = (post: string, chosen: string, rejected: string) =>
  demographicPrompt(ALIGNX_SPACE, post, chosen, rejected).parts.join("");

describe("demographicPrompt", () => {
  it("lists the paper's 48 dimensions with their options, and occupation without any", () => {
    const text = promptText("x", "y", "z");
    expect(text).toContain("the following 48 dimensions");
    expect(text).toContain("\n1. Age group: (“Young”, “Older”)\n");
    const entries = [...text.matchAll(/^(\d+)\. (.*)$/gm)];
    expect(entries.map(([, number]) => Number(number))).toEqual(Array.from({ length: 48 }, (_, i) => i + 1));
    const traits = ALIGNX_SPACE.dimensions.filter(({ group }) => group !== "interest");
    expect(entries.map(([, , entry]) => entry)).toEqual([
      ...traits.map(({ name, options }) => `${name}: (“${options[0]}”, “${options[1]}”)`),
      "Occupation",
    ]);
  });

  it("lists every interest as a keyword, in the order of the space", () => {
    const [, list] = /\{([^{}"]*)\}/.exec(promptText("x", "y", "z"))!;
    const interests = ALIGNX_SPACE.dimensions.filter(({ group }) => group === "interest");
    expect(list!.split(", ")).toEqual(interests.map(({ name }) => name));
  });

  it("ends with the pair: query, preferred response, disliked response", () => {
    expect(promptText("The post", "Preferred", "Disliked")).toMatch(
      /Your task:\n\nQuery:\nThe post\n\nOutput:\n\n<Response 1>\nPreferred\n\n<Response 2>\nDisliked\n\n[^\n]*\n$/,
    );
  });

  it("begins with a part that is the same for every pair, as one turn of a chat", () => {
    const [a, b] = ["a", "b"].map((text) => demographicPrompt(ALIGNX_SPACE, text, text, text));
    expect(a!.chat).toBe(true);
    expect(a!.parts).toHaveLength(2);
    expect(a!.parts[0]).toBe(b!.parts[0]);
    expect(a!.parts[1]).not.toBe(b!.parts[1]);
  });

  it("shows an answer that is itself of use", () => {
    const shown = /^\{"reason".*\}$/m.exec(promptText("x", "y", "z"))![0];
    const { direction, likes, dislikes } = parseDemographicAnswer(shown, ALIGNX_SPACE);
    expect(directionLabels(direction, ALIGNX_SPACE)).toEqual(
      expect.arrayContaining(["Young", "High Openness", "Likes outdoors", "Likes crafts"]),
    );
    expect(direction.filter((value) => value !== 0.5)).toHaveLength(6);
    expect([...likes].sort()).toEqual(["crafts", "outdoors"]);
    expect(dislikes).toEqual([]);
  });
});

describe("demographicJsonSchema", () => {
  it("has the keys of a whole answer in the paper's order, all of them required", () => {
    const schema = demographicJsonSchema() as { properties: object; required: string[] };
    expect(Object.keys(schema.properties)).toEqual(Object.keys(JSON.parse(answerWith({})) as object));
    expect(schema.required).toEqual(Object.keys(schema.properties));
  });
});

describe("parseDemographicAnswer", () => {
  it("maps a valid answer to text, direction and keywords", () => {
    const answer = parse({
      "dimension description": { "Age group": "Older", Gender: "Female", Occupation: "Driver" },
      "like keywords": "pets, outdoors",
      "dislike keywords": "cars",
    });
    expect(answer).toMatchObject({
      reason: "Because of the tone.",
      persona: PERSONA,
      likes: ["pets", "outdoors"],
      dislikes: ["cars"],
    });
    expect(directionLabels(answer.direction, ALIGNX_SPACE).sort()).toEqual(
      ["Older", "Female", "Likes pets", "Likes outdoors", "Dislikes cars"].sort(),
    );
  });

  it("reads every dimension and option of the space", () => {
    const index = fc.nat(ALIGNX_SPACE.dimensions.length - 1);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(index, fc.nat(1)), { minLength: 1, selector: ([d]) => d }),
        (said) => {
          const named = said.map(([d, option]) => ({ ...ALIGNX_SPACE.dimensions[d]!, option }));
          const keywords = (option: number) =>
            named.flatMap((one) => (one.group === "interest" && one.option === option ? [one.name] : []));
          const traits = named.filter(({ group }) => group !== "interest");
          const { direction } = parse({
            "dimension description": Object.fromEntries(
              traits.map((one) => [one.name, one.options[one.option]]),
            ),
            "like keywords": keywords(0).join(", "),
            "dislike keywords": keywords(1).join(", "),
          });
          const expected = ALIGNX_SPACE.dimensions.map((_, d) => {
            const found = said.find(([place]) => place === d);
            return found ? 1 - found[1] : 0.5;
          });
          expect(direction).toEqual(expected);
        },
      ),
    );
  });

  it("overlooks case, quotes and spacing", () => {
    expect(
      labels({
        "dimension description": { " age  GROUP ": "“young”", "Sleep-preference": "LIKES." },
        "like keywords": " Gourmet Food;PETS ,",
      }),
    ).toEqual(["Young", expect.stringContaining("leep"), "Likes pets", "Likes gourmet food"]);
  });

  it("keeps what it knows of an answer that is partly unknown", () => {
    expect(
      labels({
        "dimension description": { "Age group": "Middle-aged", "Shoe size": "High", Gender: "Male" },
        "like keywords": "pets, submarines, petsitting",
        "dislike keywords": "none",
      }),
    ).toEqual(["Male", "Likes pets"]);
  });

  it("takes a keyword that is both liked and disliked for neither", () => {
    const answer = parse({ "like keywords": "pets, cars", "dislike keywords": "cars, music" });
    expect(answer).toMatchObject({ likes: ["pets"], dislikes: ["music"] });
    expect(directionLabels(answer.direction, ALIGNX_SPACE)).toEqual(["Likes pets", "Dislikes music"]);
    expect(() => parse({ "like keywords": "cars", "dislike keywords": "cars" })).toThrow(
      "names no dimension and no keyword",
    );
  });

  it("does not read an interest from the description, nor a trait from the keywords", () => {
    expect(() =>
      parse({ "dimension description": { cars: "Likes" }, "like keywords": "Age group, Gender" }),
    ).toThrow("names no dimension and no keyword");
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["a list of keywords", { "like keywords": ["cars"] }],
    ["no keywords", { "dislike keywords": null }],
    ["a number for an option", { "dimension description": { "Age group": 1 } }],
    ["a text for the description", { "dimension description": "Age group: Young" }],
    ["no reason", { reason: undefined }],
    ["no persona", { "textual persona": undefined }],
  ])("refuses %s and says what is wrong", (_, parts) => {
    expect(() => parse({ "like keywords": "cars", ...parts })).toThrow(/Invalid input/);
  });

  it.each(["", "short", " ".repeat(40), `x${" ".repeat(40)}`])("refuses %j for a persona", (persona) => {
    expect(() => parse({ "textual persona": persona, "like keywords": "cars" })).toThrow(
      "the textual persona is missing or too short",
    );
  });

  it.each(["null", "[]", '"text"', "7", "{}"])("refuses %s, which is JSON and no answer", (text) => {
    expect(() => parseDemographicAnswer(text, ALIGNX_SPACE)).toThrow(/Invalid input/);
  });

  it("refuses an answer cut anywhere", () => {
    const whole = answerWith({ "like keywords": "pets" });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        expect(() => parseDemographicAnswer(whole.slice(0, length), ALIGNX_SPACE)).toThrow(
          "the answer is not whole JSON",
        );
      }),
    );
  });

  it("does not fall for keys that every object has", () => {
    const text = answerWith({ "like keywords": "pets, constructor, __proto__" }).replace(
      '"dimension description":{}',
      '"dimension description":{"__proto__":"High","constructor":"Low"}',
    );
    const { direction, likes } = parseDemographicAnswer(text, ALIGNX_SPACE);
    expect(likes).toEqual(["pets"]);
    expect(directionLabels(direction, ALIGNX_SPACE)).toEqual(["Likes pets"]);
  });
});

describe("parseDemographicAnswer in a space of another script", () => {
  const dimension = (group: string, name: string, first: string, second: string): Dimension => ({
    group,
    name,
    options: [first, second],
    positiveLabel: `${name}+`,
    negativeLabel: `${name}-`,
  });
  const space: PreferenceSpace = {
    name: "own",
    dimensions: [
      dimension("own", "幽默", "高", "低"),
      dimension("own", "务实", "高", "低"),
      dimension("interest", "बागवानी", "पसंद", "नापसंद"),
      dimension("interest", "गायन", "पसंद", "नापसंद"),
      dimension("own", "🎲", "+", "-"),
    ],
  };

  it("tells its dimensions and options apart", () => {
    const said = parse(
      { "dimension description": { 幽默: "低", 务实: "高", "🎲": "-" }, "like keywords": "गायन" },
      space,
    );
    expect(said.direction).toEqual([0, 1, 0.5, 1, 0]);
    expect(said.likes).toEqual(["गायन"]);
  });

  it("reads nothing from blank keywords and unknown words", () => {
    expect(parse({ "dimension description": { 幽默: "中", 务实: "高", "…": "高" } }, space)).toMatchObject({
      direction: [0.5, 1, 0.5, 0.5, 0.5],
      likes: [],
      dislikes: [],
    });
  });
});
