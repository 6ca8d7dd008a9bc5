import type { DocumentKind, Range } from "../../protocol/documents.js";

/** First and last line that an edit touched, after the edit, and how many lines it took away and put there. */
export interface LineChange {
  readonly from: number;
  readonly removed: number;
  readonly added: number;
}

const LINE_END = /\r\n|\n|\r/;

/** The text of an open document as lines, so that an edit costs what it touches. */
export class DataDocument {
  #lines: string[];
  #version: number;
  /** Null until it is told, and for what Prefloom does not know. */
  kind: DocumentKind | null = null;

  constructor(
    readonly uri: string,
    /** On the disk. */
    readonly path: string,
    version: number,
    text: string,
  ) {
    this.#version = version;
    this.#lines = text.split(LINE_END);
  }

  get version(): number {
    return this.#version;
  }

  get lineCount(): number {
    return this.#lines.length;
  }

  /** 0-based; empty past the end. */
  line(index: number): string {
    return this.#lines[index] ?? "";
  }

  /** Applies the edits of one version. @returns what each did to the lines, in the order applied */
  apply(
    version: number,
    changes: readonly { readonly range: Range; readonly text: string }[],
  ): readonly LineChange[] {
    this.#version = version;
    return changes.map(({ range: { start, end }, text }) => {
      const inserted = text.split(LINE_END);
      const head = this.line(start.line).slice(0, start.character);
      const tail = this.line(end.line).slice(end.character);
      inserted[0] = head + inserted[0]!;
      inserted[inserted.length - 1] = inserted.at(-1)! + tail;
      const removed = end.line - start.line + 1;
      // Spreading many arguments would overflow the stack; whole files are pasted.
      this.#lines = [...this.#lines.slice(0, start.line), ...inserted, ...this.#lines.slice(end.line + 1)];
      return { from: start.line, removed, added: inserted.length };
    });
  }
}
