import type { RecordSchema } from "../core/records/record-schema.js";

/** Fields with one value for each dimension of the space. */
const VECTORS = ["answers", "levels", "direction"];

interface WrongLength {
  readonly path: string[];
  readonly length: number;
}

function wrongLengths(record: unknown, size: number): WrongLength[] {
  const fields = record as Readonly<Record<string, unknown>>;
  const found = VECTORS.flatMap((field): WrongLength[] => {
    const vector = fields[field];
    return Array.isArray(vector) && vector.length !== size ? [{ path: [field], length: vector.length }] : [];
  });
  const { demographic } = fields;
  if (typeof demographic !== "object" || demographic === null) return found;
  const within = wrongLengths(demographic, size).map(({ path, length }) => ({
    path: ["demographic", ...path],
    length,
  }));
  return [...found, ...within];
}

/** The schema of a record whose answers, levels or direction must have one value for each dimension of the space. */
export function sizedSchema<T>(schema: RecordSchema<T>, size: number): RecordSchema<T> {
  return schema.superRefine((record, context) => {
    for (const { path, length } of wrongLengths(record, size)) {
      const values = `${length} value${length === 1 ? "" : "s"}`;
      const dimensions = `${size} dimension${size === 1 ? "" : "s"}`;
      context.addIssue({
        code: "custom",
        path,
        message: `${values} for the ${dimensions} of the preference space`,
      });
    }
  });
}
