import type { Problem } from "../../core/errors.js";

/** Tells text from everything else by the first bytes of a file. */

const UNPACK = (command: string) => `unpack it first (${command} FILE)`;
const TO_LINES = "convert it to JSON lines first, one record a line";
const NOT_DATA = "name a file of posts: JSON lines or a JSON array";

interface Signature {
  readonly name: string;
  /** First bytes, one character a byte. */
  readonly starts: string;
  readonly fix: string;
}

const SIGNATURES: readonly Signature[] = [
  { name: "a gzip archive", starts: "\x1f\x8b", fix: UNPACK("gunzip -k") },
  { name: "a zip archive", starts: "PK\x03\x04", fix: UNPACK("unzip") },
  { name: "a Zstandard archive", starts: "\x28\xb5\x2f\xfd", fix: UNPACK("zstd -d") },
  { name: "a bzip2 archive", starts: "BZh", fix: UNPACK("bunzip2 -k") },
  { name: "an xz archive", starts: "\xfd7zXZ\0", fix: UNPACK("unxz -k") },
  { name: "a 7z archive", starts: "7z\xbc\xaf\x27\x1c", fix: UNPACK("7z x") },
  { name: "a Parquet file", starts: "PAR1", fix: TO_LINES },
  { name: "an Arrow file", starts: "ARROW1", fix: TO_LINES },
  { name: "an HDF5 file", starts: "\x89HDF\r\n\x1a\n", fix: TO_LINES },
  { name: "a NumPy array", starts: "\x93NUMPY", fix: TO_LINES },
  { name: "an SQLite database", starts: "SQLite format 3\0", fix: TO_LINES },
  {
    name: "a GGUF model",
    starts: "GGUF",
    fix: 'name it as "model" in prefloom.json, and a file of posts here',
  },
  { name: "a PNG image", starts: "\x89PNG\r\n\x1a\n", fix: NOT_DATA },
  { name: "a JPEG image", starts: "\xff\xd8\xff", fix: NOT_DATA },
  { name: "a GIF image", starts: "GIF8", fix: NOT_DATA },
  { name: "a PDF document", starts: "%PDF", fix: NOT_DATA },
  { name: "a program", starts: "\x7fELF", fix: NOT_DATA },
  {
    name: "a Git LFS pointer",
    starts: "version https://git-lfs",
    fix: "fetch the data it points to (git lfs pull)",
  },
];

const HEAD_BYTES = 64 * 1024;

const UTF8_BOM = "\xef\xbb\xbf";
const UTF16LE_BOM = "\xff\xfe";
const UTF16BE_BOM = "\xfe\xff";
const UTF32_BOMS = ["\xff\xfe\0\0", "\0\0\xfe\xff"];

/** How a text file is encoded, and the length of its byte order mark. */
export function encodingOf(first: Buffer): {
  readonly encoding: "utf8" | "utf16le" | "utf16be";
  readonly bomBytes: number;
} {
  const starts = first.toString("latin1", 0, 4);
  if (starts.startsWith(UTF8_BOM)) return { encoding: "utf8", bomBytes: 3 };
  if (starts.startsWith(UTF16LE_BOM)) return { encoding: "utf16le", bomBytes: 2 };
  if (starts.startsWith(UTF16BE_BOM)) return { encoding: "utf16be", bomBytes: 2 };
  return { encoding: "utf8", bomBytes: 0 };
}

const TO_UTF8 = (from: string) => `save it as UTF-8 (iconv -f ${from} -t UTF-8 FILE)`;

/**
 * Why a file that begins with these bytes is not text, or null. A NUL byte alone does not condemn a file that begins
 * like JSON: a power failure leaves such holes, and only the lines around them are lost.
 */
export function binaryProblem(first: Buffer): Problem | null {
  const head = first.subarray(0, HEAD_BYTES);
  const starts = head.toString("latin1", 0, 32);
  const signature = SIGNATURES.find((known) => starts.startsWith(known.starts));
  if (signature) {
    return { rule: "binary-file", message: `this is ${signature.name}, not JSON text`, fix: signature.fix };
  }
  if (UTF32_BOMS.some((mark) => starts.startsWith(mark))) {
    return { rule: "binary-file", message: "the text is in UTF-32", fix: TO_UTF8("UTF-32") };
  }
  if (encodingOf(head).encoding !== "utf8") return null;
  if (/^[[{"\s]\0/.test(starts) || /^\0[[{"\s]/.test(starts)) {
    const encoding = starts.startsWith("\0") ? "UTF-16BE" : "UTF-16LE";
    return {
      rule: "binary-file",
      message: `the text looks like ${encoding} without a byte order mark`,
      fix: TO_UTF8(encoding),
    };
  }
  const nul = head.indexOf(0);
  const beginsLikeJson = /^(?:\xef\xbb\xbf)?\s*[[{]/.test(starts);
  if (nul >= 0 && !beginsLikeJson) {
    return {
      rule: "binary-file",
      message: `it holds NUL bytes (the first is byte ${nul}), so it looks binary`,
      fix: NOT_DATA,
    };
  }
  return null;
}
