import type { ConsistencyMode, PersonaDirections } from "../consistency/consistency.js";
import type { Problem } from "../errors.js";
import type { Finding } from "../finding.js";
import type { AlignxRow, Lineage } from "../records/alignx-row.js";
import { hasPreference, type Direction, type Levels } from "../records/direction.js";
import type { Pair } from "../records/records.js";
import type { PreferenceSpace } from "../space/space.js";
import { checkLineage } from "./check-lineage.js";
import { checkConsistencyOf, checkPersonaItems } from "./check-persona.js";
import { FindingList } from "./finding-list.js";
import { isBlank, isObject, isSameText } from "./plain-text.js";
import { readPreferenceRow } from "./read-preference.js";
import { COMPONENT_FIELDS, detectDialect, readAlignxRow, type Dialect, type ReadRow } from "./read-row.js";
import type { RuleId } from "./registry.js";
import { describe, enumerate } from "./words.js";

/** Finds personal information in a text; `start` and `end` in UTF-16 units. */
export type FindPii = (
  text: string,
) => readonly { readonly kind: string; readonly start: number; readonly end: number }[];

/** What a row is checked against. */
export interface RowContext {
  readonly space: PreferenceSpace;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly mode: ConsistencyMode;
  /** Detected from the row's fields when absent. */
  readonly dialect?: Dialect;
  /** t of the similarity test, 0 to 1. */
  readonly threshold: number;
  /** The line of `*.lineage.jsonl`; without it, rules about ids, similarity and levels do not apply. */
  readonly lineage?: Lineage;
  /** Levels of a response by id. */
  readonly levels?: (responseId: string) => Levels | undefined;
  /** A pair by id; without it, PAIR items are compared with the counts that the lineage records. */
  readonly pairs?: (pairId: string) => Pair | undefined;
  /** What the demographic text says, where it is known: rows carry the text alone. */
  readonly demographic?: Direction;
  readonly findPii: FindPii;
}

/** All violations of one row, given as parsed from its line. */
export function checkRow(value: unknown, context: RowContext): Finding[] {
  const findings = new FindingList(context, context.lineage?.pair);
  if (!isObject(value)) {
    findings.add("json", `The line holds ${describe(value)} instead of an object`);
    return findings.list;
  }
  const dialect = context.dialect ?? detectDialect(value);
  if (dialect === "preference") {
    const row = readPreferenceRow(value, context.space, findings);
    checkTexts(row, context.findPii, findings);
    return findings.list;
  }
  const row = readAlignxRow(value, dialect, context.space, findings);
  checkTexts(row, context.findPii, findings);
  checkPersonaPresence(row, findings);
  checkPersonaItems(row, context.lineage, findings);
  if (row.direction && !hasPreference(row.direction)) {
    findings.add("no-preference", "the pair is Neutral on every dimension", {
      field: "Preference Direction",
    });
  } else {
    checkConsistencyOf(row, context, findings);
  }
  if (context.lineage) checkLineage(row, context.lineage, context, findings);
  return findings.list;
}

/** The finding for a line that does not parse; `problem` is what the parser says. */
export function brokenLine(file: string, line: number, problem: string): Finding {
  const findings = new FindingList({ file, line });
  findings.add("json", `The line is no JSON: ${problem.replace(/[.\s]+$/, "")}`);
  return findings.list[0]!;
}

/** The finding for a record that a reader could not read, with the reader's own words and fix. */
export function brokenRecord(file: string, line: number, { rule, message, field, fix }: Problem): Finding {
  const findings = new FindingList({ file, line });
  const broken: RuleId = rule === "lone-surrogate" ? "format-broken-text" : "json";
  // Where a field stands before it, the sentence goes on.
  const problem = field === undefined ? capitalised(message) : message;
  findings.add(broken, problem, { fix: `${capitalised(fix)}.`, ...(field !== undefined && { field }) });
  return findings.list[0]!;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The directions of a row's persona. DEMO is a text in the published format: its direction is unknown, UGC and PAIR vote. */
export function rowPersona(row: AlignxRow): PersonaDirections {
  return {
    ugc: row["User-Generated Content"].map((item) => item["Preference Direction"]),
    pairs: row["Pair-wise Comparative Feedback"].map((item) => item["Preference Direction"]),
    demographic: null,
  };
}

/** Rules about texts: equal responses, personal information. */
function checkTexts(row: ReadRow, findPii: FindPii, findings: FindingList): void {
  checkDifferent(row.chosen, row.rejected, "", findings);
  for (const { field, responses } of row.items.pairs) {
    checkDifferent(responses[0], responses[1], field, findings);
  }
  for (const { field, text } of row.texts) {
    const matches = findPii(text);
    const [first] = matches;
    if (!first) continue;
    // The message names kinds and places alone: findings are published more widely than data.
    const places = enumerate(matches, ({ kind, start }) => `${kind} at character ${start + 1}`);
    findings.add("leftover-pii", `looks like personal information: ${places}`, {
      field,
      fix: `Replace it by a typed mark such as [${first.kind}].`,
    });
  }
}

function checkDifferent(
  chosen: string | undefined,
  rejected: string | undefined,
  item: string,
  findings: FindingList,
): void {
  if (chosen === undefined || rejected === undefined) return;
  if (!isSameText(chosen, rejected)) return;
  // Two empty texts are reported as empty.
  if (isBlank(chosen)) return;
  const field = item || "chosen";
  if (chosen.trim() !== rejected.trim()) {
    findings.add("near-identical-responses", "chosen and rejected differ in nothing but case or spaces", {
      field,
      fix: `${item ? "Remove the item" : "Drop the row"} unless case or layout is what is preferred.`,
    });
    return;
  }
  const how = chosen === rejected ? "" : " but for spaces around them";
  findings.add("identical-responses", `chosen and rejected are the same${how}`, {
    field,
    fix: item ? "Remove the item." : "Drop the row.",
  });
}

function checkPersonaPresence({ counts, demographic }: ReadRow, findings: FindingList): void {
  if (counts.ugc !== 0 || counts.pairs !== 0 || demographic === undefined || !isBlank(demographic)) return;
  const fields = Object.values(COMPONENT_FIELDS)
    .map((field) => `“${field}”`)
    .join(", ");
  findings.add("persona-empty", `the row has no persona: ${fields} are all empty`);
}
