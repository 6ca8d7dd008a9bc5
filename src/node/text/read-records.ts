import { entriesOf } from "./json-array.js";
import { linesOf, parseJsonLine, type RawRecord, type ReadOptions } from "./json-lines.js";
import { openText, type TextFile } from "./text-file.js";

const OPEN_LIST = 0x5b;
const BLANKS = [0x20, 0x09, 0x0a, 0x0d];

/** Whether a file holds one JSON array, told by its first character. */
export function beginsWithList(file: TextFile): boolean {
  const first = file.head.findIndex((unit: number) => !BLANKS.includes(unit));
  return file.head[first] === OPEN_LIST;
}

/**
 * The records of a JSON file in either form: one array, or one record a line. Told apart by the first character.
 * @throws InputError when the file as a whole cannot be read, is not text or holds nothing.
 */
export async function* readRecords(
  path: string,
  options: ReadOptions = {},
): AsyncGenerator<RawRecord, void, undefined> {
  const file = await openText(path, options);
  if (beginsWithList(file)) {
    yield* entriesOf(() => Promise.resolve(file), options);
    return;
  }
  for await (const raw of linesOf(() => Promise.resolve(file), options)) {
    const { line, start, bytes } = raw;
    yield { line, start, bytes, ...parseJsonLine(raw) };
  }
}
