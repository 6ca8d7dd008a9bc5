import { existsSync } from "node:fs";
import type { Finding } from "../core/finding.js";
import { type Lineage, lineageSchema } from "../core/records/alignx-row.js";
import { FindingList } from "../core/rules/finding-list.js";
import { parseJsonLine, type RawLine, readLines } from "../node/text/json-lines.js";

const SUFFIX = ".lineage.jsonl";

/** Whether a file holds lineage, by its name. */
export function isLineageFile(path: string): boolean {
  return path.toLowerCase().endsWith(SUFFIX);
}

/** Where the lineage of a data file lies. */
export function lineagePath(path: string): string {
  return path.replace(/\.[^./\\]*$/, "") + SUFFIX;
}

/** The lineage of one row, or what is wrong with it. */
export interface LineageOfRow {
  readonly lineage?: Lineage;
  readonly findings: readonly Finding[];
}

/** Reads a lineage file alongside its data file, a line for each row. */
export class LineageReader {
  readonly #lines: AsyncIterator<RawLine>;
  #read = 0;
  #ended = false;

  private constructor(
    path: string,
    /** As people know it. */
    readonly shown: string,
  ) {
    this.#lines = readLines(path, { name: shown, allowEmpty: true })[Symbol.asyncIterator]();
  }

  /** Opens the lineage beside a data file; null where there is none. `shown` is the data file as people know it. */
  static beside(path: string, shown: string): LineageReader | null {
    const lineage = lineagePath(path);
    return existsSync(lineage) ? new LineageReader(lineage, lineagePath(shown)) : null;
  }

  /** The lineage of the next row. @throws InputError when the file cannot be read */
  async next(file: string, line: number): Promise<LineageOfRow> {
    if (this.#ended) return { findings: [] };
    const next = await this.#lines.next();
    if (next.done) {
      this.#ended = true;
      // Said once: every row from here on lacks its lineage.
      const problem = `The lineage in ${this.shown} ends after ${this.#read} lines, before this row`;
      return { findings: finding(file, line, problem) };
    }
    this.#read++;
    const raw = next.value;
    const parsed = parseJsonLine(raw);
    if ("problem" in parsed) {
      return { findings: finding(this.shown, raw.line, `The lineage is ${parsed.problem.message}`) };
    }
    const checked = lineageSchema.safeParse(parsed.value);
    if (checked.success) return { lineage: checked.data, findings: [] };
    const { path, message } = checked.error.issues[0]!;
    return {
      findings: finding(
        this.shown,
        raw.line,
        `The lineage is not what it should be: ${message}`,
        path.join("."),
      ),
    };
  }

  /** What is left when the data file has ended. */
  async end(): Promise<readonly Finding[]> {
    if (this.#ended) return [];
    const next = await this.#lines.next();
    if (next.done) return [];
    return finding(this.shown, next.value.line, `The lineage goes on after the last of ${this.#read} rows`);
  }

  async close(): Promise<void> {
    await this.#lines.return?.();
  }
}

function finding(file: string, line: number, problem: string, field?: string): readonly Finding[] {
  const findings = new FindingList({ file, line });
  findings.add("lineage-mismatch", problem, field === undefined || field === "" ? {} : { field });
  return findings.list;
}
