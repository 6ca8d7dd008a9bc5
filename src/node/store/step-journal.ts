import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { UnitResult } from "../../core/records/unit-result.js";

/** What a commit says: all units so far and how long each file was after them. */
interface Commit {
  readonly units: number;
  readonly sizes: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  /** Names of the whole files written so far. */
  readonly documents: readonly string[];
  readonly tokens: number;
  readonly seconds: number;
}

const NOTHING: Commit = { units: 0, sizes: {}, counts: {}, documents: [], tokens: 0, seconds: 0 };

interface JournalHead {
  /** Hash of everything that decides the output: work of another key is not continued. */
  readonly key: string;
  readonly startedAt: string;
}

/** State of unfinished work, read without touching it. */
export interface UnfinishedWork extends JournalHead {
  readonly units: number;
  readonly total: number | null;
}

/** Name of the journal within the folder of unfinished work. */
export const JOURNAL = "journal.jsonl";

/** Records are written to disk once this much waits, or this long after the last time, whichever comes first. */
const FLUSH_BYTES = 256 * 1024;
const FLUSH_MILLISECONDS = 200;

/** Paths of the files below a folder, with `/`. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll("\\", "/"));
}

/** What goes wrong with an open file does not tell its path by itself. */
async function append(handle: FileHandle, path: string, content: string | Buffer): Promise<void> {
  try {
    await handle.appendFile(content);
  } catch (error) {
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  }
}

function parseLines(text: string): unknown[] {
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      // The last line may be torn: its unit was not finished.
      return [];
    }
  });
}

