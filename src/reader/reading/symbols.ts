import { setImmediate } from "node:timers/promises";
import { withVisibleControls } from "../../core/report/words.js";
import type { LineSymbol } from "../../protocol/reading.js";
import type { DataDocument } from "../documents/data-document.js";

/** More lines than this are told in ranges: an outline of a hundred thousand entries helps nobody. */
const MOST_LINES = 10_000;
const RANGE_LINES = 1000;
/** Of a line is read as much as its first fields need. */
const READ_UNITS = 2000;
const NAME_UNITS = 60;
/** Lines between two breaks for other requests. */
const SLICE_LINES = 500;

/** Fields that say best what a line is, the most telling first. */
const NAMING = ["prompt", "text", "message", "id", "pair", "response", "post", "reason", "instruction"];
const FIELD = /"(\w+)"\s*:\s*"((?:[^"\\]|\\.){1,200})/g;

/** The beginning of a JSON string, read; what an escape was cut from is left out. */
function unescaped(text: string): string {
  const whole = text.replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, "");
  try {
    return String(JSON.parse(`"${whole}"`));
  } catch {
    return whole;
  }
}

/** What a line is about, in a few words, without parsing all of it. */
function nameOf(text: string): { readonly name: string; readonly detail: string } {
  const fields = new Map<string, string>();
  for (const [, key = "", value = ""] of text.slice(0, READ_UNITS).matchAll(FIELD)) {
    if (!fields.has(key)) fields.set(key, value);
  }
  const key = NAMING.find((one) => fields.has(one));
  const words = (value: string) =>
    withVisibleControls(unescaped(value)).replace(/\s+/g, " ").trim().slice(0, NAME_UNITS);
  const name = key === undefined ? "" : words(fields.get(key)!);
  const id = fields.get("id") ?? fields.get("pair") ?? "";
  return { name, detail: id === "" || key === "id" || key === "pair" ? "" : words(id) };
}

function rangeSymbols({ lineCount }: DataDocument): LineSymbol[] {
  return Array.from({ length: Math.ceil(lineCount / RANGE_LINES) }, (_, i) => {
    const first = i * RANGE_LINES;
    const last = Math.min(first + RANGE_LINES, lineCount) - 1;
    return {
      name: `${first + 1}–${last + 1}`,
      detail: "",
      range: { start: { line: first, character: 0 }, end: { line: last + 1, character: 0 } },
    };
  });
}

/** The lines of a document for its outline. */
export async function symbolsOf(document: DataDocument): Promise<readonly LineSymbol[]> {
  if (document.kind === null) return [];
  if (document.lineCount > MOST_LINES) return rangeSymbols(document);
  const symbols: LineSymbol[] = [];
  for (let line = 0; line < document.lineCount; line++) {
    if (line % SLICE_LINES === SLICE_LINES - 1) await setImmediate();
    const text = document.line(line);
    if (text.trim() === "") continue;
    const { name, detail } = nameOf(text);
    symbols.push({
      name: `${line + 1}  ${name}`.trimEnd(),
      detail,
      range: { start: { line, character: 0 }, end: { line, character: text.length } },
    });
  }
  return symbols;
}
