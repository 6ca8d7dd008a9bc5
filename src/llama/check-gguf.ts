import { type FileHandle, open } from "node:fs/promises";
import { InputError } from "../core/errors.js";
import {
  DamagedHeaderError,
  type GgufHeader,
  READABLE_VERSIONS,
  readGgufHeader,
  ShortHeaderError,
} from "./gguf-header.js";

const MAGIC = "GGUF";
const FIRST_READ = 1 << 20;
/** The largest vocabularies take a tenth of it. */
const LARGEST_HEADER = 1 << 28;
/** No file is that long: a length beyond it is damage, not a cut. */
const LONGEST_FILE = 2 ** 46;

const AGAIN = "get it again: `prefloom model get` for a named model or an hf: address, else download it anew";

type Fault = (rule: string, message: string, fix: string, cause?: unknown) => InputError;

function openFault(error: unknown, fault: Fault): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  switch (error.code) {
    case "ENOENT":
    case "ENOTDIR":
      return fault("missing-file", "there is no such file", "check the path of the model", error);
    case "EACCES":
    case "EPERM":
      return fault("unreadable-file", "reading it is not allowed", "change its permissions", error);
    default:
      return fault("unreadable-file", `it cannot be read (${String(error.code)})`, "check the disk", error);
  }
}

/** What a file that is no GGUF is instead, as far as its beginning tells. */
function formatFault(start: Buffer, fault: Fault): InputError {
  const text = start.toString("latin1");
  if (start.length === 0) return fault("no-gguf", "it is empty", AGAIN);
  if (text.startsWith("version https://git-lfs")) {
    return fault(
      "no-gguf",
      "this is a Git LFS pointer, which stands for the model's file",
      "run `git lfs pull` in its repository, or get the file itself",
    );
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) {
    return fault(
      "no-gguf",
      "this is a web page, not a model",
      "use the download link of the page that was saved",
    );
  }
  return fault(
    "no-gguf",
    `this is no GGUF file: it does not begin with ${MAGIC}`,
    "choose a GGUF version of the model; other formats are converted by llama.cpp's convert_hf_to_gguf.py",
  );
}

async function readStart(handle: FileHandle, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function checkVersion(start: Buffer, fault: Fault): void {
  if (start.length < 8) throw fault("cut-gguf", "it is cut short: it ends within its header", AGAIN);
  const version = start.readUInt32LE(4);
  if (READABLE_VERSIONS.includes(version)) return;
  const swapped = start.readUInt32BE(4);
  if (READABLE_VERSIONS.includes(swapped)) {
    throw fault("gguf-version", "it was made for big-endian machines", "choose the usual version of it");
  }
  throw fault(
    "gguf-version",
    `it is of GGUF version ${version}; ${READABLE_VERSIONS.join(" and ")} can be read`,
    "choose a version of the model that was converted by a current llama.cpp",
  );
}

async function readHeader(handle: FileHandle, size: number, fault: Fault): Promise<GgufHeader> {
  let length = Math.min(size, FIRST_READ);
  for (;;) {
    const start = await readStart(handle, length);
    if (length === Math.min(size, FIRST_READ)) {
      if (start.toString("latin1", 0, 4) !== MAGIC) throw formatFault(start.subarray(0, 512), fault);
      checkVersion(start, fault);
    }
    try {
      return readGgufHeader(start);
    } catch (error) {
      if (error instanceof DamagedHeaderError) {
        throw fault("damaged-gguf", `its header is damaged: ${error.message}`, AGAIN, error);
      }
      if (!(error instanceof ShortHeaderError)) throw error;
      const needed = Math.max(error.bytesNeeded, length * 2);
      if (error.bytesNeeded > LONGEST_FILE || (needed > LARGEST_HEADER && size > LARGEST_HEADER)) {
        throw fault("damaged-gguf", "its header is damaged: it goes on without end", AGAIN, error);
      }
      if (length === size) {
        throw fault(
          "cut-gguf",
          `it is cut short: it ends within its header, after ${size} bytes`,
          AGAIN,
          error,
        );
      }
      length = Math.min(size, needed);
    }
  }
}

/**
 * Checks that a file is a GGUF model that can be opened and is all there. Reads its header alone, so that the largest file
 * takes milliseconds; what the weights are is for their hash to say.
 * @throws InputError that names the file, what is wrong and the fix
 */
export async function checkGguf(path: string): Promise<void> {
  const fault: Fault = (rule, message, fix, cause) =>
    new InputError({ file: path }, { rule, message, fix }, cause === undefined ? {} : { cause });
  const handle = await open(path, "r").catch((error: unknown) => {
    throw openFault(error, fault);
  });
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) {
      throw fault("not-a-file", "this is a folder, not a file", "name the .gguf file in it");
    }
    const { tensors, pieces, bytesNeeded } = await readHeader(handle, stats.size, fault);
    if (pieces > 1) {
      throw fault(
        "split-gguf",
        `this is one of ${pieces} pieces of a model`,
        "join them with `llama-gguf-split --merge FIRST WHOLE.gguf` and name the result",
      );
    }
    if (tensors === 0) {
      throw fault("no-weights", "it holds a vocabulary without weights", "choose the model itself");
    }
    if (bytesNeeded > LONGEST_FILE) {
      throw fault("damaged-gguf", "its header is damaged: it tells of more bytes than there can be", AGAIN);
    }
    if (stats.size < bytesNeeded) {
      throw fault(
        "cut-gguf",
        `it is cut short: it has ${stats.size} of the ${bytesNeeded} bytes that its header tells of`,
        AGAIN,
      );
    }
  } finally {
    await handle.close();
  }
}
