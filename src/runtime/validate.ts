import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError } from "../core/errors.js";
import type { Finding, Severity } from "../core/finding.js";
import { findPii } from "../core/privacy/pii.js";
import { brokenRecord, checkRow } from "../core/rules/check-row.js";
import { DatasetChecker } from "../core/rules/dataset-checker.js";
import type { Dialect } from "../core/rules/read-row.js";
import { openPlacedRecords, type PlacedRecord, type RecordForm } from "../node/text/placed-records.js";
import {
  type DatasetReference,
  type LevelTables,
  openLevelTables,
  ReferenceFinder,
} from "./dataset-reference.js";
import { dialectOf } from "./dialect-of.js";
import { EntryPlaces } from "./entry-places.js";
import { FileIgnores, IgnoreReader } from "./ignores.js";
import { isLineageFile, LineageReader } from "./lineage-reader.js";
import { rememberingPii } from "./pii-memory.js";
import { ProgressMeter } from "./progress-meter.js";
import { splitNames } from "./split-names.js";
import type { Workspace } from "./workspace.js";

/** How far the check of files has come. */
export interface ValidateProgress {
  readonly file: string;
  /** What the file holds; null while it is not known. */
  readonly dialect: Dialect | null;
  /** Of all files. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** Rows (or levels) read so far. */
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly secondsLeft: number | null;
}

export interface ValidateOptions {
  /** `FILE=NAME`: splits that the files' names do not tell. */
  readonly splits?: readonly string[];
  /** Folder of the workspace whose space and criteria hold for files outside of any output. */
  readonly workspace?: string;
  /** `key=value` settings. */
  readonly overrides?: readonly string[];
  /** Whether `prefloom-ignore.jsonl` takes findings out; default true. */
  readonly ignore?: boolean;
  /** How files are named in findings; default: as given. */
  readonly show?: (file: string) => string;
  /** Ends the check between two rows. */
  readonly signal?: AbortSignal;
  /** Waited for, so that a slow reader of the findings slows the check down instead of filling the memory. */
  readonly onFinding: (finding: Finding) => void | Promise<void>;
  /** After the last finding of a file. */
  readonly onFile?: (report: FileReport) => void;
  readonly onProgress?: (progress: ValidateProgress) => void;
}

/** Findings by severity. */
export type SeverityCounts = Readonly<Record<Severity, number>>;

/** One file that was checked. */
export interface FileReport {
  /** As given. */
  readonly file: string;
  readonly form: RecordForm;
  /** What its rows are; null when there is none to tell by. */
  readonly dialect: Dialect | null;
  /** False: the rows have no field of any dialect. */
  readonly isKnown: boolean;
  readonly rows: number;
  readonly split: string | null;
  /** The lineage file that was used. */
  readonly lineage: string | null;
  /** Settings file whose space and criteria were used; null: the defaults. */
  readonly workspace: string | null;
  /** Whether similarity and directions were compared with the levels of the workspace. */
  readonly levels: boolean;
  readonly findings: SeverityCounts;
  /** Findings that the ignore file took out. */
  readonly ignored: number;
  /** Why the file could not be read, or not to its end. */
  readonly error: string | null;
}

/** All that was checked. */
export interface ValidationReport {
  readonly files: readonly FileReport[];
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly findings: SeverityCounts;
  readonly ignored: number;
  /** Most frequent first within a severity, errors first. */
  readonly rules: readonly { readonly rule: string; readonly severity: Severity; readonly count: number }[];
  readonly interrupted: boolean;
}

/** Progress is told this often at most. */
const PROGRESS_MILLISECONDS = 200;

const SEVERITY_ORDER: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

type Counts = Record<Severity, number>;
const noFindings = (): Counts => ({ error: 0, warning: 0, info: 0 });

/** A file to be checked. */
interface DataFile {
  readonly path: string;
  /** As given, with `/`. */
  readonly shown: string;
  readonly split: string | undefined;
  readonly bytes: number;
}

const withSlashes = (path: string): string =>
  process.platform === "win32" ? path.replaceAll("\\", "/") : path;

