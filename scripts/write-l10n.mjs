/**
 * Collects the strings that the extension shows into `l10n/bundle.l10n.json`, which translations start from
 * (`bundle.l10n.LANGUAGE.json` beside it; those of `package.json` are in `package.nls.json`).
 *
 *   node scripts/write-l10n.mjs            writes it
 *   node scripts/write-l10n.mjs --check    fails when it is not up to date
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { getL10nJson } from "@vscode/l10n-dev";
import { filesUnder, ROOT } from "./lib/files.mjs";

const BUNDLE = join(ROOT, "l10n/bundle.l10n.json");

const sources = filesUnder("src/extension").filter((path) => path.endsWith(".ts"));
const strings = await getL10nJson(
  sources.map((path) => ({ extension: ".ts", contents: readFileSync(join(ROOT, path), "utf8") })),
);
const sorted = Object.entries(strings).sort(([a], [b]) => (a < b ? -1 : 1));
const text = `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;

if (process.argv.includes("--check")) {
  let present = "";
  try {
    present = readFileSync(BUNDLE, "utf8");
  } catch {
    // Missing is out of date.
  }
  if (present !== text) {
    console.error("l10n/bundle.l10n.json is not up to date. Run: npm run l10n");
    process.exitCode = 1;
  }
} else {
  mkdirSync(dirname(BUNDLE), { recursive: true });
  writeFileSync(BUNDLE, text);
  console.log(`l10n: ${sorted.length} strings of ${sources.length} files`);
}
