import { type Direction, NEUTRAL, POSITIVE, responseDirection } from "../../core/records/direction.js";
import { type Answer, answersSchema, directionSchema, levelsSchema } from "../../core/records/records.js";
import { inline, markdownTable } from "../../core/report/markdown-text.js";
import { capitalised, formatShare } from "../../core/report/words.js";
import { dimensionGroups, type PreferenceSpace, shortName } from "../../core/space/space.js";
import type { ValuePath } from "./line-tree.js";

/** Vectors in words: directions, levels and answers of a preference space. */

/** Dimensions named in one hover. */
const MOST_DIMENSIONS = 40;

/** What one side of a pair, or one response, has. */
export interface Side {
  readonly title: string;
  readonly levels: readonly number[] | null;
  readonly answers: readonly Answer[] | null;
}

/** A vector by the field that it stands in. */
export type Vector =
  | { readonly form: "direction"; readonly direction: Direction }
  | { readonly form: "levels"; readonly direction: Direction; readonly levels: readonly number[] }
  | { readonly form: "answers"; readonly answers: readonly Answer[] };

const FORMS: Readonly<Record<string, (value: unknown) => Vector | null>> = {
  direction: readDirection,
  "Preference Direction": readDirection,
  levels(value) {
    const parsed = levelsSchema.safeParse(value);
    return parsed.success
      ? { form: "levels", direction: responseDirection(parsed.data), levels: parsed.data }
      : null;
  },
  answers(value) {
    const parsed = answersSchema.safeParse(value);
    return parsed.success ? { form: "answers", answers: parsed.data } : null;
  },
};

function readDirection(value: unknown): Vector | null {
  const parsed = directionSchema.safeParse(value);
  return parsed.success ? { form: "direction", direction: parsed.data } : null;
}

/** The part of a path that leads to a vector, and the place in it; null where it leads to none. */
export function vectorPath(
  path: ValuePath,
): { readonly path: ValuePath; readonly dimension: number | null } | null {
  for (let length = path.length; length > 0; length--) {
    const key = path[length - 1];
    if (typeof key !== "string" || !Object.hasOwn(FORMS, key)) continue;
    const inner = path[length];
    return { path: path.slice(0, length), dimension: typeof inner === "number" ? inner : null };
  }
  return null;
}

/** A vector as it stands in a field; null where it is none. */
export function readVector(field: string | number | undefined, value: unknown): Vector | null {
  return typeof field === "string" && Object.hasOwn(FORMS, field) ? FORMS[field]!(value) : null;
}

const LEVEL_WORDS = ["", "second option", "cannot reflect", "first option"];

/** `3 (81/10/9%)`. */
function sideWords({ levels, answers }: Side, d: number): string {
  const level = levels?.[d];
  const answer = answers?.[d];
  return [
    ...(level === undefined ? [] : [String(level)]),
    ...(answer ? [`(${answer.map((p) => formatShare(p, 1).replace("%", "")).join("/")}%)`] : []),
  ].join(" ");
}

function labelOf({ dimensions }: PreferenceSpace, direction: Direction, d: number): string {
  const { positiveLabel, negativeLabel } = dimensions[d]!;
  return direction[d] === POSITIVE ? positiveLabel : negativeLabel;
}

/** Dimensions in words, such as “Openness: *adventurous*”. */
export function labelsOf(space: PreferenceSpace, direction: Direction, ds: readonly number[]): string {
  const shown = ds.slice(0, MOST_DIMENSIONS).map((d) => inline(labelOf(space, direction, d)));
  return [...shown, ...(ds.length > shown.length ? [`${ds.length - shown.length} more`] : [])].join(", ");
}

/** Why a vector cannot be named; null where it can. */
export function sizeProblem(space: PreferenceSpace, length: number): string | null {
  const size = space.dimensions.length;
  return length === size
    ? null
    : `${length} values, where the preference space ${inline(space.name)} has ${size} dimensions: none can be named.`;
}

