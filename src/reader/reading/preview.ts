import { compareDirections } from "../../core/consistency/consistency.js";
import { type Direction, NEUTRAL } from "../../core/records/direction.js";
import { directionSchema } from "../../core/records/records.js";
import { inline } from "../../core/report/markdown-text.js";
import { formatCount, withVisibleControls } from "../../core/report/words.js";
import { isObject, plainText } from "../../core/rules/plain-text.js";
import { COMPONENT_FIELDS } from "../../core/rules/read-row.js";
import type { LineContext } from "./line-context.js";
import { dialectOfKind, summariseRow } from "./row-summary.js";
import { labelsOf, sizeProblem } from "./vectors.js";

/** An example of a data set as a page of Markdown. Texts stand in fences, so nothing in them is markup. */

const LONGEST_LINE = 1000;

/** A text in a fence that nothing in it can close, with lines that the editor draws. */
function fenced(text: string): string {
  const shown = withVisibleControls(text).replace(
    new RegExp(`(.{${LONGEST_LINE - 100},${LONGEST_LINE}} |.{${LONGEST_LINE}})(?=.)`, "gu"),
    "$1\n",
  );
  const runs = (shown.match(/`+/g) ?? []).map((run) => run.length);
  const fence = "`".repeat(Math.max(3, ...runs.map((length) => length + 1)));
  return `${fence}text\n${shown}\n${fence}`;
}

const textOf = (value: unknown): string => {
  const text = plainText(value);
  return text === undefined ? "*(no text)*" : text === "" ? "*(empty)*" : fenced(text);
};

const directionOf = (value: unknown): Direction | null => {
  const parsed = directionSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
};

function directionLines(context: LineContext, direction: Direction | null): string[] {
  if (!direction) return [];
  const { space } = context;
  const problem = sizeProblem(space, direction.length);
  if (problem !== null) return [problem];
  const named = direction.flatMap((value, d) => (value === NEUTRAL ? [] : [d]));
  return [
    `${named.length} of ${direction.length} dimensions are not neutral${named.length > 0 ? ":" : "."}`,
    ...named.map((d) => {
      const { name, group } = space.dimensions[d]!;
      return `- ${labelsOf(space, direction, [d])} (${inline(group)}: ${inline(name)})`;
    }),
  ];
}

function itemSection(
  context: LineContext,
  title: string,
  value: unknown,
  pair: Direction | null,
  texts: readonly (readonly [string, string])[],
): string[] {
  if (!isObject(value)) return [];
  const own = directionOf(value["Preference Direction"]);
  const { space } = context;
  const comparable = pair && own && [pair, own].every(({ length }) => length === space.dimensions.length);
  const compared = comparable ? compareDirections(pair, own) : null;
  return [
    `### ${title}`,
    ...texts.flatMap(([name, key]) => [`${name}:`, textOf(value[key])]),
    ...(compared && own
      ? [
          `Agrees on: ${compared.agrees.length > 0 ? labelsOf(space, own, compared.agrees) : "nothing"}`,
          `Contradicts on: ${compared.contradicts.length > 0 ? labelsOf(space, own, compared.contradicts) : "nothing"}`,
        ]
      : []),
  ];
}

function personaSections(context: LineContext, pair: Direction | null): string[] {
  const { value } = context;
  const items = (key: string): readonly unknown[] =>
    Array.isArray(value[key]) ? (value[key] as unknown[]) : [];
  const ugc = items(COMPONENT_FIELDS.ugc);
  const pairs = items(COMPONENT_FIELDS.pairs);
  const demographic = value[COMPONENT_FIELDS.demographic];
  return [
    "## Persona",
    ...(typeof demographic === "string" && demographic.trim() !== ""
      ? ["### DEMO", fenced(demographic)]
      : []),
    ...ugc.flatMap((item, i) =>
      itemSection(context, `UGC ${i + 1} of ${ugc.length}`, item, pair, [
        ["Post", "prompt"],
        ["Comment", "comment"],
      ]),
    ),
    ...pairs.flatMap((item, i) =>
      itemSection(context, `PAIR ${i + 1} of ${pairs.length}`, item, pair, [
        ["Post", "prompt"],
        ["Chosen", "chosen"],
        ["Rejected", "rejected"],
      ]),
    ),
  ];
}

/** An example in Markdown; null where the line holds none. */
export async function previewOf(context: LineContext): Promise<string | null> {
  const dialect = dialectOfKind(context.kind);
  const summary = summariseRow(context);
  if (dialect === null || !summary) return null;
  const { value, place } = context;
  const pair = directionOf(value["Preference Direction"]);
  const lineage = await context.lineage();
  const verdict =
    summary.consistent === null ? [] : [`**${summary.consistent ? "Consistent" : "Not consistent"}**`];
  return [
    `# Example ${place.line + 1}`,
    [
      ...verdict,
      `≈ ${formatCount(summary.tokens)} tokens`,
      ...(lineage
        ? [
            `${inline(lineage.pair)} ← ${inline(lineage.post)} ← ${inline(`${lineage.origin.file}:${lineage.origin.line}`)}`,
          ]
        : []),
    ].join(" · "),
    ...(summary.problem === null ? [] : [inline(summary.problem)]),
    "## Prompt",
    textOf(value["prompt"]),
    "## Chosen",
    textOf(value["chosen"]),
    "## Rejected",
    textOf(value["rejected"]),
    ...(dialect === "alignx" ? ["## Preference direction", directionLines(context, pair).join("\n")] : []),
    ...(dialect === "preference" ? [] : personaSections(context, pair)),
    "",
  ].join("\n\n");
}
