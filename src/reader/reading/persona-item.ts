import { compareDirections } from "../../core/consistency/consistency.js";
import { type Direction, responseDirection } from "../../core/records/direction.js";
import { directionSchema } from "../../core/records/records.js";
import { COMPONENT_FIELDS } from "../../core/rules/read-row.js";
import type { LineContext } from "./line-context.js";
import type { ValuePath } from "./line-tree.js";
import { labelsOf } from "./vectors.js";

/** An item of a persona: how near it is to the pair, and what it says of the pair's direction. */
interface Item {
  readonly title: string;
  /** Similarity in words. */
  readonly matches: string;
  readonly pair: Direction | null;
  readonly own: Direction | null;
}

const asDirection = (value: unknown): Direction | null => {
  const parsed = directionSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
};

const asObject = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

const matchWords = (matches: number, size: number): string => `${matches} of ${size} dimensions match`;
const pairWords = (chosen: number, rejected: number, size: number): string =>
  `chosen ${chosen}, rejected ${rejected} of ${size} dimensions match`;

/** An item of a row of the published format. */
async function rowItem(context: LineContext, [field, index]: ValuePath): Promise<Item | null> {
  const kind = field === COMPONENT_FIELDS.ugc ? "UGC" : field === COMPONENT_FIELDS.pairs ? "PAIR" : null;
  if (kind === null || typeof index !== "number") return null;
  const items = listOf(context.value[String(field)]);
  const item = asObject(items[index]);
  if (!item) return null;
  const lineage = await context.lineage();
  const size = context.space.dimensions.length;
  const ugc = kind === "UGC" ? lineage?.ugc[index] : undefined;
  const pair = kind === "PAIR" ? lineage?.pairs[index] : undefined;
  return {
    title: `${kind} item ${index + 1} of ${items.length}`,
    matches: ugc
      ? matchWords(ugc.matches, size)
      : pair
        ? pairWords(pair.matchesChosen, pair.matchesRejected, size)
        : "",
    pair: asDirection(context.value["Preference Direction"]),
    own: asDirection(item["Preference Direction"]),
  };
}

/** An item of `personas.jsonl`. */
async function personaItem(context: LineContext, [field, index]: ValuePath): Promise<Item | null> {
  const { lookup, value } = context;
  if (!lookup || typeof value["pair"] !== "string") return null;
  const pair = (await lookup.pair(value["pair"]))?.value.direction ?? null;
  if (field === "demographic") {
    const demographic = asObject(value["demographic"]);
    return demographic && { title: "DEMO", matches: "", pair, own: asDirection(demographic["direction"]) };
  }
  if (typeof index !== "number" || (field !== "ugc" && field !== "pairs")) return null;
  const items = listOf(value[field]);
  const item = asObject(items[index]);
  if (!item) return null;
  const size = context.space.dimensions.length;
  const title = `${field === "ugc" ? "UGC" : "PAIR"} item ${index + 1} of ${items.length}`;
  if (field === "ugc") {
    const levels = typeof item["response"] === "string" ? await lookup.levels(item["response"]) : null;
    return {
      ...{ title, pair, matches: matchWords(Number(item["matches"]), size) },
      own: levels && responseDirection(levels.value.levels),
    };
  }
  const other = typeof item["pair"] === "string" ? await lookup.pair(item["pair"]) : null;
  return {
    ...{ title, pair },
    matches: pairWords(Number(item["matchesChosen"]), Number(item["matchesRejected"]), size),
    own: other?.value.direction ?? null,
  };
}

/** What an item of a persona is and says; null where a path leads to none. */
export async function personaItemMarkdown(context: LineContext, path: ValuePath): Promise<string | null> {
  const item =
    context.kind === "alignx"
      ? await rowItem(context, path)
      : context.kind === "personas"
        ? await personaItem(context, path)
        : null;
  if (!item) return null;
  const { space } = context;
  const head = `**${item.title}**${item.matches === "" ? "" : `: ${item.matches}`}`;
  const { pair, own } = item;
  if (!pair || !own || [pair, own].some(({ length }) => length !== space.dimensions.length)) return head;
  const { agrees, contradicts } = compareDirections(pair, own);
  const says = [
    agrees.length > 0
      ? `- agrees with the pair on ${labelsOf(space, own, agrees)}`
      : "- agrees with the pair nowhere",
    contradicts.length > 0
      ? `- contradicts the pair on ${labelsOf(space, own, contradicts)}`
      : "- contradicts the pair nowhere",
  ];
  return `${head}\n\n${says.join("\n")}`;
}
