import { ALIGNX_KEYS } from "../core/records/alignx-row.js";
import { isObject } from "../core/rules/plain-text.js";
import { detectDialect, type Dialect, DIALECTS } from "../core/rules/read-row.js";
import type { PlacedRecord } from "../node/text/placed-records.js";

/** What is looked at before a file's dialect is decided: so many rows, or so many bytes. */
const SAMPLE_ROWS = 50;
const SAMPLE_BYTES = 4 * 1024 * 1024;

/** The dialect of a file, and all of its records, those that were looked at included. */
export interface FileDialect {
  /** Null when no record of the sample is an object. */
  readonly dialect: Dialect | null;
  /** False: no record of the sample has a field of any dialect, and all are checked as `alignx`. */
  readonly isKnown: boolean;
  readonly records: AsyncGenerator<PlacedRecord, void, undefined>;
}

async function* chained(
  first: readonly PlacedRecord[],
  rest: AsyncGenerator<PlacedRecord, void, undefined>,
): AsyncGenerator<PlacedRecord, void, undefined> {
  try {
    yield* first;
    yield* rest;
  } finally {
    await rest.return();
  }
}

/**
 * Decides the dialect of a file by the majority of its first rows. It holds for the whole file: row by row, a row that has
 * lost its persona would pass for plain preference data.
 */
export async function dialectOf(
  records: AsyncGenerator<PlacedRecord, void, undefined>,
): Promise<FileDialect> {
  const sample: PlacedRecord[] = [];
  const votes = new Map<Dialect, number>();
  let isKnown = false;
  let bytes = 0;
  while (sample.length < SAMPLE_ROWS && bytes < SAMPLE_BYTES) {
    const next = await records.next();
    if (next.done) break;
    const { record } = next.value;
    sample.push(next.value);
    bytes += record.bytes;
    if (!("value" in record) || !isObject(record.value)) continue;
    const dialect = detectDialect(record.value);
    votes.set(dialect, (votes.get(dialect) ?? 0) + 1);
    const { value } = record;
    isKnown ||= dialect === "benchmark" || ALIGNX_KEYS.some((key) => Object.hasOwn(value, key));
  }
  const dialect = DIALECTS.filter((one) => votes.has(one)).sort((a, b) => votes.get(b)! - votes.get(a)!)[0];
  return {
    dialect: dialect ?? null,
    isKnown: isKnown || votes.size === 0,
    records: chained(sample, records),
  };
}