/** The dimensions of a direction that are not neutral, by group, with what led to them where it is known. */
export function directionMarkdown(
  space: PreferenceSpace,
  direction: Direction,
  title: string,
  sides: readonly Side[],
): string {
  const problem = sizeProblem(space, direction.length);
  if (problem !== null) return `**${title}**: ${problem}`;
  const known = sides.filter(({ levels, answers }) => levels !== null || answers !== null);
  const named = direction.flatMap((value, d) => (value === NEUTRAL ? [] : [d]));
  if (named.length === 0) return `**${title}**: neutral on all ${direction.length} dimensions`;
  const shown = new Set(named.slice(0, MOST_DIMENSIONS));
  const head = `**${title}**: ${named.length} of ${direction.length} dimensions are not neutral`;
  const groups = [...dimensionGroups(space)].flatMap(([group, members]) => {
    const rows = members.filter((d) => shown.has(d));
    if (rows.length === 0) return [];
    const table = markdownTable(
      [inline(capitalised(group)), "", ...known.map((side) => side.title)],
      rows.map((d) => [
        inline(shortName(space.dimensions[d]!.name)),
        `${direction[d] === POSITIVE ? "+" : "−"} **${inline(labelOf(space, direction, d))}**`,
        ...known.map((side) => sideWords(side, d)),
      ]),
    );
    return [table];
  });
  const more = named.length > shown.size ? [`… and ${named.length - shown.size} more`] : [];
  const legend =
    known.length > 0
      ? ["Level, and the model's probabilities of first option / second option / cannot reflect"]
      : [];
  return [head, ...groups, ...more, ...legend].join("\n\n");
}

/** Dimensions on which the model leans to one of the two options, surest first. */
export function answersMarkdown(space: PreferenceSpace, answers: readonly Answer[]): string {
  const problem = sizeProblem(space, answers.length);
  if (problem !== null) return `**Answers**: ${problem}`;
  const leaning = answers
    .flatMap(([first, second, neither], d) =>
      Math.max(first, second) > neither ? [{ d, first, second, surest: Math.max(first, second) }] : [],
    )
    .sort((a, b) => b.surest - a.surest);
  const head = `**Answers**: one of the two options is likelier than “cannot reflect” on ${leaning.length} of ${answers.length} dimensions`;
  if (leaning.length === 0) return head;
  const rows = leaning.slice(0, MOST_DIMENSIONS / 2).map(({ d, first, second, surest }) => {
    const { name, positiveLabel, negativeLabel } = space.dimensions[d]!;
    return [
      inline(shortName(name)),
      inline(first >= second ? positiveLabel : negativeLabel),
      formatShare(surest, 1),
    ];
  });
  const more = leaning.length > rows.length ? [`… and ${leaning.length - rows.length} more`] : [];
  return [head, markdownTable(["Dimension", "Likelier", "Probability:"], rows), ...more].join("\n\n");
}

/** One place in a vector: which dimension it is, and what the value means there. */
export function dimensionMarkdown(space: PreferenceSpace, vector: Vector, d: number): string | null {
  const values = vector.form === "answers" ? vector.answers : vector.direction;
  const dimension = space.dimensions[d];
  if (!dimension || sizeProblem(space, values.length) !== null) return null;
  const { name, group, options } = dimension;
  const head = `**${inline(name)}** (${inline(group)}, dimension ${d + 1} of ${values.length})`;
  if (vector.form === "answers") {
    const answer = vector.answers[d]!;
    const words = [`“${inline(options[0])}”`, `“${inline(options[1])}”`, "cannot reflect"];
    const shares = words.map((word, i) => `- ${word}: ${formatShare(answer[i]!, 1)}`);
    return `${head}\n\n${shares.join("\n")}`;
  }
  const value = vector.direction[d]!;
  const label = value === NEUTRAL ? "neutral" : `**${inline(labelOf(space, vector.direction, d))}**`;
  const sign = value === NEUTRAL ? "" : value === POSITIVE ? "positive: " : "negative: ";
  if (vector.form === "direction") return `${head}\n\n${sign}${label}`;
  const level = vector.levels[d]!;
  const option = level === 2 ? "" : ` “${inline(options[level === 3 ? 0 : 1])}”`;
  return `${head}\n\nLevel ${level}, ${LEVEL_WORDS[level]!}${option}: ${label}`;
}
