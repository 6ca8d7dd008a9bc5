import { existsSync } from "node:fs";
import type { Finding } from "../core/finding.js";
import { type Lineage, lineageSchema } from "../core/records/alignx-row.js";
import { FindingList } from "../core/rules/finding-list.js";
import type { JsonResult } from "../core/sources/parse-json.js";
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
      return { findings: [lineageEnds(this.shown, this.#read, file, line)] };
    }
    this.#read++;
    return lineageIn(parseJsonLine(next.value), this.shown, next.value.line);
  }

  /** What is left when the data file has ended. */
  async end(): Promise<readonly Finding[]> {
    if (this.#ended) return [];
    const next = await this.#lines.next();
    if (next.done) return [];
    return [lineageGoesOn(this.shown, next.value.line, this.#read)];
  }

  async close(): Promise<void> {
    await this.#lines.return?.();
  }
}

/** The lineage on a line of its file. */
export function lineageIn(parsed: JsonResult, shown: string, line: number): LineageOfRow {
  if ("problem" in parsed) {
    return { findings: [finding(shown, line, `The lineage is ${parsed.problem.message}`)] };
  }
  const checked = lineageSchema.safeParse(parsed.value);
  if (checked.success) return { lineage: checked.data, findings: [] };
  const { path, message } = checked.error.issues[0]!;
  const problem = `The lineage is not what it should be: ${message}`;
  return { findings: [finding(shown, line, problem, path.join("."))] };
}

/** That a lineage file has no line for a row and those after it. */
export function lineageEnds(shown: string, lines: number, file: string, line: number): Finding {
  return finding(file, line, `The lineage in ${shown} ends after ${lines} lines, before this row`);
}

/** That a lineage file has more lines than there are rows. */
export function lineageGoesOn(shown: string, line: number, rows: number): Finding {
  return finding(shown, line, `The lineage goes on after the last of ${rows} rows`);
}

function finding(file: string, line: number, problem: string, field?: string): Finding {
  const findings = new FindingList({ file, line });
  findings.add("lineage-mismatch", problem, field === undefined || field === "" ? {} : { field });
  return findings.list[0]!;
}
