import { isAscii } from "node:buffer";
import { InputError, type Problem } from "../../core/errors.js";
import { type JsonResult, parseJson } from "../../core/sources/parse-json.js";
import {
  decodeUnits,
  NEWLINE,
  openText,
  RETURN,
  type TextFile,
  type TextFileOptions,
  UnitCollector,
  type Units,
} from "./text-file.js";

/** Longest record that is read, in bytes. */
export const MAX_RECORD_BYTES = 32 * 1024 * 1024;

/** Where a record lies in its file. */
export interface RawPlace {
  /** 1-based; for JSON arrays the entry's number. */
  readonly line: number;
  /** Offset in bytes from the beginning of the file. */
  readonly start: number;
  /** Length in bytes, without the line's end. */
  readonly bytes: number;
}

/** One line as text, or why it could not be read. */
export type RawLine = RawPlace & ({ readonly text: string } | { readonly problem: Problem });

/** One record as a value, or why it could not be read. */
export type RawRecord = RawPlace & JsonResult;

export interface ReadOptions extends TextFileOptions {
  /** Longer lines (or entries) become a problem and are passed over without being held; default 32 MiB. */
  readonly maxLineBytes?: number;
  /** A file without any record is fine; default: an `InputError`. */
  readonly allowEmpty?: boolean;
}

/** A record longer than the limit. */
export function tooLong(bytes: number, maxBytes: number): Problem {
  const mebibytes = (count: number) => (count / 1024 / 1024).toFixed(1);
  return {
    rule: "record-too-long",
    message: `the record is ${mebibytes(bytes)} MiB long, more than the limit of ${mebibytes(maxBytes)} MiB`,
    fix: "split or remove it; if it should be many records, put each on a line of its own",
  };
}

/** A file without records. */
export function emptyFile(name: string, isBlank: boolean): InputError {
  return new InputError(
    { file: name },
    {
      rule: "empty-file",
      message: isBlank ? "the file holds no record" : "the file is empty",
      fix: "check that it was written or downloaded completely",
    },
  );
}

const SPACE = 0x20;
const TAB = 0x09;

function isBlank(units: Units, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const unit = units[i];
    if (unit !== SPACE && unit !== TAB && unit !== RETURN) return false;
  }
  return true;
}

/**
 * The lines of a file that `open` opens; see `readLines`.
 * @throws InputError when nothing was found, unless `allowEmpty`.
 */
export async function* linesOf(
  open: () => Promise<TextFile>,
  options: ReadOptions = {},
): AsyncGenerator<RawLine, void, undefined> {
  const file = await open();
  const { unitBytes } = file;
  const maxBytes = options.maxLineBytes ?? MAX_RECORD_BYTES;
  const maxUnits = Math.floor(maxBytes / unitBytes);
  /** The line that began in an earlier chunk. */
  const begun = new UnitCollector(maxUnits);
  let line = 0;
  let chunkStart = file.start;
  let lineStart = file.start;
  let found = false;

  /** The line, or null when it is blank. `units` is null when it was too long to keep. */
  const rawLine = (units: Units | null, length: number): RawLine | null => {
    const to = units !== null && units[length - 1] === RETURN ? length - 1 : length;
    const place = { line, start: lineStart, bytes: to * unitBytes };
    if (units === null) return { ...place, problem: tooLong(place.bytes, maxBytes) };
    if (isBlank(units, 0, to)) return null;
    return { ...place, ...decodeUnits(units.subarray(0, to), lineStart) };
  };

  for await (const chunk of file.chunks()) {
    // A chunk of plain ASCII, the common case, needs no check of its encoding line by line.
    const ascii = chunk instanceof Buffer && isAscii(chunk) ? chunk : null;
    let from = 0;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, from);
      if (newline < 0) break;
      line++;
      let raw: RawLine | null;
      if (begun.length > 0) {
        begun.add(chunk.subarray(from, newline));
        const { length } = begun;
        raw = rawLine(begun.take(), length);
      } else if (newline - from > maxUnits) {
        raw = rawLine(null, newline - from);
      } else if (ascii) {
        const to = newline > from && ascii[newline - 1] === RETURN ? newline - 1 : newline;
        const text = ascii.toString("latin1", from, to);
        raw = isBlank(ascii, from, to) ? null : { line, start: lineStart, bytes: to - from, text };
      } else {
        raw = rawLine(chunk.subarray(from, newline), newline - from);
      }
      from = newline + 1;
      if (raw !== null) {
        found = true;
        yield raw;
      }
      lineStart = chunkStart + from * unitBytes;
    }
    begun.add(chunk.subarray(from));
    chunkStart += chunk.length * unitBytes;
  }

  if (begun.length > 0) {
    line++;
    const { length } = begun;
    const raw = rawLine(begun.take(), length);
    if (raw !== null) {
      found = true;
      yield raw;
    }
  }
  if (!found && !options.allowEmpty) throw emptyFile(file.name, chunkStart > file.start);
}

/**
 * The lines of a text file, streamed in memory that does not grow with the file. Blank lines are passed over but counted.
 * @throws InputError when the file as a whole cannot be read, is not text or holds nothing.
 */
export function readLines(path: string, options: ReadOptions = {}): AsyncIterable<RawLine> {
  return linesOf(() => openText(path, options), options);
}

/** The value of a line of JSONL, or what is wrong with it. */
export function parseJsonLine(raw: RawLine): JsonResult {
  return "problem" in raw ? { problem: raw.problem } : parseJson(raw.text, "line");
}
