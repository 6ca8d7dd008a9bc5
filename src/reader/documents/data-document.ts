import type { Dialect } from "../../core/rules/read-row.js";
import type { SourceName } from "../../core/sources/source.js";
import type { DocumentKind, Range } from "../../protocol/documents.js";
import { KindTeller, type ToldKind } from "./document-kind.js";

/** The first line that an edit touched, and how many lines it took away and put there. */
export interface LineChange {
  readonly from: number;
  readonly removed: number;
  readonly added: number;
}

const LINE_END = /\r\n|\n|\r/;

/** The text of an open document as lines, so that an edit costs what it touches. */
export class DataDocument {
  readonly #lines: string[];
  #version: number;
  readonly #teller: KindTeller;
  #told: ToldKind;

  constructor(
    readonly uri: string,
    /** On the disk. */
    readonly path: string,
    version: number,
    text: string,
  ) {
    this.#version = version;
    this.#lines = text.split(LINE_END);
    this.#teller = new KindTeller(path);
    this.#told = this.#teller.tell((index) => this.#lines[index]);
  }

  get version(): number {
    return this.#version;
  }

  /** Null: nothing that Prefloom knows. */
  get kind(): DocumentKind | null {
    return this.#told.kind;
  }

  /** What the rows of a data set are checked as. */
  get dialect(): Dialect | null {
    return this.#told.dialect;
  }

  /** What the records of a raw source are read as. */
  get format(): SourceName | null {
    return this.#told.format;
  }

  get lineCount(): number {
    return this.#lines.length;
  }

  /** 0-based; empty past the end. */
  line(index: number): string {
    return this.#lines[index] ?? "";
  }

  /**
   * Applies the edits of one version.
   * @returns what each did to the lines, in the order applied, and whether the document is something else now
   */
  apply(
    version: number,
    changes: readonly { readonly range: Range; readonly text: string }[],
  ): { readonly changes: readonly LineChange[]; readonly isNew: boolean } {
    this.#version = version;
    const done = changes.map((change) => this.#replace(change));
    if (!done.some(({ from }) => this.#teller.concerns(from))) return { changes: done, isNew: false };
    const before = this.#told;
    this.#told = this.#teller.tell((index) => this.#lines[index]);
    const { kind, dialect, format } = this.#told;
    const isNew = kind !== before.kind || dialect !== before.dialect || format !== before.format;
    return { changes: done, isNew };
  }

  #replace({ range: { start, end }, text }: { readonly range: Range; readonly text: string }): LineChange {
    const inserted = text.split(LINE_END);
    const head = this.line(start.line).slice(0, start.character);
    const tail = this.line(end.line).slice(end.character);
    inserted[0] = head + inserted[0]!;
    inserted[inserted.length - 1] = inserted.at(-1)! + tail;
    const removed = end.line - start.line + 1;
    replaceLines(this.#lines, { from: start.line, removed, added: inserted.length }, inserted);
    return { from: start.line, removed, added: inserted.length };
  }
}

/** More arguments than this might overflow the stack: whole files are pasted. */
const MOST_ARGUMENTS = 10_000;

/** Puts entries in the place of others, as an edit does with lines. */
export function replaceLines<T>(
  list: T[],
  { from, removed, added }: LineChange,
  entries: readonly T[],
): void {
  if (added === removed) {
    for (let i = 0; i < added; i++) list[from + i] = entries[i]!;
    return;
  }
  if (added <= MOST_ARGUMENTS) {
    list.splice(from, removed, ...entries);
    return;
  }
  const tail = list.slice(from + removed);
  list.length = from;
  for (const entry of entries) list.push(entry);
  for (const entry of tail) list.push(entry);
}
