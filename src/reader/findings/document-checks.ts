import { basename, dirname, join } from "node:path";
import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Finding } from "../../core/finding.js";
import { IGNORE_FILE } from "../../core/rules/ignores.js";
import { documentFindings, documentsCheck, type PlacedFinding } from "../../protocol/documents.js";
import { isLineageFile } from "../../runtime/lineage-reader.js";
import { splitNames } from "../../runtime/split-names.js";
import type { DataDocument } from "../documents/data-document.js";
import type { DocumentStore } from "../documents/document-store.js";
import { type CheckContext, CheckContexts } from "./check-contexts.js";
import { DocumentChecker, type LineFinding, worstOf } from "./document-checker.js";
import { type FileFindings, type FindingBook, RuleCounter } from "./finding-book.js";

/** Typing has paused for so long before it is checked; but a long stretch of typing is checked now and then. */
const QUIET_MILLISECONDS = 200;
const LONGEST_MILLISECONDS = 1000;
/** The editor takes 1,000 problems of a file; one place is for the word that there are more. */
const MOST_SHOWN = 999;

interface Checked {
  readonly checker: DocumentChecker;
  timer: NodeJS.Timeout | undefined;
  /** What was told last, as text. */
  told: string | undefined;
  /** When the first edit came that is not checked yet. */
  waitingSince: number | undefined;
}

