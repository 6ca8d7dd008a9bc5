import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The folder of the checkout. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** Files and what is below folders, relative to the checkout, in a fixed order; what does not exist is left out. */
export function filesUnder(...paths) {
  return paths.flatMap((path) => {
    if (!existsSync(join(ROOT, path))) return [];
    if (!lstatSync(join(ROOT, path)).isDirectory()) return [path];
    return filesUnder(
      ...readdirSync(join(ROOT, path))
        .sort()
        .map((name) => `${path}/${name}`),
    );
  });
}

/** What git tracks, and what it would track: everything but the ignored. `undefined` where there is no git repository. */
export function repositoryFiles() {
  try {
    const args = [
      "-c",
      `safe.directory=${ROOT}`,
      "ls-files",
      "-z",
      "--cached",
      "--others",
      "--exclude-standard",
    ];
    const listed = execFileSync("git", args, {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 1 << 28,
    });
    return [...new Set(listed.split("\0").filter(Boolean))].sort();
  } catch {
    return undefined;
  }
}

function contentOf(path) {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return "missing";
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  return stat.isFile() ? readFileSync(path) : "folder";
}

/** SHA-256 over names and contents of files, and over whatever else decides the outcome. */
export function fingerprint(files, ...more) {
  const hash = createHash("sha256");
  for (const text of more) hash.update(`${JSON.stringify(text)}\n`);
  for (const file of files) {
    hash.update(
      `${JSON.stringify(file)} ${createHash("sha256")
        .update(contentOf(join(ROOT, file)))
        .digest("hex")}\n`,
    );
  }
  return hash.digest("hex");
}

/** A small JSON file below the checkout; `undefined` when it is missing or broken, as after a kill. */
export function readRecord(path) {
  try {
    return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
  } catch {
    return undefined;
  }
}

/** All or nothing: readers never see half a record. */
export function writeRecord(path, value) {
  const target = join(ROOT, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.${process.pid}`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${target}.${process.pid}`, target);
}
