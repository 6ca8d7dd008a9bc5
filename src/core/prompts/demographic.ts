import { z } from "zod";
import type { PromptPrefix } from "../ports.js";
import { type Direction, type DirectionValue, NEGATIVE, NEUTRAL, POSITIVE } from "../records/direction.js";
import type { PreferenceSpace } from "../space/space.js";

/** Prompt #2 of A.3: who prefers response 1 to response 2, as JSON, and what the answer says as a direction. */

const answerSchema = z.object({
  reason: z.string(),
  "textual persona": z.string().trim().min(20, "the textual persona is missing or too short"),
  "dimension description": z.record(z.string(), z.string()),
  "like keywords": z.string(),
  "dislike keywords": z.string(),
});

/** A usable answer to prompt #2. */
export interface DemographicAnswer {
  readonly reason: string;
  readonly persona: string;
  readonly direction: Direction;
  readonly likes: readonly string[];
  readonly dislikes: readonly string[];
}

/** Free-text entries of the description that are no dimension of the space; the paper's list has one. */
const EXTRA_ENTRIES = ["Occupation"];

function describedDimensions(space: PreferenceSpace) {
  return space.dimensions.flatMap((dimension, index) =>
    dimension.group === "interest" ? [] : [{ ...dimension, index }],
  );
}

function interests(space: PreferenceSpace): string[] {
  return space.dimensions.filter(({ group }) => group === "interest").map(({ name }) => name);
}

/** JSON schema for the grammar: the answer's keys in the paper's order. */
export function demographicJsonSchema(): object {
  return {
    type: "object",
    properties: {
      reason: { type: "string" },
      "textual persona": { type: "string" },
      "dimension description": { type: "object", additionalProperties: { type: "string" } },
      "like keywords": { type: "string" },
      "dislike keywords": { type: "string" },
    },
    required: ["reason", "textual persona", "dimension description", "like keywords", "dislike keywords"],
  };
}

/** A worked example of one's own; it shows the same as the paper's: a reason, a person, a few dimensions, keywords. */
const EXAMPLE = {
  query:
    "We inherited a narrow garden behind the house. Half of it is concrete, the other half brambles. What would you do with it?",
  response1:
    "Rip the concrete out yourself, hire a breaker for a weekend, and plant whatever you feel like. I did mine without a plan and without asking anybody, and it is the one place where nobody tells me what to do.",
  response2:
    "I would ask a garden designer first and follow the council’s planting guide, so that the neighbours have nothing to object to. A quiet corner with two chairs is enough for most people.",
  answer: {
    reason:
      "Whoever prefers <Response 1> enjoys deciding alone and working with their hands, and finds the advice to follow experts and neighbours in <Response 2> confining.",
    "textual persona":
      "A self-employed carpenter in her thirties who likes to start before the plan is finished. She trusts her own judgement over rules, says plainly what she thinks, and spends her free weekends outside building things.",
    "dimension description": {
      "Age group": "Young",
      Occupation: "Self-employed carpenter",
      "Degree of Openness in the Big Five personality traits": "High",
      "Approach to handling conflict": "Direct communication",
      "Need for Autonomy (resisting influence from others, pursuing independence and self-reliance)":
        "Strong",
    },
    "like keywords": "outdoors, crafts",
    "dislike keywords": "",
  },
} as const;

/** The part of the prompt that is the same for every pair of a space. */
function instructions(space: PreferenceSpace): string {
  const entries = [
    ...describedDimensions(space).map(
      ({ name, options }) => `${name}: (${options.map((o) => `“${o}”`).join(", ")})`,
    ),
    ...EXTRA_ENTRIES,
  ];
  return [
    `Who is likely to prefer <Response 1> and dislike <Response 2>? Compare the preferred and the disliked response, and describe a person using those of the following ${entries.length} dimensions that can be observed:`,
    entries.map((entry, i) => `${i + 1}. ${entry}`).join("\n"),
    `Compare the two responses again and derive keywords for what this person likes and dislikes, all from this list: {${interests(space).join(", ")}}. Leave them blank where none fits.`,
    `Example:\n\nQuery:\n${EXAMPLE.query}\n\nOutput:\n\n<Response 1>\n${EXAMPLE.response1}\n\n<Response 2>\n${EXAMPLE.response2}\n\n${JSON.stringify(EXAMPLE.answer)}\n\nYour task:`,
  ].join("\n\n");
}

const instructionsBySpace = new WeakMap<PreferenceSpace, string>();

/** Prompt #2 for one pair. */
export function demographicPrompt(
  space: PreferenceSpace,
  post: string,
  chosen: string,
  rejected: string,
): PromptPrefix {
  let shown = instructionsBySpace.get(space);
  if (shown === undefined) instructionsBySpace.set(space, (shown = instructions(space)));
  return {
    chat: true,
    parts: [
      shown,
      `\n\nQuery:\n${post}\n\nOutput:\n\n<Response 1>\n${chosen}\n\n<Response 2>\n${rejected}\n\nNow write the reason, the textual persona, the dimension description and the keywords as one JSON object with the keys “reason”, “textual persona”, “dimension description”, “like keywords” and “dislike keywords”.\n`,
    ],
  };
}

/** A name without what a model may write differently: case, quotes, spacing. What is all signs stays as it is. */
const folded = (text: string) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, " ")
    .trim() || text.trim();

/** Keywords of the space in a comma-separated list, in space order; what is not on the list is left out. */
function knownKeywords(list: string, space: PreferenceSpace): string[] {
  const named = new Set(list.split(/[,;]/).map(folded));
  return interests(space).filter((name) => named.has(folded(name)));
}

/**
 * Validates an answer and maps it to a direction. What the answer says that the space does not know is left out; a keyword
 * that is both liked and disliked says nothing.
 * @throws Error with the reason when the answer is of no use: no JSON, no text, or nothing of the space in it.
 */
export function parseDemographicAnswer(text: string, space: PreferenceSpace): DemographicAnswer {
  const parsed = answerSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new Error(parsed.error.issues[0]?.message ?? "not the JSON that was asked for");
  const answer = parsed.data;
  const direction = space.dimensions.map((): DirectionValue => NEUTRAL);
  const described = new Map(
    Object.entries(answer["dimension description"]).map(([name, option]) => [folded(name), folded(option)]),
  );
  for (const { name, options, index } of describedDimensions(space)) {
    const option = described.get(folded(name));
    if (option === folded(options[0])) direction[index] = POSITIVE;
    else if (option === folded(options[1])) direction[index] = NEGATIVE;
  }
  const liked = knownKeywords(answer["like keywords"], space);
  const disliked = knownKeywords(answer["dislike keywords"], space);
  const likes = liked.filter((name) => !disliked.includes(name));
  const dislikes = disliked.filter((name) => !liked.includes(name));
  space.dimensions.forEach(({ group, name }, d) => {
    if (group !== "interest") return;
    if (likes.includes(name)) direction[d] = POSITIVE;
    else if (dislikes.includes(name)) direction[d] = NEGATIVE;
  });
  if (direction.every((value) => value === NEUTRAL)) {
    throw new Error("the answer names no dimension and no keyword of the preference space");
  }
  return { reason: answer.reason, persona: answer["textual persona"], direction, likes, dislikes };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("the answer is not whole JSON");
  }
}
