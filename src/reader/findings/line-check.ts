import type { ConsistencyMode } from "../../core/consistency/consistency.js";
import type { Finding } from "../../core/finding.js";
import { findingSchema } from "../../core/finding.js";
import { findPii } from "../../core/privacy/pii.js";
import { lineageSchema } from "../../core/records/alignx-row.js";
import type { RecordSchema } from "../../core/records/record-schema.js";
import { dropSchema } from "../../core/records/records.js";
import { brokenRecord, checkRow, type FindPii } from "../../core/rules/check-row.js";
import { hashRow, type RowHashes } from "../../core/rules/dataset-checker.js";
import { FindingList } from "../../core/rules/finding-list.js";
import { isObject, type JsonObject } from "../../core/rules/plain-text.js";
import type { Dialect } from "../../core/rules/read-row.js";
import { findRule, type RuleId } from "../../core/rules/registry.js";
import { fieldProblems } from "../../core/sources/check-record.js";
import { SOURCE_FORMATS } from "../../core/sources/formats.js";
import { parseJson } from "../../core/sources/parse-json.js";
import type { SourceName, SourceProblem } from "../../core/sources/source.js";
import type { PreferenceSpace } from "../../core/space/space.js";
import type { DocumentKind } from "../../protocol/documents.js";
import type { LevelTables } from "../../runtime/dataset-reference.js";
import { lineageIn, type LineageOfRow } from "../../runtime/lineage-reader.js";
import { rememberingPii } from "../../runtime/pii-memory.js";
import { sizedSchema } from "../../runtime/sized-schema.js";
import {
  ANNOTATIONS,
  CLUSTERS,
  LEVELS,
  PAIRS,
  PERSONAS,
  POSTS,
  SPLITS_FILE,
  VERDICTS,
} from "../../steps/files.js";

/** What the lines of a document are checked as and against; another object means: check them anew. */
export interface CheckSettings {
  readonly kind: DocumentKind;
  readonly dialect: Dialect | null;
  readonly format: SourceName | null;
  readonly space: PreferenceSpace;
  readonly mode: ConsistencyMode;
  readonly threshold: number;
  readonly tables: LevelTables | null;
  /** The file as messages name it. */
  readonly shown: string;
  /** Its lineage file as messages name it. */
  readonly lineageShown: string;
}

/** What was found in a line by itself; its number is that of the line when it was checked, so callers set it. */
export interface LineFindings {
  readonly findings: readonly Finding[];
  /** What is compared with other rows; null where that means nothing. */
  readonly hashes: RowHashes | null;
}

const RECORDS: Partial<Record<DocumentKind, RecordSchema<unknown>>> = {
  posts: POSTS.schema,
  annotations: ANNOTATIONS.schema,
  levels: LEVELS.schema,
  clusters: CLUSTERS.schema,
  pairs: PAIRS.schema,
  splits: SPLITS_FILE.schema,
  personas: PERSONAS.schema,
  verdicts: VERDICTS.schema,
  findings: findingSchema,
  drops: dropSchema,
  lineage: lineageSchema,
};

/** More problems of one line nobody reads. */
const MOST_PROBLEMS = 20;
/** Placeholder: lines move. */
const LINE = 1;

const findPiiOnce: FindPii = rememberingPii(findPii);

/** All that is wrong with one line that is not blank. @param lineage the line of the lineage file that belongs to it */
export async function checkLine(
  text: string,
  settings: CheckSettings,
  lineage: string | undefined,
): Promise<LineFindings> {
  const traced: LineageOfRow =
    lineage === undefined
      ? { findings: [] }
      : lineageIn(parseJson(lineage, "line"), settings.lineageShown, LINE);
  const parsed = parseJson(text, "line");
  if ("problem" in parsed) {
    return {
      findings: [...traced.findings, brokenRecord(settings.shown, LINE, parsed.problem)],
      hashes: null,
    };
  }
  const { value } = parsed;
  if (settings.dialect !== null) return checkDatasetRow(value, settings, settings.dialect, traced);
  return { findings: checkOther(value, settings), hashes: null };
}

async function checkDatasetRow(
  value: unknown,
  { space, mode, threshold, tables, shown }: CheckSettings,
  dialect: Dialect,
  { lineage, findings }: LineageOfRow,
): Promise<LineFindings> {
  const pairs = lineage && tables ? await tables.pairsOf(lineage) : undefined;
  const own = checkRow(value, {
    ...{ space, mode, threshold, dialect, file: shown, line: LINE, findPii: findPiiOnce },
    ...(lineage ? { lineage } : {}),
    ...(tables ? { levels: tables.levels } : {}),
    ...(pairs ? { pairs: (id: string) => pairs.get(id) } : {}),
  });
  return {
    findings: [...findings, ...own],
    hashes: isObject(value) ? hashRow(value, { posts: true }) : null,
  };
}

function checkOther(value: unknown, settings: CheckSettings): readonly Finding[] {
  const { kind, format, space, shown } = settings;
  if (format !== null) return sourceFindings(value, format, shown);
  const schema = RECORDS[kind];
  if (!schema) return [];
  const findings = new FindingList({ file: shown, line: LINE }, idOf(value));
  const problems = fieldProblems(sizedSchema(schema, space.dimensions.length), value);
  for (const { rule, message, field } of problems.slice(0, MOST_PROBLEMS)) {
    findings.add(ruleOf(rule, message), field === "" ? capitalised(message) : message, {
      fix: "Run the step again: what it writes is not meant to be edited.",
      ...(field !== "" && { field }),
    });
  }
  return findings.list;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function idOf(value: unknown): string | undefined {
  const { id, pair, response, post }: JsonObject = isObject(value) ? value : {};
  return [id, pair, response, post].find((one) => typeof one === "string");
}

/** The rule whose page explains a problem of a record. */
function ruleOf(problem: string, message: string): RuleId {
  if (problem === "missing-field") return "format-missing-field";
  if (problem === "empty-text") return "format-empty-text";
  if (/^\d+ values? for the/.test(message)) return "format-vector-length";
  return message.startsWith("expected a list of ") && problem === "wrong-value"
    ? "format-vector-value"
    : "format-type";
}

/** What the import would say of a record. */
function sourceFindings(value: unknown, format: SourceName, shown: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const item of SOURCE_FORMATS[format].posts(value)) {
    if ("problem" in item) findings.push(sourceFinding(item.problem, shown));
    if (findings.length >= MOST_PROBLEMS) break;
  }
  return findings;
}

function sourceFinding({ rule, severity, message, field, fix }: SourceProblem, file: string): Finding {
  const known = findRule(rule) ? rule : ruleOf(rule, message);
  const where = field === undefined ? capitalised(message) : `${field}: ${message}`;
  return {
    ...{ rule: known, severity, file, line: LINE },
    message: `${where}. ${capitalised(fix)}.`,
    ...(field !== undefined && { field }),
  };
}
