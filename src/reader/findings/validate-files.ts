import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { Finding, Severity } from "../../core/finding.js";
import type { ValidationResult } from "../../protocol/findings.js";
import { isLineageFile, lineagePath } from "../../runtime/lineage-reader.js";
import { type FileReport, validateFiles, type ValidateProgress } from "../../runtime/validate.js";
import { findWorkspace, openWorkspace } from "../../runtime/workspace.js";
import { readRecords } from "../../runtime/read-output.js";
import { FINDINGS } from "../../steps/files.js";
import type { FindingBook } from "./finding-book.js";
import { KeptFindings, type Room } from "./kept-findings.js";

/** The Problems panel takes so many of one file; one place is for the word that there are more. */
const MOST_SHOWN = 999;

const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** The worst findings of a file, in the order in which they came. */
class Worst {
  readonly #found: Readonly<Record<Severity, Finding[]>> = { error: [], warning: [], info: [] };

  add(finding: Finding): void {
    const found = this.#found[finding.severity];
    if (found.length < MOST_SHOWN) found.push(finding);
  }

  get list(): readonly Finding[] {
    return SEVERITIES.flatMap((severity) => this.#found[severity]).slice(0, MOST_SHOWN);
  }
}

/** What is to be checked: files, or the data set of a workspace. */
interface ValidationRequest {
  readonly workspace: string | null;
  readonly files: readonly string[];
}

/** What was found in one file so far. */
interface FileState {
  readonly kept: KeptFindings;
  readonly worst: Worst;
}

/** Short names of files for messages: from their workspace, else from the folder that holds them all. */
function shownNames(files: readonly string[]): ReadonlyMap<string, string> {
  const folders = files.map((file) => dirname(file).split(sep));
  const shared = (folders[0] ?? []).filter((part, i) => folders.every((folder) => folder[i] === part));
  const common = folders.every((folder) => shared.every((part, i) => folder[i] === part))
    ? shared.join(sep) || sep
    : sep;
  const workspaces = new Set(files.map((file) => findWorkspace(dirname(file))));
  const [workspace] = workspaces;
  const base = workspaces.size === 1 && workspace ? workspace : common;
  return new Map(files.map((file) => [file, relative(base, file).split(sep).join("/") || basename(file)]));
}

/** The data set of a workspace. */
async function dataSetOf(folder: string): Promise<readonly string[]> {
  const { output } = await openWorkspace(folder);
  const dataset = output.file("dataset");
  const names = existsSync(dataset) ? await readdir(dataset) : [];
  return names
    .filter((name) => name.endsWith(".jsonl") && !isLineageFile(name))
    .sort()
    .map((name) => join(dataset, name));
}

/** Checks files into the book. */
export class Validation {
  readonly #files = new Map<string, FileState>();

  constructor(
    private readonly book: FindingBook,
    private readonly room: Room,
  ) {}

  /** Findings of earlier validations of the same files make room for those of this one. */
  async run(
    request: ValidationRequest,
    signal: AbortSignal,
    onProgress: (progress: ValidateProgress) => void,
  ): Promise<ValidationResult> {
    try {
      return await this.#run(request, signal, onProgress);
    } catch (error) {
      for (const { kept } of this.#files.values()) kept.dispose();
      throw error;
    }
  }

  async #run(
    request: ValidationRequest,
    signal: AbortSignal,
    onProgress: (progress: ValidateProgress) => void,
  ): Promise<ValidationResult> {
    const { workspace } = request;
    const isWhole = request.files.length === 0 && workspace !== null;
    const files = isWhole ? await dataSetOf(workspace) : request.files.map((file) => resolve(file));
    const reports: (FileReport & { readonly path: string })[] = [];
    const names = shownNames(files);
    const paths = new Map<string, string>();
    for (const [path, name] of names) paths.set(name, path).set(lineagePath(name), lineagePath(path));
    const absolute = (name: string): string => paths.get(name) ?? name;
    for (const file of files) this.book.endValidated(file);
    const shared = { rows: 0, seconds: 0, interrupted: false };
    if (files.length > 0) {
      const report = await validateFiles(files, {
        ...(workspace === null ? {} : { workspace }),
        show: (file) => names.get(file) ?? file,
        signal,
        onFinding: (finding) => this.#add(withPaths(finding, absolute)),
        onFile: (one) => reports.push({ ...one, path: absolute(one.file) }),
        onProgress,
      });
      Object.assign(shared, report);
    }
    for (const { path } of reports) this.#state(path);
    if (isWhole) await this.#addChecked(workspace);
    for (const [path, { kept }] of this.#files) this.book.setValidated(path, kept);
    return {
      ...{ rows: shared.rows, seconds: shared.seconds, interrupted: shared.interrupted },
      files: [...this.#files].map(([path, { kept, worst }]) => {
        const report = reports.find((one) => one.path === path);
        return {
          ...{ file: path, shown: worst.list, findings: countsOf(kept) },
          rows: report?.rows ?? 0,
          ignored: report?.ignored ?? 0,
          error: report?.error ?? null,
        };
      }),
    };
  }

  /** What the check step has found, of files other than those that have just been checked. */
  async #addChecked(folder: string): Promise<void> {
    const workspace = await openWorkspace(folder);
    if (!existsSync(workspace.output.file(FINDINGS.path))) return;
    const checked = new Set(this.#files.keys());
    for await (const { value } of readRecords(
      workspace,
      workspace.output.file(FINDINGS.path),
      FINDINGS.schema,
    )) {
      const finding = withPaths(value, (file) => resolve(folder, file));
      if (!checked.has(finding.file)) this.#add(finding);
    }
  }

  #add(finding: Finding): void {
    const { kept, worst } = this.#state(finding.file);
    kept.add(finding);
    worst.add(finding);
  }

  #state(path: string): FileState {
    const known = this.#files.get(path);
    if (known) return known;
    this.book.endValidated(path);
    const state = { kept: new KeptFindings(this.room), worst: new Worst() };
    this.#files.set(path, state);
    return state;
  }
}

function countsOf({ counts }: KeptFindings): Readonly<Record<Severity, number>> {
  const sums = { error: 0, warning: 0, info: 0 };
  for (const { severity, count } of counts) sums[severity] += count;
  return sums;
}

function withPaths(finding: Finding, absolute: (file: string) => string): Finding {
  const { file, related } = finding;
  return {
    ...finding,
    file: absolute(file),
    ...(related && { related: { ...related, file: absolute(related.file) } }),
  };
}
