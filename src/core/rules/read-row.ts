import { alignxRowSchema, pairRowSchema, ugcRowSchema, type AlignxRow } from "../records/alignx-row.js";
import type { Direction, DirectionValue } from "../records/direction.js";
import type { PersonaKind } from "../records/records.js";
import type { PreferenceSpace } from "../space/space.js";
import type { FindingList } from "./finding-list.js";
import { isBlank, isObject, isWellFormed, type JsonObject } from "./plain-text.js";
import { andMore, count, describe, dimensionWords, quote } from "./words.js";

/** Persona kinds that are lists of items. */
export type ItemKind = Exclude<PersonaKind, "demographic">;

/** The field of each persona component in the published format. */
export const COMPONENT_FIELDS = {
  ugc: "User-Generated Content",
  pairs: "Pair-wise Comparative Feedback",
  demographic: "Demographic Information",
} as const satisfies Record<PersonaKind, keyof AlignxRow>;

const DIRECTION = "Preference Direction";
const ROW_KEYS = Object.keys(alignxRowSchema.shape);
const ITEM_KEYS = { ugc: Object.keys(ugcRowSchema.shape), pairs: Object.keys(pairRowSchema.shape) };
/** Fields that benchmark rows have in the place of directions. */
export const BENCHMARK_KEYS = ["ground_truth_persona", "profile"];
const PREFERENCE_KEYS = ["prompt", "chosen", "rejected"];

/** Fields that a row, or an item of it, must have and may have. */
function fieldsOf(
  dialect: "alignx" | "benchmark",
  item?: ItemKind,
): { readonly required: readonly string[]; readonly optional: readonly string[] } {
  const benchmark = dialect === "benchmark";
  if (item === undefined) {
    return benchmark
      ? { required: PREFERENCE_KEYS, optional: [...Object.values(COMPONENT_FIELDS), ...BENCHMARK_KEYS] }
      : { required: ROW_KEYS, optional: [] };
  }
  return benchmark
    ? { required: ITEM_KEYS[item].filter((key) => key !== DIRECTION), optional: [DIRECTION] }
    : { required: ITEM_KEYS[item], optional: [] };
}

/** The known field that a misspelt one of a row or item stands for; undefined where none is near or it is there already. */
export function meantField(
  key: string,
  object: JsonObject,
  dialect: "alignx" | "benchmark",
  item?: ItemKind,
): string | undefined {
  const { required, optional } = fieldsOf(dialect, item);
  const meant = meantName(key, [...required, ...optional], object);
  return meant === undefined || Object.hasOwn(object, meant) ? undefined : meant;
}

function meantName(key: string, known: readonly string[], object: JsonObject): string | undefined {
  const plain = plainName(key);
  return (
    known.find((name) => plainName(name) === plain) ??
    // A slip of the finger, where the right name is missing.
    known.find((name) => !Object.hasOwn(object, name) && isSlip(plain, plainName(name)))
  );
}

/** Whether two names differ in one place alone: by a letter, in long names by two. */
function isSlip(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  if (shorter < 5) return false;
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return Math.max(a.length, b.length) - start - end <= (shorter < 10 ? 1 : 2);
}

/** `alignx`: the published rows; `benchmark`: its test files without directions; `preference`: prompt, chosen, rejected. */
export const DIALECTS = ["alignx", "benchmark", "preference"] as const;
export type Dialect = (typeof DIALECTS)[number];

/** The dialect that the fields of a parsed row speak; fields of no dialect count as `alignx`. */
export function detectDialect(row: unknown): Dialect {
  if (!isObject(row)) return "alignx";
  const names = new Set(Object.keys(row).map(plainName));
  const has = (name: string) => names.has(plainName(name));
  if (BENCHMARK_KEYS.some(has) && !has(DIRECTION)) return "benchmark";
  if (has(DIRECTION) || Object.values(COMPONENT_FIELDS).some(has)) return "alignx";
  return PREFERENCE_KEYS.some(has) ? "preference" : "alignx";
}

/** A field name without its spelling: `preference_direction` means `Preference Direction`. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, "");
}

/** One text of a row with the path of its field. */
export interface FieldText {
  readonly field: string;
  readonly text: string;
}

/** One persona item as far as it could be read. */
export interface ReadItem {
  readonly kind: ItemKind;
  readonly index: number;
  readonly field: string;
  readonly prompt: string | undefined;
  /** The comment; or chosen and rejected. */
  readonly responses: readonly (string | undefined)[];
  readonly direction: Direction | undefined;
}

/** A row as far as it could be read; what is undefined or missing has been reported. */
export interface ReadRow {
  readonly prompt: string | undefined;
  readonly chosen: string | undefined;
  readonly rejected: string | undefined;
  readonly direction: Direction | undefined;
  readonly demographic: string | undefined;
  /** Entries in the file, readable or not; undefined where there is no list. */
  readonly counts: Readonly<Record<ItemKind, number | undefined>>;
  readonly items: Readonly<Record<ItemKind, readonly ReadItem[]>>;
  /** Every text that was read. */
  readonly texts: readonly FieldText[];
}

