import {
  commands,
  type Disposable,
  type Event,
  EventEmitter,
  l10n,
  type TextDocument,
  type TextDocumentChangeEvent,
  type TextDocumentContentProvider,
  Uri,
  ViewColumn,
  window,
  workspace,
} from "vscode";
import { formatCount } from "../../core/number-words.js";
import { PAGE_COLUMNS, readingFormat, readingPreview } from "../../protocol/reading.js";
import type { Editor } from "../editor.js";
import { COMMANDS } from "../ids.js";
import { type KindOf, placeOf } from "./reading-places.js";

/** Scheme of a line as YAML, and that of an example as a page of Markdown. */
export const FORMAT_SCHEME = "prefloom-format";
export const PREVIEW_SCHEME = "prefloom-line";

const QUIET_MILLISECONDS = 150;

/** A line of a document in another form. */
interface Shown {
  readonly scheme: string;
  readonly source: Uri;
  /** Where it is now, from 0. Lines that come and go above it move it. */
  line: number;
}

/** What commands and lenses name. */
interface LineTarget {
  readonly uri: Uri;
  readonly line: number;
}

/** Read-only documents that show one line each, and follow it while it is edited. */
class ReadableLines implements TextDocumentContentProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange: Event<Uri> = this.#changed.event;
  /** By address. */
  readonly #shown = new Map<string, Shown>();
  readonly #seen = new Set<string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: readonly { dispose(): unknown }[];

  constructor(private readonly editor: Editor) {
    this.#subscriptions = [
      this.#changed,
      workspace.onDidChangeTextDocument((event) => this.#follow(event)),
      workspace.onDidCloseTextDocument(({ uri }) => {
        this.#shown.delete(uri.toString());
        this.#seen.delete(uri.toString());
      }),
      workspace.registerTextDocumentContentProvider(FORMAT_SCHEME, this),
      workspace.registerTextDocumentContentProvider(PREVIEW_SCHEME, this),
    ];
  }

  /** The address of the document that shows a line. */
  uriOf(scheme: string, { uri: source, line }: LineTarget): Uri {
    const known = [...this.#shown].find(
      ([, one]) => one.scheme === scheme && one.line === line && one.source.toString() === source.toString(),
    );
    if (known) return Uri.parse(known[0], true);
    const place = placeOf({ uri: source }, line);
    const ending = scheme === FORMAT_SCHEME ? "yaml" : "md";
    const name = `${Uri.file(place.path).path}:${place.line + 1}.${ending}`;
    return Uri.from({ scheme, path: name, query: JSON.stringify([source.toString(), line]) });
  }

  /** @returns whether the document had not been shown yet */
  markShown(uri: Uri): boolean {
    const key = uri.toString();
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const [source, line] = JSON.parse(uri.query) as [string, number];
    const key = uri.toString();
    const shown = this.#shown.get(key) ?? { scheme: uri.scheme, source: Uri.parse(source, true), line };
    this.#shown.set(key, shown);
    const request = uri.scheme === FORMAT_SCHEME ? readingFormat : readingPreview;
    const place = placeOf({ uri: shown.source }, shown.line);
    const text = await this.editor.reader.connection().sendRequest(request, place);
    return text ?? l10n.t("The line is not there any more, or the document is closed.");
  }

  #follow({ document, contentChanges }: TextDocumentChangeEvent): void {
    if (contentChanges.length === 0) return;
    const source = document.uri.toString();
    for (const [key, shown] of this.#shown) {
      if (shown.source.toString() !== source) continue;
      let touched = false;
      for (const { range, text } of contentChanges) {
        if (range.start.line > shown.line) continue;
        if (range.end.line >= shown.line) touched = true;
        const added = text.split("\n").length - 1;
        const isAbove =
          range.end.line < shown.line || (range.end.line === shown.line && range.end.character === 0);
        if (isAbove) shown.line += added - (range.end.line - range.start.line);
      }
      if (touched) this.#renew(key);
    }
  }

  #renew(key: string): void {
    clearTimeout(this.#timers.get(key));
    const renew = () => {
      this.#timers.delete(key);
      this.#changed.fire(Uri.parse(key, true));
    };
    this.#timers.set(key, setTimeout(renew, QUIET_MILLISECONDS));
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** The line that a command is meant for: the one given, else that of the cursor. */
function targetOf(argument: unknown, kindOf: KindOf): LineTarget | undefined {
  const given = argument as Partial<LineTarget> | undefined;
  if (given?.uri instanceof Uri && typeof given.line === "number") return given as LineTarget;
  const editor = window.activeTextEditor;
  if (!editor || !kindOf(editor.document)) {
    void window.showInformationMessage(l10n.t("Put the cursor into a line of a data file first."));
    return undefined;
  }
  return { uri: editor.document.uri, line: editor.selection.active.line };
}

/** Says once a session that the end of a long line is not drawn. */
class LongLineNotice {
  #told = false;

  constructor(private readonly kindOf: KindOf) {}

  look(document: TextDocument, line: number): void {
    if (this.#told || document.uri.scheme !== "file" || line >= document.lineCount) return;
    const { length } = document.lineAt(line).text;
    if (length <= PAGE_COLUMNS || !this.kindOf(document)) return;
    this.#told = true;
    const button = l10n.t("Format this line for reading");
    const message = l10n.t(
      "Line {0} has {1} characters; the editor draws the first {2} of a line.",
      ...[line + 1, length, PAGE_COLUMNS].map(formatCount),
    );
    void window.showInformationMessage(message, button).then((chosen) => {
      if (chosen) void commands.executeCommand(COMMANDS.formatLine, { uri: document.uri, line });
    });
  }
}

/** Registers the readable forms of a line: YAML beside it, and the preview of an example. */
export function registerReadableLines(editor: Editor, kindOf: KindOf): void {
  const lines = new ReadableLines(editor);
  const notice = new LongLineNotice(kindOf);
  editor.context.subscriptions.push(
    lines,
    commands.registerCommand(COMMANDS.formatLine, async (argument?: unknown) => {
      const target = targetOf(argument, kindOf);
      if (!target) return;
      const document = await workspace.openTextDocument(lines.uriOf(FORMAT_SCHEME, target));
      const isNew = lines.markShown(document.uri);
      await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preview: true });
      // Texts of one long line are read from top to bottom, too; the choice is this document's alone.
      const wraps = workspace.getConfiguration("editor", document).get("wordWrap") !== "off";
      if (isNew && !wraps) await commands.executeCommand("editor.action.toggleWordWrap");
    }),
    commands.registerCommand(COMMANDS.preview, async (argument?: unknown) => {
      const target = targetOf(argument, kindOf);
      if (!target) return;
      const uri = lines.uriOf(PREVIEW_SCHEME, target);
      await workspace.openTextDocument(uri);
      await commands.executeCommand("markdown.showPreviewToSide", uri);
    }),
    window.onDidChangeTextEditorSelection(({ textEditor: { document }, selections: [first] }) => {
      if (first) notice.look(document, first.active.line);
    }),
  );
}
