import { inline } from "../../core/report/markdown-text.js";
import { countOf, formatCount } from "../../core/report/words.js";
import type { HoverText } from "../../protocol/reading.js";
import { describeId, idForm, lineageMarkdown, originLink } from "./describe-id.js";
import type { LineContext, Lookup } from "./line-context.js";
import type { FoundValue, ValuePath } from "./line-tree.js";
import { personaItemMarkdown } from "./persona-item.js";
import { estimateTokens } from "./token-estimate.js";
import {
  answersMarkdown,
  dimensionMarkdown,
  directionMarkdown,
  readVector,
  type Side,
  type Vector,
  vectorPath,
} from "./vectors.js";

/** Lists of numbers of dimensions, from 0. */
const DIMENSION_LISTS = ["agreed", "contradicts"];

async function sideOf(lookup: Lookup, title: string, response: string): Promise<Side> {
  const [levels, annotation] = await Promise.all([lookup.levels(response), lookup.annotation(response)]);
  return { title, levels: levels?.value.levels ?? null, answers: annotation?.value.answers ?? null };
}

/** The responses that a vector is about, as far as the workspace knows them. */
async function sidesOf(context: LineContext, path: ValuePath): Promise<readonly Side[]> {
  const { lookup, value, kind } = context;
  if (!lookup) return [];
  const pairSides = (pair: { readonly chosen: string; readonly rejected: string }) =>
    Promise.all([sideOf(lookup, "Chosen", pair.chosen), sideOf(lookup, "Rejected", pair.rejected)]);
  const pairById = async (id: unknown) => {
    const pair = typeof id === "string" ? await lookup.pair(id) : null;
    return pair ? pairSides(pair.value) : [];
  };
  if (kind === "pairs") return pairById(value["id"]);
  if (kind === "levels" && typeof value["response"] === "string") {
    return [await sideOf(lookup, "Response", value["response"])];
  }
  if (kind !== "alignx") return [];
  const lineage = await context.lineage();
  if (!lineage) return [];
  const [field, index] = path;
  if (field === "Preference Direction") return pairSides(lineage);
  if (typeof index !== "number") return [];
  const ugc = field === "User-Generated Content" ? lineage.ugc[index] : undefined;
  if (ugc) return [await sideOf(lookup, "Response", ugc.response)];
  return pairById(field === "Pair-wise Comparative Feedback" ? lineage.pairs[index]?.pair : undefined);
}

async function wholeVector(
  context: LineContext,
  vector: Vector,
  title: string,
  path: ValuePath,
): Promise<string> {
  if (vector.form === "answers") return answersMarkdown(context.space, vector.answers);
  return directionMarkdown(context.space, vector.direction, title, await sidesOf(context, path));
}

/** A vector, and the dimension of a number in it. */
async function vectorParts(
  context: LineContext,
  { path }: FoundValue,
): Promise<{ readonly parts: readonly string[]; readonly at: FoundValue } | null> {
  const found = vectorPath(path);
  const whole = found && context.tree!.of(found.path);
  const field = found?.path.at(-1);
  const vector = whole && readVector(field, whole.value);
  if (!vector) return null;
  const { dimension } = found;
  const one = dimension === null ? null : dimensionMarkdown(context.space, vector, dimension);
  const at = (dimension === null ? null : context.tree!.of([...found.path, dimension])) ?? whole;
  // Of the model's answers one dimension is enough; a direction is read as a whole.
  if (one !== null && vector.form === "answers") return { parts: [one], at };
  const all = await wholeVector(context, vector, String(field), found.path);
  return { parts: one === null ? [all] : [one, all], at };
}

/** Dimensions that a record names by their numbers: one of them, or all of a list. */
function listedDimensions({ space }: LineContext, { path, value }: FoundValue): string | null {
  const list = typeof path.at(-1) === "number" ? path.at(-2) : path.at(-1);
  if (typeof list !== "string" || !DIMENSION_LISTS.includes(list)) return null;
  const named = (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((d) => {
    const dimension = typeof d === "number" ? space.dimensions[d] : undefined;
    return dimension ? [`- ${inline(dimension.name)} (${inline(dimension.group)})`] : [];
  });
  return named.length > 0 ? named.join("\n") : null;
}

function textWords(text: string): string {
  return `${countOf(text.length, "character")}, ≈ ${formatCount(estimateTokens(text))} tokens`;
}

/** The way back from a record, in one line. */
async function lineageLine(context: LineContext): Promise<string | null> {
  const { lookup, value, kind } = context;
  if (!lookup) return null;
  if (kind === "alignx") {
    const lineage = await context.lineage();
    return lineage && lineageMarkdown(lookup, lineage);
  }
  const id =
    kind === "pairs" ? value["id"] : kind === "personas" || kind === "verdicts" ? value["pair"] : null;
  const pair = typeof id === "string" ? await lookup.pair(id) : null;
  return pair && lineageMarkdown(lookup, { pair: pair.value.id, post: pair.value.post, origin: null });
}

function originOf(context: LineContext, { path }: FoundValue): string | null {
  const at = path.lastIndexOf("origin");
  const origin = at < 0 ? null : context.tree!.of(path.slice(0, at + 1))?.value;
  if (!context.lookup || typeof origin !== "object" || origin === null) return null;
  const { file, line } = origin as { readonly file?: unknown; readonly line?: unknown };
  return typeof file === "string" && typeof line === "number"
    ? `Raw record: ${originLink(context.lookup, { file, line })}`
    : null;
}

/** What stands at a character of a line, in Markdown. */
export async function hoverAt(context: LineContext, character: number): Promise<HoverText | null> {
  const found = context.tree?.at(character);
  if (!found || context.kind === null || found.path.length === 0) return null;
  const form = idForm(found.value);
  if (form !== null && context.lookup) {
    const item = await personaItemMarkdown(context, found.path);
    const id = await describeId(context.lookup, form, String(found.value));
    return hover(found, [...(item === null ? [] : [item]), id]);
  }
  const vector = await vectorParts(context, found);
  const item = await personaItemMarkdown(context, found.path);
  const listed = listedDimensions(context, found);
  const text = typeof found.value === "string" ? textWords(found.value) : null;
  const origin = originOf(context, found);
  const parts = [
    ...(listed === null ? [] : [listed]),
    ...(vector?.parts ?? []),
    ...(item === null ? [] : [item]),
    ...(text === null ? [] : [text]),
    ...(origin === null ? [] : [origin]),
  ];
  if (parts.length === 0) return null;
  const lineage = vector || item !== null || context.kind === "alignx" ? await lineageLine(context) : null;
  return hover(vector?.at ?? found, [...parts, ...(lineage === null ? [] : [lineage])]);
}

function hover({ from, to }: FoundValue, parts: readonly string[]): HoverText {
  return { markdown: parts.join("\n\n---\n\n"), from, to };
}
