import type { Finding } from "../../src/core/finding.js";
import { RULE_IDS, RULES, type Rule, type RuleId, type RuleScope } from "../../src/core/rules/registry.js";
import { rulePage, RULES_INDEX } from "../../src/core/rules/rule-page.js";
import { formatFinding } from "../../src/core/rules/text.js";
import { shortName } from "../../src/core/space/space.js";
import {
  checkExample,
  checkMended,
  degenerateLevels,
  EXAMPLE_SPACE,
  leftOutComponent,
  type StepExample,
} from "./check-example.js";
import { quickFixes } from "./quick-fixes.js";
import { type LineRuleId, RULE_EXAMPLES } from "./rule-examples.js";

const MARK =
  "<!-- Written by scripts/write-rule-docs.mjs from the rules and what the checker says: change those, then run it. -->";

const SEVERITIES = {
  error: "`prefloom validate` ends with exit code 1, and `export` leaves the example out.",
  warning: "worth a look; nothing stops.",
  info: "what was done, and why.",
} as const;

const SCOPES: Readonly<Record<RuleScope, string>> = {
  line: "Rules of one row",
  dataset: "Rules across rows",
  step: "Rules of a step's result",
};

const STEP_EXAMPLES: Readonly<Record<Exclude<RuleId, LineRuleId>, () => StepExample>> = {
  "levels-degenerate": degenerateLevels,
  "component-left-out": leftOutComponent,
};

const isLineRule = (id: RuleId): id is LineRuleId => Object.hasOwn(RULE_EXAMPLES, id);

/** Every page by its path: one a rule, and the list of all. @throws when an example does not break its rule, or more than it */
export function rulePages(): ReadonlyMap<string, string> {
  return new Map([
    [RULES_INDEX, indexPage()],
    ...RULE_IDS.map((id) => [rulePage(id), page(RULES[id], id)] as const),
  ]);
}

function indexPage(): string {
  const sections = Object.entries(SCOPES).flatMap(([scope, heading]) => {
    const rows = Object.values(RULES)
      .filter((rule) => rule.scope === scope)
      .map(({ id, severity, title }) => `| [${id}](rules/${id}.md) | ${severity} | ${title} |`);
    return [
      `## ${heading}`,
      ["| rule | severity | what is wrong |", "| --- | --- | --- |", ...rows].join("\n"),
    ];
  });
  return paragraphs(
    MARK,
    "# Rules",
    "What `prefloom validate`, the step `check` and the Problems panel look for. A finding names its rule, the file and line, what is wrong, and what to do about it. In the editor its code opens the page of its rule.",
    bullets(Object.entries(SEVERITIES).map(([severity, words]) => `**${severity}**: ${words}`)),
    ...sections,
  );
}

function page(rule: Rule, id: RuleId): string {
  const { severity, scope, title, why, fix } = rule;
  const fixes = isLineRule(id) ? quickFixes(id) : [];
  return paragraphs(
    MARK,
    `# ${id}`,
    `**${title}.**`,
    `${capitalised(severity)}: ${SEVERITIES[severity]} One of the ${SCOPES[scope].toLowerCase()}; [all rules](../rules.md).`,
    "## Why",
    why,
    "## Example",
    ...(isLineRule(id) ? lineExample(id) : stepExample(id, STEP_EXAMPLES[id]())),
    "## What to do",
    fix,
    ...(fixes.length === 0 ? [] : ["Quick fixes in the editor:", bullets(fixes)]),
    ...(isLineRule(id) ? ["## Ignore it", IGNORE] : []),
  );
}

const IGNORE =
  "The quick fix **Ignore ${rule.id} here** records in `prefloom-ignore.jsonl` that this finding is meant to be; the editor shows it no longer. Take its line out of that file and the finding is back. The data stay as they are.";

