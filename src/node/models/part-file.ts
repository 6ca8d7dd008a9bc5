import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { MissingResourceError } from "../../core/errors.js";
import { hashFile } from "../store/hash-file.js";

/** Identity of a file's content. */
export interface FileIdentity {
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

/** How far something has come, in bytes. */
export interface ByteProgress {
  readonly bytes: number;
  /** Null while it is not known. */
  readonly total: number | null;
}

const TELL_INTERVAL_MS = 100;

/** Passes on what is told several times a second at most, and the end. */
export function paced(tell: (progress: ByteProgress) => void): (progress: ByteProgress) => void {
  let toldAt = -Infinity;
  return (progress) => {
    if (progress.bytes !== progress.total && performance.now() - toldAt < TELL_INTERVAL_MS) return;
    toldAt = performance.now();
    tell(progress);
  };
}

/** Which file of a server a part belongs to. */
export interface PartOrigin {
  readonly url: string;
  /** Null where the server names no version that a range could be asked of. */
  readonly etag: string | null;
}

/** A file is made under this name and gets its own when it is whole. */
export const partPath = (target: string): string => `${target}.part`;

const originPath = (target: string): string => `${partPath(target)}.json`;

/** What an earlier download has left: its length, and its origin where that is known. */
export async function readPart(
  target: string,
): Promise<{ readonly bytes: number; readonly origin: PartOrigin | null }> {
  const bytes = await stat(partPath(target)).then(
    ({ size }) => size,
    () => 0,
  );
  const origin = await readFile(originPath(target), "utf8")
    .then((text) => JSON.parse(text) as PartOrigin)
    .catch(() => null);
  return { bytes, origin };
}

/** Notes where the part comes from. Written before its first byte: a part without a note is never continued. */
export async function noteOrigin(target: string, origin: PartOrigin): Promise<void> {
  const handle = await open(originPath(target), "w");
  try {
    await handle.writeFile(`${JSON.stringify(origin)}\n`);
  } finally {
    await handle.close();
  }
}

/** Removes a part and the note of its origin. */
export async function discardPart(target: string): Promise<void> {
  await rm(partPath(target), { force: true });
  await rm(originPath(target), { force: true });
}

/** What is kept in a folder of its own, and the environment variable that names the folder. */
export interface Shelf {
  readonly name: string;
  readonly variable: string;
}

/** Where models are kept. */
export const MODELS_SHELF: Shelf = { name: "models folder", variable: "PREFLOOM_MODELS" };

/** Makes the folder of a target. @throws MissingResourceError */
export async function makeFolderOf(target: string, shelf?: Shelf): Promise<void> {
  await mkdir(dirname(target), { recursive: true }).catch((error: unknown) => {
    throw storageError(error, target, shelf);
  });
}

/**
 * Hashes the part and gives it its name.
 * @returns its identity; `renamed` is false where the hash is another, and the part is gone then
 */
export async function finishPart(
  target: string,
  expectedSha256: string | null,
  options: {
    readonly onProgress?: (progress: ByteProgress) => void;
    readonly signal?: AbortSignal;
    readonly shelf?: Shelf;
  } = {},
): Promise<FileIdentity & { readonly renamed: boolean }> {
  const part = partPath(target);
  const tell = options.onProgress && paced(options.onProgress);
  try {
    const { size: total } = await stat(part);
    const { sha256, bytes } = await hashFile(part, (hashed) => {
      options.signal?.throwIfAborted();
      tell?.({ bytes: hashed, total });
    });
    const renamed = expectedSha256 === null || sha256 === expectedSha256;
    if (renamed) {
      const handle = await open(part, "r+");
      await handle.sync().finally(() => handle.close());
      await rename(part, target);
    }
    await discardPart(target);
    return { sha256, bytes, renamed };
  } catch (error) {
    throw storageError(error, target, options.shelf);
  }
}

/** There is too little room for a target. */
export function noRoom(target: string, shelf = MODELS_SHELF, cause?: unknown): MissingResourceError {
  return new MissingResourceError(
    "disk space",
    `there is too little room in ${dirname(target)}`,
    `make room and run it again, or set ${shelf.variable} to a folder on another disk`,
    { cause },
  );
}

/** A failure of the disk in words; other errors as they are. */
export function storageError(error: unknown, target: string, shelf = MODELS_SHELF): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const options = { cause: error };
  const folder = dirname(target);
  switch (error.code) {
    case "ENOSPC":
    case "EDQUOT":
      return noRoom(target, shelf, error);
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOTDIR":
    case "EEXIST":
      return new MissingResourceError(
        shelf.name,
        `${folder} cannot be written (${error.code})`,
        `set ${shelf.variable} to a folder that can`,
        options,
      );
    default:
      return error;
  }
}
