import { z } from "zod";
import type { Problem } from "../errors.js";
import { type Settings, settingsSchema } from "./settings.js";

/** Edits between two names, adjacent swaps as one: the usual measure for a mistyped word. */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  for (let j = 0; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const swap =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? rows[i - 2]![j - 2]! + 1
          : Infinity;
      rows[i]![j] = Math.min(
        rows[i - 1]![j]! + 1,
        rows[i]![j - 1]! + 1,
        rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
        swap,
      );
    }
  }
  return rows[a.length]![b.length]!;
}

/** The known name nearest to a mistyped one, or undefined when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, edits: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  return best && best.edits <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : undefined;
}

/** The zod type behind defaults and optional marks. */
function bare(schema: unknown): unknown {
  let current = schema;
  while (
    current instanceof z.ZodDefault ||
    current instanceof z.ZodPrefault ||
    current instanceof z.ZodOptional ||
    current instanceof z.ZodNullable
  ) {
    current = current.unwrap();
  }
  return current;
}

/** The schema of a setting by its path, or undefined when there is none. */
export function settingAt(path: readonly PropertyKey[]): unknown {
  let current: unknown = settingsSchema;
  for (const key of path) {
    const type = bare(current);
    if (type instanceof z.ZodObject) current = (type.shape as Record<PropertyKey, unknown>)[key];
    else if (type instanceof z.ZodArray) current = type.element;
    else return undefined;
  }
  return current;
}

function namesAt(path: readonly PropertyKey[]): string[] {
  const type = bare(settingAt(path));
  return type instanceof z.ZodObject ? Object.keys(type.shape) : [];
}

const fieldName = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (name, key) =>
      typeof key === "number" ? `${name}[${key}]` : name ? `${name}.${String(key)}` : String(key),
    "",
  );

/** A problem with a setting, and the path to it. */
export type SettingProblem = Problem & { readonly path: readonly PropertyKey[] };

function problemsOf(issue: z.core.$ZodIssue): SettingProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const near = nearestName(key, namesAt(issue.path));
      const path = [...issue.path, key];
      return {
        rule: "unknown-setting",
        message: "there is no such setting",
        field: fieldName(path),
        fix: near ? `write “${near}”` : `remove it; known here are ${namesAt(issue.path).join(", ")}`,
        path,
      };
    });
  }
  if (issue.code === "invalid_value" && issue.path.length > 0) {
    const values = issue.values.map(String);
    return [
      {
        rule: "setting-value",
        message: `expected one of ${values.map((v) => `“${v}”`).join(", ")}`,
        field: fieldName(issue.path),
        fix: `write ${values.length > 1 ? "one of them" : `“${values[0]!}”`}`,
        path: issue.path,
      },
    ];
  }
  return [
    {
      rule: "setting-value",
      message: issue.message.replace(/^Invalid input: /, ""),
      field: fieldName(issue.path),
      fix: "correct the value",
      path: issue.path,
    },
  ];
}

/** Settings with their defaults, or every problem with them. */
export function checkSettings(
  value: unknown,
): { readonly settings: Settings } | { readonly problems: readonly SettingProblem[] } {
  const result = settingsSchema.safeParse(value);
  return result.success ? { settings: result.data } : { problems: result.error.issues.flatMap(problemsOf) };
}
