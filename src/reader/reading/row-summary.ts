import { findPii } from "../../core/privacy/pii.js";
import { checkRow } from "../../core/rules/check-row.js";
import { isBlank, isObject, plainText } from "../../core/rules/plain-text.js";
import { COMPONENT_FIELDS, type Dialect, DIALECTS } from "../../core/rules/read-row.js";
import type { RuleId } from "../../core/rules/registry.js";
import type { RowSummary } from "../../protocol/reading.js";
import type { LineContext } from "./line-context.js";
import { estimateTokens } from "./token-estimate.js";

/** Rules whose breach means that the criterion is not met. */
const CRITERION: readonly string[] = [
  "no-preference",
  "persona-empty",
  "item-inconsistent",
  "item-no-agreement",
  "component-inconsistent",
  "persona-no-common-dimension",
] satisfies readonly RuleId[];

/** The dialect of a kind of document; null where its lines are no rows. */
export function dialectOfKind(kind: LineContext["kind"]): Dialect | null {
  return DIALECTS.find((dialect) => dialect === kind) ?? null;
}

/** All texts of a row in one number: what a trainer would tokenize. */
function tokensOf(value: unknown): number {
  const text = plainText(value);
  if (text !== undefined) return estimateTokens(text);
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + tokensOf(one), 0);
  return isObject(value) ? Object.values(value).reduce<number>((sum, one) => sum + tokensOf(one), 0) : 0;
}

function personaOf(row: Readonly<Record<string, unknown>>): RowSummary["persona"] {
  const size = (field: string) => (Array.isArray(row[field]) ? row[field].length : 0);
  const text = row[COMPONENT_FIELDS.demographic];
  return {
    ugc: size(COMPONENT_FIELDS.ugc),
    pairs: size(COMPONENT_FIELDS.pairs),
    demographic: typeof text === "string" && !isBlank(text),
  };
}

/** What a row is, in short; null where the line holds none. */
export function summariseRow(context: LineContext): RowSummary | null {
  const dialect = dialectOfKind(context.kind);
  const { tree, value, lookup, place } = context;
  if (dialect === null || !tree) return null;
  const settings = lookup?.open.workspace.settings;
  const findings = checkRow(value, {
    space: context.space,
    file: "",
    line: place.line + 1,
    mode: settings?.check.consistency ?? "strict",
    threshold: settings?.persona.threshold ?? 0.6,
    dialect,
    findPii,
  });
  const first =
    findings.find(({ severity }) => severity === "error") ??
    findings.find(({ severity }) => severity === "warning");
  return {
    line: place.line,
    persona: dialect === "preference" ? null : personaOf(value),
    consistent: dialect === "alignx" ? !findings.some(({ rule }) => CRITERION.includes(rule)) : null,
    problem: first?.message ?? null,
    tokens: tokensOf(value),
  };
}