async function readJournal(
  folder: string,
): Promise<{ head: JournalHead; last: Commit | null; total: number | null } | null> {
  let text: string;
  try {
    text = await readFile(join(folder, JOURNAL), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const [head, ...rest] = parseLines(text) as [
    JournalHead | undefined,
    ...Partial<Commit & { total: number }>[],
  ];
  if (typeof head?.key !== "string") return null;
  const commits = rest.filter((line): line is Commit => typeof line.units === "number");
  const totals = rest.flatMap(({ total }) => (typeof total === "number" ? [total] : []));
  return { head, last: commits.at(-1) ?? null, total: totals.at(-1) ?? null };
}

/** What an interrupted run has finished, or null when there is nothing unfinished. */
export async function unfinishedWork(folder: string): Promise<UnfinishedWork | null> {
  const journal = await readJournal(folder);
  return journal && { ...journal.head, units: journal.last?.units ?? 0, total: journal.total };
}

/**
 * Unfinished output of one step: append-only files and a journal whose lines say, after units that are wholly in the files,
 * how long the files were. Whatever a killed run left behind the last such line is cut off, so that finished units are kept
 * and the rest is done again, to the same bytes.
 */
export class StepJournal {
  readonly #journal: FileHandle;
  readonly #before: Commit;
  readonly #files = new Map<string, FileHandle>();
  readonly #sizes: Record<string, number>;
  readonly #waiting = new Map<string, string[]>();
  #waitingBytes = 0;
  #flushedAt = Date.now();
  readonly #openedAt = Date.now();
  readonly #counts: Record<string, number>;
  readonly #documents: Set<string>;
  #units: number;
  #tokens: number;
  #committed: number;
  #isBroken = false;

  private constructor(
    readonly folder: string,
    journal: FileHandle,
    readonly head: JournalHead,
    before: Commit,
    /** Bytes of unfinished units that were cut off, by file. */
    readonly repaired: Readonly<Record<string, number>>,
  ) {
    this.#journal = journal;
    this.#before = before;
    this.#sizes = { ...this.#before.sizes };
    this.#counts = { ...this.#before.counts };
    this.#documents = new Set(this.#before.documents);
    this.#units = this.#before.units;
    this.#committed = this.#before.units;
    this.#tokens = this.#before.tokens;
  }

  get units(): number {
    return this.#units;
  }

  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** Seconds of work, those of interrupted runs included. */
  get seconds(): number {
    return this.#before.seconds + (Date.now() - this.#openedAt) / 1000;
  }

  /** Whole files that have been written, below the folder. */
  get documents(): readonly string[] {
    return [...this.#documents];
  }

  /** Files that have been appended to, below the folder. */
  get files(): readonly string[] {
    return Object.keys(this.#sizes);
  }

  /**
   * Opens the work in a folder: continues it when it has the same key, else starts anew.
   * @param writes files that are there even when nothing is written to them
   */
  static async open(folder: string, key: string, writes: readonly string[]): Promise<StepJournal> {
    const found = await readJournal(folder);
    if (found?.head.key !== key) {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      const head = { key, startedAt: new Date().toISOString() };
      const journal = await open(join(folder, JOURNAL), "a");
      await journal.appendFile(`${JSON.stringify(head)}\n`);
      const created = new StepJournal(folder, journal, head, NOTHING, {});
      for (const name of writes) await created.#file(name);
      return created;
    }
    const last = found.last ?? NOTHING;
    const startAnew = async (): Promise<StepJournal> => {
      await rm(folder, { recursive: true, force: true });
      return StepJournal.open(folder, key, writes);
    };
    // Somebody else has been at the files: nothing here can be trusted.
    if (!last.documents.every((name) => existsSync(join(folder, name)))) return startAnew();
    const repaired: Record<string, number> = {};
    for (const name of new Set([...writes, ...Object.keys(last.sizes)])) {
      const path = join(folder, name);
      const kept = last.sizes[name] ?? 0;
      const size = await stat(path).then(
        (found) => found.size,
        () => 0,
      );
      if (size < kept) return startAnew();
      if (size > kept) {
        repaired[name] = size - kept;
        const handle = await open(path, "r+");
        await handle.truncate(kept);
        await handle.close();
      }
    }
    const known = new Set([JOURNAL, ...writes, ...Object.keys(last.sizes), ...last.documents]);
    for (const name of await filesBelow(folder)) {
      // Begun by a unit that was not finished: appended to, it would hold the same twice.
      if (known.has(name)) continue;
      const { size } = await stat(join(folder, name));
      await rm(join(folder, name));
      if (size > 0) repaired[name] = size;
    }
    const journal = await open(join(folder, JOURNAL), "a");
    // Ends a torn last line.
    await journal.appendFile("\n");
    const continued = new StepJournal(folder, journal, found.head, last, repaired);
    for (const name of writes) await continued.#file(name);
    return continued;
  }

  async #file(name: string): Promise<FileHandle> {
    let handle = this.#files.get(name);
    if (!handle) {
      const path = join(this.folder, name);
      await mkdir(dirname(path), { recursive: true });
      handle = await open(path, "a");
      this.#files.set(name, handle);
      this.#sizes[name] ??= 0;
    }
    return handle;
  }

  /** Records how many units there are. */
  async total(units: number): Promise<void> {
    await this.#journal.appendFile(`${JSON.stringify({ total: units })}\n`);
  }

  /** Takes a finished unit. It counts as soon as it has been flushed. */
  async add(unit: UnitResult): Promise<void> {
    await this.#unlessBroken(() => this.#take(unit));
    if (this.#waitingBytes >= FLUSH_BYTES || Date.now() - this.#flushedAt >= FLUSH_MILLISECONDS) {
      await this.flush();
    }
  }

  /** After a write that failed half-way nothing more may be counted. */
  async #unlessBroken(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  async #take(unit: UnitResult): Promise<void> {
    for (const [name, records] of Object.entries(unit.records ?? {})) this.#append(name, records);
    if (unit.drops) this.#append("drops.jsonl", unit.drops);
    for (const [name, content] of Object.entries(unit.documents ?? {})) {
      // Whole files need no length: the unit that writes them is done again when it was not committed.
      const path = join(this.folder, name);
      const handle = await open(`${path}.tmp`, "w");
      await handle.writeFile(content);
      await handle.close();
      await rename(`${path}.tmp`, path);
      this.#documents.add(name);
    }
    for (const [name, count] of Object.entries(unit.counts ?? {})) {
      if (count !== 0) this.#counts[name] = (this.#counts[name] ?? 0) + count;
    }
    this.#tokens += unit.tokens ?? 0;
    this.#units++;
  }

  #append(name: string, records: readonly object[]): void {
    if (records.length === 0) return;
    let lines = this.#waiting.get(name);
    if (!lines) this.#waiting.set(name, (lines = []));
    for (const record of records) {
      const line = `${JSON.stringify(record)}\n`;
      lines.push(line);
      this.#waitingBytes += line.length;
    }
  }

  /** Brings finished units to disk: first their records, then the line that counts them. */
  async flush(): Promise<void> {
    await this.#unlessBroken(() => this.#flush());
  }

  async #flush(): Promise<void> {
    for (const [name, lines] of this.#waiting) {
      const handle = await this.#file(name);
      const bytes = Buffer.from(lines.join(""), "utf8");
      await append(handle, join(this.folder, name), bytes);
      this.#sizes[name] = (this.#sizes[name] ?? 0) + bytes.length;
    }
    this.#waiting.clear();
    this.#waitingBytes = 0;
    this.#flushedAt = Date.now();
    if (this.#committed === this.#units) return;
    const commit: Commit = {
      units: this.#units,
      sizes: this.#sizes,
      counts: this.#counts,
      documents: this.documents,
      tokens: this.#tokens,
      seconds: Math.round(this.seconds * 1000) / 1000,
    };
    await append(this.#journal, join(this.folder, JOURNAL), `${JSON.stringify(commit)}\n`);
    this.#committed = this.#units;
  }

  /** Brings to disk what is finished and closes the files, after a failure of whatever kind. */
  async keep(): Promise<void> {
    try {
      if (!this.#isBroken) await this.flush();
    } finally {
      await this.close();
    }
  }

  /** Closes the files; the work can be opened again. */
  async close(): Promise<void> {
    for (const handle of this.#files.values()) await handle.close();
    this.#files.clear();
    await this.#journal.close();
  }

  /** Flushes everything to the disk itself and closes the files: the folder is the step's output, but for its place. */
  async finish(): Promise<void> {
    await this.flush();
    for (const handle of this.#files.values()) await handle.sync();
    await this.close();
  }
}
