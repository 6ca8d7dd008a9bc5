import { type FileHandle, open } from "node:fs/promises";
import { type FileExtent, PAGE_COLUMNS, PAGE_LINES } from "../../protocol/reading.js";

/** Pages of files of any size: the first one is there at once, the places of the others are found in the background. */

const NEWLINE = 0x0a;
const COUNT_BYTES = 1024 * 1024;
/** Bytes read for one page. A page whose lines are longer ends early; its last line is cut. */
const MOST_PAGE_BYTES = 16 * 1024 * 1024;
/** Longest line that is given whole. */
const MOST_LINE_BYTES = 32 * 1024 * 1024;
/** Lines by which a file's kind is told. */
const HEAD_LINES = 10;
const TELL_MILLISECONDS = 300;

const cutMark = (more: number): string => ` ⟨… ${more.toLocaleString("en")} more characters⟩`;

/** A line as the editor draws it. */
function drawn(text: string): string {
  return text.length <= PAGE_COLUMNS
    ? text
    : text.slice(0, PAGE_COLUMNS - 60) + cutMark(text.length - (PAGE_COLUMNS - 60));
}

/** Where each page of a file begins, found by reading it once. */
export class FilePages {
  /** Offsets of pages, as far as they are known. */
  #starts = new Float64Array(1024);
  #pages = 1;
  #counted = 0;
  #lines = 0;
  #done = false;
  #closed = false;
  #head: readonly string[] | undefined;
  /** The page whose lines were asked for last. */
  #last:
    { readonly page: number; readonly lines: readonly string[]; readonly end: number } | null | undefined;
  #counting: Promise<void> | undefined;

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    private readonly bytes: number,
    private readonly mtimeMs: number,
    private readonly tell: (extent: FileExtent) => void,
  ) {}

  static async open(path: string, tell: (extent: FileExtent) => void): Promise<FilePages> {
    const handle = await open(path, "r");
    const { size, mtimeMs } = await handle.stat();
    return new FilePages(path, handle, size, mtimeMs, tell);
  }

  get extent(): FileExtent {
    return {
      path: this.path,
      bytes: this.bytes,
      counted: this.#counted,
      lines: this.#lines,
      done: this.#done,
    };
  }

  /** Whether the file is still the one that was opened. */
  async isCurrent(): Promise<boolean> {
    const now = await this.handle.stat();
    return now.size === this.bytes && now.mtimeMs === this.mtimeMs;
  }

  /** Counts lines in the background, to the end. */
  count(): Promise<void> {
    this.#counting ??= this.#count();
    return this.#counting;
  }

  async #count(): Promise<void> {
    const buffer = Buffer.allocUnsafeSlow(COUNT_BYTES);
    let told = performance.now();
    let last = NEWLINE;
    while (!this.#closed) {
      const { bytesRead } = await this.handle.read(buffer, 0, COUNT_BYTES, this.#counted);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) {
        this.#lines++;
        if (this.#lines % PAGE_LINES === 0) this.#addPage(this.#counted + at + 1);
      }
      last = chunk[bytesRead - 1]!;
      this.#counted += bytesRead;
      if (performance.now() - told < TELL_MILLISECONDS) continue;
      told = performance.now();
      this.tell(this.extent);
    }
    if (this.#closed) return;
    // A last line need not end.
    if (last !== NEWLINE) this.#lines++;
    this.#done = true;
    this.tell(this.extent);
  }

  #addPage(start: number): void {
    if (this.#pages === this.#starts.length) {
      const longer = new Float64Array(this.#starts.length * 2);
      longer.set(this.#starts);
      this.#starts = longer;
    }
    this.#starts[this.#pages++] = start;
  }

  /** Lines of a page as the editor draws them; null where there is no such page, or its place is not known yet. */
  async page(page: number): Promise<{ readonly lines: readonly string[]; readonly more: boolean } | null> {
    const { lines, end } = (await this.#read(page, MOST_PAGE_BYTES)) ?? {};
    if (lines === undefined || end === undefined) return null;
    return { lines: lines.map(drawn), more: end < this.bytes };
  }

  /** A whole line (from 0), of one longer than any record its beginning; null where it is not known. */
  async line(line: number): Promise<string | null> {
    const page = Math.floor(line / PAGE_LINES);
    const at = line % PAGE_LINES;
    // Lines that are looked at together are asked for one by one.
    if (this.#last?.page !== page) {
      const read = await this.#read(page, MOST_PAGE_BYTES);
      this.#last = read && { page, ...read };
    }
    const { lines = [], end = 0 } = this.#last ?? {};
    const isWhole = at < lines.length - 1 || lines.length === PAGE_LINES || end >= this.bytes;
    if (isWhole) return lines[at] ?? null;
    return (await this.#read(page, MOST_LINE_BYTES, at + 1))?.lines[at] ?? null;
  }

  /** The first lines, whole: what the file is, is told by them. */
  async head(): Promise<readonly string[]> {
    this.#head ??= (await this.#read(0, MOST_PAGE_BYTES, HEAD_LINES))?.lines ?? [];
    return this.#head;
  }

  /** Whole lines from the beginning of a page, as many as there are in some bytes. */
  async #read(
    page: number,
    mostBytes: number,
    mostLines = PAGE_LINES,
  ): Promise<{ readonly lines: readonly string[]; readonly end: number } | null> {
    const start = this.#starts[page];
    if (start === undefined || page >= this.#pages || (page > 0 && start >= this.bytes)) return null;
    const parts: Buffer[] = [];
    let read = 0;
    let newlines = 0;
    while (newlines < mostLines && read < mostBytes) {
      const buffer = Buffer.allocUnsafe(Math.min(COUNT_BYTES, mostBytes - read));
      const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, start + read);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      let to = bytesRead;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) {
        if (++newlines < mostLines) continue;
        to = at + 1;
        break;
      }
      parts.push(chunk.subarray(0, to));
      read += to;
    }
    const lines = Buffer.concat(parts)
      .toString("utf8")
      .split("\n")
      .map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
    // After the last line's end there is no further line.
    if (newlines > 0 && lines.at(-1) === "") lines.pop();
    return { lines, end: start + read };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#counting?.catch(() => undefined);
    await this.handle.close();
  }
}

/** The files whose pages are looked at. */
export class OpenPages {
  readonly #files = new Map<string, Promise<FilePages>>();

  constructor(private readonly tell: (extent: FileExtent) => void) {}

  /** The pages of a file as it is now; counting has begun. */
  async get(path: string): Promise<FilePages> {
    const kept = this.#files.get(path);
    if (kept) {
      const pages = await kept;
      if (await pages.isCurrent()) return pages;
      if (this.#files.get(path) === kept) await this.close(path);
    }
    const opening = this.#files.get(path) ?? FilePages.open(path, this.tell);
    this.#files.set(path, opening);
    opening.catch(() => this.#files.delete(path));
    const pages = await opening;
    // A disk that fails is told by the next page.
    pages.count().catch(() => undefined);
    return pages;
  }

  async close(path: string): Promise<void> {
    const pages = this.#files.get(path);
    this.#files.delete(path);
    await (await pages?.catch(() => undefined))?.close();
  }
}
