import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** Files of a path whose last part may hold `*`; in name order, and the path itself without any `*`. */
export async function expandPattern(folder: string, pattern: string): Promise<string[]> {
  const path = resolve(folder, pattern);
  const name = basename(path);
  if (!name.includes("*")) return [path];
  const expression = new RegExp(
    `^${name
      .split("*")
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  );
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((candidate) => expression.test(candidate))
    .sort()
    .map((candidate) => join(dirname(path), candidate));
}
