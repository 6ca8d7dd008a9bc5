/** The kinds of personal data that are replaced; each is written `[KIND]`. */
export const PII_KINDS = [
  "EMAIL",
  "PHONE",
  "IP",
  "MAC",
  "CARD",
  "ACCOUNT",
  "SSN",
  "USER",
  "PROFILE",
] as const;
export type PiiKind = (typeof PII_KINDS)[number];

/** Where personal data stands: UTF-16 offsets, `end` exclusive. */
export interface PiiMatch {
  readonly kind: PiiKind;
  readonly start: number;
  readonly end: number;
}

/**
 * Finds some kinds in a text in which everything found before is masked. Two rules keep a second look at the result from
 * finding more: a candidate that would be refused beside the found text is also refused beside its mask, and what a
 * detector reads further away (a word such as "version") is nothing that a later detector may take.
 */
export type Detector = (text: string) => PiiMatch[];

/** Stands for found text, as many times as the text is long; it counts as a word character at its edges. */
export const MASK = "\uE000";

const ASCII_WORD = /\w/;
const OTHER_WORD = /[\p{L}\p{N}\p{M}\uE000]/u;

/** Whether a letter, digit, underscore or mask is at `index`; false outside the text. */
export function isWordAt(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  if (Number.isNaN(unit)) return false;
  return unit < 0x80 ? ASCII_WORD.test(text[index]!) : OTHER_WORD.test(text[index]!);
}

/** Up to `length` characters before `start`, none of them before `floor` or inside a mask. */
export function textBefore(text: string, start: number, length: number, floor: number): string {
  const before = text.slice(Math.max(floor, start - length), start);
  return before.slice(before.lastIndexOf(MASK) + 1);
}

/** Matches `sticky` (flag `y`) exactly at `index`. */
export function matchAt(sticky: RegExp, text: string, index: number): string | undefined {
  sticky.lastIndex = index;
  return sticky.exec(text)?.[0];
}

/** Replaces each match, in text order, by what `write` gives for it. */
export function replaceMatches(
  text: string,
  matches: readonly PiiMatch[],
  write: (match: PiiMatch) => string,
): string {
  const parts: string[] = [];
  let from = 0;
  for (const match of matches) {
    parts.push(text.slice(from, match.start), write(match));
    from = match.end;
  }
  parts.push(text.slice(from));
  return parts.join("");
}

/** Covers the matches, leaving every offset as it is. */
export function maskMatches(text: string, matches: readonly PiiMatch[]): string {
  if (matches.length === 0) return text;
  return replaceMatches(text, matches, ({ start, end }) => MASK.repeat(end - start));
}
