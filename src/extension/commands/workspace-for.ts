import { l10n, workspace } from "vscode";
import type { Editor } from "../editor.js";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import { pickWorkspace } from "../folders/target.js";
import { COMMANDS } from "../ids.js";
import { button, tell } from "./tell.js";

/** The workspace that a command is meant for; where there is none, says so with the one button that helps. */
export async function workspaceFor(
  editor: Editor,
  argument: unknown,
): Promise<PrefloomWorkspace | undefined> {
  const picked = await pickWorkspace(editor, argument);
  if (picked === undefined) tellNoWorkspace();
  return picked ?? undefined;
}

function tellNoWorkspace(): void {
  if (workspace.workspaceFolders === undefined) {
    tell(
      "warning",
      l10n.t("Open a folder first: a Prefloom workspace is a folder with prefloom.json."),
      button(l10n.t("Open a folder"), "vscode.openFolder"),
    );
    return;
  }
  tell(
    "warning",
    l10n.t("No folder of this window is a Prefloom workspace yet."),
    button(l10n.t("Start a workspace here"), COMMANDS.init),
  );
}
