import type { TextModel } from "../ports.js";

/** A text that fits, and how many characters were cut from it. */
export interface FittedText {
  readonly text: string;
  readonly cut: number;
}

const MARK = "…";

/** Where a cut may fall, best first: paragraph, sentence, line or word. */
const BOUNDARIES = [/\n\s*\n/g, /[.!?]\s/g, /\s/g];

/** Share of the text that may be given up for a better boundary. */
const SLACK = 0.2;

function boundaryBefore(text: string): number {
  const least = text.length * (1 - SLACK);
  for (const boundary of BOUNDARIES) {
    let last = -1;
    for (const match of text.matchAll(boundary)) last = match.index + match[0].length;
    if (last >= least) return last;
  }
  return text.length;
}

function boundaryAfter(text: string): number {
  const most = text.length * SLACK;
  for (const boundary of BOUNDARIES) {
    for (const match of text.matchAll(boundary)) {
      const end = match.index + match[0].length;
      if (end > most) break;
      return end;
    }
  }
  return 0;
}

/** Drops halves of surrogate pairs and replacement characters that a cut between tokens leaves at either end. */
function cleanEdges(text: string): string {
  return text.replace(/^[\udc00-\udfff\ufffd]+|[\ud800-\udbff\ufffd]+$/g, "");
}

/**
 * Cuts a text to at most `maxTokens` tokens at a boundary near the limit, with “…” where something is missing.
 * @param keep which end stays: of a post its end (the question comes last), of a response its start
 */
export function fitText(
  model: Pick<TextModel, "truncate">,
  text: string,
  maxTokens: number,
  keep: "start" | "end",
): FittedText {
  // No token is longer than 64 characters on average: a quick look spares tokenising a megabyte.
  const near = keep === "start" ? text.slice(0, maxTokens * 64) : text.slice(-maxTokens * 64);
  const fitting = model.truncate(near, maxTokens, keep);
  if (fitting.length >= text.length) return { text, cut: 0 };
  const part = cleanEdges(fitting);
  const kept =
    keep === "start"
      ? part.slice(0, boundaryBefore(part)).trimEnd()
      : part.slice(boundaryAfter(part)).trimStart();
  return {
    text: keep === "start" ? `${kept} ${MARK}` : `${MARK} ${kept}`,
    cut: text.length - kept.length,
  };
}
