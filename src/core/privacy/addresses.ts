import { isWordAt, MASK, matchAt, type PiiMatch, textBefore } from "./pii-match.js";

/** Addresses of machines: IPv4, IPv6, MAC. */

const MAC_ADDRESS = /[\dA-F]{2}([:-])(?:[\dA-F]{2}\1){4}[\dA-F]{2}/gi;

/** Six pairs of hexadecimal digits; longer rows (fingerprints) and all-equal ones (broadcast, placeholders) are none. */
export function findMacs(text: string): PiiMatch[] {
  const matches: PiiMatch[] = [];
  for (const { 0: address, index: start } of text.matchAll(MAC_ADDRESS)) {
    const end = start + address.length;
    if (isWordAt(text, start - 1) || isWordAt(text, end)) continue;
    if (/[:-]/.test(text[start - 1] ?? "") || (/[:-]/.test(text[end] ?? "") && isWordAt(text, end + 1)))
      continue;
    if (
      (address[2] === "-" && !/[A-F]/i.test(address)) ||
      new Set(address.toLowerCase().split(/[:-]/)).size === 1
    )
      continue;
    matches.push({ kind: "MAC", start, end });
  }
  return matches;
}

const MAX_IPV6 = 45;
const IPV6_ANCHOR = /:[\dA-Fa-f]{0,4}:/g;

const IPV4_TAIL = /(?:\.\d{1,3}){3}(?![.]?\d)/y;

function isIpv6Unit(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x3a) || (unit >= 0x41 && unit <= 0x46) || (unit >= 0x61 && unit <= 0x66);
}

/** The groups of an IPv6 address, an IPv4 tail as two; undefined when it is none. */
function ipv6Groups(
  address: string,
): { readonly groups: readonly string[]; readonly shortened: boolean } | undefined {
  const tail = /^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(address);
  if (tail && octetsOf(tail[2]!) === undefined) return undefined;
  const hex = tail ? `${tail[1]}0:0` : address;
  const halves = hex.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  if (!groups.every((group) => /^[\dA-F]{1,4}$/i.test(group))) return undefined;
  const shortened = halves.length === 2;
  return (shortened ? groups.length < 8 : groups.length === 8) ? { groups, shortened } : undefined;
}

/** Whether an address is some machine's, and not `a::b` of a program, loopback, unspecified or documentation's. */
function isPersonalIpv6(address: string): boolean {
  const parsed = ipv6Groups(address);
  if (!parsed) return false;
  const { groups, shortened } = parsed;
  const [first = "", second = ""] = groups.map((group) => group.toLowerCase());
  if (/^2001$/.test(first) && /^0?db8$/.test(second)) return false;
  if (!shortened) return groups.some((group) => group.length >= 3);
  // A slice such as `x[1::2]` and a scope such as `a::b` have short groups; addresses begin with a full one.
  if (/^(?:[23][\da-f]{3}|f[cdef][\da-f]{2})$/.test(first)) return /\d/.test(address) && address.length > 6;
  return groups.length >= 3 && /\d/.test(address) && groups.some((group) => group.length >= 3);
}

/** IPv6 in full and shortened, with an IPv4 tail too. */
export function findIpv6(text: string): PiiMatch[] {
  const matches: PiiMatch[] = [];
  let floor = 0;
  for (const { index: anchor } of text.matchAll(IPV6_ANCHOR)) {
    if (anchor < floor) continue;
    let start = anchor;
    while (start > floor && isIpv6Unit(text.charCodeAt(start - 1))) start--;
    let end = anchor;
    while (end < text.length && isIpv6Unit(text.charCodeAt(end))) end++;
    floor = end;
    if (end - start > MAX_IPV6) continue;
    end += matchAt(IPV4_TAIL, text, end)?.length ?? 0;
    if (isWordAt(text, start - 1) || isWordAt(text, end)) continue;
    const address = text.slice(start, end).replace(/(?<!:):$/, "");
    end = start + address.length;
    if (/^\.[\d\uE000]/.test(text.slice(end, end + 2))) continue;
    if (/[./-]/.test(text[start - 1] ?? "") && isWordAt(text, start - 2)) continue;
    if (isPersonalIpv6(address)) matches.push({ kind: "IP", start, end });
  }
  return matches;
}

