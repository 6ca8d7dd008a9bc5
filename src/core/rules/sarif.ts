import type { Finding, Severity } from "../finding.js";
import { RULE_IDS, RULES, type Rule, type RuleId } from "./registry.js";

/** Findings as SARIF 2.1.0, as a whole or piece by piece. */

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

const LEVELS = { error: "error", warning: "warning", info: "note" } as const satisfies Record<
  Severity,
  string
>;

/** The findings as one SARIF log; `version` is the program's. */
export function toSarif(findings: readonly Finding[], version: string): object {
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Prefloom", version, rules: Object.values(RULES).map(sarifRule) } },
        columnKind: "utf16CodeUnits",
        // Last, so that a stream can leave the list open.
        results: findings.map(sarifEntry),
      },
    ],
  };
}

const END = "]}]}";

/** The beginning of a log that is written in pieces: `sarifResult` for each finding follows, then `sarifEnd`. */
export function sarifStart(version: string): string {
  return JSON.stringify(toSarif([], version)).slice(0, -END.length);
}

/** One result; `index` counts from 0 and puts the comma before every result but the first. */
export function sarifResult(finding: Finding, index: number): string {
  return `${index === 0 ? "" : ","}\n${JSON.stringify(sarifEntry(finding))}`;
}

/** Closes the log. */
export function sarifEnd(): string {
  return `\n${END}\n`;
}

function sarifRule(rule: Rule): object {
  return {
    id: rule.id,
    shortDescription: { text: `${rule.title}.` },
    fullDescription: { text: rule.why },
    help: { text: `${rule.fix} Example: ${rule.example}` },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: { scope: rule.scope },
  };
}

function sarifEntry({ rule, severity, message, file, line, field, id, related }: Finding): object {
  const ruleIndex = RULE_IDS.indexOf(rule as RuleId);
  return {
    ruleId: rule,
    ...(ruleIndex >= 0 && { ruleIndex }),
    level: LEVELS[severity],
    message: { text: message },
    locations: [
      {
        ...location(file, line),
        ...(field !== undefined && { logicalLocations: [{ fullyQualifiedName: field, kind: "member" }] }),
      },
    ],
    ...(related && { relatedLocations: [{ id: 1, ...location(related.file, related.line) }] }),
    ...(id !== undefined && { properties: { id } }),
  };
}

function location(file: string, line: number | undefined): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: fileUri(file) },
      ...(line !== undefined && { region: { startLine: line } }),
    },
  };
}

/** A relative path as a relative reference, an absolute one as a `file:` address; both percent-encoded. */
function fileUri(file: string): string {
  const path = file.replaceAll("\\", "/").replace(/\p{Surrogate}/gu, "\ufffd");
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  if (path.startsWith("/")) return `file://${encoded}`;
  return /^[a-z]:\//i.test(path) ? `file:///${encoded.replace("%3A", ":")}` : encoded;
}
