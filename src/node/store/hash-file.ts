import { createHash } from "node:crypto";
import { type BigIntStats, createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

const NEWLINE = 0x0a;

function newlinesIn(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** Content of a file in short: SHA-256, hexadecimal, its size and its number of lines. */
export interface FileHash {
  readonly sha256: string;
  readonly bytes: number;
  readonly lines: number;
}

/** SHA-256 of a file's content; `onBytes` hears of progress. */
export async function hashFile(path: string, onBytes?: (bytes: number) => void): Promise<FileHash> {
  const hash = createHash("sha256");
  let bytes = 0;
  let lines = 0;
  await pipeline(
    createReadStream(path, { highWaterMark: 1 << 20 }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        lines += newlinesIn(chunk);
        onBytes?.(bytes);
      }
    },
  );
  return { sha256: hash.digest("hex"), bytes, lines };
}

/** A file that was written this shortly before may be written again within the same tick of its clock. */
const SETTLED_MILLISECONDS = 2000;
/** Files whose hash is kept. */
const MOST_KEPT = 10_000;

interface KeptHash {
  readonly state: string;
  readonly hash: Promise<FileHash>;
}
const kept = new Map<string, KeptHash>();

/** Changes with every write. */
const stateOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join(" ");

/**
 * As `hashFile`, but a file that this process has hashed and nobody has written since is not read again: editors ask
 * often how a workspace stands.
 */
export async function keptHash(path: string): Promise<FileHash> {
  const stats = await stat(path, { bigint: true });
  const state = stateOf(stats);
  const known = kept.get(path);
  if (known?.state === state) return known.hash;
  const hash = hashFile(path);
  if (Date.now() - Number(stats.ctimeMs) < SETTLED_MILLISECONDS) return hash;
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(path, { state, hash });
  hash.catch(() => kept.delete(path));
  return hash;
}

/** SHA-256 of a value as JSON with sorted keys, hexadecimal. */
export function hashValue(value: unknown): string {
  const sorted = JSON.stringify(value, (_key, item: unknown) =>
    item && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
  return createHash("sha256").update(sorted).digest("hex");
}
