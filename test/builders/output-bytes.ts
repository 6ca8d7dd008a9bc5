import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** What of a manifest is a time or depends on what happened to be cached. */
const VOLATILE = ["startedAt", "seconds", "tokens", "versions"];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function contentOf(path: string): Buffer | string {
  const content = readFileSync(path);
  if (!path.endsWith("manifest.json")) return content;
  const manifest = JSON.parse(content.toString()) as Record<string, unknown>;
  for (const key of VOLATILE) Reflect.deleteProperty(manifest, key);
  return JSON.stringify(manifest);
}

/** SHA-256 of every output file by its path; of manifests without what may differ between two runs of the same. */
export function outputBytes(output: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    filesBelow(output)
      .map(
        (path) =>
          [relative(output, path), createHash("sha256").update(contentOf(path)).digest("hex")] as const,
      )
      .filter(([path]) => !path.startsWith(".work") && path !== ".lock")
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
