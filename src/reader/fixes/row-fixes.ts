import type { Finding } from "../../core/finding.js";
import { findPii } from "../../core/privacy/pii.js";
import { type Lineage, lineageSchema } from "../../core/records/alignx-row.js";
import {
  type Direction,
  type Levels,
  matchCount,
  pairDirection,
  responseDirection,
} from "../../core/records/direction.js";
import type { Pair } from "../../core/records/records.js";
import { isObject, type JsonObject } from "../../core/rules/plain-text.js";
import { COMPONENT_FIELDS, type ItemKind, meantField } from "../../core/rules/read-row.js";
import { parseJson } from "../../core/sources/parse-json.js";
import type { FixKind } from "../../protocol/fixes.js";
import type { LevelTables } from "../../runtime/dataset-reference.js";
import type { CheckSettings } from "../findings/line-check.js";
import {
  type LineEdits,
  invertDirection,
  removeEntries,
  renameField,
  replacePii,
  setNumbers,
  setValue,
  swapValues,
} from "./line-edits.js";

/** A row that is to be fixed, with what belongs to it. */
export interface Row {
  readonly text: string;
  readonly value: JsonObject | null;
  /** The line of its lineage file. */
  readonly lineageText: string | undefined;
  readonly lineage: Lineage | null;
  readonly settings: CheckSettings;
}

/** What a fix does to a row and to its lineage; null where there is nothing that it could do. */
export type RowEdits = { readonly row: LineEdits; readonly lineage: LineEdits } | null;

const DIRECTION = "Preference Direction";
/** A value of a direction that lies further off was not meant as one. */
const NEAR = 0.3;

/** Reads a row and its lineage. */
export function readRow(text: string, lineageText: string | undefined, settings: CheckSettings): Row {
  const parsed = parseJson(text, "line");
  const traced = lineageText === undefined ? null : parseJson(lineageText, "line");
  const lineage = traced && "value" in traced ? lineageSchema.safeParse(traced.value) : null;
  return {
    ...{ text, lineageText, settings },
    value: "value" in parsed && isObject(parsed.value) ? parsed.value : null,
    lineage: lineage?.success ? lineage.data : null,
  };
}

/** The persona item that a field is, or lies in. */
function itemOf(
  field: string,
): { readonly kind: ItemKind; readonly index: number; readonly rest: string } | null {
  for (const kind of ["ugc", "pairs"] as const) {
    const name = COMPONENT_FIELDS[kind];
    const [all, index] = field.startsWith(name) ? (/^\[(\d+)\]/.exec(field.slice(name.length)) ?? []) : [];
    if (all !== undefined) return { kind, index: Number(index), rest: field.slice(name.length + all.length) };
  }
  return null;
}

/** The fix that is made for the findings of a rule; others can only be dropped or ignored. */
export const RULE_FIXES: Readonly<Record<string, FixKind>> = {
  "direction-mismatch": "rederive-direction",
  "format-vector-value": "nearest-values",
  "item-inconsistent": "remove-item",
  "item-no-agreement": "remove-item",
  "below-threshold": "remove-item",
  "persona-duplicate-item": "remove-item",
  "persona-same-post": "remove-item",
  "identical-responses": "remove-item",
  "near-identical-responses": "remove-item",
  "leftover-pii": "replace-pii",
  "mirrored-example": "swap-responses",
  "format-unknown-field": "rename-field",
};

/** The fix that is made for a rule, where its findings have one. */
export function particularFix({ rule, field }: Finding): FixKind | null {
  const kind = RULE_FIXES[rule];
  if (kind === undefined) return null;
  if (kind === "remove-item" && itemOf(field ?? "")?.rest !== "") return null;
  return kind;
}

/** The name that a misspelt field should have. */
export function nameMeant(
  { field = "" }: Finding,
  { value, settings: { dialect } }: Row,
): string | undefined {
  if (!value || dialect === null || dialect === "preference") return undefined;
  const item = itemOf(field);
  if (!item) return meantField(field, value, dialect);
  const items = value[COMPONENT_FIELDS[item.kind]];
  const object: unknown = Array.isArray(items) ? items[item.index] : undefined;
  return isObject(object) ? meantField(item.rest.slice(1), object, dialect, item.kind) : undefined;
}

/** What one kind of fix does about some findings of one row. */
export async function fixRow(kind: FixKind, findings: readonly Finding[], row: Row): Promise<RowEdits> {
  const edits = await editsOf(kind, findings, row);
  return edits && (edits.row.length > 0 || edits.lineage.length > 0) ? edits : null;
}

async function editsOf(kind: FixKind, findings: readonly Finding[], row: Row): Promise<RowEdits> {
  const { text } = row;
  const fields = [...new Set(findings.flatMap(({ field }) => (field === undefined ? [] : [field])))];
  const onRow = (edits: LineEdits): RowEdits => ({ row: edits, lineage: [] });
  switch (kind) {
    case "remove-item":
      return removeItems(fields, row);
    case "replace-pii":
      return onRow(fields.flatMap((field) => replacePii(text, field, findPii)));
    case "nearest-values":
      return onRow(fields.flatMap((field) => nearestValues(field, row)));
    case "rename-field":
      return onRow(renameFields(findings, row));
    case "rederive-direction":
      return onRow(await rederived(fields, row));
    case "swap-responses":
      return swapped(row);
    default:
      return null;
  }
}

