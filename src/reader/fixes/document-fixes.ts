import type { Finding } from "../../core/finding.js";
import { type Ignore, lineHash } from "../../core/rules/ignores.js";
import type { FileEdits, Fix, FixKind } from "../../protocol/fixes.js";
import { ignorePlace } from "../../runtime/ignores.js";
import { lineagePath } from "../../runtime/lineage-reader.js";
import type { DocumentStore } from "../documents/document-store.js";
import type { CheckContext } from "../findings/check-contexts.js";
import type { DocumentChecker, LineFinding } from "../findings/document-checker.js";
import { Slices } from "../findings/slices.js";
import { fixRow, nameMeant, particularFix, readRow, type Row } from "./row-fixes.js";
import { LinesEdit, linesOf } from "./text-lines.js";

/** Rules under which the whole row goes when all of a file is fixed; elsewhere that would be too much. */
const DROPPED_BY_RULE: ReadonlySet<string> = new Set([
  ...["json", "persona-empty", "identical-responses", "near-identical-responses", "no-preference"],
  ...["duplicate-line", "duplicate-example", "split-leak", "persona-no-common-dimension"],
  ...["component-inconsistent", "format-empty-text"],
]);

/** Fixes of one document, from the findings of its present text. */
export class DocumentFixes {
  readonly #findings: readonly LineFinding[];
  readonly #slices = new Slices();
  #rows: readonly number[] | undefined;

  constructor(
    private readonly documents: DocumentStore,
    private readonly checker: DocumentChecker,
    private readonly context: CheckContext,
    /** The document is another one by now: edits of its text would be out of place. */
    private readonly isOver: () => boolean,
  ) {
    this.#findings = checker.findings();
  }

