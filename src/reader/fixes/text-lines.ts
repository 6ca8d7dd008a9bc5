import { readFile } from "node:fs/promises";
import type { FileEdits } from "../../protocol/fixes.js";
import type { DocumentStore } from "../documents/document-store.js";
import type { LineEdits } from "./line-edits.js";

/** Lines of a file as they are in the editor, or else on the disk. */
export interface TextLines {
  readonly path: string;
  readonly count: number;
  line(index: number): string;
}

/** The lines of a file; null where it is neither open nor there. */
export async function linesOf(documents: DocumentStore, path: string): Promise<TextLines | null> {
  const open = documents.at(path);
  if (open) return { path, count: open.lineCount, line: (index) => open.line(index) };
  const text = await readFile(path, "utf8").catch(() => null);
  // The editor shows no byte order mark.
  const lines = text?.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  return lines ? { path, count: lines.length, line: (index) => lines[index] ?? "" } : null;
}

/** Edits of a file, collected line by line. */
export class LinesEdit {
  readonly #edits = new Map<number, LineEdits>();
  readonly #dropped = new Set<number>();

  constructor(private readonly lines: TextLines) {}

  edit(line: number, edits: LineEdits): void {
    if (edits.length > 0) this.#edits.set(line, edits);
  }

  drop(line: number): void {
    this.#dropped.add(line);
  }

  /** Null where nothing is to be done. */
  get result(): FileEdits | null {
    const edits = [
      ...[...this.#edits].flatMap(([line, list]) =>
        this.#dropped.has(line)
          ? []
          : list.map(({ from, to, text }) => ({
              range: { start: { line, character: from }, end: { line, character: to } },
              text,
            })),
      ),
      ...this.#drops(),
    ];
    return edits.length === 0 ? null : { path: this.lines.path, isNew: false, edits };
  }

  /** A range for each run of lines, with the line ends that belong to them. */
  #drops(): FileEdits["edits"] {
    const { count } = this.lines;
    const drops: FileEdits["edits"][number][] = [];
    for (const first of [...this.#dropped].sort((a, b) => a - b)) {
      if (this.#dropped.has(first - 1)) continue;
      let last = first;
      while (this.#dropped.has(last + 1)) last++;
      const isEnd = last + 1 >= count;
      const start =
        isEnd && first > 0
          ? { line: first - 1, character: this.lines.line(first - 1).length }
          : { line: first, character: 0 };
      const end = isEnd
        ? { line: last, character: this.lines.line(last).length }
        : { line: last + 1, character: 0 };
      drops.push({ range: { start, end }, text: "" });
    }
    return drops;
  }
}
