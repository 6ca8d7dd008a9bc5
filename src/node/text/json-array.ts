import { InputError, type Problem } from "../../core/errors.js";
import { parseJson } from "../../core/sources/parse-json.js";
import { ArrayCutter, type CutEntry, type ListFault } from "./array-cutter.js";
import { emptyFile, MAX_RECORD_BYTES, type RawRecord, type ReadOptions, tooLong } from "./json-lines.js";
import { decodeUnits, openText, type TextFile } from "./text-file.js";

const FAULTS: Readonly<Record<Exclude<ListFault, "not an array">, Problem>> = {
  "comma missing": {
    rule: "json-syntax",
    message: "no comma stands between this entry and the one before",
    fix: "add it; the entry itself was read",
  },
  "nothing between commas": {
    rule: "json-syntax",
    message: "nothing stands before a comma of the list",
    fix: "remove the extra comma, or restore the entry that is missing there",
  },
  "trailing comma": {
    rule: "json-syntax",
    message: "the list ends with a comma",
    fix: "remove it, or restore the entry that is missing there",
  },
  "text after the end": {
    rule: "json-syntax",
    message: "there is text after the end of the list, which is not read",
    fix: "put everything into one list, or each list into a file of its own",
  },
};

const NOT_AN_ARRAY: Problem = {
  rule: "not-an-array",
  message: "the file should be one JSON array ([ ... ]), but begins otherwise",
  fix: "if it holds one record a line, read it as JSON lines; else put the records between [ and ]",
};

/** The file ended outside (`entryBytes` 0) or inside an entry. */
function truncated(entryBytes: number): Problem {
  return {
    rule: "truncated-array",
    message:
      entryBytes === 0
        ? "the file ends before the list does, so entries are missing"
        : "the file ends inside this entry: it was cut short, or a bracket or quote of the entry is not closed",
    fix: "close the entry and the list, or fetch the file again; the entries before this one were read",
  };
}

/**
 * The entries of an open file that is one top-level array; see `readJsonArray`.
 * @throws InputError when it is no array, or has no entry (unless `allowEmpty`).
 */
export async function* entriesOf(
  open: () => Promise<TextFile>,
  options: ReadOptions = {},
): AsyncGenerator<RawRecord, void, undefined> {
  const file = await open();
  const maxBytes = options.maxLineBytes ?? MAX_RECORD_BYTES;
  const cutter = new ArrayCutter(Math.floor(maxBytes / file.unitBytes));
  const offset = (unit: number): number => file.start + unit * file.unitBytes;
  let line = 0;
  let position = 0;

  const record = (entry: CutEntry): RawRecord => {
    const place = { line, start: offset(entry.start), bytes: entry.length * file.unitBytes };
    if (entry.units === null) return { ...place, problem: tooLong(place.bytes, maxBytes) };
    const decoded = decodeUnits(entry.units, place.start);
    return { ...place, ...("text" in decoded ? parseJson(decoded.text, "entry") : decoded) };
  };

  for await (const units of file.chunks()) {
    for (const cut of cutter.push(units, position)) {
      if ("entry" in cut) {
        line++;
        yield record(cut.entry);
        continue;
      }
      if (cut.fault === "not an array") throw new InputError({ file: file.name }, NOT_AN_ARRAY);
      yield { line: line + 1, start: offset(cut.start), bytes: 0, problem: FAULTS[cut.fault] };
      // An entry is missing there: the numbers of the others stay what a reader of the file would count.
      if (cut.fault === "nothing between commas") line++;
      if (cut.fault === "text after the end") return;
    }
    position += units.length;
  }
  if (cutter.isUntouched) {
    if (options.allowEmpty) return;
    throw emptyFile(file.name, position > 0);
  }
  if (!cutter.ended) {
    const { start, length } = cutter.rest() ?? { start: position, length: 0 };
    const bytes = length * file.unitBytes;
    line++;
    yield { line, start: offset(start), bytes, problem: truncated(bytes) };
  }
  if (line === 0 && !options.allowEmpty) throw emptyFile(file.name, true);
}

/**
 * The entries of a file that is one big JSON array, parsed one by one: no more than one entry is held in memory. A
 * broken entry is a problem and the others go on; a list that breaks off gives its good entries, then a problem.
 * @throws InputError when the file as a whole cannot be read, is no array or holds no entry.
 */
export function readJsonArray(path: string, options: ReadOptions = {}): AsyncIterable<RawRecord> {
  return entriesOf(() => openText(path, options), options);
}