  /** Fixes of the findings on some lines. */
  async offered(from: number, to: number): Promise<readonly Fix[]> {
    const fixes: Fix[] = [];
    for (const { line, finding } of this.#findings) {
      if (line < from || line > to) continue;
      if (this.isOver()) return [];
      const character = this.checker.span({ line, finding }).from;
      const place = { rule: finding.rule, line, character, field: finding.field ?? null };
      const particular = particularFix(finding);
      if (particular && (await fixRow(particular, [finding], this.#row(line)))) {
        const name = nameMeant(finding, this.#row(line));
        const inFile = this.#count(finding.rule, particular);
        fixes.push({ kind: particular, ...place, ...(name === undefined ? {} : { name }), inFile });
      }
      if (this.#isRow) {
        fixes.push({ kind: "drop-line", ...place, inFile: this.#count(finding.rule, "drop-line") });
      }
      // What is wrong in the lineage file is not ignored by a line of this one.
      if (finding.file === this.context.settings.shown) fixes.push({ kind: "ignore", ...place, inFile: 1 });
    }
    return fixes;
  }

  /** The rules that can be fixed all at once. */
  rules(): readonly { readonly rule: string; readonly kind: FixKind; readonly count: number }[] {
    const rules = new Map<string, { rule: string; kind: FixKind; count: number }>();
    for (const { finding } of this.#findings) {
      const kind = this.#kindForAll(finding);
      if (kind === null) continue;
      const key = `${finding.rule} ${kind}`;
      const known = rules.get(key);
      if (known) known.count++;
      else rules.set(key, { rule: finding.rule, kind, count: 1 });
    }
    return [...rules.values()].sort((a, b) => b.count - a.count);
  }

  async edits({ kind, rule, line, field }: Fix): Promise<readonly FileEdits[] | null> {
    const found = this.#findings.filter(
      (one) => one.line === line && one.finding.rule === rule && (one.finding.field ?? null) === field,
    );
    if (found.length === 0) return null;
    if (kind !== "ignore") return (await this.#fixed(kind, found))?.files ?? null;
    const ignored = await this.#ignored(line, rule);
    return this.isOver() ? null : [ignored];
  }

  /** @returns null where nothing can be done */
  async allEdits(
    rule: string,
    kind: FixKind,
  ): Promise<{ readonly files: readonly FileEdits[]; readonly fixed: number } | null> {
    const found = this.#findings.filter(
      ({ finding }) => finding.rule === rule && this.#kindForAll(finding) === kind,
    );
    const done = await this.#fixed(kind, found);
    return done?.files.length ? done : null;
  }

  get #isRow(): boolean {
    const { kind, dialect } = this.context.settings;
    return dialect !== null || kind === "source";
  }

  #kindForAll(finding: Finding): FixKind | null {
    const particular = particularFix(finding);
    if (particular) return particular;
    return this.#isRow && DROPPED_BY_RULE.has(finding.rule) ? "drop-line" : null;
  }

  #count(rule: string, kind: FixKind): number {
    return this.#findings.filter(({ finding }) => finding.rule === rule && this.#kindForAll(finding) === kind)
      .length;
  }

  /** @returns null where the document is another one meanwhile */
  async #fixed(
    kind: FixKind,
    found: readonly LineFinding[],
  ): Promise<{ readonly files: readonly FileEdits[]; readonly fixed: number } | null> {
    const { document } = this.checker;
    const own = new LinesEdit({
      path: document.path,
      count: document.lineCount,
      line: (index) => document.line(index),
    });
    const traced = this.context.lineage && (await linesOf(this.documents, lineagePath(document.path)));
    const lineage = traced && new LinesEdit(traced);
    if (this.isOver()) return null;
    let fixed = 0;
    for (const [line, findings] of byLine(found)) {
      const lineageLine = this.context.lineage?.line(this.#rowNumber(line));
      if (kind === "drop-line") {
        own.drop(line);
        if (lineageLine !== undefined) lineage?.drop(lineageLine - 1);
        fixed += findings.length;
        continue;
      }
      const edits = await fixRow(kind, findings, this.#row(line));
      if (this.isOver()) return null;
      if (!edits) continue;
      own.edit(line, edits.row);
      if (lineageLine !== undefined) lineage?.edit(lineageLine - 1, edits.lineage);
      fixed += findings.length;
      if (!(await this.#slices.mayGoOn(this.isOver))) return null;
    }
    return { files: [own.result, lineage?.result ?? null].filter((one) => one !== null), fixed };
  }

  /** The entry of the ignore file, on a line of its own. */
  async #ignored(line: number, rule: string): Promise<FileEdits> {
    const { document } = this.checker;
    const { path, file } = ignorePlace(document.path);
    const entry: Ignore = { rule, file, line: line + 1, sha256: lineHash(document.line(line)), note: "" };
    const lines = await linesOf(this.documents, path);
    const last = (lines?.count ?? 1) - 1;
    const before = lines?.line(last) ?? "";
    const at = { line: last, character: before.length };
    const text = `${before === "" ? "" : "\n"}${JSON.stringify(entry)}\n`;
    return { path, isNew: lines === null, edits: [{ range: { start: at, end: at }, text }] };
  }

  #row(line: number): Row {
    const lineage = this.context.lineage?.text(this.#rowNumber(line));
    return readRow(this.checker.document.line(line), lineage, this.context.settings);
  }

  /** Number of a line's row, from 0: lines that are blank hold none. */
  #rowNumber(line: number): number {
    this.#rows ??= this.#countRows();
    return this.#rows[line]!;
  }

  #countRows(): readonly number[] {
    const { document } = this.checker;
    let rows = 0;
    return Array.from({ length: document.lineCount }, (_, i) => {
      if (document.line(i).trim() !== "") rows++;
      return rows - 1;
    });
  }
}

function byLine(found: readonly LineFinding[]): ReadonlyMap<number, readonly Finding[]> {
  const lines = new Map<number, Finding[]>();
  for (const { line, finding } of found) {
    const known = lines.get(line);
    if (known) known.push(finding);
    else lines.set(line, [finding]);
  }
  return lines;
}
