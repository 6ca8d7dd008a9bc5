import type { Finding } from "../../core/finding.js";
import { findJsonFault } from "../../core/sources/json-fault.js";
import { fieldPlace, type Span } from "./field-place.js";

/** The editor draws no more of a line. */
const RENDERED_COLUMNS = 10_000;
/** Longer stretches are not underlined: what stands in a line is often a long text. */
const LONGEST = 200;
/** What is underlined of a line that is meant as a whole. */
const LINE_START = 60;

/** What of its line a finding underlines: its field where the editor draws it, else the beginning of the line. */
export function findingSpan(text: string, { rule, field }: Finding): Span {
  const start = text.search(/\S/);
  const from = Math.max(0, start);
  const whole = { from, to: Math.min(text.trimEnd().length, from + LINE_START) };
  if (field !== undefined) {
    const found = fieldPlace(text, field, RENDERED_COLUMNS);
    if (!found || (!found.exact && found.from === from)) return whole;
    // The name of a field is what is wrong with a field that should not be there.
    const at = rule === "format-unknown-field" && found.key ? found.key : found;
    return { from: at.from, to: Math.min(at.to, at.from + LONGEST, RENDERED_COLUMNS) };
  }
  if (rule !== "json") return whole;
  const fault = findJsonFault(text);
  if (!fault || fault.at >= RENDERED_COLUMNS || text === "") return whole;
  // A text that ends too early is underlined at its last character.
  const at = Math.min(fault.at, text.length - 1);
  return { from: at, to: at + 1 };
}
