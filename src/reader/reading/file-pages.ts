import type { Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { type FileExtent, PAGE_COLUMNS, PAGE_LINES } from "../../protocol/reading.js";

/** Pages of files of any size: the first one is there at once, the places of the others are found in the background. */

const NEWLINE = 0x0a;
const COUNT_BYTES = 1024 * 1024;
/** Bytes of a line that are kept for its page: more than the editor draws, in any script. */
const KEPT_LINE_BYTES = 40 * 1024;
/** Bytes in which the end of a line is sought. A page ends within a longer one. */
const MOST_SCANNED_BYTES = 256 * 1024 * 1024;
/** Bytes of the lines by which a file's kind is told. */
const MOST_HEAD_BYTES = 16 * 1024 * 1024;
/** Bytes by whose staying the same a file that has grown is told from one that was written anew. */
const TAIL_BYTES = 4096;
/** Longest line that is given whole. */
const MOST_LINE_BYTES = 32 * 1024 * 1024;
/** Lines by which a file's kind is told. */
const HEAD_LINES = 10;
const TELL_MILLISECONDS = 300;

/** A line of which the beginning is kept. */
interface ReadLine {
  readonly text: string;
  readonly start: number;
  /** Of the whole line, without its end. */
  readonly bytes: number;
}

interface ReadPage {
  readonly lines: readonly ReadLine[];
  readonly end: number;
}

/** A line as the editor draws it. */
function drawn({ text, bytes }: ReadLine): string {
  if (text.length <= PAGE_COLUMNS) return text;
  const shown = text.slice(0, PAGE_COLUMNS - 60);
  const more =
    bytes <= KEPT_LINE_BYTES
      ? `${(text.length - shown.length).toLocaleString("en")} more characters`
      : `${(bytes - Buffer.byteLength(shown)).toLocaleString("en")} more bytes`;
  return `${shown} ⟨… ${more}⟩`;
}

/** The text of a line that begins somewhere in a file. */
function textOf(bytes: Buffer, start: number): string {
  const text = bytes.toString("utf8");
  // A byte order mark is no text.
  const from = start === 0 && text.startsWith("\uFEFF") ? 1 : 0;
  return text.slice(from, text.endsWith("\r") ? -1 : undefined);
}

/** Where each page of a file begins, found by reading it once. */
export class FilePages {
  /** Offsets of pages, as far as they are known. */
  #starts = new Float64Array(1024);
  #pages = 1;
  #counted = 0;
  #newlines = 0;
  /** The last bytes that are counted. */
  #tail = Buffer.alloc(0);
  #done = false;
  #closed = false;
  #head: readonly string[] | undefined;
  /** The page whose lines were asked for last, of a file of so many bytes. */
  #last: (ReadPage & { readonly page: number; readonly of: number }) | null | undefined;
  #counting: Promise<void> | undefined;
  #bytes: number;
  #mtimeMs: number;
  readonly #ino: number;
  readonly #identity: string;

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    { ino, size, mtimeMs }: Stats,
    private readonly tell: (extent: FileExtent) => void,
  ) {
    this.#bytes = size;
    this.#mtimeMs = mtimeMs;
    this.#ino = ino;
    this.#identity = `${ino}-${mtimeMs}-${size}`;
  }

  static async open(path: string, tell: (extent: FileExtent) => void): Promise<FilePages> {
    // In this order a file that is replaced in between is noticed by the next look.
    const stats = await stat(path);
    return new FilePages(path, await open(path, "r"), stats, tell);
  }

  get extent(): FileExtent {
    // A last line need not end.
    const isOpen = this.#done && this.#tail.length > 0 && this.#tail.at(-1) !== NEWLINE;
    return {
      path: this.path,
      identity: this.#identity,
      bytes: Math.max(this.#bytes, this.#counted),
      counted: this.#counted,
      lines: this.#newlines + (isOpen ? 1 : 0),
      done: this.#done,
    };
  }

  /** Whether the file is still the one that was opened; it may have grown, and then counting is to go on. */
  async isCurrent(): Promise<boolean> {
    const now = await stat(this.path).catch(() => null);
    if (now?.ino !== this.#ino) return false;
    if (now.size === this.#bytes && now.mtimeMs === this.#mtimeMs) return true;
    if (now.size <= this.#bytes || !(await this.#keepsTail())) return false;
    this.#bytes = now.size;
    this.#mtimeMs = now.mtimeMs;
    this.#head = undefined;
    return true;
  }

  /** Whether what was counted last is still there. */
  async #keepsTail(): Promise<boolean> {
    const tail = this.#tail;
    const at = this.#counted - tail.length;
    const found = Buffer.alloc(tail.length);
    // A handle that was closed in the meantime has nothing any more.
    await this.handle.read(found, 0, tail.length, at).catch(() => null);
    return found.equals(tail);
  }

  /** Counts lines in the background, to the end; goes on where the file has grown since. */
  count(): Promise<void> {
    if (this.#done && this.#counted < this.#bytes) {
      this.#done = false;
      this.#counting = undefined;
    }
    this.#counting ??= this.#count();
    return this.#counting;
  }

  async #count(): Promise<void> {
    const buffer = Buffer.allocUnsafeSlow(COUNT_BYTES);
    let told = performance.now();
    while (!this.#closed) {
      const { bytesRead } = await this.handle.read(buffer, 0, COUNT_BYTES, this.#counted);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) {
        this.#newlines++;
        if (this.#newlines % PAGE_LINES === 0) this.#addPage(this.#counted + at + 1);
      }
      this.#tail = Buffer.from(chunk.subarray(-TAIL_BYTES));
      this.#counted += bytesRead;
      if (performance.now() - told < TELL_MILLISECONDS) continue;
      told = performance.now();
      this.tell(this.extent);
    }
    if (this.#closed) return;
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
    const read = await this.#read(page);
    return read && { lines: read.lines.map(drawn), more: read.end < this.#bytes };
  }

  /** A whole line (from 0), of one longer than any record its beginning; null where it is not known. */
  async line(line: number): Promise<string | null> {
    const page = Math.floor(line / PAGE_LINES);
    // Lines that are looked at together are asked for one by one.
    let last = this.#last;
    if (last?.page !== page || last.of !== this.#bytes) {
      const of = this.#bytes;
      const read = await this.#read(page);
      last = this.#last = read && { page, of, ...read };
    }
    const found = last?.lines[line % PAGE_LINES];
    if (!found) return null;
    if (found.bytes <= KEPT_LINE_BYTES) return found.text;
    const whole = Buffer.alloc(Math.min(found.bytes, MOST_LINE_BYTES));
    const { bytesRead } = await this.handle.read(whole, 0, whole.length, found.start);
    return textOf(whole.subarray(0, bytesRead), found.start);
  }

  /** The first lines, whole: what the file is, is told by them. */
  async head(): Promise<readonly string[]> {
    this.#head ??= (await this.#read(0, HEAD_LINES, MOST_HEAD_BYTES, MOST_HEAD_BYTES))?.lines.map(
      ({ text }) => text,
    );
    return this.#head ?? [];
  }

  /** Lines from the beginning of a page, of each its beginning. */
  async #read(
    page: number,
    mostLines = PAGE_LINES,
    keptBytes = KEPT_LINE_BYTES,
    mostBytes = Number.POSITIVE_INFINITY,
  ): Promise<ReadPage | null> {
    const start = this.#starts[page];
    if (start === undefined || page >= this.#pages || (page > 0 && start >= this.#bytes)) return null;
    const lines: ReadLine[] = [];
    const buffer = Buffer.allocUnsafe(COUNT_BYTES);
    let end = start;
    let lineStart = start;
    let parts: Buffer[] = [];
    const keep = (bytes: Buffer, before: number) => {
      if (before < keptBytes) parts.push(Buffer.from(bytes.subarray(0, keptBytes - before)));
    };
    const endLine = (at: number) => {
      lines.push({ text: textOf(Buffer.concat(parts), lineStart), start: lineStart, bytes: at - lineStart });
      parts = [];
      lineStart = at + 1;
    };
    while (lines.length < mostLines && end - start < mostBytes && end - lineStart < MOST_SCANNED_BYTES) {
      const most = Math.min(COUNT_BYTES, mostBytes - (end - start));
      const { bytesRead } = await this.handle.read(buffer, 0, most, end);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      let from = 0;
      while (from < bytesRead && lines.length < mostLines) {
        const newline = chunk.indexOf(NEWLINE, from);
        const to = newline < 0 ? bytesRead : newline;
        keep(chunk.subarray(from, to), end + from - lineStart);
        if (newline >= 0) endLine(end + newline);
        from = newline < 0 ? to : to + 1;
      }
      end += from;
    }
    // After the last line's end there is no further line; a file without any has an empty one.
    if (end > lineStart || lines.length === 0) endLine(end);
    return { lines, end };
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
