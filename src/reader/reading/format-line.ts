import { NEUTRAL, POSITIVE } from "../../core/records/direction.js";
import { withVisibleControls } from "../../core/report/words.js";
import { type PreferenceSpace, shortName } from "../../core/space/space.js";
import type { LineContext } from "./line-context.js";
import { readVector } from "./vectors.js";

/**
 * A line in a form for reading. JSON would have texts on one line with `\n` in them; YAML says the same data with real line
 * breaks, and every editor colours it. Whatever a block of YAML could not say exactly (controls, odd spaces) stays a quoted
 * string with escapes, broken where the editor would not draw the rest of it.
 */

const INDENT = "  ";
/** Lists of numbers and other short things stay on lines of this width. */
const WIDTH = 100;
/** Text lines longer than this are broken; the editor draws 10,000 columns. */
const LONGEST_LINE = 2000;
const BREAK_AT = 160;
/** Labels named in the comment beside a vector. */
const MOST_LABELS = 12;

const NAMED_VECTORS = ["Preference Direction", "direction", "levels"];

const PLAIN_KEY = /^[A-Za-z_][\w-]*( [\w-]+)*$/;
/** Words that YAML reads as something else than a text. */
const NO_TEXT = /^(true|false|yes|no|on|off|null|y|n|~)$/i;
/** Anything that a block would not give back as it is, or that would not be seen. */
const NOT_IN_BLOCK = /[^\S\n ]|[ ]+\n|[ ]$|^\s|\r/;

const quoted = (text: string): string =>
  // Line separators and invisible characters become visible escapes.
  JSON.stringify(text).replace(
    /[\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** A text in quotes over several lines: after each of its line breaks, and at blanks where a line is long. */
function foldedQuotes(text: string, indent: string): string {
  const pieces = text.split(/(?<=\n)/).flatMap((line) => {
    const parts: string[] = [];
    let rest = line;
    while (rest.length > BREAK_AT) {
      const blank = rest.lastIndexOf(" ", BREAK_AT);
      let at = blank > BREAK_AT / 2 ? blank + 1 : BREAK_AT;
      if (/[\uD800-\uDBFF]/.test(rest.charAt(at - 1))) at--;
      parts.push(rest.slice(0, at));
      rest = rest.slice(at);
    }
    return rest === "" ? parts : [...parts, rest];
  });
  // A backslash at the end joins lines; blanks at the beginning of a line are said as such.
  const lines = pieces.map((piece) => quoted(piece).slice(1, -1).replace(/^ /, "\\ "));
  return `"${lines.join(`\\\n${indent}`)}"`;
}

function textForm(text: string, indent: string): string {
  const lines = text.split("\n");
  const exact = withVisibleControls(text) === text && !NOT_IN_BLOCK.test(text.replace(/\n+$/, ""));
  const drawn = lines.every((line) => line.length <= LONGEST_LINE);
  if (lines.length > 1 && exact && drawn && lines.some((line) => line !== "")) {
    // `-`: no line break at the end; `+`: those that there are.
    const ends = text.endsWith("\n") ? "+" : "-";
    const body = (ends === "+" ? lines.slice(0, -1) : lines).map((line) =>
      line === "" ? "" : indent + line,
    );
    return `|${ends}\n${body.join("\n")}`;
  }
  return text.length > LONGEST_LINE || lines.length > 1 ? foldedQuotes(text, indent) : quoted(text);
}

const keyForm = (key: string): string => (PLAIN_KEY.test(key) && !NO_TEXT.test(key) ? key : quoted(key));

/** Scalars on lines of some width, as `[1, 2, ...]`. */
function flowForm(values: readonly unknown[], indent: string): string {
  const all = values.map((value) => JSON.stringify(value));
  const one = `[${all.join(", ")}]`;
  if (one.length + indent.length <= WIDTH) return one;
  const lines: string[] = [];
  let line = "";
  for (const [i, value] of all.entries()) {
    const piece = value + (i < all.length - 1 ? "," : "");
    if (line !== "" && indent.length + line.length + piece.length + 1 > WIDTH) {
      lines.push(line);
      line = piece;
    } else line += line === "" ? piece : ` ${piece}`;
  }
  return `[\n${[...lines, line].map((one) => indent + one).join("\n")}\n${indent.slice(INDENT.length)}]`;
}

const isScalar = (value: unknown): boolean =>
  typeof value === "number" || typeof value === "boolean" || value === null;
const isFlat = (value: unknown): boolean =>
  isScalar(value) || (Array.isArray(value) && value.length <= 3 && value.every(isScalar));

/** What a vector says, as a comment; empty where it cannot be named or says nothing. */
function vectorComment(space: PreferenceSpace, key: string, value: unknown, indent: string): string {
  const vector = NAMED_VECTORS.includes(key) ? readVector(key, value) : null;
  if (!vector || vector.form === "answers" || vector.direction.length !== space.dimensions.length) return "";
  const { direction } = vector;
  const named = direction.flatMap((one, d) => (one === NEUTRAL ? [] : [d]));
  const labels = named.slice(0, MOST_LABELS).map((d) => {
    const { positiveLabel, negativeLabel, name } = space.dimensions[d]!;
    return `${direction[d] === POSITIVE ? positiveLabel : negativeLabel} (${shortName(name)})`;
  });
  const more = named.length - labels.length;
  const lines = [
    `${named.length} of ${direction.length} dimensions not neutral`,
    ...labels.map((label) => `  ${label}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
  return lines.map((line) => `${indent}# ${withVisibleControls(line).replace(/\s*\n\s*/g, " ")}\n`).join("");
}

/** What stands after a key, with the blank or line break before it. */
function valueForm(value: unknown, indent: string, space: PreferenceSpace): string {
  const inner = indent + INDENT;
  if (typeof value === "string") return ` ${textForm(value, inner)}`;
  if (Array.isArray(value)) {
    if (value.length === 0 || value.every(isFlat)) return ` ${flowForm(value, inner)}`;
    return value.map((one) => `\n${indent}-${itemForm(one, inner, space)}`).join("");
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    return entries.length === 0 ? " {}" : `\n${objectForm(entries, inner, space)}`;
  }
  return ` ${JSON.stringify(value)}`;
}

/** An entry of a list after its dash: fields begin on the same line. */
function itemForm(value: unknown, indent: string, space: PreferenceSpace): string {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value);
    if (entries.length > 0) return ` ${objectForm(entries, indent, space).slice(indent.length)}`;
  }
  if (Array.isArray(value) && value.length > 0 && !value.every(isFlat))
    return valueForm(value, indent, space);
  return valueForm(value, indent.slice(INDENT.length), space);
}

function objectForm(
  entries: readonly (readonly [string, unknown])[],
  indent: string,
  space: PreferenceSpace,
): string {
  return entries
    .map(
      ([key, value], i) =>
        // A comment cannot stand between a dash and the first field.
        `${i > 0 || indent === "" ? vectorComment(space, key, value, indent) : ""}${indent}${keyForm(key)}:${valueForm(value, indent, space)}`,
    )
    .join("\n");
}

/** A record as YAML; what is no JSON object, or too long to be taken apart, as it is in lines that the editor draws. */
export function formatLine({ text, tree, space }: LineContext): string | null {
  if (text.trim() === "") return null;
  if (tree) return `${objectForm(Object.entries(tree.value), "", space)}\n`;
  const lines = withVisibleControls(text).match(new RegExp(`.{1,${BREAK_AT}}`, "gsu")) ?? [];
  return `# This line is no JSON object; it is shown as it is.\n${lines.join("\n")}\n`;
}
