import { countOf } from "../number-words.js";
import { PERSONA_KINDS, type PersonaKind } from "../records/records.js";

export { countOf, formatCount, formatSeconds, formatShare } from "../number-words.js";

/** Numbers and texts in the form in which the report and the data card show them; no locale has a say. */

const KIND_WORDS: Readonly<Record<PersonaKind, string>> = {
  ugc: "UGC",
  pairs: "PAIR",
  demographic: "DEMO",
};

/** A combination of persona kinds in words, such as "UGC + DEMO". */
export function kindsInWords(kinds: readonly PersonaKind[]): string {
  const words = PERSONA_KINDS.filter((kind) => kinds.includes(kind)).map((kind) => KIND_WORDS[kind]);
  return words.length > 0 ? words.join(" + ") : "none";
}

/** First letter in upper case. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How much of a text is shown: UTF-16 units and lines. */
export interface TextLimit {
  readonly units: number;
  readonly lines: number;
}

/** The beginning of a text within the limit and the number of characters that were left out. */
export function cutText(text: string, limit: TextLimit): { readonly shown: string; readonly more: number } {
  let end = Math.min(text.length, limit.units);
  let newline = -1;
  for (let line = 0; line < limit.lines; line++) {
    newline = text.indexOf("\n", newline + 1);
    if (newline === -1 || newline >= end) break;
    if (line === limit.lines - 1) end = newline;
  }
  // Half a surrogate pair is no character.
  if (end < text.length && /[\uD800-\uDBFF]/.test(text.charAt(end - 1))) end--;
  let more = 0;
  for (let i = end; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) more++;
  return { shown: text.slice(0, end), more };
}

/** "… N more characters", or nothing where nothing was cut. */
export function moreCharacters(more: number): string {
  return more === 0 ? "" : `… ${countOf(more, "more character")}`;
}

/**
 * Characters that could hide or reorder what stands around them become visible as their code point: controls, direction
 * overrides, invisible spaces, tag characters, halves of surrogate pairs. Joiners stay, since emoji and several scripts
 * are spelled with them.
 */
export function withVisibleControls(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(
      /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\uFFFE\uFFFF\u{E0000}-\u{E007F}]|\p{Cs}/gu,
      (character) => `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`,
    );
}
