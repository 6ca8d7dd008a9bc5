import { basename } from "node:path";
import {
  type CancellationToken,
  CodeLens,
  type CodeLensProvider,
  type Command,
  DiagnosticSeverity,
  type Disposable,
  type Event,
  EventEmitter,
  l10n,
  languages,
  Range,
  type TextDocument,
  window,
  workspace,
} from "vscode";
import { formatCount } from "../../core/number-words.js";
import { readingSummaries, type RowSummary } from "../../protocol/reading.js";
import type { Editor } from "../editor.js";
import { COMMANDS, SETTINGS } from "../ids.js";
import { askReader, EXAMPLE_KINDS, type KindOf, placeOf, READABLE_DOCUMENTS } from "./reading-places.js";

/** Longer documents have lenses around what is visible alone. */
const MOST_LINES = 500;
/** Lines above and below what is visible. */
const MARGIN = 100;
/** Scrolling goes on for a while. */
const QUIET_MILLISECONDS = 200;
/** Lenses that become visible together are asked for together. */
const GATHER_MILLISECONDS = 10;
const MESSAGE_UNITS = 100;
/** Of our diagnostics. */
const SOURCE = "Prefloom";

/** What a lens of a row says once it is resolved. */
type RowLensForm = "size" | "state";

class RowLens extends CodeLens {
  constructor(
    range: Range,
    readonly document: TextDocument,
    readonly form: RowLensForm,
  ) {
    super(range);
  }
}

/** Summaries of rows, asked for many at a time. */
class Summaries {
  readonly #waiting = new Map<string, { readonly document: TextDocument; readonly lines: Set<number> }>();
  #batch: Promise<ReadonlyMap<string, RowSummary>> | undefined;

  constructor(private readonly editor: Editor) {}

