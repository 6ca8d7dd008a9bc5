import { basename } from "node:path";
import { commands, l10n, Uri, window, workspace } from "vscode";
import { tellError } from "../commands/tell.js";
import { workspaceFor } from "../commands/workspace-for.js";
import type { Editor } from "../editor.js";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import { COMMANDS } from "../ids.js";
import { EXPLAIN_SCHEME, ExplainDocuments, explainUri } from "./explain-document.js";

/** An id as it stands in any file. */
const ID = /\b(?:pair|post|resp|raw)-[0-9a-z-]+/;
/** Files of the output folder whose lines can be asked for. */
const LINE_FILES =
  /^(?:train|test|train\.lineage|test\.lineage|posts|annotations|levels|clusters|pairs|personas|verdicts)\.jsonl$/;

/** The id under the cursor, else the line that it is in, of a file that Prefloom wrote. */
function idAtCursor({
  workspaces,
}: Editor): { readonly workspace: PrefloomWorkspace; readonly id: string } | undefined {
  const editor = window.activeTextEditor;
  const owner = editor && workspaces.of(editor.document.uri);
  if (!owner) return undefined;
  const { document, selection } = editor;
  const word = document.getWordRangeAtPosition(selection.active, ID);
  if (word) return { workspace: owner, id: document.getText(word) };
  const name = basename(document.uri.fsPath);
  return LINE_FILES.test(name) ? { workspace: owner, id: `${name}:${selection.active.line + 1}` } : undefined;
}

/** What a command was given: a row of a tree, or what a lens or a link names. */
interface ExplainTarget {
  readonly workspace?: PrefloomWorkspace;
  readonly id?: string;
}

function askForId(): Thenable<string | undefined> {
  return window.showInputBox({
    title: l10n.t("Explain"),
    prompt: l10n.t("The id of a post, a response or a pair, or a line of the data set"),
    placeHolder: "train.jsonl:1",
    ignoreFocusOut: true,
  });
}

/** Registers `explain`: all that is known of an id, as a Markdown document in its preview. */
export function registerExplain(editor: Editor): (workspace: PrefloomWorkspace, id: string) => Promise<void> {
  const { context, reader } = editor;
  const documents = new ExplainDocuments(reader);

  const explain = async (owner: PrefloomWorkspace, id: string): Promise<void> => {
    const uri = explainUri(owner.uri, id);
    try {
      const isOpen = workspace.textDocuments.some((one) => one.uri.toString() === uri.toString());
      await workspace.openTextDocument(uri);
      if (isOpen) documents.renew(uri);
      await commands.executeCommand("markdown.showPreview", uri);
    } catch (error) {
      tellError(editor, l10n.t("Explain {0}", id), error);
    }
  };

  context.subscriptions.push(
    documents,
    workspace.registerTextDocumentContentProvider(EXPLAIN_SCHEME, documents),
    commands.registerCommand(COMMANDS.explain, async (argument?: unknown, given?: unknown) => {
      const target = (argument ?? {}) as ExplainTarget;
      const named = typeof argument === "string" ? argument : (target.id ?? given);
      // The editor's own menu names the document that it was opened in.
      const isActive =
        !(argument instanceof Uri) ||
        argument.toString() === window.activeTextEditor?.document.uri.toString();
      const atCursor = named === undefined && isActive ? idAtCursor(editor) : undefined;
      const owner = atCursor?.workspace ?? (await workspaceFor(editor, argument));
      if (!owner) return;
      const id = typeof named === "string" ? named : (atCursor?.id ?? (await askForId()));
      if (id !== undefined && id.trim() !== "") await explain(owner, id.trim());
    }),
  );
  return explain;
}