/** Checks the open documents as they are edited, and tells what it finds. */
export class DocumentChecks {
  readonly #checked = new Map<DataDocument, Checked>();
  readonly contexts: CheckContexts;
  #isOn = true;
  /** Documents are checked one after the other, so that none waits for half of all. */
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly connection: MessageConnection,
    private readonly documents: DocumentStore,
    private readonly book: FindingBook,
  ) {
    this.contexts = new CheckContexts(documents);
    connection.onNotification(documentsCheck, ({ asYouType }) => this.#switch(asYouType));
    documents.listen({
      opened: (document) => this.#opened(document),
      changed: (document, changes) => {
        this.#checked.get(document)?.checker.changed(changes);
        this.#soon(document, QUIET_MILLISECONDS);
        this.#surroundingsChanged(document);
      },
      closed: (document) => this.#closed(document),
    });
  }

  /** The checker of a document whose findings are those of its present text; null while there is none. */
  async upToDate(
    document: DataDocument,
  ): Promise<{ checker: DocumentChecker; context: CheckContext } | null> {
    const checker = this.#checked.get(document)?.checker ?? new DocumentChecker(document);
    const context = await this.contexts.of(document);
    if (!context || !(await checker.check(context))) return null;
    return (await DocumentChecker.compare(this.#membersOf(document, checker))) ? { checker, context } : null;
  }

  #opened(document: DataDocument): void {
    // A document whose kind has become another one still shows what was told before.
    const told = this.#checked.get(document)?.told;
    this.#forget(document);
    this.#checked.set(document, {
      checker: new DocumentChecker(document),
      timer: undefined,
      waitingSince: undefined,
      told,
    });
    this.#soon(document, 0);
    this.#surroundingsChanged(document);
  }

  #closed(document: DataDocument): void {
    this.#forget(document);
    this.book.endLive(document.path);
    this.contexts.forget(document.path);
    this.#surroundingsChanged(document);
    // Leaks into a file that is not open any more are for a validation to find.
    for (const other of this.#neighbours(document)) this.#soon(other, QUIET_MILLISECONDS);
  }

  #forget(document: DataDocument): void {
    clearTimeout(this.#checked.get(document)?.timer);
    this.#checked.delete(document);
  }

  #neighbours({ path }: DataDocument): readonly DataDocument[] {
    return this.documents.all.filter((other) => other.path !== path && dirname(other.path) === dirname(path));
  }

  /** Lineage and ignore files say something about other documents. */
  #surroundingsChanged(document: DataDocument): void {
    const { path } = document;
    if (isLineageFile(path)) {
      for (const other of this.#neighbours(document)) {
        if (other.dialect !== null && path.startsWith(other.path.replace(/\.[^.]*$/, ""))) {
          this.#soon(other, QUIET_MILLISECONDS);
        }
      }
    } else if (basename(path) === IGNORE_FILE) {
      for (const other of this.documents.all) {
        if (other !== document && other.path.startsWith(join(dirname(path), "/"))) {
          this.#soon(other, QUIET_MILLISECONDS);
        }
      }
    }
  }

  #switch(asYouType: boolean): void {
    if (this.#isOn === asYouType) return;
    this.#isOn = asYouType;
    for (const document of this.documents.all) {
      if (asYouType) this.#soon(document, 0);
      else {
        const checked = this.#checked.get(document);
        clearTimeout(checked?.timer);
        if (checked) checked.told = undefined;
        this.book.endLive(document.path);
      }
    }
  }

  #soon(document: DataDocument, quiet: number): void {
    const checked = this.#checked.get(document);
    if (!checked || !this.#isOn) return;
    clearTimeout(checked.timer);
    const now = Date.now();
    checked.waitingSince ??= now;
    const wait = Math.max(0, Math.min(quiet, checked.waitingSince + LONGEST_MILLISECONDS - now));
    checked.timer = setTimeout(() => {
      checked.waitingSince = undefined;
      this.#work = this.#work.then(() => this.#check(document, checked));
    }, wait);
  }

  async #check(document: DataDocument, { checker }: Checked): Promise<void> {
    const isGone = () => this.#checked.get(document)?.checker !== checker || !this.#isOn;
    try {
      const context = await this.contexts.of(document);
      // Edits on the way start the check anew: each has a timer of its own.
      if (isGone() || (context && !(await checker.check(context))) || isGone()) return;
      if (!context) {
        this.#publishNone(document);
        return;
      }
      const members = this.#membersOf(document, checker);
      if (!(await DocumentChecker.compare(members)) || isGone()) return;
      for (const member of members) {
        const { document: other } = member.checker;
        // A neighbour may have been closed during the comparison.
        if (this.#checked.get(other)?.checker !== member.checker) continue;
        this.#publish(other, member.checker.findings(), member.checker);
      }
    } catch (error) {
      // A file behind it may have been replaced at this moment; the next edit tries again.
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }

  /** The documents whose rows are compared with those of one: the splits that lie in its folder. */
  #membersOf(
    document: DataDocument,
    checker: DocumentChecker,
  ): readonly { readonly checker: DocumentChecker; readonly split: string | undefined }[] {
    const alone = [{ checker, split: undefined }];
    if (document.dialect === null) return alone;
    const siblings = this.#neighbours(document).flatMap((other) => {
      const one = this.#checked.get(other)?.checker;
      return one?.isComplete && other.dialect !== null ? [one] : [];
    });
    const all = [checker, ...siblings].sort((a, b) => (a.document.path < b.document.path ? -1 : 1));
    const splits = splitNames(all.map((one) => one.document.path));
    if (!splits.has(document.path)) return alone;
    return all.flatMap((one) => {
      const split = splits.get(one.document.path);
      return split === undefined ? [] : [{ checker: one, split }];
    });
  }

  /** Takes back what was told; findings of a validation stay where nothing was. */
  #publishNone(document: DataDocument): void {
    const { uri, version, path } = document;
    const checked = this.#checked.get(document);
    const findings = checked?.told === undefined ? null : [];
    if (checked) checked.told = undefined;
    void this.connection.sendNotification(documentFindings, { uri, version, findings, total: 0 });
    this.book.endLive(path);
  }

  #publish(document: DataDocument, findings: readonly LineFinding[], checker: DocumentChecker): void {
    const { uri, version, path } = document;
    const name = checker.context!.settings.shown;
    const placed = (one: LineFinding): PlacedFinding => {
      const { from, to } = checker.span(one);
      const range = {
        start: { line: one.line, character: from },
        end: { line: one.line, character: to },
      };
      return { ...located(one, path, name), range };
    };
    const shown = worstOf(findings, MOST_SHOWN).map(placed);
    const checked = this.#checked.get(document);
    const told = JSON.stringify([findings.length, shown]);
    // A thousand findings cost the editor more than a thousand keystrokes that change none of them.
    const isSame = checked?.told === told;
    if (checked) checked.told = told;
    void this.connection.sendNotification(documentFindings, {
      ...{ uri, version, findings: isSame ? null : shown, total: findings.length },
    });
    this.book.setLive(path, new LiveFindings(findings, path, name));
  }
}

/** A finding with the line where it is now, and absolute paths. */
function located({ line, finding }: LineFinding, path: string, shown: string): Finding {
  const { related } = finding;
  const one: Finding = { ...finding, file: path, line: line + 1 };
  // Documents that are compared lie in one folder.
  if (related) one.related = { ...related, file: join(dirname(path), basename(related.file)) };
  else if (finding.file !== shown && finding.line !== undefined) {
    one.related = { file: join(dirname(path), basename(finding.file)), line: finding.line };
  }
  return one;
}

/** The findings of an open document, without the document: where the file was validated they outlive it. */
class LiveFindings implements FileFindings {
  readonly #counter = new RuleCounter();

  constructor(
    private readonly findings: readonly LineFinding[],
    private readonly path: string,
    private readonly shown: string,
  ) {
    for (const { finding } of findings) this.#counter.add(finding);
  }

  get counts() {
    return this.#counter.counts;
  }

  page(rule: string | null, offset: number, limit: number): readonly Finding[] {
    const all = rule === null ? this.findings : this.findings.filter(({ finding }) => finding.rule === rule);
    return all.slice(offset, offset + limit).map((one) => located(one, this.path, this.shown));
  }
}
