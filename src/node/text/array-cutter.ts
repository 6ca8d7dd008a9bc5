import { NEWLINE, UnitCollector, type Units } from "./text-file.js";

/** One entry of a JSON array, cut out but not parsed. */
export interface CutEntry {
  /** Index of its first unit in the text. */
  readonly start: number;
  /** In units. */
  readonly length: number;
  /** Null when the entry was too long to keep. */
  readonly units: Units | null;
}

/** Faults of the list around the entries. */
export type ListFault =
  "not an array" | "comma missing" | "nothing between commas" | "trailing comma" | "text after the end";

/** What the cutter makes of a piece of text. `start` is the index of a unit in the text. */
export type Cut = { readonly entry: CutEntry } | { readonly fault: ListFault; readonly start: number };

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isBlank = (unit: number): boolean => unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;

/** What the cutter is in the middle of, between entries or within one. */
type State = "before" | "first" | "after comma" | "after entry" | "end" | "nested" | "string" | "scalar";

/**
 * Cuts the entries out of the text of one top-level JSON array, piece by piece, without judging them: that is the
 * parser's part. A broken entry costs no other entry where its end can still be told: an object ends where its braces
 * balance whatever brackets are left open inside, and a string ends at a line break, which no JSON string may hold.
 */
export class ArrayCutter {
  #state: State = "before";
  #start = 0;
  /** Brackets of the entry's own kind. */
  #open = 0;
  #close = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  readonly #collector: UnitCollector;

  constructor(maxUnits: number) {
    this.#collector = new UnitCollector(maxUnits);
  }

  /** Whether the array was closed. */
  get ended(): boolean {
    return this.#state === "end";
  }

  /** Whether the text was blank so far. */
  get isUntouched(): boolean {
    return this.#state === "before";
  }

  /** The next piece of the text; `base` is the index of its first unit. */
  *push(units: Units, base: number): Generator<Cut, void, undefined> {
    let at = 0;
    while (at < units.length) {
      const state = this.#state;
      if (state === "nested" || state === "string" || state === "scalar") {
        const to = this.#entryEnd(units, at);
        this.#collector.add(units.subarray(at, to));
        at = to;
        if (this.#depth === 0) yield { entry: this.#finish() };
        continue;
      }
      const unit = units[at]!;
      if (isBlank(unit)) {
        at++;
        continue;
      }
      const start = base + at;
      if (state === "before") {
        if (unit !== OPEN_LIST) yield { fault: "not an array", start };
        this.#state = "first";
        at++;
      } else if (state === "end") {
        yield { fault: "text after the end", start };
        return;
      } else if (unit === COMMA) {
        if (state !== "after entry") yield { fault: "nothing between commas", start };
        this.#state = "after comma";
        at++;
      } else if (unit === CLOSE_LIST) {
        if (state === "after comma") yield { fault: "trailing comma", start };
        this.#state = "end";
        at++;
      } else {
        if (state === "after entry") yield { fault: "comma missing", start };
        this.#begin(unit, start);
      }
    }
  }

  /** The entry that the text broke off in, if any. */
  rest(): CutEntry | null {
    return this.#collector.length > 0 ? this.#finish() : null;
  }

  #begin(unit: number, start: number): void {
    this.#start = start;
    this.#inString = false;
    this.#escaped = false;
    this.#depth = 0;
    if (unit === OPEN_OBJECT || unit === OPEN_LIST) {
      this.#state = "nested";
      this.#open = unit;
      this.#close = unit === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST;
    } else {
      this.#state = unit === QUOTE ? "string" : "scalar";
    }
  }

  #finish(): CutEntry {
    const { length } = this.#collector;
    this.#state = "after entry";
    return { start: this.#start, length, units: this.#collector.take() };
  }

  /** Index after the last unit of the entry in this piece; `#depth` is 0 when the entry ends there. */
  #entryEnd(units: Units, from: number): number {
    if (this.#state === "scalar") return this.#scalarEnd(units, from);
    const isNested = this.#state === "nested";
    const open = this.#open;
    const close = this.#close;
    let depth = isNested ? this.#depth : 1;
    let inString = this.#inString;
    let at = from;
    if (this.#escaped) {
      at++;
      this.#escaped = false;
    }
    for (; at < units.length; at++) {
      const unit = units[at]!;
      if (inString) {
        if (unit === BACKSLASH && units[at + 1] !== NEWLINE) at++;
        else if (unit === QUOTE || unit === NEWLINE) {
          inString = false;
          if (!isNested) depth = 0;
        }
      } else if (unit === QUOTE) inString = true;
      else if (isNested && unit === open) depth++;
      else if (isNested && unit === close) depth--;
      if (depth === 0) {
        at++;
        break;
      }
    }
    // A backslash was the piece's last unit.
    if (at > units.length) {
      this.#escaped = true;
      at = units.length;
    }
    this.#depth = depth;
    this.#inString = inString;
    return at;
  }

  #scalarEnd(units: Units, from: number): number {
    for (let at = from; at < units.length; at++) {
      const unit = units[at]!;
      if (unit === COMMA || unit === CLOSE_LIST || isBlank(unit)) {
        this.#depth = 0;
        return at;
      }
    }
    this.#depth = 1;
    return units.length;
  }
}
