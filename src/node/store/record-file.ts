import type { RecordSchema } from "../../core/records/record-schema.js";
import { open } from "node:fs/promises";
import { InputError } from "../../core/errors.js";
import type { RecordTable } from "../../core/ports.js";
import { parseJsonLine, type RawLine, readLines } from "../text/json-lines.js";

function parseRecord<T>(raw: RawLine, schema: RecordSchema<T>, shown: string): T {
  const place = { file: shown, line: raw.line };
  const parsed = parseJsonLine(raw);
  if ("problem" in parsed) throw new InputError(place, parsed.problem);
  const checked = schema.safeParse(parsed.value);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0]!;
  throw new InputError(place, {
    rule: "record",
    message: issue.message,
    field: issue.path.join("."),
    fix: "undo the edit of this file, or run the step that writes it again",
  });
}

/**
 * Records of a file that a step wrote, in file order; none when the file is empty.
 * @param shown the path as people know it
 * @param wanted lines to read as records; the others are passed over unread, which is many times faster. Default: all
 * @throws InputError for the first line that is no such record: somebody has edited the file
 */
export async function* readRecordFile<T>(
  path: string,
  schema: RecordSchema<T>,
  shown: string,
  wanted: (raw: RawLine) => boolean = () => true,
): AsyncGenerator<{ readonly value: T; readonly line: number }> {
  for await (const raw of readLines(path, { allowEmpty: true })) {
    if (!wanted(raw)) continue;
    yield { value: parseRecord(raw, schema, shown), line: raw.line };
  }
}

/** Records kept after reading: those near each other are asked for together. */
const CACHED = 4096;

/**
 * Records of a file by id: one number and the id of each in memory, the record itself read when asked for.
 * @throws InputError for a line that is no such record, or an id that stands twice
 */
export async function openRecordTable<T>(
  path: string,
  schema: RecordSchema<T>,
  shown: string,
  idOf: (record: T) => string,
): Promise<RecordTable<T> & { close(): Promise<void> }> {
  const places = new Map<string, number>();
  const starts: number[] = [];
  const lengths: number[] = [];
  const lines: number[] = [];
  for await (const raw of readLines(path, { allowEmpty: true })) {
    const id = idOf(parseRecord(raw, schema, shown));
    const before = places.get(id);
    if (before !== undefined) {
      throw new InputError(
        { file: shown, line: raw.line },
        {
          rule: "record",
          message: `${id} stands in line ${lines[before]!} already`,
          fix: "undo the edit of this file, or run the step that writes it again",
        },
      );
    }
    places.set(id, starts.length);
    starts.push(raw.start);
    lengths.push(raw.bytes);
    lines.push(raw.line);
  }
  const handle = await open(path, "r");
  const cache = new Map<number, T>();
  const placeOf = (id: string): number => {
    const place = places.get(id);
    if (place === undefined) throw new Error(`${shown} has no record ${id}; run the steps again`);
    return place;
  };
  return {
    size: places.size,
    has: (id) => places.has(id),
    line: (id) => lines[placeOf(id)]!,
    async get(id) {
      const place = placeOf(id);
      const cached = cache.get(place);
      if (cached !== undefined) return cached;
      const buffer = Buffer.allocUnsafe(lengths[place]!);
      await handle.read(buffer, 0, buffer.length, starts[place]);
      const line = { line: lines[place]!, start: starts[place]!, bytes: buffer.length };
      const record = parseRecord({ ...line, text: buffer.toString("utf8") }, schema, shown);
      if (cache.size >= CACHED) cache.delete(cache.keys().next().value!);
      cache.set(place, record);
      return record;
    },
    close: () => handle.close(),
  };
}
