import type { Editor } from "../editor.js";
import { registerCodeActions } from "./code-actions.js";
import { FindingDiagnostics } from "./diagnostics.js";
import { DocumentKinds } from "./document-sync.js";
import { registerReading } from "./register-reading.js";
import { registerRules } from "./rules.js";
import { registerValidation } from "./validate.js";

/** Registers language features of data files. */
export function registerLanguage(editor: Editor): void {
  const kinds = new DocumentKinds(editor);
  const diagnostics = new FindingDiagnostics(editor);
  editor.context.subscriptions.push(
    ...[kinds, diagnostics, registerCodeActions(editor), registerRules(editor)],
    registerValidation(editor, diagnostics),
  );
  registerReading(editor, kinds);
}
