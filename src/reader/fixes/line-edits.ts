import { parseTree } from "jsonc-parser";
import type { FindPii } from "../../core/rules/check-row.js";
import type { Direction } from "../../core/records/direction.js";
import { fieldPlace, type FieldPlace, type Span } from "../findings/field-place.js";

/** Text in the place of some characters of a line. */
export interface LineEdit extends Span {
  readonly text: string;
}

/** The edits of a line, in any order; none of them overlap. */
export type LineEdits = readonly LineEdit[];

function exactPlace(line: string, field: string): FieldPlace | null {
  const place = fieldPlace(line, field);
  return place?.exact ? place : null;
}

/** Where the entries of a list stand in a line; null where the field is no list. */
function entriesOf(line: string, field: string): readonly Span[] | null {
  const place = exactPlace(line, field);
  const root = place && parseTree(line.slice(place.from, place.to));
  if (root?.type !== "array") return null;
  return (root.children ?? []).map(({ offset, length }) => ({
    from: place!.from + offset,
    to: place!.from + offset + length,
  }));
}

/** Takes entries out of a list, with the commas that belong to them. */
export function removeEntries(line: string, field: string, indexes: ReadonlySet<number>): LineEdits {
  const entries = entriesOf(line, field) ?? [];
  const edits: LineEdit[] = [];
  for (let i = 0; i < entries.length; i++) {
    if (!indexes.has(i)) continue;
    let last = i;
    while (indexes.has(last + 1) && last + 1 < entries.length) last++;
    const before = entries[i - 1];
    const after = entries[last + 1];
    // The comma before goes with them, or, at the beginning of the list, the one after.
    const from = before ? before.to : entries[i]!.from;
    const to = before || !after ? entries[last]!.to : after.from;
    edits.push({ from, to, text: "" });
    i = last;
  }
  return edits;
}

/** Writes numbers in the place of entries of a list that differ from them; null leaves an entry as it is. */
export function setNumbers(line: string, field: string, numbers: readonly (number | null)[]): LineEdits {
  const entries = entriesOf(line, field) ?? [];
  return entries.flatMap(({ from, to }, i) => {
    const number = numbers[i] ?? null;
    return number === null || Number(line.slice(from, to)) === number
      ? []
      : [{ from, to, text: String(number) }];
  });
}

/** The opposite of each preference of a direction. */
export function invertDirection(line: string, field: string, direction: Direction): LineEdits {
  return setNumbers(
    line,
    field,
    direction.map((value) => 1 - value),
  );
}

/** Exchanges the values of two fields. */
export function swapValues(line: string, one: string, other: string): LineEdits {
  const [a, b] = [exactPlace(line, one), exactPlace(line, other)];
  if (!a || !b) return [];
  const text = ({ from, to }: Span) => line.slice(from, to);
  return [
    { from: a.from, to: a.to, text: text(b) },
    { from: b.from, to: b.to, text: text(a) },
  ];
}

/** Gives a field another name. */
export function renameField(line: string, field: string, name: string): LineEdits {
  const key = exactPlace(line, field)?.key;
  return key ? [{ from: key.from, to: key.to, text: JSON.stringify(name) }] : [];
}

/** Where each UTF-16 unit of a string stands in its JSON form, and where its closing quote does. */
function unitOffsets(literal: string): readonly number[] {
  const offsets: number[] = [];
  let at = 1;
  while (at < literal.length - 1) {
    offsets.push(at);
    at += literal[at] !== "\\" ? 1 : literal[at + 1] === "u" ? 6 : 2;
  }
  offsets.push(at);
  return offsets;
}

/** Replaces personal information in a text by typed marks. */
export function replacePii(line: string, field: string, findPii: FindPii): LineEdits {
  const place = exactPlace(line, field);
  const literal = place ? line.slice(place.from, place.to) : "";
  if (!place || !literal.startsWith('"')) return [];
  const offsets = unitOffsets(literal);
  return findPii(JSON.parse(literal) as string).map(({ kind, start, end }) => ({
    from: place.from + offsets[start]!,
    to: place.from + offsets[end]!,
    text: `[${kind}]`,
  }));
}

/** Writes another text in the place of a field's value. */
export function setValue(line: string, field: string, value: unknown): LineEdits {
  const place = exactPlace(line, field);
  const text = JSON.stringify(value);
  return place && line.slice(place.from, place.to) !== text ? [{ from: place.from, to: place.to, text }] : [];
}

/** A line after its edits. */
export function editedLine(line: string, edits: LineEdits): string {
  return [...edits]
    .sort((a, b) => b.from - a.from)
    .reduce((text, { from, to, text: put }) => text.slice(0, from) + put + text.slice(to), line);
}
