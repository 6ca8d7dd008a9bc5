import {
  CodeLens,
  type CodeLensProvider,
  commands,
  DecorationRangeBehavior,
  type Disposable,
  type Event,
  EventEmitter,
  l10n,
  languages,
  Range,
  type TextDocument,
  type TextDocumentContentProvider,
  type TextEditor,
  TextEditorLineNumbersStyle,
  TextEditorRevealType,
  Selection,
  ThemeColor,
  type Uri,
  window,
  workspace,
} from "vscode";
import type { DocumentKind } from "../../protocol/documents.js";
import { formatCount } from "../../core/number-words.js";
import {
  fileCounted,
  type FileExtent,
  filePagesClosed,
  PAGE_LINES,
  readingPage,
} from "../../protocol/reading.js";
import type { Editor } from "../editor.js";
import { COMMANDS } from "../ids.js";
import { PAGE_SCHEME, type PageAddress, pageOf, pageUri } from "./reading-places.js";

/** What is known of a page that is shown. */
interface KnownPage {
  readonly more: boolean;
  readonly kind: DocumentKind | null;
  /** Of the file when it was read. */
  readonly bytes: number;
}

/** Pages of large files as read-only documents, with the ways from one to the next. */
export class FilePages implements TextDocumentContentProvider, CodeLensProvider, Disposable {
  readonly #lensesChanged = new EventEmitter<void>();
  readonly onDidChangeCodeLenses: Event<void> = this.#lensesChanged.event;
  readonly #kinds = new EventEmitter<void>();
  /** What a page is has been told. */
  readonly onDidChangeKinds: Event<void> = this.#kinds.event;
  readonly #changed = new EventEmitter<Uri>();
  /** The file of a page is another one, or goes on where the page ended. */
  readonly onDidChange: Event<Uri> = this.#changed.event;
  readonly #pages = new Map<string, KnownPage>();
  readonly #extents = new Map<string, FileExtent>();
  readonly #subscriptions: readonly { dispose(): unknown }[];
  /** The lines' numbers in the file: those of the editor begin anew on each page. */
  readonly #numbers = window.createTextEditorDecorationType({
    rangeBehavior: DecorationRangeBehavior.ClosedClosed,
  });

  constructor(private readonly editor: Editor) {
    this.#subscriptions = [
      this.#lensesChanged,
      this.#kinds,
      this.#changed,
      this.#numbers,
      editor.reader.onStart((connection) =>
        connection.onNotification(fileCounted, (extent) => this.#counted(extent)),
      ),
      workspace.registerTextDocumentContentProvider(PAGE_SCHEME, this),
      languages.registerCodeLensProvider({ scheme: PAGE_SCHEME }, this),
      workspace.onDidChangeTextDocument(({ document }) => {
        for (const one of window.visibleTextEditors) if (one.document === document) this.#numberLines(one);
      }),
      workspace.onDidCloseTextDocument((document) => this.#closed(document)),
      window.onDidChangeVisibleTextEditors((editors) => {
        for (const one of editors) this.#numberLines(one);
      }),
      commands.registerCommand(COMMANDS.nextPage, () => this.#turn(1)),
      commands.registerCommand(COMMANDS.previousPage, () => this.#turn(-1)),
      commands.registerCommand(COMMANDS.goToFileLine, () => this.#goToLine()),
    ];
  }

  /** What the lines of a page are; undefined until that is told. */
  kindOf({ uri }: TextDocument): DocumentKind | null | undefined {
    return this.#pages.get(uri.toString())?.kind;
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const address = pageOf(uri);
    if (!address) return "";
    const { page, extent } = await this.#ask(address);
    if (!page) return notThere(address, extent);
    this.#pages.set(uri.toString(), { more: page.more, kind: page.kind, bytes: extent.bytes });
    this.#kinds.fire();
    this.#lensesChanged.fire();
    return page.lines.join("\n");
  }

  async #ask(address: PageAddress) {
    const answer = await this.editor.reader.connection().sendRequest(readingPage, address);
    this.#learn(answer.extent);
    return answer;
  }

  #learn(extent: FileExtent): void {
    const before = this.#extents.get(extent.path);
    this.#extents.set(extent.path, extent);
    if (before && before.identity !== extent.identity) this.#renew(extent.path, () => true);
  }

  /** Reads open pages of a file anew. */
  #renew(path: string, isStale: (page: KnownPage | undefined) => boolean): void {
    for (const { uri } of workspace.textDocuments) {
      if (pageOf(uri)?.path === path && isStale(this.#pages.get(uri.toString()))) this.#changed.fire(uri);
    }
  }

  /** Shows the page of a line (from 1) of a file, as far as its place is known. */
  async show(path: string, line: number): Promise<void> {
    const page = Math.floor((line - 1) / PAGE_LINES);
    const { page: found, extent } = await this.#ask({ path, page });
    // What was the last page may go on now.
    this.#renew(path, (one) => one !== undefined && !one.more && one.bytes < extent.bytes);
    if (!found) {
      const message = extent.done
        ? l10n.t("The file has {0} lines.", formatCount(extent.lines))
        : l10n.t(
            "Line {0} is not known yet: lines are counted up to {1}, {2} % of the file. Try again in a while.",
            ...[
              formatCount(line),
              formatCount(extent.lines),
              String(Math.floor((100 * extent.counted) / extent.bytes)),
            ],
          );
      void window.showInformationMessage(message);
      if (page === 0) return;
      const last = Math.max(0, Math.floor((extent.lines - 1) / PAGE_LINES));
      return last < page ? this.#showPage({ path, page: last }, 0) : undefined;
    }
    return this.#showPage({ path, page }, (line - 1) % PAGE_LINES);
  }

  async #showPage(address: PageAddress, line: number): Promise<void> {
    const document = await workspace.openTextDocument(pageUri(address));
    const shown = await window.showTextDocument(document, { preview: true });
    const at = Math.min(line, document.lineCount - 1);
    shown.selection = new Selection(at, 0, at, 0);
    // At the top it stays in view when lenses come between the lines.
    shown.revealRange(new Range(at, 0, at, 0), TextEditorRevealType.AtTop);
    this.#numberLines(shown);
  }

  #numberLines(editor: TextEditor): void {
    const address = pageOf(editor.document.uri);
    if (!address) return;
    const first = address.page * PAGE_LINES + 1;
    const width = String(first + PAGE_LINES).length;
    editor.options = { lineNumbers: TextEditorLineNumbersStyle.Off };
    editor.setDecorations(
      this.#numbers,
      Array.from({ length: editor.document.lineCount }, (_, line) => ({
        range: new Range(line, 0, line, 0),
        renderOptions: {
          before: {
            // Blanks of their own width keep the numbers in a column.
            contentText: `${String(first + line).padStart(width, "\u2007")}\u2007\u2007`,
            color: new ThemeColor("editorLineNumber.foreground"),
          },
        },
      })),
    );
  }

  #active(): PageAddress | null {
    const active = window.activeTextEditor;
    const address = active ? pageOf(active.document.uri) : null;
    if (!address) void window.showInformationMessage(l10n.t("No page of a big file is open."));
    return address;
  }

  async #turn(by: number): Promise<void> {
    const address = this.#active();
    if (!address) return;
    const page = address.page + by;
    if (page < 0) return;
    await this.show(address.path, page * PAGE_LINES + 1);
  }

  async #goToLine(): Promise<void> {
    const address = this.#active();
    if (!address) return;
    const extent = this.#extents.get(address.path);
    const known = extent ? this.#extentWords(extent) : "";
    const line = await window.showInputBox({
      title: l10n.t("Go to a line of the file"),
      prompt: known,
      value: String(address.page * PAGE_LINES + 1),
      validateInput: (text) =>
        /^[1-9]\d*$/.test(text.trim()) ? undefined : l10n.t("Write a number from 1."),
    });
    if (line !== undefined) await this.show(address.path, Number(line.trim()));
  }

  #extentWords({ lines, counted, bytes, done }: FileExtent): string {
    return done
      ? l10n.t("of {0}", formatCount(lines))
      : l10n.t(
          "of more than {0}, counted so far: {1} %",
          formatCount(lines),
          String(Math.floor((100 * counted) / bytes)),
        );
  }

  provideCodeLenses({ uri, lineCount }: TextDocument): CodeLens[] {
    const address = pageOf(uri);
    const page = this.#pages.get(uri.toString());
    const extent = address && this.#extents.get(address.path);
    if (!address || !page || !extent) return [];
    const first = address.page * PAGE_LINES + 1;
    const where = l10n.t(
      "Lines {0}–{1} {2}",
      formatCount(first),
      formatCount(first + lineCount - 1),
      this.#extentWords(extent),
    );
    const top = new Range(0, 0, 0, 0);
    return [
      new CodeLens(top, { title: where, command: "" }),
      ...(address.page > 0
        ? [new CodeLens(top, { title: l10n.t("$(arrow-up) Previous page"), command: COMMANDS.previousPage })]
        : []),
      ...(page.more
        ? [new CodeLens(top, { title: l10n.t("$(arrow-down) Next page"), command: COMMANDS.nextPage })]
        : []),
      new CodeLens(top, { title: l10n.t("Go to line..."), command: COMMANDS.goToFileLine }),
    ];
  }

  #counted(extent: FileExtent): void {
    this.#learn(extent);
    this.#lensesChanged.fire();
  }

  #closed({ uri }: TextDocument): void {
    const address = pageOf(uri);
    if (!address) return;
    this.#pages.delete(uri.toString());
    const isShown = workspace.textDocuments.some((one) => pageOf(one.uri)?.path === address.path);
    if (isShown) return;
    this.#extents.delete(address.path);
    void this.editor.reader.running?.sendNotification(filePagesClosed, { path: address.path });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** What a page says that is opened from a former session. */
function notThere({ page }: PageAddress, { lines, done }: FileExtent): string {
  return done
    ? l10n.t("The file has {0} lines: there is no page {1}.", formatCount(lines), String(page + 1))
    : l10n.t("Page {0} is not known yet: the lines before it are being counted.", String(page + 1));
}
