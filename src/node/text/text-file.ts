import { isUtf8 } from "node:buffer";
import { open, type FileHandle } from "node:fs/promises";
import { InputError, type Problem } from "../../core/errors.js";
import { binaryProblem, encodingOf } from "./signatures.js";

/** Code units of a text: bytes of UTF-8, or 16-bit units of UTF-16. Newlines, quotes and brackets have the same value in both. */
export type Units = Uint8Array | Uint16Array;

export const NEWLINE = 0x0a;
export const RETURN = 0x0d;

const CHUNK_BYTES = 512 * 1024;

export interface TextFileOptions {
  /** How messages call the file; default: its path. */
  readonly name?: string;
  /** Bytes read at a time, an even number; default 512 KiB. */
  readonly chunkBytes?: number;
}

/** An open text file in UTF-8, or in UTF-16 with a byte order mark. Close it by finishing (or leaving) the loop over `chunks`. */
export interface TextFile {
  readonly name: string;
  /** Bytes of one unit: 1 for UTF-8, 2 for UTF-16. */
  readonly unitBytes: 1 | 2;
  /** Offset in bytes of the first unit, after the byte order mark. */
  readonly start: number;
  /** The beginning of the text, at most one chunk; valid until `chunks` is read on. */
  readonly head: Units;
  /** The whole text in order. A chunk is a view that the next one overwrites: copy what you keep. Can be read once. */
  chunks(): AsyncGenerator<Units, void, undefined>;
}

const SYSTEM_PROBLEMS: Readonly<Record<string, Problem>> = {
  ENOENT: { rule: "missing-file", message: "there is no such file", fix: "check the path" },
  ENOTDIR: { rule: "missing-file", message: "a part of the path is not a folder", fix: "check the path" },
  EISDIR: {
    rule: "not-a-file",
    message: "this is a folder, not a file",
    fix: "name the files in it",
  },
  EACCES: { rule: "unreadable-file", message: "reading it is not allowed", fix: "change its permissions" },
  EPERM: { rule: "unreadable-file", message: "reading it is not allowed", fix: "change its permissions" },
  EMFILE: { rule: "unreadable-file", message: "too many files are open", fix: "raise the limit (ulimit -n)" },
};

function inputError(name: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !("code" in cause)) return cause;
  const problem = SYSTEM_PROBLEMS[String(cause.code)] ?? {
    rule: "unreadable-file",
    message: `it cannot be read (${String(cause.code)})`,
    fix: "check the path and the disk",
  };
  return new InputError({ file: name }, problem, { cause });
}

/** Fills the buffer as far as the file goes: short reads (pipes) would cut 16-bit units apart. */
async function fill(handle: FileHandle, buffer: Buffer, name: string): Promise<number> {
  let filled = 0;
  try {
    while (filled < buffer.length) {
      const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, null);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
  } catch (error) {
    throw inputError(name, error);
  }
  return filled;
}

/**
 * Opens a text file and looks at its beginning.
 * @throws InputError when it is missing, a folder, unreadable or not text.
 */
export async function openText(path: string, options: TextFileOptions = {}): Promise<TextFile> {
  const name = options.name ?? path;
  const handle = await open(path, "r").catch((error: unknown) => {
    throw inputError(name, error);
  });
  try {
    const buffer = Buffer.allocUnsafeSlow(options.chunkBytes ?? CHUNK_BYTES);
    const firstBytes = await fill(handle, buffer, name);
    const first = buffer.subarray(0, firstBytes);
    const problem = binaryProblem(first);
    if (problem) throw new InputError({ file: name }, problem);
    const { encoding, bomBytes } = encodingOf(first);

    const view = (from: number, to: number): Units => {
      if (encoding === "utf8") return buffer.subarray(from, to);
      // A last odd byte is half a unit of a file that was cut short.
      const units = (to - from) >> 1;
      if (encoding === "utf16be") buffer.subarray(from, from + units * 2).swap16();
      return new Uint16Array(buffer.buffer, buffer.byteOffset + from, units);
    };
    const head = view(bomBytes, firstBytes);

    async function* chunks(): AsyncGenerator<Units, void, undefined> {
      try {
        yield head;
        let filled = firstBytes;
        while (filled === buffer.length) {
          filled = await fill(handle, buffer, name);
          if (filled > 0) yield view(0, filled);
        }
      } finally {
        await handle.close();
      }
    }
    return { name, unitBytes: encoding === "utf8" ? 1 : 2, start: bomBytes, head, chunks };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Index in bytes of the first sequence that is not UTF-8. `text` is the lenient decoding of `bytes`. */
function firstInvalidByte(bytes: Buffer, text: string): number {
  let offset = 0;
  let from = 0;
  for (;;) {
    const mark = text.indexOf("\ufffd", from);
    if (mark < 0) return offset;
    offset += Buffer.byteLength(text.slice(from, mark));
    const isWritten = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
    if (!isWritten) return offset;
    offset += 3;
    from = mark + 1;
  }
}

export type Decoded = { readonly text: string } | { readonly problem: Problem };

/** Decodes units into a string of its own. `start` is their offset in the file, for the message. */
export function decodeUnits(units: Units, start: number): Decoded {
  const bytes = Buffer.from(units.buffer, units.byteOffset, units.byteLength);
  // Halves of surrogate pairs survive in UTF-16; the JSON reader names the field that holds them.
  if (units instanceof Uint16Array) return { text: bytes.toString("utf16le") };
  const text = bytes.toString("utf8");
  if (!text.includes("\ufffd") || isUtf8(bytes)) return { text };
  const at = firstInvalidByte(bytes, text);
  const value = bytes[at]!.toString(16).toUpperCase().padStart(2, "0");
  return {
    problem: {
      rule: "invalid-utf8",
      message: `byte ${start + at} of the file (${at + 1} of the record, 0x${value}) is not UTF-8`,
      fix: "save the file as UTF-8 (iconv -f WINDOWS-1252 -t UTF-8 FILE, if it came from Windows)",
    },
  };
}

/** `slice` of a Buffer is a view, that of the array types beneath it a copy. */
function copyOf(units: Units): Units {
  return units instanceof Uint16Array ? units.slice() : Uint8Array.prototype.slice.call(units);
}

/** Collects the units of one record over several chunks, and lets go of them when they grow beyond the limit. */
export class UnitCollector {
  #parts: Units[] = [];
  #length = 0;

  /** @param limit most units that are kept. */
  constructor(private readonly limit: number) {}

  /** Units collected, those let go included. */
  get length(): number {
    return this.#length;
  }

  /** Copies the units. */
  add(units: Units): void {
    this.#length += units.length;
    if (this.#length > this.limit) this.#parts = [];
    else if (units.length > 0) this.#parts.push(copyOf(units));
  }

  /** What was collected, or null when it was too long; starts over. */
  take(): Units | null {
    const parts = this.#parts;
    const length = this.#length;
    this.#parts = [];
    this.#length = 0;
    if (length > this.limit) return null;
    if (parts.length === 1) return parts[0]!;
    const whole = parts[0] instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
