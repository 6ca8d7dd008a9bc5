/** Lines of a lineage file that are not blank: one for each row of its data file. */
export class LineageLines {
  readonly #lines: readonly { readonly text: string; readonly line: number }[];

  constructor(lines: Iterable<string>) {
    const kept: { text: string; line: number }[] = [];
    let line = 0;
    for (const text of lines) {
      line++;
      if (text.trim() !== "") kept.push({ text, line });
    }
    this.#lines = kept;
  }

  get count(): number {
    return this.#lines.length;
  }

  /** Text of the lineage of a row, from 0. */
  text(row: number): string | undefined {
    return this.#lines[row]?.text;
  }

  /** Where the lineage of a row stands, from 1. */
  line(row: number): number | undefined {
    return this.#lines[row]?.line;
  }
}
