import { NEUTRAL, POSITIVE, type DirectionValue } from "../records/direction.js";
import type { PreferenceSpace } from "../space/space.js";

/** How values and dimensions are put into words in messages. */

const SHOWN_TEXT = 60;
const SHOWN_ENTRIES = 3;

/** Text from a file, fit for one line of a message: no control characters, cut where long. */
export function oneLine(text: string, length: number): string {
  // Cut first: what comes after is never shown, and a field may be very long.
  const line = text.slice(0, 2 * length + 1).replace(/[\p{Cc}\p{Cs}\u2028\u2029\s]+/gu, " ");
  const characters = [...line];
  return characters.length <= length ? line : `${characters.slice(0, length).join("")}…`;
}

/** Text from a file in quotes. */
export function quote(text: string): string {
  return `“${oneLine(text, SHOWN_TEXT)}”`;
}

/** What a JSON value is, in words. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return `the text ${quote(value)}`;
  if (typeof value === "number") return `the number ${value}`;
  return value === true ? "true" : "false";
}

/** `1 item`, `4 items`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** The first three entries, and how many more there are. */
export function enumerate<T>(entries: readonly T[], say: (entry: T) => string): string {
  const shown = entries.slice(0, SHOWN_ENTRIES).map(say).join("; ");
  const more = entries.length - SHOWN_ENTRIES;
  return more > 0 ? `${shown} (and ${more} more)` : shown;
}

/** ` (and 2 more)`, or nothing. */
export function andMore(more: number): string {
  return more > 0 ? ` (and ${more} more)` : "";
}

/** A direction's value on dimension `d`: one of its two labels, or Neutral. */
export function valueWords(value: DirectionValue, d: number, space: PreferenceSpace): string {
  const { positiveLabel, negativeLabel } = space.dimensions[d]!;
  if (value === NEUTRAL) return "Neutral";
  return `“${value === POSITIVE ? positiveLabel : negativeLabel}”`;
}

/** A dimension by its name. */
export function dimensionWords(d: number, space: PreferenceSpace): string {
  return `dimension “${space.dimensions[d]!.name}”`;
}
