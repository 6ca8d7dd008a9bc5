import type { z } from "zod";
import type { SourceProblem } from "./source.js";

/** What to do about each field, by its path with `[]` for any index; `""` is the record itself. */
export type FieldFixes = Readonly<Record<string, string>>;

export type Checked<T> = { readonly data: T } | { readonly problem: SourceProblem };

/** The type of a value in words. */
export function typeInWords(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "object":
      return "an object";
    case "number":
      return Number.isFinite(value) ? "a number" : "a number too large to hold";
    case "boolean":
      return `${value}`;
    default:
      return "a text";
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object of numbers",
};

type Path = readonly PropertyKey[];

function pathInWords(path: Path): string {
  return path.reduce<string>((whole, key) => {
    if (typeof key === "number") return `${whole}[${key}]`;
    return whole === "" ? String(key) : `${whole}.${String(key)}`;
  }, "");
}

function valueAt(record: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    record,
  );
}

function inWords(issue: z.core.$ZodIssue, record: unknown): { rule: string; message: string } {
  if (issue.code === "invalid_type") {
    const value = valueAt(record, issue.path);
    const expected = EXPECTED[issue.expected] ?? issue.expected;
    return value === undefined && issue.path.length > 0
      ? { rule: "missing-field", message: `the field is missing (${expected} is expected)` }
      : { rule: "wrong-type", message: `expected ${expected}, found ${typeInWords(value)}` };
  }
  return { rule: "wrong-value", message: issue.message };
}

/** What is wrong with one field of a record. */
export interface FieldProblem {
  /** `missing-field`, `wrong-type` or `wrong-value`. */
  readonly rule: string;
  readonly message: string;
  /** `""` is the record itself. */
  readonly field: string;
}

/** Every field of a record that is not what a schema wants. */
export function fieldProblems(schema: z.ZodType, record: unknown): readonly FieldProblem[] {
  const { error } = schema.safeParse(record);
  return (error?.issues ?? []).map((issue) => ({
    ...inWords(issue, record),
    field: pathInWords(issue.path),
  }));
}

/** Joins the path of a record within its line and the path of a field within the record. */
export function joinPath(parent: string, child: string): string {
  if (parent === "" || child === "") return parent + child;
  return child.startsWith("[") ? parent + child : `${parent}.${child}`;
}

/**
 * Checks a record against its schema. All that is wrong becomes one problem, since it costs one record: it names the
 * first field in full and the others by path.
 * @param at path of the record within its line; `""` for the line itself.
 */
export function checkRecord<T>(
  schema: z.ZodType<T>,
  record: unknown,
  fixes: FieldFixes,
  at = "",
): Checked<T> {
  const result = schema.safeParse(record);
  if (result.success) return { data: result.data };
  const [first, ...others] = result.error.issues;
  const { rule, message } = inWords(first!, record);
  const path = pathInWords(first!.path);
  const field = joinPath(at, path);
  const more = [...new Set(others.map((issue) => pathInWords(issue.path)))].filter((other) => other !== path);
  const known = path.replace(/\[\d+\]/g, "[]");
  return {
    problem: {
      rule,
      severity: "error",
      message: more.length > 0 ? `${message} (also wrong: ${more.join(", ")})` : message,
      ...(field !== "" && { field }),
      fix: fixes[known] ?? fixes[""] ?? "correct or remove the record",
    },
  };
}

/** Whether a value is an object that is no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text in which nothing can be seen is no text. */
export function isBlankText(text: string): boolean {
  return !/[^\s\p{Cc}\p{Cf}\p{Zs}]/u.test(text);
}
