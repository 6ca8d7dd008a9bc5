import {
  CodeAction,
  type CodeActionContext,
  CodeActionKind,
  type CodeActionProvider,
  CodeActionTriggerKind,
  commands,
  type CancellationToken,
  type Diagnostic,
  Disposable,
  l10n,
  languages,
  type Range,
  type TextDocument,
  window,
  workspace,
} from "vscode";
import { formatCount } from "../../core/number-words.js";
import {
  fixableRules,
  fixAllEdits,
  fixEdits,
  type Fix,
  type FixKind,
  fixesOffered,
} from "../../protocol/fixes.js";
import { tell } from "../commands/tell.js";
import type { Editor } from "../editor.js";
import { COMMANDS } from "../ids.js";
import { findingsInWords } from "../views/words.js";
import { saveFile, workspaceEdit } from "./apply-edits.js";
import { DATA_DOCUMENTS } from "./document-sync.js";

/** More lines are not looked at for one menu. */
const MOST_LINES = 50;

/** Saves the ignore file: nobody has it open, and `prefloom validate` reads what is on the disk. */
const SAVE_IGNORES = "prefloom.saveIgnores";

function titleOf({ kind, rule, name = "" }: Fix): string {
  switch (kind) {
    case "drop-line":
      return l10n.t("Drop this line");
    case "rederive-direction":
      return l10n.t("Re-derive the direction from the levels");
    case "nearest-values":
      return l10n.t("Round the values to 0, 0.5 and 1");
    case "remove-item":
      return l10n.t("Remove the persona item");
    case "replace-pii":
      return l10n.t("Replace personal information by typed marks");
    case "swap-responses":
      return l10n.t("Swap chosen and rejected");
    case "rename-field":
      return l10n.t("Rename the field to “{0}”", name);
    case "ignore":
      return l10n.t("Ignore {0} here", rule);
  }
}

function titleOfAll(kind: FixKind, rule: string, count: number): string {
  return kind === "drop-line"
    ? l10n.t("Drop the lines of all {0} findings of {1} in this file", formatCount(count), rule)
    : l10n.t("Fix all {0} findings of {1} in this file", formatCount(count), rule);
}

/** A fix whose edit is computed when it is chosen. */
class FixAction extends CodeAction {
  constructor(
    title: string,
    readonly document: TextDocument,
    readonly version: number,
    readonly wanted: { readonly fix: Fix } | { readonly rule: string; readonly kind: FixKind },
  ) {
    super(title, CodeActionKind.QuickFix);
  }
}

const isAt = ({ rule, line, character }: Fix, { code, range, source }: Diagnostic): boolean =>
  source === "Prefloom" &&
  (typeof code === "object" ? code.value : code) === rule &&
  range.start.line === line &&
  range.start.character === character;

/** Quick fixes of findings. */
class FixProvider implements CodeActionProvider<FixAction> {
  constructor(private readonly editor: Editor) {}

  async provideCodeActions(
    document: TextDocument,
    range: Range,
    { diagnostics, triggerKind }: CodeActionContext,
    token: CancellationToken,
  ): Promise<FixAction[]> {
    const own = diagnostics.filter(({ source }) => source === "Prefloom");
    // A lamp only where something is wrong; who asks is told what can be done about the lines.
    if (own.length === 0 && triggerKind !== CodeActionTriggerKind.Invoke) return [];
    const { running } = this.editor.reader;
    if (!running) return [];
    const [from, to] = [range.start.line, Math.min(range.end.line, range.start.line + MOST_LINES)];
    const { version } = document;
    const uri = document.uri.toString();
    const all = await running.sendRequest(fixesOffered, { uri, version, from, to }, token);
    const near = all.filter((fix) => own.some((diagnostic) => isAt(fix, diagnostic)));
    return this.#actions(document, version, near.length > 0 ? near : all, own);
  }

  #actions(
    document: TextDocument,
    version: number,
    fixes: readonly Fix[],
    diagnostics: readonly Diagnostic[],
  ): FixAction[] {
    const actions: FixAction[] = [];
    const [once, everywhere] = [new Set<string>(), new Set<string>()];
    for (const fix of fixes) {
      const { kind, rule, line, inFile } = fix;
      // A line is dropped or ignored once, however many findings it has.
      const key = JSON.stringify(
        kind === "drop-line" ? [kind, line] : kind === "ignore" ? [kind, line, rule] : fix,
      );
      if (once.has(key)) continue;
      once.add(key);
      const action = new FixAction(titleOf(fix), document, version, { fix });
      action.diagnostics = diagnostics.filter((one) => isAt(fix, one));
      action.isPreferred = kind !== "drop-line" && kind !== "ignore" && fixes.length < 4;
      actions.push(action);
      if (inFile < 2 || everywhere.has(rule)) continue;
      everywhere.add(rule);
      actions.push(new FixAction(titleOfAll(kind, rule, inFile), document, version, { rule, kind }));
    }
    return actions;
  }

  async resolveCodeAction(action: FixAction, token: CancellationToken): Promise<FixAction> {
    const { document, version, wanted } = action;
    const connection = this.editor.reader.connection();
    const uri = document.uri.toString();
    const files =
      "fix" in wanted
        ? await connection.sendRequest(fixEdits, { uri, version, ...wanted }, token)
        : (await connection.sendRequest(fixAllEdits, { uri, version, ...wanted }, token))?.files;
    if (!files || document.version !== version) return action;
    action.edit = workspaceEdit(files);
    if ("fix" in wanted && wanted.fix.kind === "ignore") {
      action.command = { command: SAVE_IGNORES, title: action.title, arguments: [files[0]!.path] };
    }
    return action;
  }
}

async function fixAllOfRule({ reader }: Editor, argument: unknown): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (!document) return;
  const { version } = document;
  const uri = document.uri.toString();
  const connection = reader.connection();
  const rules = await connection.sendRequest(fixableRules, { uri, version });
  if (rules.length === 0) {
    tell("info", l10n.t("No finding of this file can be fixed all at once."));
    return;
  }
  const items = rules.map(({ rule, kind, count }) => ({
    ...{ label: rule, rule, fix: kind },
    description: findingsInWords(count),
    detail: titleOfAll(kind, rule, count),
  }));
  const picked =
    items.find(({ rule }) => rule === argument) ??
    (await window.showQuickPick(items, { title: l10n.t("Which rule?"), matchOnDetail: true }));
  if (!picked) return;
  const { rule, fix: kind } = picked;
  const done = await connection.sendRequest(fixAllEdits, { uri, version, rule, kind });
  if (!done || document.version !== version) {
    tell(
      "info",
      l10n.t("Nothing was changed: the file has changed meanwhile, or there is nothing left to fix."),
    );
    return;
  }
  if (!(await workspace.applyEdit(workspaceEdit(done.files)))) return;
  tell("info", l10n.t("{0} of {1}: fixed.", findingsInWords(done.fixed), rule));
}

/** Registers quick fixes, one by one and all of a rule. */
export function registerCodeActions(editor: Editor): Disposable {
  return Disposable.from(
    languages.registerCodeActionsProvider(DATA_DOCUMENTS, new FixProvider(editor), {
      providedCodeActionKinds: [CodeActionKind.QuickFix],
    }),
    commands.registerCommand(SAVE_IGNORES, saveFile),
    commands.registerCommand(COMMANDS.fixAllOfRule, (argument?: unknown) => fixAllOfRule(editor, argument)),
  );
}
