import {
  Diagnostic,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  type Disposable,
  l10n,
  Location,
  Range,
  type TextDocument,
  Uri,
  workspace,
} from "vscode";
import type { Finding, Severity } from "../../core/finding.js";
import { formatCount } from "../../core/number-words.js";
import { documentFindings, documentsCheck, type PlacedFinding } from "../../protocol/documents.js";
import type { Editor } from "../editor.js";
import { SETTINGS, VIEWS } from "../ids.js";
import { ruleLink } from "./rules.js";
import { SlicedDiagnostics } from "./sliced-diagnostics.js";

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

/** A line that nothing is known of is underlined to its end; the editor cuts what is beyond. */
const WHOLE_LINE = 60;

const asRange = ({
  start,
  end,
}: {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}): Range => new Range(start.line, start.character, end.line, end.character);

const lineRange = (line: number): Range => new Range(line - 1, 0, line - 1, WHOLE_LINE);

/** The editor takes no more problems of one file. */
interface MoreFindings {
  readonly shown: number;
  readonly total: number;
}

const links = new Map<string, Uri>();

function linkOf(rule: string): Uri {
  const link = links.get(rule) ?? ruleLink(rule);
  links.set(rule, link);
  return link;
}

function diagnosticOf({ rule, severity, message, related }: Finding, range: Range): Diagnostic {
  const diagnostic = new Diagnostic(range, message, SEVERITIES[severity]);
  diagnostic.source = "Prefloom";
  diagnostic.code = { value: rule, target: linkOf(rule) };
  if (related) {
    const place = new Location(Uri.file(related.file), lineRange(related.line));
    diagnostic.relatedInformation = [new DiagnosticRelatedInformation(place, l10n.t("the other line"))];
  }
  return diagnostic;
}

function moreDiagnostic({ shown, total }: MoreFindings): Diagnostic {
  const message = l10n.t(
    "{0} of {1} findings shown; all are in the Findings view",
    formatCount(shown),
    formatCount(total),
  );
  const more = new Diagnostic(new Range(0, 0, 0, 1), message, DiagnosticSeverity.Information);
  more.source = "Prefloom";
  more.code = { value: l10n.t("show all"), target: Uri.parse(`command:${VIEWS.findings}.focus`) };
  return more;
}

/** Findings as the Problems panel and the editor show them. */
export class FindingDiagnostics implements Disposable {
  readonly #shown = new SlicedDiagnostics();
  /** Files whose findings come from a validation: they stay when the document is closed. */
  readonly #validated = new Set<string>();
  /** What the reader has told and is not shown yet. */
  readonly #waiting = new Map<
    string,
    { readonly findings: readonly PlacedFinding[]; readonly total: number }
  >();
  readonly #subscriptions: { dispose(): unknown }[];

  constructor({ reader }: Editor) {
    this.#subscriptions = [
      this.#shown,
      reader.onStart((connection) => {
        this.#waiting.clear();
        connection.onNotification(documentFindings, ({ uri, version, findings, total }) => {
          if (findings) this.#waiting.set(uri, { findings, total });
          const document = workspace.textDocuments.find((one) => one.uri.toString() === uri);
          // What was found in an older text is out of place; the check of the newer one is on its way.
          if (document?.version === version && isChecked()) this.#show(document);
        });
        void connection.sendNotification(documentsCheck, { asYouType: isChecked() });
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration(SETTINGS.checkAsYouType)) return;
        void reader.running?.sendNotification(documentsCheck, { asYouType: isChecked() });
        if (!isChecked()) this.#forgetOpen();
      }),
      workspace.onDidCloseTextDocument((document) => this.#closed(document)),
      workspace.onDidDeleteFiles(({ files }) => files.forEach((uri) => this.#forget(uri))),
      workspace.onDidRenameFiles(({ files }) => files.forEach(({ oldUri }) => this.#forget(oldUri))),
    ];
  }

  /** Shows what a validation has found in a file, unless it is open and checked as it is edited. */
  setValidated(file: string, findings: readonly Finding[], total: number): void {
    const uri = Uri.file(file);
    this.#validated.add(uri.toString());
    const isOpen = workspace.textDocuments.some((one) => one.uri.toString() === uri.toString());
    if (isOpen && isChecked() && this.#shown.has(uri)) return;
    this.#set(uri, findings, total, ({ line }) => lineRange(line ?? 1));
  }

  #show({ uri }: TextDocument): void {
    const told = this.#waiting.get(uri.toString());
    if (!told) return;
    this.#waiting.delete(uri.toString());
    this.#set(uri, told.findings, told.total, ({ range }) => asRange(range));
  }

  /** Where there are more than are shown, the first line says so. */
  #set<F extends Finding>(uri: Uri, findings: readonly F[], total: number, place: (one: F) => Range): void {
    const problems = total > findings.length ? [...findings, { shown: findings.length, total }] : findings;
    this.#shown.set<F | MoreFindings>(uri, problems, (one) =>
      "rule" in one ? diagnosticOf(one, place(one)) : moreDiagnostic(one),
    );
  }

  #closed({ uri }: TextDocument): void {
    this.#waiting.delete(uri.toString());
    if (!this.#validated.has(uri.toString())) this.#shown.delete(uri);
  }

  #forget(uri: Uri): void {
    this.#validated.delete(uri.toString());
    this.#shown.delete(uri);
  }

  #forgetOpen(): void {
    for (const { uri } of workspace.textDocuments) {
      if (!this.#validated.has(uri.toString())) this.#shown.delete(uri);
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function isChecked(): boolean {
  return workspace.getConfiguration().get(SETTINGS.checkAsYouType, true);
}
