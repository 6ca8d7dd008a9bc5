import type { Finding, Severity } from "../../core/finding.js";
import { lineHash } from "../../core/rules/ignores.js";
import { DatasetChecker } from "../../core/rules/dataset-checker.js";
import { lineageEnds, lineageGoesOn } from "../../runtime/lineage-reader.js";
import { type DataDocument, type LineChange, replaceLines } from "../documents/data-document.js";
import type { CheckContext } from "./check-contexts.js";
import { findingSpan } from "./finding-place.js";
import type { Span } from "./field-place.js";
import { checkLine, type CheckSettings, type LineFindings } from "./line-check.js";
import { Slices } from "./slices.js";

/** What is known of one line. */
interface CheckedLine extends LineFindings {
  readonly text: string;
  /** The line of lineage that it was checked with. */
  readonly lineage: string | undefined;
  readonly settings: CheckSettings;
  /** Made when an entry of an ignore file may be about it. */
  hash?: string;
}

/** A finding and its line, from 0. The line of the finding itself may be an older one. */
export interface LineFinding {
  readonly line: number;
  readonly finding: Finding;
}

const SEVERITY_ORDER: readonly Severity[] = ["error", "warning", "info"];

/** Checks one document: lines whose text and surroundings are the same keep what was found in them. */
export class DocumentChecker {
  #lines: (CheckedLine | undefined)[];
  #context: CheckContext | null = null;
  /** Counts the edits, so that work on an older text ends. */
  #edits = 0;
  /** Counts what changes in what is known of the lines. */
  #revision = 0;
  /** What the rows were when they were compared last. */
  #comparison = "";
  /** What the place of a line tells, beside the line itself. */
  #placed: readonly LineFinding[] = [];
  /** What other rows tell. */
  #compared: readonly LineFinding[] = [];
  #isComplete = false;
  readonly #spans = new WeakMap<Finding, Span>();

  constructor(readonly document: DataDocument) {
    this.#lines = Array.from({ length: document.lineCount });
  }

  /** Everything has been checked once. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  get context(): CheckContext | null {
    return this.#context;
  }

  /** Moves what is known with its lines. */
  changed(changes: readonly LineChange[]): void {
    this.#edits++;
    this.#revision++;
    for (const change of changes) {
      replaceLines(
        this.#lines,
        change,
        Array.from({ length: change.added }, () => undefined),
      );
    }
  }

  /** Checks every line by itself. @returns false where the document was edited meanwhile, or checking it failed */
  async check(context: CheckContext): Promise<boolean> {
    const { document } = this;
    const { settings, lineage } = context;
    const edits = this.#edits;
    const isOver = () => edits !== this.#edits;
    const slices = new Slices();
    const placed: LineFinding[] = [];
    let rows = 0;
    for (let i = 0; i < document.lineCount; i++) {
      const text = document.line(i);
      if (text.trim() === "") {
        this.#lines[i] = undefined;
        continue;
      }
      const traced = lineage?.text(rows);
      if (lineage?.count === rows) {
        const finding = lineageEnds(settings.lineageShown, lineage.count, settings.shown, i + 1);
        placed.push({ line: i, finding });
      }
      rows++;
      const known = this.#lines[i];
      if (known && isFresh(known, text, traced, settings)) continue;
      const found = await checkLine(text, settings, traced);
      if (isOver()) return false;
      this.#lines[i] = { ...found, text, lineage: traced, settings };
      this.#revision++;
      if (!(await slices.mayGoOn(isOver))) return false;
    }
    if (lineage && rows < lineage.count) {
      const line = lineage.line(rows)!;
      placed.push({ line: -1, finding: lineageGoesOn(settings.lineageShown, line, rows) });
    }
    this.#placed = placed;
    this.#context = context;
    this.#isComplete = true;
    return true;
  }

  /** Compares rows with each other, and with those of the documents that belong with this one. */
  static async compare(
    members: readonly { readonly checker: DocumentChecker; readonly split: string | undefined }[],
  ): Promise<boolean> {
    const comparison = JSON.stringify(
      members.map(({ checker, split }) => [checker.document.uri, checker.#revision, split]),
    );
    if (members.every(({ checker }) => checker.#comparison === comparison)) return true;
    const rows = new DatasetChecker();
    const slices = new Slices();
    const edits = members.map(({ checker }) => checker.#edits);
    const isOver = () => members.some(({ checker }, i) => checker.#edits !== edits[i]);
    const found = members.map((): LineFinding[] => []);
    for (const [m, { checker, split }] of members.entries()) {
      for (const [line, checked] of checker.#lines.entries()) {
        if (!checked?.hashes) continue;
        const { shown } = checked.settings;
        const place = { file: shown, line: line + 1, ...(split === undefined ? {} : { split }) };
        for (const finding of rows.addHashes(checked.hashes, place)) found[m]!.push({ line, finding });
        if (!(await slices.mayGoOn(isOver))) return false;
      }
    }
    for (const [m, { checker }] of members.entries()) {
      checker.#compared = found[m]!;
      checker.#comparison = comparison;
    }
    return true;
  }

  /** Everything that is found and not ignored, by line. */
  findings(): readonly LineFinding[] {
    const found: LineFinding[] = [];
    let [p, c] = [0, 0];
    for (const [line, checked] of this.#lines.entries()) {
      for (; this.#placed[p]?.line === line; p++) this.#add(found, this.#placed[p]!, checked);
      if (checked) {
        for (const finding of checked.findings) this.#add(found, { line, finding }, checked);
      }
      for (; this.#compared[c]?.line === line; c++) this.#add(found, this.#compared[c]!, checked);
    }
    // What is about the lineage alone is said at the last line.
    for (; p < this.#placed.length; p++) {
      found.push({ line: Math.max(0, this.#lines.length - 1), finding: this.#placed[p]!.finding });
    }
    return found;
  }

  #add(found: LineFinding[], one: LineFinding, checked: CheckedLine | undefined): void {
    const { ignores, ignoreName, settings } = this.#context!;
    // Entries are about lines of this file, not of its lineage.
    if (one.finding.file !== settings.shown) {
      found.push(one);
      return;
    }
    const hash = (): string => {
      if (!checked) return "";
      checked.hash ??= lineHash(checked.text);
      return checked.hash;
    };
    if (!ignores.ignores(one.finding, ignoreName, hash)) found.push(one);
  }

  /** What a finding underlines of its line. */
  span({ line, finding }: LineFinding): Span {
    const known = this.#spans.get(finding);
    if (known) return known;
    const span = findingSpan(this.document.line(line), finding);
    this.#spans.set(finding, span);
    return span;
  }
}

/** Whether nothing has changed in what a line was checked with. */
function isFresh(
  known: CheckedLine,
  text: string,
  lineage: string | undefined,
  settings: CheckSettings,
): boolean {
  return known.text === text && known.lineage === lineage && known.settings === settings;
}

/** The worst of many findings, each severity in the order of the lines. */
export function worstOf(findings: readonly LineFinding[], most: number): readonly LineFinding[] {
  const worst: LineFinding[] = [];
  for (const severity of SEVERITY_ORDER) {
    for (const one of findings) {
      if (worst.length >= most) return worst;
      if (one.finding.severity === severity) worst.push(one);
    }
  }
  return worst;
}
