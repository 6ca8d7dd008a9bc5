import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

let written = 0;

/** Writes a file so that it is there whole or not at all: a neighbour first, on disk, then renamed. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // Two at once write their own, and the later one stays.
  const temporary = `${path}.${process.pid}-${++written}.tmp`;
  try {
    const handle = await open(temporary, "w");
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