/** Gives misspelt fields the names that are meant; of several that mean the same, the first alone. */
function renameFields(findings: readonly Finding[], row: Row): LineEdits {
  const taken = new Set<string>();
  return findings.flatMap((finding) => {
    const name = nameMeant(finding, row);
    const item = itemOf(finding.field ?? "");
    const key = JSON.stringify([item?.kind, item?.index, name]);
    if (name === undefined || taken.has(key)) return [];
    taken.add(key);
    return renameField(row.text, finding.field!, name);
  });
}

function removeItems(fields: readonly string[], { text, value, lineage, lineageText }: Row): RowEdits {
  const row: LineEdits[] = [];
  const traced: LineEdits[] = [];
  for (const kind of ["ugc", "pairs"] as const) {
    const items = fields.map(itemOf).filter((item) => item?.kind === kind);
    if (items.length === 0) continue;
    const indexes = new Set(items.map((item) => item!.index));
    const name = COMPONENT_FIELDS[kind];
    const list = value?.[name];
    row.push(removeEntries(text, name, indexes));
    // Lineage that does not belong to the row stays as it is.
    if (lineage && Array.isArray(list) && list.length === lineage[kind].length) {
      traced.push(removeEntries(lineageText!, kind, indexes));
    }
  }
  return { row: row.flat(), lineage: traced.flat() };
}

function valueAt(value: JsonObject, field: string): unknown {
  const item = itemOf(field);
  if (!item) return value[field];
  const items = value[COMPONENT_FIELDS[item.kind]];
  const object: unknown = Array.isArray(items) ? items[item.index] : undefined;
  return isObject(object) ? object[item.rest.slice(1)] : undefined;
}

/** The nearest direction, where every value is near to one. */
function nearestValues(field: string, { text, value }: Row): LineEdits {
  const list = value && valueAt(value, field);
  if (!Array.isArray(list)) return [];
  const nearest = list.map((entry: unknown) => {
    const number = typeof entry === "string" && entry.trim() !== "" ? Number(entry) : entry;
    if (typeof number !== "number" || !Number.isFinite(number)) return null;
    const near = Math.min(1, Math.max(0, Math.round(2 * number) / 2));
    return Math.abs(near - number) <= NEAR ? near : null;
  });
  return nearest.includes(null) ? [] : setNumbers(text, field, nearest);
}

/** The directions that the levels say. */
async function rederived(fields: readonly string[], row: Row): Promise<LineEdits> {
  const { lineage, text } = row;
  const { tables } = row.settings;
  if (!lineage || !tables) return [];
  const pairs = await tables.pairsOf(lineage);
  return fields.flatMap((field) => {
    const direction = expectedDirection(field, lineage, tables, pairs);
    return direction ? setNumbers(text, field, direction) : [];
  });
}

function expectedDirection(
  field: string,
  lineage: Lineage,
  { levels }: LevelTables,
  pairs: ReadonlyMap<string, Pair>,
): Direction | null {
  const between = (chosen: Levels | undefined, rejected: Levels | undefined) =>
    chosen && rejected ? pairDirection(chosen, rejected) : null;
  const item = itemOf(field);
  if (!item) return field === DIRECTION ? between(levels(lineage.chosen), levels(lineage.rejected)) : null;
  if (item.kind === "ugc") {
    const own = levels(lineage.ugc[item.index]?.response ?? "");
    return own ? responseDirection(own) : null;
  }
  const pair = pairs.get(lineage.pairs[item.index]?.pair ?? "");
  return pair ? between(levels(pair.chosen), levels(pair.rejected)) : null;
}

/** Chosen and rejected exchanged, the direction turned around, and the same in the lineage. */
async function swapped({ text, value, lineage, lineageText, settings }: Row): Promise<RowEdits> {
  const direction = value?.[DIRECTION];
  const isDirection =
    Array.isArray(direction) && direction.every((one) => one === 0 || one === 0.5 || one === 1);
  const row = [
    ...swapValues(text, "chosen", "rejected"),
    ...(isDirection ? invertDirection(text, DIRECTION, direction as Direction) : []),
  ];
  if (!lineage || row.length === 0) return { row, lineage: [] };
  const matches = settings.tables ? await swappedMatches(lineageText!, lineage, settings.tables) : [];
  return { row, lineage: [...swapValues(lineageText!, "chosen", "rejected"), ...matches] };
}

/** How near the items are to the responses that have changed places. */
async function swappedMatches(text: string, lineage: Lineage, tables: LevelTables): Promise<LineEdits> {
  const pairs = await tables.pairsOf(lineage);
  const [chosen, rejected] = [tables.levels(lineage.rejected), tables.levels(lineage.chosen)];
  const edit = (field: string, one: Levels | undefined, other: Levels | undefined): LineEdits =>
    one && other ? setValue(text, field, matchCount(one, other)) : [];
  return [
    ...lineage.ugc.flatMap(({ response }, i) => edit(`ugc[${i}].matches`, tables.levels(response), chosen)),
    ...lineage.pairs.flatMap(({ pair }, i) => {
      const { chosen: mine = "", rejected: other = "" } = pairs.get(pair) ?? {};
      return [
        ...edit(`pairs[${i}].matchesChosen`, tables.levels(mine), chosen),
        ...edit(`pairs[${i}].matchesRejected`, tables.levels(other), rejected),
      ];
    }),
  ];
}