const QUAD = /\d{1,3}(?:\.\d{1,3}){3}/g;

/** The four numbers of an IPv4 address, or undefined. */
function octetsOf(quad: string): readonly [number, number, number, number] | undefined {
  const parts = quad.split(".");
  if (!parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = parts.map(Number);
  return [a, b, c, d];
}

/** First three numbers of the ranges kept for documentation (RFC 5737). */
const DOCUMENTATION = new Set(["192.0.2", "198.51.100", "203.0.113"]);

/** Not: loopback, unspecified, documentation, multicast and above (netmasks too), whole networks and versions that end in `.0.0`. */
function isPersonalIpv4(quad: string): boolean {
  const octets = octetsOf(quad);
  if (!octets) return false;
  const [a, b, c, d] = octets;
  if (a === 0 || a === 127 || a >= 224 || (c === 0 && d === 0)) return false;
  return !DOCUMENTATION.has([a, b, c].join("."));
}

/** What numbers with dots are when no address: a version, or a place in a document; the list may go on with further ones. */
const VERSION_BEFORE =
  /(?:\b(?:v|ver|versions?|releases?|rev|revisions?|builds?|firmware|updates?|patch|driver|sections?|sec|chapters?|ch|figures?|fig|tables?|clauses?|rules?|articles?|paragraphs?|para|appendix|theorem|equations?|eq|exercises?|problems?|step|lemma|definition|oid|kernel|upgraded? to|chrome|firefox|windows|android|ios|python|java|office|nginx|apache|rfc ?\d{3,5}|ecma-?\d{3})|§)["'`]?[\s.:=#>~^(["'`-]{0,4}(?:\d{1,3}(?:\.\d{1,3}){1,3}(?:, ?(?:and |or )?| (?:and|or|to|through) |-| - |\/))*$/i;
const REQUIREMENT_BEFORE = /[=<>~^!]=?\s?$/;
const PART_BEFORE = /(?:[\p{L}_]\/|[\p{L}_]-|[.])$/u;

/** A heading's or list's number: small numbers at the beginning of a line, then a word. */
function isOutlineNumber(text: string, quad: string, start: number, end: number): boolean {
  const lineStart = /(?:^|\n)[ \t#>*-]{0,10}$/.test(textBefore(text, start, 12, 0));
  return (
    lineStart &&
    /^[.)]?[ \t]{1,3}[A-Za-z\uE000]/.test(text.slice(end, end + 6)) &&
    quad.split(".").every((n) => Number(n) < 30)
  );
}

/** IPv4 addresses of machines, by value and by what stands before: versions and section numbers look the same. */
export function findIpv4(text: string): PiiMatch[] {
  const matches: PiiMatch[] = [];
  let floor = 0;
  for (const { 0: quad, index: start } of text.matchAll(QUAD)) {
    const end = start + quad.length;
    if (!isPersonalIpv4(quad) || isWordAt(text, start - 1) || isWordAt(text, end)) continue;
    if (/^(?:\.\d|\.[a-z]|-[A-Za-z])/.test(text.slice(end, end + 2))) continue;
    if (text[start - 1] === "-" && text[start - 2] === ".") continue;
    const before = textBefore(text, start, 100, floor);
    if (PART_BEFORE.test(before) || VERSION_BEFORE.test(before)) continue;
    if (
      REQUIREMENT_BEFORE.test(before) &&
      !/\b(?:ip|host|addr|address|server)\w*["'`]?\s?=\s?$/i.test(before)
    )
      continue;
    if (isOutlineNumber(text, quad, start, end) || text[end] === MASK) continue;
    matches.push({ kind: "IP", start, end });
    floor = end;
  }
  return matches;
}
