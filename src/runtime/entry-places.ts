import type { Finding } from "../core/finding.js";

/** Lines of the entries of one array file by their number, 4 bytes each. */
class LineTable {
  #lines = new Uint32Array(1024);

  set(entry: number, line: number): void {
    if (entry >= this.#lines.length) {
      const grown = new Uint32Array(Math.max(this.#lines.length * 2, entry + 1));
      grown.set(this.#lines);
      this.#lines = grown;
    }
    this.#lines[entry] = line;
  }

  get(entry: number): number {
    return this.#lines[entry] ?? 0;
  }
}

/**
 * Names places in files that are one JSON array. Rows are compared by their number there, since a whole array may stand
 * on one line; editors and SARIF need the line, and people both.
 */
export class EntryPlaces {
  readonly #tables = new Map<string, LineTable>();

  /** Makes a file known as an array. */
  begin(file: string): void {
    this.#tables.set(file, new LineTable());
  }

  add(file: string, entry: number, line: number): void {
    this.#tables.get(file)?.set(entry, line);
  }

  /**
   * A finding with lines in the place of numbers of entries.
   * @param entry number of the row that it is about, in an array
   * @param line on which that row begins
   */
  placed(finding: Finding, file: string, entry: number | undefined, line: number): Finding {
    const { related } = finding;
    const table = related && this.#tables.get(related.file);
    if (entry === undefined && !table) return finding;
    let { message } = finding;
    const changes: Partial<Pick<Finding, "line" | "related">> = {};
    if (table) {
      const at = table.get(related.line);
      message = message.replace(
        `${related.file}:${related.line}`,
        () => `${related.file}:${at} (entry ${related.line})`,
      );
      changes.related = { file: related.file, line: at };
    }
    // Findings on the lineage file keep the line that they have.
    if (entry !== undefined && finding.file === file) {
      message = `Entry ${entry}: ${message}`;
      changes.line = line;
    }
    return { ...finding, ...changes, message };
  }
}
