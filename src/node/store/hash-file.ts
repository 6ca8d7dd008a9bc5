import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

const NEWLINE = 0x0a;

function newlinesIn(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** SHA-256 of a file's content, hexadecimal, its size and its number of lines; `onBytes` hears of progress. */
export async function hashFile(
  path: string,
  onBytes?: (bytes: number) => void,
): Promise<{ readonly sha256: string; readonly bytes: number; readonly lines: number }> {
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

/** SHA-256 of a value as JSON with sorted keys, hexadecimal. */
export function hashValue(value: unknown): string {
  const sorted = JSON.stringify(value, (_key, item: unknown) =>
    item && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
  return createHash("sha256").update(sorted).digest("hex");
}
