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

/** What was found in a file: a validation knows lines, the check of an open document the characters too. */
interface Told {
  readonly findings: readonly (Finding | PlacedFinding)[];
  readonly total: number;
}

const placeOf = (one: Finding | PlacedFinding): Range =>
  "range" in one ? asRange(one.range) : lineRange(one.line ?? 1);

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
  /** What a validation has found in files, by URI: it is shown again when the document is closed. */
  readonly #validated = new Map<string, Told>();
  /** What the check of open documents has found, by URI, once it is shown. */
  readonly #live = new Map<string, Told & { readonly version: number }>();
  /** What the reader has told and is not shown yet. */
  readonly #waiting = new Map<string, Told>();
  readonly #subscriptions: { dispose(): unknown }[];

  constructor({ reader }: Editor) {
    this.#subscriptions = [
      this.#shown,
      reader.onStart((connection) => {
        this.#waiting.clear();
        connection.onNotification(documentFindings, ({ uri, version, findings, total }) => {
          const document = workspace.textDocuments.find((one) => one.uri.toString() === uri);
          if (!document) return;
          if (findings) this.#waiting.set(uri, { findings, total });
          // What was found in an older text is out of place; the check of the newer one is on its way.
          if (document.version === version && isChecked()) this.#show(document);
        });
        void connection.sendNotification(documentsCheck, { asYouType: isChecked() });
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration(SETTINGS.checkAsYouType)) return;
        void reader.running?.sendNotification(documentsCheck, { asYouType: isChecked() });
        if (!isChecked()) this.#forgetOpen();
      }),
      workspace.onDidSaveTextDocument((document) => this.#saved(document)),
      workspace.onDidCloseTextDocument((document) => this.#closed(document)),
      workspace.onDidDeleteFiles(({ files }) => files.forEach((uri) => this.#forget(uri))),
      workspace.onDidRenameFiles(({ files }) => files.forEach(({ oldUri }) => this.#forget(oldUri))),
    ];
  }

  /** Shows what a validation has found in a file, unless it is open and checked as it is edited. */
  setValidated(file: string, findings: readonly Finding[], total: number): void {
    const uri = Uri.file(file);
    const told = { findings, total };
    this.#validated.set(uri.toString(), told);
    if (!this.#live.has(uri.toString())) this.#set(uri, told);
  }

  #show(document: TextDocument): void {
    const { uri, version } = document;
    const key = uri.toString();
    const waiting = this.#waiting.get(key);
    const told = waiting ?? this.#live.get(key);
    if (!told) return;
    this.#live.set(key, { ...told, version });
    if (!document.isDirty) this.#saved(document);
    if (!waiting) return;
    this.#waiting.delete(key);
    this.#set(uri, waiting);
  }

  /** What is found in the text on the disk takes the place of what a validation has found in an older one. */
  #saved({ uri, version }: TextDocument): void {
    const key = uri.toString();
    const live = this.#live.get(key);
    if (live?.version === version && this.#validated.has(key)) this.#validated.set(key, live);
  }

  /** Where there are more than are shown, the first line says so. */
  #set(uri: Uri, { findings, total }: Told): void {
    const problems = total > findings.length ? [...findings, { shown: findings.length, total }] : findings;
    this.#shown.set<Finding | PlacedFinding | MoreFindings>(uri, problems, (one) =>
      "rule" in one ? diagnosticOf(one, placeOf(one)) : moreDiagnostic(one),
    );
  }

  #closed({ uri }: TextDocument): void {
    const key = uri.toString();
    this.#waiting.delete(key);
    if (!this.#live.delete(key)) return;
    const validated = this.#validated.get(key);
    if (validated) this.#set(uri, validated);
    else this.#shown.delete(uri);
  }

  /** A file is gone, or a folder with all that lies in it. */
  #forget(uri: Uri): void {
    const gone = uri.toString();
    for (const key of new Set([...this.#validated.keys(), ...this.#live.keys()])) {
      if (key !== gone && !key.startsWith(`${gone}/`)) continue;
      this.#validated.delete(key);
      this.#live.delete(key);
      this.#shown.delete(Uri.parse(key));
    }
  }

  #forgetOpen(): void {
    for (const document of workspace.textDocuments) this.#closed(document);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function isChecked(): boolean {
  return workspace.getConfiguration().get(SETTINGS.checkAsYouType, true);
}