/** Each file once, without lineage, which is read with the data that it belongs to. @throws InputError when none is left */
async function dataFiles(
  given: readonly string[],
  { splits = [], show = withSlashes }: ValidateOptions,
): Promise<DataFile[]> {
  const files = [...new Map(given.map((file) => [resolve(file), file])).values()];
  const data = files.filter((file) => !isLineageFile(file));
  if (data.length === 0) {
    throw new InputError(
      { file: given[0] ?? "validate" },
      {
        rule: "usage",
        message: given.length > 0 ? "lineage is checked together with its data file" : "no file is named",
        fix: "name the data file, such as train.jsonl",
      },
    );
  }
  const names = splitNames(data, splits);
  const sizes = data.map((file) =>
    stat(file).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return Promise.all(
    data.map(async (file, i) => ({
      ...{ path: resolve(file), shown: show(file), split: names.get(file), bytes: (await sizes[i])! },
    })),
  );
}

/** What the rows of a file are compared with. */
interface RowSources {
  readonly reference: DatasetReference;
  readonly lineage: LineageReader | null;
  readonly tables: LevelTables | null;
  readonly ignores: FileIgnores | null;
}

/** State of one call of `validateFiles`. */
class Validation {
  readonly #checker = new DatasetChecker();
  readonly #places = new EntryPlaces();
  readonly #ignoreFiles = new IgnoreReader();
  readonly #findPii = rememberingPii(findPii);
  readonly #finder: ReferenceFinder;
  readonly #tables = new Map<string, Promise<LevelTables | null>>();
  readonly #meter = new ProgressMeter(0);
  readonly #rules = new Map<string, { readonly rule: string; readonly severity: Severity; count: number }>();
  readonly #startedAt = performance.now();
  readonly #counts = noFindings();
  readonly #reports: FileReport[] = [];
  #fileCounts = noFindings();
  #ignored = 0;
  #bytesBefore = 0;
  #bytes = 0;
  #rows = 0;
  /** Aborted before the end. */
  #stopped = false;
  #toldAt = performance.now();

  constructor(
    private readonly files: readonly DataFile[],
    private readonly options: ValidateOptions,
  ) {
    this.#finder = new ReferenceFinder(options.workspace, options.overrides ?? []);
  }

  async run(): Promise<ValidationReport> {
    try {
      for (const file of this.files) {
        if (this.#mustStop()) break;
        this.#fileCounts = noFindings();
        this.#ignored = 0;
        const report = await this.#check(file);
        this.#bytesBefore += file.bytes;
        if (!this.#stopped) this.#bytes = this.#bytesBefore;
        this.#reports.push(report);
        this.options.onFile?.(report);
      }
    } finally {
      for (const tables of this.#tables.values()) await (await tables.catch(() => null))?.close();
    }
    return {
      files: this.#reports,
      rows: this.#rows,
      bytes: this.#bytes,
      seconds: Math.round(performance.now() - this.#startedAt) / 1000,
      findings: this.#counts,
      ignored: this.#reports.reduce((sum, { ignored }) => sum + ignored, 0),
      rules: [...this.#rules.values()].sort(
        (a, b) => SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity] || b.count - a.count,
      ),
      interrupted: this.#stopped,
    };
  }

  #mustStop(): boolean {
    this.#stopped ||= this.options.signal?.aborted ?? false;
    return this.#stopped;
  }

  async #check(file: DataFile): Promise<FileReport> {
    const reference = await this.#finder.find(file.path);
    const lineage = LineageReader.beside(file.path, file.shown);
    const ignores =
      (this.options.ignore ?? true) ? await FileIgnores.open(file.path, this.#ignoreFiles) : null;
    const progress = new FileProgress();
    let form: RecordForm = "lines";
    let tables: LevelTables | null = null;
    let error: string | null = null;
    try {
      if (lineage && reference.isOutput && reference.workspace) {
        tables = await this.#tablesOf(file, reference.workspace);
      }
      const opened = await openPlacedRecords(file.path, { name: file.shown, allowEmpty: true });
      form = opened.form;
      await this.#checkRows(file, form, opened.records, { reference, lineage, tables, ignores }, progress);
    } catch (cause) {
      if (!(cause instanceof InputError)) throw cause;
      error = cause.message;
    } finally {
      await Promise.all([lineage?.close(), ignores?.close()]);
    }
    return {
      ...{
        file: file.shown,
        form,
        dialect: progress.dialect,
        isKnown: progress.isKnown,
        rows: progress.rows,
      },
      split: file.split ?? null,
      lineage: lineage?.shown ?? null,
      workspace: reference.workspace?.folder ?? null,
      ...{ levels: tables !== null, findings: this.#fileCounts, ignored: this.#ignored, error },
    };
  }

  async #checkRows(
    file: DataFile,
    form: RecordForm,
    records: AsyncGenerator<PlacedRecord, void, undefined>,
    sources: RowSources,
    progress: FileProgress,
  ): Promise<void> {
    const { reference, lineage, tables, ignores } = sources;
    const { space, mode, threshold } = reference;
    const isArray = form === "array";
    if (isArray) this.#places.begin(file.shown);
    const dialects = await dialectOf(records);
    progress.dialect = dialects.dialect;
    progress.isKnown = dialects.isKnown;
    for await (const { record, line } of dialects.records) {
      if (this.#mustStop()) return;
      this.#tell(file, progress, record.start + record.bytes);
      if (isArray) this.#places.add(file.shown, record.line, line);
      const found: Finding[] = [];
      // Faults of the list around the entries are no rows.
      const isRow = !("problem" in record && record.bytes === 0);
      if (isRow) {
        progress.rows++;
        this.#rows++;
      }
      const traced = isRow && lineage ? await lineage.next(file.shown, line) : undefined;
      found.push(...(traced?.findings ?? []));
      if ("problem" in record) {
        found.push(brokenRecord(file.shown, line, record.problem));
      } else {
        const origin = traced?.lineage;
        const pairs = origin && tables ? await tables.pairsOf(origin) : undefined;
        found.push(
          ...checkRow(record.value, {
            ...{ space, mode, threshold, file: file.shown, line, findPii: this.#findPii },
            ...(progress.dialect === null ? {} : { dialect: progress.dialect }),
            ...(origin ? { lineage: origin } : {}),
            ...(tables ? { levels: tables.levels } : {}),
            ...(pairs ? { pairs: (id: string) => pairs.get(id) } : {}),
          }),
          ...this.#checker.add(record.value, {
            ...{ file: file.shown, line: record.line },
            ...(file.split === undefined ? {} : { split: file.split }),
          }),
        );
      }
      for (const finding of found) {
        if (finding.file === file.shown && (await ignores?.ignores(finding, record))) {
          this.#ignored++;
          continue;
        }
        await this.#emit(this.#places.placed(finding, file.shown, isArray ? record.line : undefined, line));
      }
    }
    for (const finding of (await lineage?.end()) ?? []) await this.#emit(finding);
  }

  /** The levels of a workspace, read once for all files of its output. */
  #tablesOf(file: DataFile, workspace: Workspace): Promise<LevelTables | null> {
    const { path } = workspace.output;
    const progress = new FileProgress();
    const onRecord = (): boolean => {
      progress.rows++;
      this.#tell(file, progress, 0);
      return !this.#mustStop();
    };
    const tables = this.#tables.get(path) ?? openLevelTables(workspace, onRecord);
    this.#tables.set(path, tables);
    return tables;
  }

  #emit(finding: Finding): void | Promise<void> {
    const { rule, severity } = finding;
    this.#counts[severity]++;
    this.#fileCounts[severity]++;
    const known = this.#rules.get(`${severity} ${rule}`);
    if (known) known.count++;
    else this.#rules.set(`${severity} ${rule}`, { rule, severity, count: 1 });
    return this.options.onFinding(finding);
  }

  #tell(file: DataFile, { dialect }: FileProgress, bytesOfFile: number): void {
    this.#bytes = this.#bytesBefore + bytesOfFile;
    const now = performance.now();
    if (!this.options.onProgress || now - this.#toldAt < PROGRESS_MILLISECONDS) return;
    this.#toldAt = now;
    const totalBytes = this.files.reduce((sum, { bytes }) => sum + bytes, 0);
    // What the meter takes for tokens are rows here: a second count beside the one that tells the time left.
    const { secondsLeft, tokensPerSecond } = this.#meter.measure(this.#bytes, totalBytes, this.#rows);
    this.options.onProgress({
      ...{ file: file.shown, dialect, bytes: this.#bytes, totalBytes, rows: this.#rows, secondsLeft },
      rowsPerSecond: tokensPerSecond ?? 0,
    });
  }
}

/** What is known of a file while it is read. */
class FileProgress {
  dialect: Dialect | null = null;
  isKnown = true;
  rows = 0;
}

/**
 * Checks data files in the AlignX format, its benchmark files and plain preference data, row by row and across rows and
 * files, in memory that grows with the number of rows only by what comparing them needs: about a hundred bytes each.
 * @throws InputError when nothing can be checked; a single file that cannot be read is told in its report
 */
export async function validateFiles(
  files: readonly string[],
  options: ValidateOptions,
): Promise<ValidationReport> {
  return new Validation(await dataFiles(files, options), options).run();
}
