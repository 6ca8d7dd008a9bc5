import { PERSONA_KINDS, type PersonaKind } from "../records/records.js";

/** Numbers and texts in the form in which the report and the data card show them; no locale has a say. */

/** 1234567 as "1,234,567". */
export function formatCount(count: number): string {
  const [whole = "", fraction] = String(Math.abs(count)).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${count < 0 ? "−" : ""}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** "1 post", "2 posts". */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** part / whole as a percentage; what is not nothing never reads "0%", what is not all never "100%". */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return "–";
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.1) return "<0.1%";
  if (percent < 100 && percent > 99.9) return ">99.9%";
  return percent < 10 || percent > 99 ? `${Number(percent.toFixed(1))}%` : `${Math.round(percent)}%`;
}

/** Seconds as "0.42 s", "17.3 s", "4 min 05 s" or "2 h 03 min". */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toFixed(2))} s`;
  if (seconds < 59.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const padded = (n: number) => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${padded(whole % 60)} s`;
  return `${formatCount(Math.floor(whole / 3600))} h ${padded(Math.floor((whole % 3600) / 60))} min`;
}

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
