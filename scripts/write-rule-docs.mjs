/**
 * Writes `docs/rules.md` from the rules themselves, one section a rule.
 *
 *   node scripts/write-rule-docs.mjs            writes it
 *   node scripts/write-rule-docs.mjs --check    fails when it is out of date
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { format, resolveConfig } from "prettier";
import { ROOT } from "./lib/files.mjs";

const TARGET = "docs/rules.md";

const SCOPES = {
  line: "Rules of one row",
  dataset: "Rules across rows",
  step: "Rules of a step's result",
};

const SEVERITIES = [
  "**error**: `prefloom validate` ends with exit code 1, and `export` leaves the example out.",
  "**warning**: worth a look; nothing stops.",
];

async function loadRules() {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["src/core/rules/registry.ts"],
    bundle: true,
    write: false,
    format: "esm",
    target: "node20",
    logLevel: "silent",
  });
  const code = Buffer.from(outputFiles[0].contents).toString("base64");
  const { RULES } = await import(`data:text/javascript;base64,${code}`);
  return Object.values(RULES);
}

/** What breaks a rule: JSON as code, words as words. */
function exampleOf(example) {
  return example.startsWith("{") ? `Example:\n\n\`\`\`text\n${example}\n\`\`\`` : `Example: ${example}.`;
}

function sectionOf({ id, severity, title, why, fix, example }) {
  return [`### ${id}`, `${title} (${severity}).`, why, `What to do: ${fix}`, exampleOf(example)].join("\n\n");
}

function pageOf(rules) {
  const table = rules.map(({ id, severity, title }) => `| [${id}](#${id}) | ${severity} | ${title} |`);
  const sections = Object.entries(SCOPES).flatMap(([scope, heading]) => {
    const own = rules.filter((rule) => rule.scope === scope);
    return own.length === 0 ? [] : [`## ${heading}`, ...own.map(sectionOf)];
  });
  return [
    "<!-- Written by scripts/write-rule-docs.mjs from src/core/rules/registry.ts: change that, then run the script. -->",
    "# Rules",
    "What `prefloom validate`, the step `check` and the Problems panel look for. A finding names its rule, the file and line, what is wrong, and what to do about it.",
    SEVERITIES.map((severity) => `- ${severity}`).join("\n"),
    ["| rule | severity | what is wrong |", "| --- | --- | --- |", ...table].join("\n"),
    ...sections,
  ].join("\n\n");
}

async function main() {
  const unknown = process.argv.slice(2).filter((argument) => argument !== "--check");
  if (unknown.length > 0) throw new Error(`unknown argument ${unknown.join(" ")}; known: --check`);
  const path = join(ROOT, TARGET);
  const config = await resolveConfig(path);
  const page = await format(pageOf(await loadRules()), { ...config, filepath: path });
  const before = existsSync(path) ? await readFile(path, "utf8") : "";
  if (process.argv.includes("--check")) {
    if (before === page) return;
    throw new Error(`${TARGET} is out of date: run node scripts/write-rule-docs.mjs`);
  }
  await mkdir(dirname(path), { recursive: true });
  if (before !== page) await writeFile(path, page);
}

main().catch(({ message }) => {
  console.error(`rule docs: ${message}`);
  process.exitCode = 1;
});
