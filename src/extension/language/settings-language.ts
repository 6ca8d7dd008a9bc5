import {
  Diagnostic,
  DiagnosticSeverity,
  Disposable,
  languages,
  Range,
  type TextDocument,
  window,
  workspace,
} from "vscode";
import { readingSettings } from "../../protocol/reading.js";
import type { Editor } from "../editor.js";
import { askReader } from "./reading-places.js";

const QUIET_MILLISECONDS = 500;

const isSettings = ({ uri }: TextDocument): boolean =>
  uri.scheme === "file" && uri.path.endsWith("/prefloom.json");

/**
 * Problems of `prefloom.json` that its schema cannot see. Completion, hovers and the form of it come from the schema that
 * the manifest contributes.
 */
export function registerSettingsLanguage(editor: Editor): void {
  const diagnostics = languages.createDiagnosticCollection("prefloom-settings");
  const timers = new Map<string, NodeJS.Timeout>();

  const check = async (document: TextDocument): Promise<void> => {
    const { uri, version } = document;
    const params = { path: uri.fsPath, text: document.getText() };
    const problems = await askReader(editor, readingSettings, params);
    if (!problems || document.isClosed || document.version !== version) return;
    const shown = problems.map(({ range: { start, end }, rule, message, severity }) => {
      const range = new Range(start.line, start.character, end.line, end.character);
      const level = severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
      const diagnostic = new Diagnostic(range, message, level);
      return Object.assign(diagnostic, { source: "Prefloom", code: rule });
    });
    diagnostics.set(uri, shown);
  };
  const checkSoon = (document: TextDocument): void => {
    if (!isSettings(document)) return;
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => void check(document), QUIET_MILLISECONDS),
    );
  };
  const forget = ({ uri }: TextDocument): void => {
    clearTimeout(timers.get(uri.toString()));
    diagnostics.delete(uri);
  };
  const clearTimers = () => {
    for (const timer of timers.values()) clearTimeout(timer);
  };
  for (const document of workspace.textDocuments) checkSoon(document);
  editor.context.subscriptions.push(
    diagnostics,
    new Disposable(clearTimers),
    workspace.onDidOpenTextDocument(checkSoon),
    workspace.onDidChangeTextDocument(({ document }) => checkSoon(document)),
    workspace.onDidCloseTextDocument(forget),
    // Files may have come or gone meanwhile.
    window.onDidChangeActiveTextEditor((active) => active && checkSoon(active.document)),
  );
}