function lineExample(id: LineRuleId): string[] {
  const example = RULE_EXAMPLES[id];
  const { lines, lineage, levels, mended } = example;
  const findings = checkExample(example);
  expectRules(id, findings, [id]);
  expectRules(id, checkMended(example), []);
  const vectors = lines.some(({ text }) => text.includes("Preference Direction"));
  return [
    ...(vectors ? [dimensionsNote()] : []),
    ...lines.flatMap(({ file, line, text }) => [`Line ${line} of \`${file}\`:`, code(text)]),
    ...(lineage ? ["Its lineage, in `train.lineage.jsonl`:", code(JSON.stringify(lineage))] : []),
    ...(levels
      ? [
          "The levels of its responses, in `levels/levels.jsonl`:",
          table(["response", "levels"], levelRows(levels)),
        ]
      : []),
    "What the checker says:",
    said(findings),
    ...(mended
      ? ["Mended, it has no finding:", difference(lines.at(-1)!.text, mended.text)]
      : [`Without this line${lines.length > 1 ? ", the second," : ""} there is no finding.`]),
  ];
}

function stepExample(id: RuleId, { caption, text, findings }: StepExample): string[] {
  expectRules(id, findings, [id]);
  return [caption, code(text), "What the checker says:", said(findings)];
}

function dimensionsNote(): string {
  const names = EXAMPLE_SPACE.dimensions.map(({ name }) => shortName(name).toLowerCase());
  return `Rows of AlignX have 90 dimensions and stand on one line; here are four (${names.join(", ")}), spread out to be read.`;
}

const levelRows = (levels: Readonly<Record<string, readonly number[]>>): string[][] =>
  Object.entries(levels).map(([id, values]) => [id, `[${values.join(", ")}]`]);

function expectRules(rule: RuleId, findings: readonly Finding[], expected: readonly RuleId[]): void {
  const found = findings.map((finding) => finding.rule);
  if (found.join() === expected.join()) return;
  const list = findings.map(formatFinding).join("\n") || "nothing";
  throw new Error(
    `the example of ${rule} should break ${expected.join() || "no rule"}; the checker says:\n${list}`,
  );
}

const said = (findings: readonly Finding[]): string =>
  `\`\`\`text\n${findings.map(formatFinding).join("\n")}\n\`\`\``;

/** Broken JSON is shown as it is: nothing may format it. */
function code(text: string): string {
  let language = "json";
  try {
    JSON.parse(text);
  } catch {
    language = "text";
  }
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** What two lines do not have in common once they are spread out; text that is no JSON differs as a whole. */
function difference(before: string, after: string): string {
  const [old, now] = [spreadText(before), spreadText(after)];
  const isSame = (a: string | undefined, b: string | undefined) =>
    a?.replace(/,$/, "") === b?.replace(/,$/, "");
  const room = Math.min(old.length, now.length);
  let start = 0;
  while (start < room && isSame(old[start], now[start])) start++;
  let end = 0;
  while (end < room - start && isSame(old.at(-1 - end), now.at(-1 - end))) end++;
  const marked = [
    ...old.slice(start, old.length - end).map((line) => `-${line}`),
    ...now.slice(start, now.length - end).map((line) => `+${line}`),
  ];
  return `\`\`\`diff\n${marked.join("\n")}\n\`\`\``;
}

function spreadText(text: string): string[] {
  try {
    return spread(JSON.parse(text), "").split("\n");
  } catch {
    return [text];
  }
}

const WIDTH = 100;

/** JSON on one line where that fits, else an entry a line. */
function spread(value: unknown, indent: string): string {
  const flat = onOneLine(value);
  if (typeof value !== "object" || value === null || indent.length + flat.length <= WIDTH) return flat;
  const inner = `${indent}  `;
  const entries = Array.isArray(value)
    ? value.map((entry) => spread(entry, inner))
    : Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${spread(entry, inner)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${entries.map((entry) => inner + entry).join(",\n")}\n${indent}${close}`;
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${onOneLine(entry)}`);
  return `{ ${entries.join(", ")} }`;
}

const bullets = (entries: readonly string[]): string => entries.map((entry) => `- ${entry}`).join("\n");

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const paragraphs = (...parts: readonly string[]): string => parts.join("\n\n");

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
