import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { isWordAt, matchAt, type PiiMatch, textBefore } from "./pii-match.js";

/**
 * Phone numbers. Cheap patterns give short candidates, and libphonenumber judges those: its own search over a long text
 * is slow, and takes numbers of any grouping.
 */

type Judgement = "valid" | "possible" | "none";

/** "possible" means only that the length is right: numbers kept for fiction (555, 07700 900) are no more. */
function judge(candidate: string, country?: CountryCode): Judgement {
  const number = parsePhoneNumberFromString(candidate, {
    extract: false,
    ...(country && { defaultCountry: country }),
  });
  if (!number) return "none";
  if (number.isValid()) return "valid";
  return number.isPossible() ? "possible" : "none";
}

const EXTENSION = /,? ?(?:x|ext\.?|extension) ?\d{1,6}(?!\w|-\d)/iy;
const OTHER_NUMBER =
  /(?:\b(?:isbn|issn|doi|orders?|invoice|part|model|serial|sku|ref|reference|ticket|case|patent|tracking|nsn|item)(?:-1[03])?(?: (?:no|number|num|code|id))?[.:#= ]{0,3}|#|[$€£¥] ?)$/i;

function phoneMatch(text: string, start: number, end: number): PiiMatch {
  return { kind: "PHONE", start, end: end + (matchAt(EXTENSION, text, end)?.length ?? 0) };
}

/** Whether the digits stand alone, and are not a part of a decimal, a path, a range, a formula or another known number. */
function isFree(text: string, start: number, end: number): boolean {
  const extension = matchAt(EXTENSION, text, end) !== undefined;
  if (isWordAt(text, start - 1) || (isWordAt(text, end) && !extension)) return false;
  if (/[-.,+*^]/.test(text[start - 1] ?? "") && isWordAt(text, start - 2)) return false;
  if (text[start - 1] === "/" && !/[\d\uE000 ]/.test(text[start - 2] ?? " ")) return false;
  if (/^[-.,*^][\d\uE000]/.test(text.slice(end, end + 2))) return false;
  return !OTHER_NUMBER.test(textBefore(text, start, 30, 0));
}

const INTERNATIONAL =
  /(?:\+|\b(?:00|011)[ -]?(?=[1-9]\d{0,2}[ -]))[ (]{0,2}[1-9](?:[ .\-()/\u00A0\u2010-\u2015]{0,3}\d){6,16}/g;
const MAX_TRIES = 4;

/** Where a number written with a country code ends: the longest run of whole groups that is valid, else possible. */
function internationalEnd(text: string, start: number, candidate: string): number | undefined {
  const prefix = /^(?:\+|00|011)/.exec(candidate)![0];
  let possible: number | undefined;
  let tries = 0;
  for (let length = candidate.length; length >= 8 && tries < MAX_TRIES; length--) {
    const end = start + length;
    if (!/\d/.test(text[end - 1]!) || (isWordAt(text, end) && matchAt(EXTENSION, text, end) === undefined))
      continue;
    const number = candidate.slice(prefix.length, length);
    const digits = number.replace(/\D/g, "");
    if (digits.startsWith("1") && digits.length !== 11) continue;
    tries++;
    const judgement = judge(`+${number.replace(/\D/g, " ").trim()}`);
    if (judgement === "valid") return end;
    if (judgement === "possible" && prefix === "+" && /\d\D+\d/.test(number)) possible ??= end;
  }
  return possible;
}

/** `+1 650 253 0000`, `+44 (0)20 7946 0958`, `0049 89 636480`, also without separators after a plus. */
export function findInternationalPhones(text: string): PiiMatch[] {
  const matches: PiiMatch[] = [];
  INTERNATIONAL.lastIndex = 0;
  for (let found = INTERNATIONAL.exec(text); found; found = INTERNATIONAL.exec(text)) {
    const { 0: candidate, index: start } = found;
    if (isWordAt(text, start - 1) || /[+^*]/.test(text[start - 1] ?? "")) continue;
    if (candidate.startsWith("0") && /[-.,/]/.test(text[start - 1] ?? "") && isWordAt(text, start - 2))
      continue;
    const end = internationalEnd(text, start, candidate);
    if (end === undefined) continue;
    const written = text.slice(start, end);
    const opened = text[start - 1] === "(" && written.split(")").length > written.split("(").length;
    const match = phoneMatch(text, opened ? start - 1 : start, end);
    matches.push(match);
    INTERNATIONAL.lastIndex = match.end;
  }
  return matches;
}

const FORMATTED = /(?:\b1[ .-]?)?\(\d{3}\)[ .-]?\d{3}[ .-]?\d{4}|(?:\b1[ .-])?\d{3}-\d{3}-\d{4}|\b555-\d{4}/g;

/** `(650) 253-0000`, `650-253-0000`, `555-0199`: nothing else is written so, whatever the digits. */
export function findFormattedPhones(text: string): PiiMatch[] {
  const matches: PiiMatch[] = [];
  for (const { 0: number, index: start } of text.matchAll(FORMATTED)) {
    const end = start + number.length;
    if (isFree(text, start, end)) matches.push(phoneMatch(text, start, end));
  }
  return withoutOverlaps(matches);
}

/** North American numbers of no area, which people give in place of their own. */
const FICTIONAL = /^(?:1\D?)?555/;
const DOTTED = /(?:\b1\.)?[2-9]\d{2}\.\d{3}\.\d{4}/g;
const SPACED = /(?:\b1 )?[2-9]\d{2} \d{3}[ -]\d{4}/g;
const BRITISH = /\(?0[1-378]\d{1,3}\)?[ -]\d{3,4}[ -]\d{3,4}|\(?0[1-378]\d{2,3}\)?[ -]\d{5,6}/g;
const PAIRS = /\d{2}(?:([ .-])\d{2})(?:\1\d{2})+/g;

/** Digits right before or after a space: one column of a table, or one term of a list. */
function standsInRow(text: string, start: number, end: number): boolean {
  return (
    (text[start] !== "(" && /\d $/.test(text.slice(Math.max(0, start - 2), start))) ||
    /^ \d/.test(text.slice(end, end + 2))
  );
}

/** "06 12 34 56 78", but not the beginning of "01 02 03 04 05 ...". */
function isFrenchNumber(number: string): boolean {
  const pairs = number.split(/[ .-]/).map(Number);
  const counts = pairs.every((pair, i) => i === 0 || pair === pairs[i - 1]! + 1);
  return pairs.length === 5 && number.startsWith("0") && !counts && judge(number, "FR") === "valid";
}

/** National numbers with dots or spaces, which other numbers have too: the area must exist. */
export function findSpacedPhones(text: string): PiiMatch[] {
  const american = (number: string) => FICTIONAL.test(number) || judge(number, "US") === "valid";
  const british = (number: string) =>
    /^0\d{9,10}$/.test(number.replace(/\D/g, "")) && judge(number, "GB") !== "none";
  const rules: readonly (readonly [RegExp, (number: string) => boolean])[] = [
    [DOTTED, american],
    [SPACED, american],
    [BRITISH, british],
    [PAIRS, isFrenchNumber],
  ];
  const matches: PiiMatch[] = [];
  for (const [pattern, accepts] of rules) {
    for (const { 0: number, index: start } of text.matchAll(pattern)) {
      const end = start + number.length;
      if (!isFree(text, start, end) || standsInRow(text, start, end) || !accepts(number)) continue;
      matches.push(phoneMatch(text, start, end));
    }
  }
  return withoutOverlaps(matches);
}

const AFTER_WORD =
  /\b(?:phone|telephone|tel|mobile|mob|cell ?phone|fax|whatsapp|hotline|dial|(?:call|text|reach|ring)(?: (?:me|us|him|her|them))?(?: (?:at|on))?|(?:my|our|his|her|their|your|contact) number)\b(?: ?(?:number|no\.?|#|is|at|on))?[ .:=#]{0,3}(\(?\d(?:[ .()-]{0,2}\d){6,13})(?![\d])/gi;
/** How national numbers look in digits, by country; the library has the last word. */
const NATIONAL: readonly (readonly [CountryCode, RegExp])[] = [
  ["US", /^1?[2-9]\d{9}$/],
  ["GB", /^0[1-378]\d{8,9}$/],
  ["DE", /^0[1-9]\d{7,10}$/],
  ["FR", /^0[1-9]\d{8}$/],
  ["AU", /^0[2-478]\d{8}$/],
  ["IN", /^[6-9]\d{9}$/],
  ["ES", /^[6-9]\d{8}$/],
  ["IT", /^3\d{8,9}$/],
];

function isNational(number: string): boolean {
  const digits = number.replace(/\D/g, "");
  if (digits.length >= 10 && digits.length <= 11 && FICTIONAL.test(digits)) return true;
  return NATIONAL.some(([country, shape]) => shape.test(digits) && judge(digits, country) === "valid");
}

/** After a word such as "phone", any grouping that is a valid number of one of some countries, or local ("555 1234"). */
export function findCuedPhones(text: string): PiiMatch[] {
  const matches: PiiMatch[] = [];
  for (const { 0: whole, 1: number = "", index } of text.matchAll(AFTER_WORD)) {
    const start = index + whole.length - number.length;
    // The longest run of whole groups.
    for (let length = number.length; length >= 7; length--) {
      const end = start + length;
      const candidate = number.slice(0, length);
      if (!/\d$/.test(candidate) || !isFree(text, start, end)) continue;
      if (!/^[2-9]\d{2}[ .-]\d{4}$/.test(candidate) && !isNational(candidate)) continue;
      matches.push(phoneMatch(text, start, end));
      break;
    }
  }
  return withoutOverlaps(matches);
}

/** In text order; of two that overlap, the one that begins first. */
function withoutOverlaps(matches: readonly PiiMatch[]): PiiMatch[] {
  let floor = 0;
  return [...matches]
    .sort((a, b) => a.start - b.start)
    .filter(({ start, end }) => {
      if (start < floor) return false;
      floor = end;
      return true;
    });
}