/** Reads an `alignx` or `benchmark` row, reporting whatever breaks the format. */
export function readAlignxRow(
  row: JsonObject,
  dialect: "alignx" | "benchmark",
  space: PreferenceSpace,
  findings: FindingList,
): ReadRow {
  const benchmark = dialect === "benchmark";
  const reader = new FieldReader(space, findings);
  const { demographic } = COMPONENT_FIELDS;
  const { required, optional } = fieldsOf(dialect);
  reader.checkKeys(row, "", required, optional);
  for (const key of benchmark ? BENCHMARK_KEYS : []) reader.text(row, "", key, "may be empty");
  const ugc = reader.items(row, "ugc", benchmark);
  const pairs = reader.items(row, "pairs", benchmark);
  return {
    prompt: reader.text(row, "", "prompt"),
    chosen: reader.text(row, "", "chosen"),
    rejected: reader.text(row, "", "rejected"),
    direction: benchmark ? undefined : reader.direction(row, ""),
    demographic:
      benchmark && !Object.hasOwn(row, demographic) ? "" : reader.text(row, "", demographic, "may be empty"),
    counts: { ugc: ugc.count, pairs: pairs.count },
    items: { ugc: ugc.items, pairs: pairs.items },
    texts: reader.texts,
  };
}

/** Reads the fields of objects; a field that cannot be read is reported and undefined. */
export class FieldReader {
  readonly texts: FieldText[] = [];

  constructor(
    private readonly space: PreferenceSpace,
    private readonly findings: FindingList,
  ) {}

  /** Reports missing and unknown fields; `path` is empty or ends with a dot. */
  checkKeys(
    object: JsonObject,
    path: string,
    required: readonly string[],
    optional: readonly string[] = [],
  ): void {
    for (const key of required) {
      if (Object.hasOwn(object, key)) continue;
      this.findings.add("format-missing-field", "the field is missing", { field: path + key });
    }
    const known = [...required, ...optional];
    for (const key of Object.keys(object)) {
      if (known.includes(key)) continue;
      const meant = meantName(key, known, object);
      this.findings.add("format-unknown-field", "the format has no such field", {
        field: path + key,
        ...(meant !== undefined && { fix: `Rename the field to ${quote(meant)}.` }),
      });
    }
  }

  /** The text of a field. */
  text(object: JsonObject, path: string, key: string, blank?: "may be empty"): string | undefined {
    if (!Object.hasOwn(object, key)) return undefined;
    const value = object[key];
    const field = path + key;
    if (typeof value !== "string") {
      const fix = `Write a text${blank ? ', or "" for none' : ""}.`;
      this.findings.add("format-type", `expected a text, found ${describe(value)}`, { field, fix });
      return undefined;
    }
    this.texts.push({ field, text: value });
    if (!blank && isBlank(value)) this.findings.add("format-empty-text", "the text is empty", { field });
    if (!isWellFormed(value)) {
      this.findings.add("format-broken-text", "the text holds half of a surrogate pair", { field });
    }
    return value;
  }

  /** The direction of a row or item: D values. */
  direction(object: JsonObject, path: string): Direction | undefined {
    if (!Object.hasOwn(object, DIRECTION)) return undefined;
    const value = object[DIRECTION];
    const field = path + DIRECTION;
    const { dimensions } = this.space;
    if (!Array.isArray(value)) {
      const problem = `expected a list of ${dimensions.length} numbers, found ${describe(value)}`;
      this.findings.add("format-type", problem, { field, fix: "Write a list of 1, 0.5 and 0." });
      return undefined;
    }
    if (value.length !== dimensions.length) {
      const problem = `has ${count(value.length, "value")} where the preference space has ${count(dimensions.length, "dimension")}`;
      this.findings.add("format-vector-length", problem, { field });
    }
    const first = value.findIndex((entry) => !isDirectionValue(entry));
    if (first >= 0) {
      const wrong = value.filter((entry) => !isDirectionValue(entry)).length;
      const where = first < dimensions.length ? `, ${dimensionWords(first, this.space)},` : "";
      const problem = `value ${first + 1}${where} is ${describe(value[first])}${andMore(wrong - 1)}`;
      this.findings.add("format-vector-value", problem, { field });
    }
    return first < 0 && value.length === dimensions.length ? (value as Direction) : undefined;
  }

  /** The items of a persona component. */
  items(
    row: JsonObject,
    kind: ItemKind,
    benchmark: boolean,
  ): { readonly count: number | undefined; readonly items: readonly ReadItem[] } {
    const name = COMPONENT_FIELDS[kind];
    if (!Object.hasOwn(row, name)) return { count: benchmark ? 0 : undefined, items: [] };
    const value = row[name];
    if (!Array.isArray(value)) {
      const problem = `expected a list of objects, found ${describe(value)}`;
      this.findings.add("format-type", problem, { field: name, fix: "Write a list, or [] for none." });
      return { count: undefined, items: [] };
    }
    const items = value.flatMap((entry, index) => {
      const item = this.item(entry, kind, index, benchmark);
      return item ? [item] : [];
    });
    return { count: value.length, items };
  }

  private item(entry: unknown, kind: ItemKind, index: number, benchmark: boolean): ReadItem | undefined {
    const field = `${COMPONENT_FIELDS[kind]}[${index}]`;
    if (!isObject(entry)) {
      const keys = ITEM_KEYS[kind].map(quote).join(", ");
      const fix = `Write an object with ${keys}.`;
      this.findings.add("format-type", `expected an object, found ${describe(entry)}`, { field, fix });
      return undefined;
    }
    const path = `${field}.`;
    const { required, optional } = fieldsOf(benchmark ? "benchmark" : "alignx", kind);
    this.checkKeys(entry, path, required, optional);
    const responses = kind === "ugc" ? ["comment"] : ["chosen", "rejected"];
    return {
      kind,
      index,
      field,
      prompt: this.text(entry, path, "prompt"),
      responses: responses.map((key) => this.text(entry, path, key)),
      direction: this.direction(entry, path),
    };
  }
}

function isDirectionValue(value: unknown): value is DirectionValue {
  return value === 0 || value === 0.5 || value === 1;
}
