/**
 * Writes `docs/rules.md` and a page a rule below `docs/rules/` from the rules themselves; what the pages say that the
 * checker says, it says.
 *
 *   node scripts/write-rule-docs.mjs            writes them, and removes the pages of rules that are no more
 *   node scripts/write-rule-docs.mjs --check    fails when one is out of date, missing or left over
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { format, resolveConfig } from "prettier";
import { filesUnder, ROOT } from "./lib/files.mjs";

async function loadPages() {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["scripts/docs/rule-pages.ts"],
    bundle: true,
    write: false,
    format: "esm",
    mainFields: ["module", "main"],
    target: "node20",
    logLevel: "silent",
  });
  const code = Buffer.from(outputFiles[0].contents).toString("base64");
  const { rulePages } = await import(`data:text/javascript;base64,${code}`);
  return rulePages();
}

/** What has to change on the disk: pages by path, undefined where one has to go. */
async function changes() {
  const pages = await loadPages();
  const left = filesUnder("docs/rules").filter((path) => !pages.has(path));
  const changed = new Map(left.map((path) => [path, undefined]));
  for (const [path, text] of pages) {
    const target = join(ROOT, path);
    const page = await format(text, { ...(await resolveConfig(target)), filepath: target });
    const before = existsSync(target) ? await readFile(target, "utf8") : undefined;
    if (before !== page) changed.set(path, page);
  }
  return changed;
}

async function main() {
  const unknown = process.argv.slice(2).filter((argument) => argument !== "--check");
  if (unknown.length > 0) throw new Error(`unknown argument ${unknown.join(" ")}; known: --check`);
  const changed = await changes();
  if (process.argv.includes("--check")) {
    if (changed.size === 0) return;
    const paths = [...changed.keys()].join(", ");
    throw new Error(`out of date: ${paths}; run node scripts/write-rule-docs.mjs`);
  }
  for (const [path, page] of changed) {
    const target = join(ROOT, path);
    await mkdir(dirname(target), { recursive: true });
    if (page === undefined) await rm(target);
    else await writeFile(target, page);
  }
}

main().catch(({ message }) => {
  console.error(`rule docs: ${message}`);
  process.exitCode = 1;
});
