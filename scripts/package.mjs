/**
 * Packages the extension for a platform, with what its models run on there: node-llama-cpp and its binaries for the CPU.
 *
 *   node scripts/package.mjs                    for this platform
 *   node scripts/package.mjs --target TARGET    for another one, or for `all` for which it can be done here
 *   node scripts/package.mjs --output FILE      into this file, instead of prefloom-TARGET-VERSION.vsix
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { deflateRawSync } from "node:zlib";
import { createVSIX, listFiles, PackageManager } from "@vscode/vsce";
import { filesUnder, fingerprint, readRecord, ROOT, writeRecord } from "./lib/files.mjs";
import { bundledPackages, filesBelow, moduleFiles } from "./lib/package-modules.mjs";
import { notices } from "./lib/package-notices.mjs";
import { binariesFor, ownTarget, TARGETS } from "./lib/package-targets.mjs";
import { runTool, Unavailable } from "./lib/tools.mjs";

const MEGABYTE = 1_000_000;
const PACKAGE_LIMIT = 25 * MEGABYTE;
const BUNDLE = "dist/extension.cjs";
const BUNDLE_LIMIT = 400_000;

/** Beside the bundles: vsce leaves out `node_modules` at the top, and Node finds this one first. */
const MODULES = "dist/node_modules";

/** Of no use to whoever installs the extension. */
const NOT_SHIPPED = ["private", "scripts", "devDependencies", "dependencies"];

/** The same sources give the same bytes. */
const TIME = "315619200"; // 1980-01-02: the earliest day that a zip file can hold in every time zone

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

/** Everything that ships, in a folder of its own. */
async function stage(folder, own, binaries) {
  rmSync(folder, { recursive: true, force: true });
  for (const file of own) copy(join(ROOT, file), join(folder, file));
  const { packages, files } = await moduleFiles();
  for (const file of files) copy(join(ROOT, file), join(folder, "dist", file));
  for (const file of filesBelow(binaries.folder).filter((name) => !name.startsWith("README"))) {
    copy(join(binaries.folder, file), join(folder, MODULES, binaries.name, file));
  }
  const shipped = Object.fromEntries(Object.entries(manifest).filter(([key]) => !NOT_SHIPPED.includes(key)));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(shipped, null, 2)}\n`);
  const folders = [...bundledPackages(), ...packages, binaries.folder];
  writeFileSync(join(folder, "ThirdPartyNotices.txt"), notices(folders));
}

const megabytes = (bytes) => `${(bytes / MEGABYTE).toFixed(2)} MB`;

/** Which part of the package a file belongs to. */
function partOf(file) {
  if (file.includes("@node-llama-cpp/")) return "binaries of node-llama-cpp";
  if (file.startsWith(`${MODULES}/`)) return "node-llama-cpp and what it needs";
  if (file.startsWith("dist/sample/")) return "sample";
  return file.startsWith("dist/") ? "bundles" : "manifest, media, documents";
}

/** Tells the sizes, compressed, by part, and returns in words what is over its limit. */
function report(vsix, packed, folder, files) {
  const sizes = new Map();
  for (const file of files) {
    const size = deflateRawSync(readFileSync(join(folder, file))).length;
    sizes.set(partOf(file), (sizes.get(partOf(file)) ?? 0) + size);
  }
  const parts = [...sizes].sort(([, a], [, b]) => b - a);
  const total = statSync(packed).size;
  const bundle = statSync(join(folder, BUNDLE)).size;
  console.log(`${vsix}: ${megabytes(total)}, ${files.length} files`);
  for (const [part, size] of parts) console.log(`  ${megabytes(size).padStart(9)}  ${part}`);
  console.log(`  ${BUNDLE} has ${Math.round(bundle / 1000)} kB before compression`);
  return [
    total < PACKAGE_LIMIT
      ? ""
      : `the package has ${megabytes(total)}, the limit is ${megabytes(PACKAGE_LIMIT)}`,
    bundle < BUNDLE_LIMIT ? "" : `${BUNDLE} has ${bundle} bytes, the limit is ${BUNDLE_LIMIT}`,
  ].filter(Boolean);
}

/** Packages for a target, unless nothing changed since the package was made. Throws when a limit is passed. */
async function packageFor(target, vsix) {
  const binaries = await binariesFor(target);
  const own = (await listFiles({ cwd: ROOT, packageManager: PackageManager.None })).sort();
  const decides = [...own, "package-lock.json", "scripts/package.mjs", ...filesUnder("scripts/lib")];
  const record = `.cache/package-${target}.json`;
  const state = fingerprint(decides, target, vsix);
  const made = readRecord(record);
  if (made?.state === state && existsSync(vsix) && made.size === statSync(vsix).size) {
    console.log(`package: nothing changed, ${vsix} is up to date`);
    return;
  }
  const folder = join(ROOT, `.cache/package-${target}-${process.pid}`);
  await stage(folder, own, binaries);
  const files = filesBelow(folder);
  rmSync(vsix, { force: true });
  mkdirSync(dirname(vsix), { recursive: true });
  process.env.SOURCE_DATE_EPOCH ??= TIME;
  const packed = `${vsix}.${process.pid}.vsix`;
  await createVSIX({
    cwd: folder,
    packagePath: packed,
    target,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  const tooBig = report(vsix, packed, folder, files);
  if (tooBig.length > 0) {
    rmSync(packed);
    throw new Error(tooBig.join("; "));
  }
  renameSync(packed, vsix);
  rmSync(folder, { recursive: true });
  writeRecord(record, { state, size: statSync(vsix).size });
}

async function main() {
  const { values } = parseArgs({ options: { target: { type: "string" }, output: { type: "string" } } });
  const target = values.target ?? ownTarget();
  const targets = target === "all" ? Object.keys(TARGETS) : [target];
  const unknown = targets.find((name) => !(name in TARGETS));
  if (unknown !== undefined) {
    throw new Error(`no package is made for ${unknown}; targets: all, ${Object.keys(TARGETS).join(", ")}`);
  }
  if (target === "all" && values.output !== undefined)
    throw new Error("--output names one file, --target all makes many");
  runTool(process.execPath, ["scripts/build.mjs"], { cwd: ROOT });
  for (const one of targets) {
    const name = `prefloom-${one}-${manifest.version}.vsix`;
    try {
      await packageFor(one, resolve(values.output ?? join(ROOT, name)));
    } catch (error) {
      if (target !== "all" || !(error instanceof Unavailable)) throw error;
      console.log(`${name}: cannot be made here: ${error.message}`);
    }
  }
}

main().catch((error) => {
  console.error(`package: ${error.message}`);
  process.exitCode = 1;
});
