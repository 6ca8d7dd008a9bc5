import { CODE_WORDS } from "./code-words.js";
import { isWordAt, matchAt, type PiiMatch, textBefore } from "./pii-match.js";

/** User names: `@name`, `u/name`. */

const FENCE = /^[ \t]{0,3}(```|~~~)[^\n]*$/gm;

/** Spans of Markdown code, `[start, end)` in order: fenced (an open fence runs to the end) and inline. */
function codeSpans(text: string): (readonly [number, number])[] {
  const fences: (readonly [number, number])[] = [];
  let open: { readonly start: number; readonly fence: string } | undefined;
  for (const { 1: fence = "", 0: line, index } of text.matchAll(FENCE)) {
    if (!open) open = { start: index, fence };
    else if (fence === open.fence) {
      fences.push([open.start, index + line.length]);
      open = undefined;
    }
  }
  if (open) fences.push([open.start, text.length]);
  const inline = [...text.matchAll(/`[^`\n]+`/g)].map(
    ({ 0: span, index }) => [index, index + span.length] as const,
  );
  return [...fences, ...inline].sort((a, b) => a[0] - b[0]);
}

/** Tells whether an index is in code; ask with rising indexes. */
function codeTest(text: string): (index: number) => boolean {
  const spans = codeSpans(text);
  let next = 0;
  let codeEnd = 0;
  return (index) => {
    while (next < spans.length && spans[next]![0] <= index) codeEnd = Math.max(codeEnd, spans[next++]![1]);
    return index < codeEnd;
  };
}

const AT_NAME =
  /@([A-Za-z0-9_]{2,39}(?:-[A-Za-z0-9_]{1,39}){0,4}(?:\.[a-z0-9_]{1,30}){0,3})(:[a-z0-9.-]{1,60}\.[a-z]{2,10})?/g;
/** `@18`, `@30fps`, `@2x`: a rate or a size. */
const QUANTITY = /^[\d_]+[A-Za-z]{0,5}$/;
/** "an @site.com address". */
const DOMAIN = /\.(?:com|org|net|edu|gov|io|co|info|[a-z]{2}\.[a-z]{2})$/;
/** What follows a decorator's, variable's or package scope's name. */
const CODE_AFTER =
  /[({[]|\/[a-z]|::|->|\s{0,4}(?:[-+*/|&:]?=(?!=)|<-)|[ \t]{1,4}(?:AS|INT|VARCHAR|NVARCHAR)\b/y;
/** Words of SQL before a variable. */
const CODE_BEFORE = /\b(?:DECLARE|SET|PRINT|EXEC|AND|WHERE|SELECT|BETWEEN|VALUES)[ \t(]{1,2}$/;
/** A tag of a documentation comment; a list's `*` stands at the beginning of its line. */
const COMMENT_BEFORE = /(?:\{|\/\*\*?[ \t]*|\/\/[/!]?[ \t]*|\n[ \t]+\*[ \t]+)$/;
const DECLARATION =
  /[ \t]*\r?\n(?:[ \t]*@[\w.]+(?:\([^\n]*\))?[ \t]*\r?\n){0,6}[ \t]*(?:(?:export|default|abstract|async|public|private|protected|internal|static|final|override|suspend|open|data)[ \t]+){0,4}(?:def|class|function|func|fun|void|interface|enum|record|struct|val|var|let|const|int|String|boolean)[ \t]+[\w\uE000]/y;

function isCodeName(text: string, start: number, end: number, name: string): boolean {
  const word = name.toLowerCase();
  if (CODE_WORDS.has(word) || CODE_WORDS.has(word.split(".", 1)[0]!)) return true;
  if (QUANTITY.test(name) || DOMAIN.test(name)) return true;
  if (matchAt(CODE_AFTER, text, end) !== undefined) return true;
  const before = textBefore(text, start, 20, 0);
  if (CODE_BEFORE.test(before) || COMMENT_BEFORE.test(before)) return true;
  return /(?:^|\n)[ \t]*$/.test(before) && matchAt(DECLARATION, text, end) !== undefined;
}

const U_NAME = /\/?\bu\/([A-Za-z0-9_-]{3,20})/gi;

/**
 * `@name` and `u/name` in prose. Not in Markdown code; nor decorators, at-rules, variables, package scopes and the like
 * outside of it.
 */
export function findNames(text: string): PiiMatch[] {
  const matches: PiiMatch[] = [];
  const inCodeOfAt = codeTest(text);
  if (text.includes("@")) {
    for (const { 0: whole, 1: name = "", index: start } of text.matchAll(AT_NAME)) {
      const end = start + whole.length;
      if (isWordAt(text, start - 1) || /[@/\\=$&#]/.test(text[start - 1] ?? "")) continue;
      if (isWordAt(text, start - 2) && /[.+:%!'-]/.test(text[start - 1]!)) continue;
      if (isWordAt(text, end) || text[end] === "@") continue;
      if (inCodeOfAt(start) || isCodeName(text, start, end, name)) continue;
      matches.push({ kind: "USER", start, end });
    }
  }
  const inCodeOfU = codeTest(text);
  for (const { 0: whole, 1: name = "", index: start } of text.matchAll(U_NAME)) {
    const end = start + whole.length;
    if (isWordAt(text, start - 1) || /[./\\:-]/.test(text[start - 1] ?? "")) continue;
    // A quotient: "du = u/rho", "u/sin(x)", "u/100".
    if (/[=+*^<>][ \t]?$/.test(textBefore(text, start, 2, 0)) || /^[\d_-]+$/.test(name)) continue;
    if (isWordAt(text, end) || /[-/(^=*+]/.test(text[end] ?? "") || inCodeOfU(start)) continue;
    matches.push({ kind: "USER", start, end });
  }
  return matches.sort((a, b) => a.start - b.start);
}
