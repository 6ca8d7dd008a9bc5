import { entriesOf } from "./json-array.js";
import { linesOf, parseJsonLine, type RawRecord, type ReadOptions } from "./json-lines.js";
import { beginsWithList } from "./read-records.js";
import { NEWLINE, openText, type TextFile, type Units } from "./text-file.js";

/** How the records of a file are written: one a line, or as the entries of one array. */
export type RecordForm = "lines" | "array";

/** A record with the line on which it begins, whatever the form of its file. */
export interface PlacedRecord {
  readonly record: RawRecord;
  /** 1-based line of the file, as an editor counts. */
  readonly line: number;
}

/** A file's form and its records in order; the file is closed by finishing (or leaving) the loop over the records. */
export interface PlacedRecords {
  readonly form: RecordForm;
  readonly records: AsyncGenerator<PlacedRecord, void, undefined>;
}

function newlinesIn(units: Units, from: number, to: number): number {
  let count = 0;
  for (let at = units.indexOf(NEWLINE, from); at >= 0 && at < to; at = units.indexOf(NEWLINE, at + 1))
    count++;
  return count;
}

/** Lines by offset, for offsets that only grow: reads the file a second time, alongside its reader, and holds one chunk. */
class LineFinder {
  readonly #chunks: AsyncGenerator<Units, void, undefined>;
  #chunk: Units = new Uint8Array(0);
  /** Index in the text of the chunk's first unit. */
  #base = 0;
  /** Units of the chunk whose line breaks are counted. */
  #at = 0;
  #line = 1;

  constructor(private readonly file: TextFile) {
    this.#chunks = file.chunks();
  }

  /** The line of a byte of the file. */
  async lineAt(offset: number): Promise<number> {
    const unit = (offset - this.file.start) / this.file.unitBytes;
    while (unit >= this.#base + this.#chunk.length) {
      this.#count(this.#chunk.length);
      const next = await this.#chunks.next();
      if (next.done) return this.#line;
      this.#base += this.#chunk.length;
      this.#chunk = next.value;
      this.#at = 0;
    }
    this.#count(unit - this.#base);
    return this.#line;
  }

  #count(to: number): void {
    if (to <= this.#at) return;
    this.#line += newlinesIn(this.#chunk, this.#at, to);
    this.#at = to;
  }

  async close(): Promise<void> {
    // A generator that was never started would not run its closing part.
    await this.#chunks.next();
    await this.#chunks.return();
  }
}

async function* placedLines(
  file: TextFile,
  options: ReadOptions,
): AsyncGenerator<PlacedRecord, void, undefined> {
  for await (const raw of linesOf(() => Promise.resolve(file), options)) {
    const { line, start, bytes } = raw;
    yield { record: { line, start, bytes, ...parseJsonLine(raw) }, line };
  }
}

async function* placedEntries(
  path: string,
  file: TextFile,
  options: ReadOptions,
): AsyncGenerator<PlacedRecord, void, undefined> {
  const finder = new LineFinder(await openText(path, options));
  try {
    for await (const record of entriesOf(() => Promise.resolve(file), options)) {
      yield { record, line: await finder.lineAt(record.start) };
    }
  } finally {
    await finder.close();
  }
}

/**
 * The records of a JSON file in either form, each with the line on which it begins.
 * @throws InputError when the file as a whole cannot be read, is not text or (unless `allowEmpty`) holds nothing
 */
export async function openPlacedRecords(path: string, options: ReadOptions = {}): Promise<PlacedRecords> {
  const file = await openText(path, options);
  return beginsWithList(file)
    ? { form: "array", records: placedEntries(path, file, options) }
    : { form: "lines", records: placedLines(file, options) };
}