  /** Of a line of a document. */
  async get(document: TextDocument, line: number): Promise<RowSummary | undefined> {
    const uri = document.uri.toString();
    const waiting = this.#waiting.get(uri) ?? { document, lines: new Set() };
    waiting.lines.add(line);
    this.#waiting.set(uri, waiting);
    this.#batch ??= this.#ask();
    return (await this.#batch).get(`${line} ${uri}`);
  }

  async #ask(): Promise<ReadonlyMap<string, RowSummary>> {
    await new Promise((resolve) => setTimeout(resolve, GATHER_MILLISECONDS));
    const asked = [...this.#waiting];
    this.#waiting.clear();
    this.#batch = undefined;
    const found = new Map<string, RowSummary>();
    for (const [name, { document, lines }] of asked) {
      const { uri, path, line: first } = placeOf(document, 0);
      const params = { uri, path, lines: [...lines].map((line) => first + line) };
      for (const summary of (await askReader(this.editor, readingSummaries, params)) ?? []) {
        found.set(`${summary.line - first} ${name}`, summary);
      }
    }
    return found;
  }
}

function sizeTitle({ persona, tokens }: RowSummary): string {
  const size = l10n.t("≈ {0} tokens", formatCount(tokens));
  if (!persona) return size;
  const { ugc, pairs, demographic } = persona;
  return [`UGC ${ugc}`, `PAIR ${pairs}`, ...(demographic ? ["DEMO"] : []), size].join(" · ");
}

/** What the editor shows as the worst finding of a line; undefined where it checks nothing as it is typed. */
function shownProblem({ uri }: TextDocument, line: number): string | null | undefined {
  if (uri.scheme !== "file" || !workspace.getConfiguration().get(SETTINGS.checkAsYouType)) return undefined;
  const [worst] = languages
    .getDiagnostics(uri)
    .filter(({ range, source }) => range.start.line === line && source === SOURCE)
    .sort((a, b) => a.severity - b.severity);
  return worst && worst.severity <= DiagnosticSeverity.Warning ? worst.message : null;
}

function stateCommand({ consistent, problem }: RowSummary, shown: string | null | undefined): Command {
  const told = shown === undefined ? problem : shown;
  if (told !== null) {
    const text = told.length > MESSAGE_UNITS ? `${told.slice(0, MESSAGE_UNITS)}…` : told;
    // What looks like an icon in data is none.
    const title = `$(warning) ${text.replaceAll("$(", "$ (")}`;
    return { title, tooltip: told, command: "workbench.actions.view.problems" };
  }
  if (consistent === null) return { title: l10n.t("$(check) well formed"), command: "" };
  return {
    title: consistent ? l10n.t("$(check) consistent") : l10n.t("$(warning) not consistent"),
    command: "",
  };
}

/** Lenses of examples: sizes of the persona and tokens, whether it is consistent, and ways to look at it. */
class RowLenses implements CodeLensProvider, Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChangeCodeLenses: Event<void> = this.#changed.event;
  readonly #subscriptions: readonly { dispose(): unknown }[];
  readonly #summaries: Summaries;
  /** Lines that have lenses, of documents that have them in part. */
  readonly #given = new Map<string, { readonly first: number; readonly last: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly editor: Editor,
    private readonly kindOf: KindOf,
    onKinds: readonly Event<unknown>[],
  ) {
    this.#summaries = new Summaries(editor);
    this.#subscriptions = [
      this.#changed,
      // Without its workspace a row cannot be explained.
      editor.workspaces.onDidChange(() => this.#changeSoon()),
      ...onKinds.map((event) => event(() => this.#changed.fire())),
      window.onDidChangeTextEditorVisibleRanges(({ textEditor: { document }, visibleRanges }) => {
        const given = this.#given.get(document.uri.toString());
        const isInside = visibleRanges.every(
          ({ start, end }) => given === undefined || (start.line >= given.first && end.line <= given.last),
        );
        if (!isInside) this.#changeSoon();
      }),
      languages.onDidChangeDiagnostics(({ uris }) => {
        const visible = window.visibleTextEditors.map(({ document }) => document);
        const isShown = visible.some(
          (document) =>
            this.#isExamples(document) && uris.some((uri) => uri.toString() === document.uri.toString()),
        );
        if (isShown) this.#changeSoon();
      }),
    ];
  }

  #changeSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed.fire(), QUIET_MILLISECONDS);
  }

  #isExamples(document: TextDocument): boolean {
    const kind = this.kindOf(document);
    return kind !== undefined && kind !== null && EXAMPLE_KINDS.includes(kind);
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    if (!this.#isExamples(document)) return [];
    return this.#lines(document).flatMap((line) => {
      if (document.lineAt(line).isEmptyOrWhitespace) return [];
      const range = new Range(line, 0, line, 0);
      return [
        new RowLens(range, document, "size"),
        new RowLens(range, document, "state"),
        ...this.#looks(document, line).map((command) => new CodeLens(range, command)),
      ];
    });
  }

  #lines(document: TextDocument): number[] {
    const name = document.uri.toString();
    const { lineCount } = document;
    if (lineCount <= MOST_LINES) {
      this.#given.delete(name);
      return Array.from({ length: lineCount }, (_, line) => line);
    }
    const visible = window.visibleTextEditors
      .filter((one) => one.document === document)
      .flatMap(({ visibleRanges }) => visibleRanges);
    const first = Math.max(0, Math.min(lineCount, ...visible.map(({ start }) => start.line)) - MARGIN);
    const last = Math.min(lineCount - 1, Math.max(0, ...visible.map(({ end }) => end.line)) + MARGIN);
    this.#given.set(name, { first, last });
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  }

  /** The commands that look at a line. */
  #looks({ uri }: TextDocument, line: number): Command[] {
    const preview: Command = {
      title: l10n.t("Preview"),
      command: COMMANDS.preview,
      arguments: [{ uri, line }],
    };
    const place = placeOf({ uri }, line);
    const name = basename(place.path);
    const owner = this.editor.workspaces.of(uri.with({ scheme: "file", query: "" }));
    if (!owner || !/^(train|test)\.jsonl$/.test(name)) return [preview];
    const explained = { workspace: owner, id: `${name}:${place.line + 1}`, uri, line };
    return [preview, { title: l10n.t("Explain"), command: COMMANDS.explain, arguments: [explained] }];
  }

  async resolveCodeLens(lens: CodeLens, token: CancellationToken): Promise<CodeLens> {
    if (!(lens instanceof RowLens)) return lens;
    const summary = await this.#summaries.get(lens.document, lens.range.start.line);
    if (token.isCancellationRequested) return lens;
    if (!summary) lens.command = { title: l10n.t("no example"), command: "" };
    else if (lens.form === "size") lens.command = { title: sizeTitle(summary), command: "" };
    else lens.command = stateCommand(summary, shownProblem(lens.document, lens.range.start.line));
    return lens;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** Registers the lenses of examples. @param onKinds what a document is has been told */
export function registerLens(editor: Editor, kindOf: KindOf, onKinds: readonly Event<unknown>[]): void {
  const lenses = new RowLenses(editor, kindOf, onKinds);
  editor.context.subscriptions.push(lenses, languages.registerCodeLensProvider(READABLE_DOCUMENTS, lenses));
}
