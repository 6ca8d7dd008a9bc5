import {
  type CancellationToken,
  commands,
  Disposable,
  l10n,
  type Progress as ProgressBar,
  ProgressLocation,
  TabInputText,
  Uri,
  window,
} from "vscode";
import { basename } from "node:path";
import { formatCount } from "../../core/number-words.js";
import { findingsValidate, validateProgress, type ValidationResult } from "../../protocol/findings.js";
import { button, tell, tellError } from "../commands/tell.js";
import { workspaceFor } from "../commands/workspace-for.js";
import type { Editor } from "../editor.js";
import { COMMANDS, VIEWS } from "../ids.js";
import { percentOf, sizeInWords, timeLeftInWords } from "../runs/progress-words.js";
import { errorsInWords, warningsInWords } from "../views/words.js";
import type { FindingDiagnostics } from "./diagnostics.js";

const FILTERS = { "JSON Lines": ["jsonl", "ndjson", "json"] };

/** What is to be checked: files, or the data set of a workspace. */
interface Request {
  readonly workspace: string | null;
  readonly files: readonly string[];
}

/** Validates files and workspaces on command. */
class Validator {
  #bar: ProgressBar<{ message?: string; increment?: number }> | undefined;
  #percent = 0;

  constructor(
    private readonly editor: Editor,
    private readonly diagnostics: FindingDiagnostics,
  ) {}

  /** Shows how far the reader has come, from now on. */
  follow(): Disposable {
    return this.editor.reader.onStart((connection) => {
      connection.onNotification(validateProgress, ({ file, rows, progress }) => {
        const percent = percentOf(progress) ?? 0;
        const left = timeLeftInWords(progress);
        const message = [
          l10n.t("{0}: {1} rows", file, formatCount(rows)),
          l10n.t("{0} of {1}", sizeInWords(progress.done), sizeInWords(progress.total ?? 0)),
          ...(progress.rate > 0 ? [l10n.t("{0} rows/s", formatCount(Math.round(progress.rate)))] : []),
          ...(left === null ? [] : [left]),
        ].join(", ");
        this.#bar?.report({ message, increment: Math.max(0, percent - this.#percent) });
        this.#percent = Math.max(this.#percent, percent);
      });
    });
  }

  async run(title: string, request: Request): Promise<void> {
    if (this.#bar) {
      tell("info", l10n.t("A validation goes on already; cancel it first, or wait for its end."));
      return;
    }
    try {
      const result = await window.withProgress(
        { location: ProgressLocation.Notification, title, cancellable: true },
        (bar, token) => this.#send(bar, request, token),
      );
      for (const { file, shown, findings } of result.files) {
        this.diagnostics.setValidated(file, shown, findings.error + findings.warning + findings.info);
      }
      this.#tell(result);
    } catch (error) {
      tellError(this.editor, title, error);
    } finally {
      this.#bar = undefined;
    }
  }

  #send(
    bar: ProgressBar<{ message?: string; increment?: number }>,
    request: Request,
    token: CancellationToken,
  ): Promise<ValidationResult> {
    this.#bar = bar;
    this.#percent = 0;
    return this.editor.reader.connection().sendRequest(findingsValidate, request, token);
  }

  #tell({ files, rows, interrupted }: ValidationResult): void {
    const sum = (severity: "error" | "warning") =>
      files.reduce((total, { findings }) => total + findings[severity], 0);
    const [errors, warnings] = [sum("error"), sum("warning")];
    const ignored = files.reduce((total, one) => total + one.ignored, 0);
    const unread = files.filter(({ error }) => error !== null);
    const parts = [
      interrupted
        ? l10n.t(
            "Ended after {0} rows: {1}, {2}.",
            formatCount(rows),
            errorsInWords(errors),
            warningsInWords(warnings),
          )
        : l10n.t(
            "{0} rows checked: {1}, {2}.",
            formatCount(rows),
            errorsInWords(errors),
            warningsInWords(warnings),
          ),
      ...(ignored > 0 ? [l10n.t("{0} ignored.", formatCount(ignored))] : []),
      ...unread
        .slice(0, 1)
        .map(({ file, error }) => l10n.t("{0} was not read to its end: {1}", basename(file), error!)),
    ];
    const kind = unread.length > 0 ? "error" : errors > 0 || interrupted ? "warning" : "info";
    const show = button(l10n.t("Show the findings"), `${VIEWS.findings}.focus`);
    tell(kind, parts.join(" "), ...(errors + warnings > 0 ? [show] : []));
  }
}

const isFile = (value: unknown): value is Uri => value instanceof Uri && value.scheme === "file";

/** The files that a command is meant for: those of the explorer, the one in the editor, or what the user picks. */
async function filesFor(argument: unknown, selected: unknown): Promise<readonly Uri[]> {
  if (Array.isArray(selected) && selected.length > 0) return selected.filter(isFile);
  if (isFile(argument)) return [argument];
  // The tab of a file that is too large for extensions has no document.
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  const active = input instanceof TabInputText ? input.uri : undefined;
  if (isFile(active) && /\.(jsonl|ndjson|json)$/i.test(active.path)) return [active];
  const picked = await window.showOpenDialog({
    ...{
      canSelectMany: true,
      filters: FILTERS,
      title: l10n.t("Which files?"),
      openLabel: l10n.t("Validate"),
    },
  });
  return picked ?? [];
}

/** Registers the validation of files and workspaces. */
export function registerValidation(editor: Editor, diagnostics: FindingDiagnostics): Disposable {
  const validator = new Validator(editor, diagnostics);
  const validateFile = async (argument?: unknown, selected?: unknown): Promise<void> => {
    const uris = await filesFor(argument, selected);
    const [first] = uris;
    if (!first) return;
    const name = basename(first.fsPath);
    const title =
      uris.length === 1
        ? l10n.t("Validate {0}", name)
        : l10n.t("Validate {0} files", formatCount(uris.length));
    await validator.run(title, { workspace: null, files: uris.map(({ fsPath }) => fsPath) });
  };
  const validateWorkspace = async (argument?: unknown): Promise<void> => {
    const target = await workspaceFor(editor, argument);
    if (!target) return;
    await validator.run(l10n.t("Validate the data set of {0}", target.name), {
      workspace: target.path,
      files: [],
    });
  };
  return Disposable.from(
    validator.follow(),
    commands.registerCommand(COMMANDS.validateFile, validateFile),
    commands.registerCommand(COMMANDS.validateWorkspace, validateWorkspace),
  );
}
