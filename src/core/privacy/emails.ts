import { matchAt, MASK, type PiiMatch, textBefore, isWordAt } from "./pii-match.js";

/** E-mail addresses, plain and written around an "[at]". */

const MAX_LOCAL = 64;
const LATIN_LOCAL = /[\p{Script=Latin}\p{N}\p{M}._%+'-]/u;
const ANY_LOCAL = /[\p{L}\p{N}\p{M}._%+'-]/u;
const LOCAL_EDGE = /[.%+'-]/;
const AT_SIGN = /@|\uFF20|%40/g;

const LATIN = "\\p{Script=Latin}\\p{Nd}";
const LATIN_DOMAIN = new RegExp(
  `(?:[${LATIN}](?:[${LATIN}_-]{0,61}[${LATIN}])?\\.){1,8}` +
    `(?:xn--[a-z\\d-]{1,58}[a-z\\d]|\\p{Script=Latin}{2,24})(?![${LATIN}])`,
  "uyi",
);
const ANY_DOMAIN = /(?:[\p{L}\p{N}\p{M}-]{1,63}\.){1,8}[\p{L}\p{M}]{2,24}/uy;
/** "joe@site.com.Thanks": a full stop without the space after it. */
const NEXT_SENTENCE = /(?<=[\p{Ll}\d]\.\p{Ll}{2,24})\.\p{Lu}\p{Ll}*$/u;

/** Last labels that are file extensions ("icon@2x.png") or members of objects ("sample@meta.data"), not domains. */
const NOT_A_DOMAIN =
  /\.(?:png|jpe?g|gif|svg|webp|ico|bmp|pdf|css|js|ts|jsx|tsx|json|html|data|class|length|prototype)$/i;
/** Login names that everyone uses: "git@github.com:owner/name.git". */
const SHARED_LOGIN = /^(?:git|hg|svn)$/;

/** Where the local part that ends at `at` begins; `at` itself when there is none. */
function localStart(text: string, at: number, floor: number): number {
  const local = LATIN_LOCAL.test(text[at - 1] ?? "") ? LATIN_LOCAL : ANY_LOCAL;
  let start = at;
  while (start > floor && at - start < MAX_LOCAL && local.test(text[start - 1]!)) start--;
  while (start < at && LOCAL_EDGE.test(text[start]!)) start++;
  return start;
}

/** Where a quoted local part ("first last"@site.org) begins; `at` when there is none. */
function quotedStart(text: string, at: number, floor: number): number {
  if (text[at - 1] !== '"') return at;
  const content = textBefore(text, at - 1, MAX_LOCAL, floor);
  const open = content.lastIndexOf('"');
  const quoted = content.slice(open + 1);
  return open >= 0 && /^[\w.+ -]+$/.test(quoted) ? at - quoted.length - 2 : at;
}

function domainAt(text: string, start: number): string | undefined {
  const domain = matchAt(LATIN_DOMAIN, text, start) ?? matchAt(ANY_DOMAIN, text, start);
  return domain?.replace(NEXT_SENTENCE, "");
}

/**
 * `name@host.tld` anywhere, in code and links too; `name@host` without a dot, as in a shell prompt, is none. A leading
 * `@` (`@name@server.social`) makes it a user name.
 */
export function findEmails(text: string): PiiMatch[] {
  const matches: PiiMatch[] = [];
  let floor = 0;
  for (const { 0: sign, index: at } of text.matchAll(AT_SIGN)) {
    if (at < floor) continue;
    const domain = domainAt(text, at + sign.length);
    if (domain === undefined || NOT_A_DOMAIN.test(domain)) continue;
    const end = at + sign.length + domain.length;
    // An object's slot and its member, as in `sample@meta.info$count`.
    if (text[end] === "$") continue;
    let start = localStart(text, at, floor);
    if (start === at) start = quotedStart(text, at, floor);
    if (start === at || SHARED_LOGIN.test(text.slice(start, at))) continue;
    const isHandle = start > floor && text[start - 1] === "@" && !isWordAt(text, start - 2);
    matches.push({ kind: isHandle ? "USER" : "EMAIL", start: isHandle ? start - 1 : start, end });
    floor = end;
  }
  return matches;
}

const OPEN = "[\\[({<]";
const CLOSE = "[\\])}>]";
const BRACKETED_AT = new RegExp(`${OPEN} ?(?:at|@) ?${CLOSE}`, "gi");
const SPOKEN_AT = / (?:at|@) (?=\p{L}|\d)/giu;
const DOT = `(?: {0,2}${OPEN} ?(?:dot|\\.) ?${CLOSE} {0,2}| {1,2}dot {1,2}| ?\\. ?)`;
const TOP =
  "(?:com|org|net|edu|gov|info|biz|io|co|me|ai|dev|app|eu|us|uk|ca|au|nz|in|de|at|ch|fr|it|es|nl|be|se|no|dk|fi|pl|ru|jp|cn|br|mx|za)";
const LABEL = "[\\p{L}\\d][\\p{L}\\d-]{0,40}";
const HIDDEN_DOMAIN = new RegExp(
  ` {0,2}${LABEL}(?:${DOT}${LABEL}){0,2}?${DOT}${TOP}(?:${DOT}(?:uk|au|nz|in|jp|br|za))?(?![\\p{L}\\d${MASK}])`,
  "iuy",
);
const HIDDEN_LOCAL = new RegExp(
  `[\\p{L}\\d_+-](?:[\\p{L}\\d._+-]{0,40})(?:(?: ?${OPEN} ?dot ?${CLOSE} ?| dot )[\\p{L}\\d._+-]{1,40}){0,3} {0,2}$`,
  "iu",
);
const MAIL_HOST =
  /^ *(?:gmail|googlemail|hotmail|outlook|yahoo|ymail|icloud|aol|protonmail|proton|gmx|yandex|zoho|fastmail|msn|hey)\b/i;

/** "name [at] host [dot] com"; without brackets only with a mail provider, or a name no sentence would hold. */
export function findHiddenEmails(text: string): PiiMatch[] {
  const anchors = [...text.matchAll(BRACKETED_AT), ...text.matchAll(SPOKEN_AT)].sort(
    (a, b) => a.index - b.index,
  );
  const matches: PiiMatch[] = [];
  let floor = 0;
  for (const { 0: anchor, index: at } of anchors) {
    if (at < floor) continue;
    const spoken = anchor.startsWith(" ");
    const domainStart = at + anchor.length;
    const domain = matchAt(HIDDEN_DOMAIN, text, domainStart);
    if (domain === undefined || (spoken && !/[^\w-]dot[^\w-]|^[\w-]+ ?\./i.test(domain))) continue;
    const local = HIDDEN_LOCAL.exec(textBefore(text, at, 120, floor))?.[0];
    if (local === undefined) continue;
    const shouted = anchor.includes(" AT ") && domain.includes(" DOT ");
    if (spoken && !shouted && !MAIL_HOST.test(domain) && !(/ dot /i.test(domain) && /[\d._]/.test(local))) {
      continue;
    }
    const start = at - local.length;
    matches.push({ kind: "EMAIL", start, end: domainStart + domain.length });
    floor = domainStart + domain.length;
  }
  return matches;
}
