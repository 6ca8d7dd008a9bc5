import { open, stat } from "node:fs/promises";
import { InputError } from "../core/errors.js";
import type { RecordSchema } from "../core/records/record-schema.js";
import { readLines } from "../node/text/json-lines.js";
import { IdTable, NumberList } from "./record-index-ids.js";

/** A file of records that is looked up by fields of its lines. */
export interface IndexedFile<T> {
  /** Within the output folder. */
  readonly path: string;
  readonly schema: RecordSchema<T>;
  /** Fields that stand at the beginning of a line as steps write it, in this order; all hold ids or names. */
  readonly head: readonly string[];
  /** Those of them by which records are found one at a time. */
  readonly ids: readonly string[];
  /** One of them with few values, by which records are listed. */
  readonly group?: string;
}

/** A line of a file as a record, or what is wrong with it. */
export type IndexedRecord<T> = { readonly number: number; readonly line: number } & (
  { readonly value: T } | { readonly problem: string }
);

/** By what a file is known to be the same. */
interface FileVersion {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

const isSame = (a: FileVersion, b: FileVersion): boolean =>
  a.size === b.size && a.mtimeMs === b.mtimeMs && a.ino === b.ino;

/** Records that lie next to each other are read together up to this many bytes. */
const READ_BYTES = 1024 * 1024;

/** Reads the first fields of a line without parsing the rest of it, as long as nobody has edited it. */
function headReader(fields: readonly string[]): (text: string) => readonly string[] {
  const pattern = new RegExp(`^\\{${fields.map((field) => `"${field}":"([^"\\\\]*)"`).join(",")}`);
  return (text) => {
    const found = pattern.exec(text);
    if (found) return found.slice(1);
    try {
      const value = JSON.parse(text) as Readonly<Record<string, unknown>>;
      return fields.map((field) => {
        const id = value[field];
        return typeof id === "string" ? id : "";
      });
    } catch {
      // Told when the line is read as a record.
      return fields.map(() => "");
    }
  };
}

/**
 * Where the records of an output file lie: numbers in compact arrays, some forty bytes a record, the records themselves
 * read when they are asked for. It tells nothing of a file that has changed since: whoever keeps it asks `isCurrent`.
 */
export class RecordIndex<T> {
  private constructor(
    readonly path: string,
    private readonly file: IndexedFile<T>,
    private readonly version: FileVersion,
    private readonly starts: Float64Array,
    private readonly lengths: Uint32Array,
    private readonly lines: Uint32Array,
    private readonly tables: ReadonlyMap<string, IdTable>,
    private readonly groups: ReadonlyMap<string, Uint32Array>,
  ) {}

  /** Reads a file through; null where it is not there. Gives way to other work between any two pieces of the file. */
  static async build<T>(path: string, file: IndexedFile<T>): Promise<RecordIndex<T> | null> {
    const version = await stat(path).catch(() => null);
    if (version === null) return null;
    const readHead = headReader(file.head);
    const ids = file.ids.map((field) => ({ at: file.head.indexOf(field), field, table: IdTable.builder() }));
    const groupAt = file.group === undefined ? -1 : file.head.indexOf(file.group);
    const groups = new Map<string, NumberList>();
    const lengths = new NumberList();
    const lines = new NumberList();
    const starts: number[] = [];
    for await (const raw of readLines(path, { allowEmpty: true })) {
      const head = "text" in raw ? readHead(raw.text) : file.head.map(() => "");
      for (const { at, table } of ids) table.add(head[at]!);
      if (groupAt >= 0) {
        const members = groups.get(head[groupAt]!) ?? new NumberList();
        groups.set(head[groupAt]!, members);
        members.add(starts.length);
      }
      starts.push(raw.start);
      lengths.add(raw.bytes);
      lines.add(raw.line);
    }
    return new RecordIndex(
      path,
      file,
      version,
      Float64Array.from(starts),
      lengths.finish(),
      lines.finish(),
      new Map(ids.map(({ field, table }) => [field, table.finish()])),
      new Map([...groups].map(([key, members]) => [key, members.finish()])),
    );
  }

