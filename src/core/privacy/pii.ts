import { findAccounts, findHyphenatedCards, findIbans, findSpacedCards, findSsns } from "./accounts.js";
import { findIpv4, findIpv6, findMacs } from "./addresses.js";
import { findEmails, findHiddenEmails } from "./emails.js";
import { findNames } from "./names.js";
import { findCuedPhones, findFormattedPhones, findInternationalPhones, findSpacedPhones } from "./phones.js";
import {
  type Detector,
  MASK,
  maskMatches,
  PII_KINDS,
  type PiiKind,
  type PiiMatch,
  replaceMatches,
} from "./pii-match.js";
import { findProfiles } from "./profiles.js";

export { PII_KINDS, type PiiKind, type PiiMatch } from "./pii-match.js";

/** Surest first; what takes words comes before what reads words, see `Detector`. */
const DETECTORS: readonly Detector[] = [
  findEmails,
  findHiddenEmails,
  findProfiles,
  findNames,
  findIbans,
  findMacs,
  findIpv6,
  findIpv4,
  findInternationalPhones,
  findFormattedPhones,
  findSsns,
  findAccounts,
  findHyphenatedCards,
  findSpacedCards,
  findCuedPhones,
  findSpacedPhones,
];

const PLACED_MARK = new RegExp(`\\[(?:${PII_KINDS.join("|")})\\]`, "g");

/** All personal data in a text, in text order, never overlapping. Marks that already stand there are no matches. Linear in time. */
export function findPii(text: string): PiiMatch[] {
  let masked = text.replace(PLACED_MARK, (mark) => MASK.repeat(mark.length));
  const found: PiiMatch[] = [];
  for (const detect of DETECTORS) {
    const matches = detect(masked);
    masked = maskMatches(masked, matches);
    for (const match of matches) found.push(match);
  }
  return found.sort((a, b) => a.start - b.start);
}

/** A text with its personal data replaced by typed marks such as `[EMAIL]`, and how many of each kind; doing it twice changes nothing. */
export function replacePii(text: string): {
  readonly text: string;
  readonly counts: Partial<Record<PiiKind, number>>;
} {
  const matches = findPii(text);
  const counts: Partial<Record<PiiKind, number>> = {};
  for (const { kind } of matches) counts[kind] = (counts[kind] ?? 0) + 1;
  return { text: replaceMatches(text, matches, ({ kind }) => `[${kind}]`), counts };
}
