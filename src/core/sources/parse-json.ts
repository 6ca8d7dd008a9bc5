import type { Problem } from "../errors.js";
import { findJsonFault, type JsonFault } from "./json-fault.js";

/** Deepest nesting of lists and objects that is read; deeper records are refused before anything recurses into them. */
export const MAX_JSON_DEPTH = 200;

/** What a record's text is: a line of a JSONL file, or an entry of a JSON array (which may span lines). */
export type JsonUnit = "line" | "entry";

export type JsonResult = { readonly value: unknown } | { readonly problem: Problem };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BOM = 0xfeff;

/** Whether brackets outside strings nest deeper than `limit`. */
function nestsDeeper(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) {
      inString = true;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) return true;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return false;
}

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

function fieldPath(parent: string, key: string | number): string {
  if (typeof key === "number") return `${parent}[${key}]`;
  return parent === "" ? key : `${parent}.${key}`;
}

/** Path of the first string that holds half of a surrogate pair, or null. Recursion is bounded by `MAX_JSON_DEPTH`. */
function findLoneSurrogate(value: unknown, path: string): string | null {
  if (typeof value === "string") return LONE_SURROGATE.test(value) ? path : null;
  if (typeof value !== "object" || value === null) return null;
  const entries: Iterable<[string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  for (const [key, item] of entries) {
    if (typeof key === "string" && LONE_SURROGATE.test(key)) return fieldPath(path, "(field name)");
    const found = findLoneSurrogate(item, fieldPath(path, key));
    if (found !== null) return found;
  }
  return null;
}

/** `column 7`, or `line 3, column 7 of the entry` where the text spans lines (1-based, UTF-16 units like an editor's). */
function placeInWords(text: string, at: number): string {
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const column = `column ${at - lineStart + 1}`;
  if (lineStart === 0) return column;
  return `line ${text.slice(0, lineStart).split("\n").length}, ${column} of the entry`;
}

/** What helps for a line: most broken lines come from files that were not one record a line to begin with. */
function lineFix(text: string, fault: JsonFault): string {
  const found = text[fault.at];
  const arrayLine =
    /^\s*\[/.test(text) || /^\s*\]/.test(text) || (found === "," && text.slice(fault.at).trim() === ",");
  if (arrayLine && !fault.fix.startsWith("remove the trailing")) {
    return "the file looks like one JSON array: put one record on each line (jq -c '.[]' FILE)";
  }
  if (fault.unfinished === "container") {
    return "put the whole record on one line (jq -c . FILE), or restore the end of the line if the file was cut short";
  }
  return fault.fix;
}

/** Parses one record's text. Duplicate field names are allowed, the last one counts. */
export function parseJson(text: string, unit: JsonUnit): JsonResult {
  // Files that each begin with a byte order mark leave it in the middle when they are joined.
  const json = text.charCodeAt(0) === BOM ? text.slice(1) : text;
  if (nestsDeeper(json, MAX_JSON_DEPTH)) {
    return {
      problem: {
        rule: "json-depth",
        message: `lists and objects nest deeper than ${MAX_JSON_DEPTH} levels`,
        fix: "flatten the record, or remove it",
      },
    };
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    const fault = findJsonFault(json) ?? { at: 0, message: "the text is not JSON", fix: "correct it" };
    return {
      problem: {
        rule: "json-syntax",
        message: `not valid JSON at ${placeInWords(json, fault.at)}: ${fault.message}`,
        fix: unit === "line" ? lineFix(json, fault) : fault.fix,
      },
    };
  }
  if (SURROGATE_ESCAPE.test(json) || LONE_SURROGATE.test(json)) {
    const field = findLoneSurrogate(value, "");
    if (field !== null) {
      return {
        problem: {
          rule: "lone-surrogate",
          message: "the text holds half of a surrogate pair, which is no character",
          ...(field !== "" && { field }),
          fix: "write both halves of the pair (\\ud83d\\ude00) or the character itself, or remove it",
        },
      };
    }
  }
  return { value };
}
