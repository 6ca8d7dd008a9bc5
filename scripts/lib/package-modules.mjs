/** What node-llama-cpp needs at run time, out of all that npm installs for it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build } from "esbuild";
import { ROOT } from "./files.mjs";

const NATIVE = "node-llama-cpp";

/** Found by their paths and not by an import: what was built, for what; the process that tries whether binaries load. */
const READ = ["llama/binariesGithubRelease.json", "llama/llama.cpp.info.json"];

/** A file that holds the terms of a package. */
export const isLicence = (name) => /^(licen[cs]e|copying|notice)/i.test(name);

/** The folder of the package that a file belongs to. */
const packageOf = (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];

/** Folders of a file, up to that of its package. */
function foldersAbove(file) {
  const folder = dirname(file);
  return folder === packageOf(file) ? [folder] : [folder, ...foldersAbove(folder)];
}

/** Every file that importing node-llama-cpp can load, as it lies in the checkout, with what each package has to carry. */
export async function moduleFiles() {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    stdin: { contents: `import "${NATIVE}";`, resolveDir: ROOT },
    // Follows imports and writes nothing. The binaries are chosen by platform; copying by reflink is tried, then not.
    external: ["@node-llama-cpp/*", "@reflink/*", "electron"],
    bundle: true,
    write: false,
    outfile: "unused.mjs",
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node20",
    ignoreAnnotations: true,
    logLevel: "error",
  });
  const loaded = Object.keys(metafile.inputs).filter((file) => packageOf(file) !== undefined);
  const packages = [...new Set(loaded.map(packageOf))];
  const carried = packages.flatMap((folder) => [
    ...readdirSync(join(ROOT, folder))
      .filter(isLicence)
      .map((name) => `${folder}/${name}`),
  ]);
  // The nearest one above a file says whether it is an ES module, and not only a package's own one.
  const manifests = loaded.flatMap((file) => foldersAbove(file).map((folder) => `${folder}/package.json`));
  const read = READ.map((file) => `node_modules/${NATIVE}/${file}`);
  return {
    packages,
    files: [
      ...new Set([
        ...loaded,
        ...carried,
        ...manifests.filter((file) => existsSync(join(ROOT, file))),
        ...read,
      ]),
    ].sort(),
  };
}

/** Packages of `dependencies` whose code the bundles in `dist/` hold: all but node-llama-cpp, with what they depend on. */
export function bundledPackages() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const seen = new Set();
  const visit = (name, from) => {
    // The nearest folder upwards, as Node looks for it.
    const parts = from.split("/node_modules/");
    const places = parts.map(
      (_, i) => `${parts.slice(0, parts.length - i).join("/node_modules/")}/node_modules/${name}`,
    );
    const folder = [...places, `node_modules/${name}`].find((place) => place in packages);
    if (folder === undefined || seen.has(folder)) return;
    seen.add(folder);
    for (const next of Object.keys(packages[folder].dependencies ?? {})) visit(next, folder);
  };
  for (const name of Object.keys(packages[""].dependencies)) if (name !== NATIVE) visit(name, "");
  return [...seen];
}

/** Every file below a folder, relative to it. */
export const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
