import { relative } from "node:path";

/** A path as it can be typed here: relative to the current folder where it lies below it. */
export function shownPath(path: string): string {
  const below = relative(process.cwd(), path).replaceAll("\\", "/");
  return below === "" ? "." : below.startsWith("..") ? path : below;
}