  get count(): number {
    return this.lines.length;
  }

  /** Of the index in memory. */
  get bytes(): number {
    const arrays = [this.starts, this.lengths, this.lines, ...this.groups.values(), ...this.tables.values()];
    return arrays.reduce((sum, array) => sum + ("byteLength" in array ? array.byteLength : array.bytes), 0);
  }

  /** Whether the file is still the one that was read. */
  async isCurrent(): Promise<boolean> {
    return stat(this.path).then(
      (found) => isSame(found, this.version),
      () => false,
    );
  }

  /** Values of the group's field, in order of first appearance, with how many records have each. */
  groupCounts(): readonly { readonly key: string; readonly count: number }[] {
    return [...this.groups].map(([key, { length }]) => ({ key, count: length }));
  }

  /** Some records of a group. */
  async page(key: string, offset: number, limit: number): Promise<IndexedRecord<T>[]> {
    return this.read([...(this.groups.get(key) ?? []).slice(offset, offset + limit)]);
  }

  /** The records with this id in a field, in the order of the file. */
  async find(field: string, id: string): Promise<(IndexedRecord<T> & { readonly value: T })[]> {
    const found = await this.read(this.tables.get(field)!.candidates(id));
    return found.flatMap((one) =>
      "value" in one && (one.value as Readonly<Record<string, unknown>>)[field] === id ? [one] : [],
    );
  }

  /** The number of the record at a line of the file, from 0. */
  numberAt(line: number): number | undefined {
    const { lines } = this;
    // Lines and numbers are the same as long as no line is blank.
    if (lines[line - 1] === line) return line - 1;
    const found = lines.indexOf(line);
    return found < 0 ? undefined : found;
  }

  /** Records by their numbers from 0, those that there are. */
  async read(numbers: readonly number[]): Promise<IndexedRecord<T>[]> {
    const records: IndexedRecord<T>[] = [];
    for await (const { number, text } of this.texts(numbers)) {
      records.push({ number, line: this.lines[number]!, ...this.#parse(text) });
    }
    return records;
  }

  #parse(text: string): { readonly value: T } | { readonly problem: string } {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return { problem: (error as Error).message };
    }
    const checked = this.file.schema.safeParse(value);
    if (checked.success) return { value: checked.data };
    const { path, message } = checked.error.issues[0]!;
    return { problem: `${path.map(String).join(".")}: ${message}` };
  }

  line(number: number): number {
    return this.lines[number]!;
  }

  /** The text of records. @throws InputError when the file has changed since it was indexed */
  async *texts(
    numbers: readonly number[],
  ): AsyncGenerator<{ readonly number: number; readonly text: string }> {
    const wanted = numbers.filter((number) => number < this.count);
    if (wanted.length === 0) return;
    const handle = await open(this.path, "r");
    try {
      if (!isSame(await handle.stat(), this.version)) {
        const message = "the file has changed while it was read";
        throw new InputError({ file: this.path }, { rule: "changed", message, fix: "refresh the view" });
      }
      for (let from = 0; from < wanted.length;) {
        const start = this.starts[wanted[from]!]!;
        const endOf = (at: number): number => this.starts[wanted[at]!]! + this.lengths[wanted[at]!]!;
        let to = from + 1;
        while (to < wanted.length && wanted[to] === wanted[to - 1]! + 1 && endOf(to) - start <= READ_BYTES) {
          to++;
        }
        const buffer = Buffer.allocUnsafe(endOf(to - 1) - start);
        await handle.read(buffer, 0, buffer.length, start);
        for (; from < to; from++) {
          const at = this.starts[wanted[from]!]! - start;
          yield {
            number: wanted[from]!,
            text: buffer.toString("utf8", at, at + this.lengths[wanted[from]!]!),
          };
        }
      }
    } finally {
      await handle.close();
    }
  }
}
