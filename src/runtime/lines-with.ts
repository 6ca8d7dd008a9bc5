import { existsSync } from "node:fs";
import { readLines } from "../node/text/json-lines.js";

/** A place where a text stands: the line from 1, and the character in UTF-16 units from 0. */
export interface TextPlace {
  readonly line: number;
  readonly character: number;
}

/** Where a text stands in the lines of a file, streamed until it is cancelled; nowhere in a file that is not there. */
export async function* linesWith(
  path: string,
  text: string,
  isCancelled: () => boolean = () => false,
): AsyncGenerator<TextPlace> {
  if (!existsSync(path)) return;
  for await (const raw of readLines(path, { allowEmpty: true })) {
    if (isCancelled()) return;
    if (!("text" in raw)) continue;
    for (let at = raw.text.indexOf(text); at >= 0; at = raw.text.indexOf(text, at + text.length)) {
      yield { line: raw.line, character: at };
    }
  }
}
