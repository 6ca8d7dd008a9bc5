import { type Direction, NEUTRAL, POSITIVE } from "../records/direction.js";
import type { PreferenceSpace } from "../space/space.js";

/** DEMO without a model: the direction in words, for use when no model wrote a text. */

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)!}`;
}

/** What a person likes and dislikes, as a sentence; empty without either. */
export function keywordSentence(likes: readonly string[], dislikes: readonly string[]): string {
  if (likes.length === 0 && dislikes.length === 0) return "";
  const parts = [
    ...(likes.length > 0 ? [`likes ${listed(likes)}`] : []),
    ...(dislikes.length > 0 ? [`dislikes ${listed(dislikes)}`] : []),
  ];
  return `This person ${parts.join(" and ")}.`;
}

/** A text that says the non-neutral dimensions of a direction; empty when all are neutral. */
export function templatePersona(direction: Direction, space: PreferenceSpace): string {
  const traits: string[] = [];
  const likes: string[] = [];
  const dislikes: string[] = [];
  direction.forEach((value, d) => {
    if (value === NEUTRAL) return;
    const { group, name, positiveLabel, negativeLabel } = space.dimensions[d]!;
    if (group === "interest") (value === POSITIVE ? likes : dislikes).push(name);
    else traits.push(value === POSITIVE ? positiveLabel : negativeLabel);
  });
  const described = traits.length > 0 ? `This person can be described as follows: ${traits.join("; ")}.` : "";
  return [described, keywordSentence(likes, dislikes)].filter(Boolean).join(" ");
}
