import { createScanner, type JSONScanner } from "jsonc-parser";

/** Tokens of the scanner; its own names exist for its types alone. */
const TOKEN = {
  ...{ openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4 },
  ...{ comma: 5, colon: 6, text: 10, end: 17 },
} as const;

/** Characters of a line. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where a field stands. */
export interface FieldPlace extends Span {
  /** The name of the field, with its quotes; null for entries of lists and for the record itself. */
  readonly key: Span | null;
  /** False: there is no such field, and this is the innermost value that would hold it. */
  readonly exact: boolean;
}

/** What is left of a path after a key, or null where the path does not lead to it. */
function afterKey(path: string, key: string): string | null {
  if (!path.startsWith(key)) return null;
  const rest = path.slice(key.length);
  if (rest === "" || rest.startsWith("[")) return rest;
  return rest.startsWith(".") ? rest.slice(1) : null;
}

/** What is left of a path after the index at its start. */
function afterIndex(path: string): { readonly index: number; readonly rest: string } | null {
  const [all, index] = /^\[(\d+)\]\.?/.exec(path) ?? [];
  return all === undefined ? null : { index: Number(index), rest: path.slice(all.length) };
}

class Finder {
  readonly #scanner: JSONScanner;
  #token: number;

  constructor(
    text: string,
    private readonly limit: number,
  ) {
    this.#scanner = createScanner(text, true);
    this.#token = this.#scanner.scan();
  }

  /** The place of a path in the value that begins at the present token; null where that is beyond the limit. */
  find(path: string, key: Span | null): FieldPlace | null {
    const from = this.#scanner.getTokenOffset();
    if (from > this.limit) return null;
    if (path === "") return { from, to: this.#skip(), key, exact: true };
    if (this.#is(TOKEN.openBrace)) return this.#inObject(path, from);
    const entry = this.#is(TOKEN.openBracket) ? afterIndex(path) : null;
    return entry ? this.#inList(entry.rest, entry.index, from) : { from, to: from + 1, key, exact: false };
  }

  #inObject(path: string, from: number): FieldPlace | null {
    let nearest: FieldPlace = { from, to: from + 1, key: null, exact: false };
    const exact = new Map<string, FieldPlace>();
    const last = (): FieldPlace | undefined => [...exact.values()].at(-1);
    this.#next();
    while (this.#is(TOKEN.text)) {
      const name = this.#scanner.getTokenValue();
      const key = this.#span();
      this.#next();
      if (!this.#is(TOKEN.colon)) return last() ?? nearest;
      this.#next();
      const start = this.#scanner.getTokenOffset();
      const rest = afterKey(path, name);
      if (rest !== null) {
        const found = this.find(rest, key);
        // The last of several fields of one name counts: that is the one that is read.
        exact.delete(name);
        if (found === null) return last() ?? null;
        if (found.exact) exact.set(name, found);
        else nearest = found;
        // A name may hold what looks like a path: another field may be the one that is meant.
        this.#scanner.setPosition(start);
        this.#next();
      } else if (start > this.limit) return last() ?? null;
      this.#skip();
      if (this.#is(TOKEN.comma)) this.#next();
    }
    return last() ?? nearest;
  }

  #inList(rest: string, index: number, from: number): FieldPlace | null {
    this.#next();
    for (let i = 0; !this.#is(TOKEN.closeBracket) && !this.#is(TOKEN.end); i++) {
      if (i === index) return this.find(rest, null);
      if (this.#scanner.getTokenOffset() > this.limit) return null;
      this.#skip();
      if (this.#is(TOKEN.comma)) this.#next();
    }
    return { from, to: from + 1, key: null, exact: false };
  }

  /** Passes over a value. @returns its end */
  #skip(): number {
    let depth = 0;
    do {
      if (this.#is(TOKEN.end)) break;
      if (this.#is(TOKEN.openBrace) || this.#is(TOKEN.openBracket)) depth++;
      else if (this.#is(TOKEN.closeBrace) || this.#is(TOKEN.closeBracket)) depth--;
      const { to } = this.#span();
      this.#next();
      if (depth === 0) return to;
    } while (depth > 0);
    return this.#scanner.getTokenOffset();
  }

  #span(): Span {
    const from = this.#scanner.getTokenOffset();
    return { from, to: from + this.#scanner.getTokenLength() };
  }

  #is(token: number): boolean {
    return this.#token === token;
  }

  #next(): void {
    this.#token = this.#scanner.scan();
  }
}

/**
 * Where the field of a finding, such as `User-Generated Content[2].comment`, stands in a line; null where it begins
 * beyond `limit`. Lines that are no JSON have no fields.
 */
export function fieldPlace(text: string, field: string, limit = Infinity): FieldPlace | null {
  return new Finder(text, limit).find(field, null);
}
