import { type Detector, isWordAt, type PiiKind, type PiiMatch, textBefore } from "./pii-match.js";

/** Numbers of bank accounts, payment cards and people. */

/** Length of an IBAN by country. */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 " +
    "FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 " +
    "LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 " +
    "RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

const IBAN_HEAD = /[A-Z]{2}\d{2}/g;

/** ISO 7064 mod 97-10: the first four characters moved to the end, letters as 10 to 35, remainder 1. */
function hasIbanChecksum(iban: string): boolean {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** IBANs in one piece or in groups, of the length of their country and with a true checksum. */
export function findIbans(text: string): PiiMatch[] {
  const matches: PiiMatch[] = [];
  let floor = 0;
  for (const { 0: head, index: start } of text.matchAll(IBAN_HEAD)) {
    const length = IBAN_LENGTHS.get(head.slice(0, 2));
    if (length === undefined || start < floor || isWordAt(text, start - 1)) continue;
    if (/[-./]/.test(text[start - 1] ?? "") && isWordAt(text, start - 2)) continue;
    let iban = head;
    let end = start + head.length;
    while (iban.length < length) {
      if (text[end] === " " || text[end] === "-" || text[end] === "\u00A0") end++;
      const character = text[end] ?? "";
      if (!/[A-Z\d]/.test(character)) break;
      iban += character;
      end++;
    }
    if (iban.length < length || isWordAt(text, end) || !hasIbanChecksum(iban)) continue;
    matches.push({ kind: "ACCOUNT", start, end });
    floor = end;
  }
  return matches;
}

/** Issuers' prefixes with the lengths they give out. */
const CARD_NUMBER = new RegExp(
  [
    "4(?:\\d{12}|\\d{15}|\\d{18})", // Visa
    "(?:5[1-5]\\d{2}|222[1-9]|22[3-9]\\d|2[3-6]\\d{2}|27[01]\\d|2720)\\d{12}", // Mastercard
    "3[47]\\d{13}", // American Express
    "(?:6011|64[4-9]\\d|65\\d{2})\\d{12}", // Discover
    "3(?:0[0-5]|[689]\\d)\\d{11}", // Diners Club
    "35(?:2[89]|[3-8]\\d)\\d{12}", // JCB
    "62\\d{14}(?:\\d{3})?", // UnionPay
    "(?:5018|5020|5038|5893|6304|6759|676[1-3])\\d{12}", // Maestro
  ]
    .map((issuer) => `^${issuer}$`)
    .join("|"),
);

function hasLuhnChecksum(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, twice = false; i >= 0; i--, twice = !twice) {
    const value = Number(digits[i]) * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** Of 13 digits: the check digit of goods and books, by chance as good as a card's. */
function hasArticleChecksum(digits: string): boolean {
  return (
    digits.length === 13 && [...digits].reduce((sum, d, i) => sum + Number(d) * (i % 2 ? 3 : 1), 0) % 10 === 0
  );
}

function isCard(digits: string): boolean {
  return CARD_NUMBER.test(digits) && hasLuhnChecksum(digits) && !hasArticleChecksum(digits);
}

/**
 * How many blocks each card takes that begins at `at`: one, 4-4-4-4 (or 4-4-4-4-3), 4-6-5 and 4-6-4. More blocks of four
 * than a card has are a table, unless all of them are cards.
 */
function cardsAt(
  blocks: readonly string[],
  at: number,
): { readonly sizes: readonly number[]; readonly next: number } {
  const isCardOf = (from: number, size: number) => isCard(blocks.slice(from, from + size).join(""));
  let fours = at;
  while (blocks[fours]?.length === 4) fours++;
  const count = fours - at;
  if (count === 4 && blocks[fours]?.length === 3 && isCardOf(at, 5)) return { sizes: [5], next: at + 5 };
  if (count >= 4) {
    const sizes = Array.from({ length: Math.floor(count / 4) }, () => 4);
    const whole = count % 4 === 0 && sizes.every((size, k) => isCardOf(at + size * k, size));
    return { sizes: whole ? sizes : [], next: fours };
  }
  const length = blocks[at]!.length;
  const size = length >= 13 && length <= 19 ? 1 : length === 4 && blocks[at + 1]?.length === 6 ? 3 : 0;
  if (size > 0 && isCardOf(at, size)) return { sizes: [size], next: at + size };
  return { sizes: [], next: Math.max(at + 1, fours - 1) };
}

function cardDetector(separator: "-" | " "): Detector {
  const rowPattern = new RegExp(`\\d+(?:${separator}\\d+)*`, "g");
  return (text) => {
    const matches: PiiMatch[] = [];
    for (const { 0: row, index: start } of text.matchAll(rowPattern)) {
      const end = start + row.length;
      if (row.length < 13 || isWordAt(text, end) || isWordAt(text, start - 1)) continue;
      if (/[.$€£¥-]/.test(text[start - 1] ?? "") || /^\.\d/.test(text.slice(end, end + 2))) continue;
      const blocks = row.split(separator);
      const offsets: number[] = [];
      let offset = start;
      for (const block of blocks) {
        offsets.push(offset);
        offset += block.length + 1;
      }
      for (let at = 0; at < blocks.length;) {
        const { sizes, next } = cardsAt(blocks, at);
        for (const size of sizes) {
          const last = at + size - 1;
          matches.push({ kind: "CARD", start: offsets[at]!, end: offsets[last]! + blocks[last]!.length });
          at += size;
        }
        at = next;
      }
    }
    return matches;
  };
}

/** Payment cards in one piece or with hyphens: issuer, length, grouping and check digit must fit. */
export const findHyphenatedCards = cardDetector("-");
/** The same with spaces. */
export const findSpacedCards = cardDetector(" ");

const SSN = /(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}/g;
const SSN_AFTER_WORD =
  /\b(?:ssn|social security(?: (?:number|no\.?|#))?)\b[ \t]{0,2}(?:is|:|=|#)?[ \t]{0,2}(\d{3}[ -]?\d{2}[ -]?\d{4})(?![\d-])/gi;
const OTHER_NUMBER = /\b(?:isbn|issn|orders?|part|model|sku|cas|nsn)\W{0,3}\w{0,6}\W{0,3}$/i;
const ACCOUNT_AFTER_WORD =
  /\b(?:account|acct|a\/c|routing|sort code|bsb)\b\.?[ \t]{0,2}(?:(?:number|num|no)\b\.?|#)?[ \t]{0,2}(?:is|:|=|#)?[ \t]{0,2}(\d{2}-\d{2}-\d{2}|\d{6,17}|\d{2,6}(?:[ -]\d{2,6}){1,4})(?![\d-])/gi;

/** Where the digits of `pattern`, its first group, stand free. */
function numbersAfterWord(text: string, pattern: RegExp, kind: PiiKind): PiiMatch[] {
  return [...text.matchAll(pattern)]
    .map(({ 0: whole, 1: number = "", index }) => {
      const end = index + whole.length;
      return { kind, start: end - number.length, end };
    })
    .filter(({ end }) => !isWordAt(text, end) && !/^[.,][\d\uE000]/.test(text.slice(end, end + 2)));
}

/** US social security numbers with their hyphens, and in any grouping after a word that names them. */
export function findSsns(text: string): PiiMatch[] {
  const named = numbersAfterWord(text, SSN_AFTER_WORD, "SSN");
  const namedStarts = new Set(named.map(({ start }) => start));
  const bare: PiiMatch[] = [];
  for (const { 0: number, index: start } of text.matchAll(SSN)) {
    const end = start + number.length;
    if (namedStarts.has(start) || isWordAt(text, start - 1) || isWordAt(text, end)) continue;
    if (text[end] === "-" || /[-.+/]/.test(text[start - 1] ?? "")) continue;
    if (!OTHER_NUMBER.test(textBefore(text, start, 24, 0))) bare.push({ kind: "SSN", start, end });
  }
  return [...named, ...bare].sort((a, b) => a.start - b.start);
}

/** Account numbers that a word names as such. */
export function findAccounts(text: string): PiiMatch[] {
  return numbersAfterWord(text, ACCOUNT_AFTER_WORD, "ACCOUNT");
}
