import { commands } from "vscode";
import type { Editor } from "../editor.js";
import { modelCommands } from "./model-commands.js";
import { otherCommands } from "./other-commands.js";
import { runCommands } from "./run-commands.js";
import { workspaceCommands } from "./workspace-commands.js";

/** Registers the commands that run, make and fetch; trees, language features and doctor register their own. */
export function registerCommands(editor: Editor): void {
  const all = {
    ...runCommands(editor),
    ...workspaceCommands(editor),
    ...modelCommands(editor),
    ...otherCommands(editor),
  };
  for (const [id, run] of Object.entries(all)) {
    editor.context.subscriptions.push(commands.registerCommand(id, run));
  }
}
