import { relative } from "node:path";
import {
  CustomExecution,
  l10n,
  Task,
  type TaskDefinition,
  tasks,
  workspace,
  type WorkspaceFolder,
} from "vscode";
import { STEP_NAMES } from "../../core/step-names.js";
import type { Editor } from "../editor.js";
import { TASK_TYPE } from "../ids.js";
import { TaskTerminal } from "./task-terminal.js";
import { doTask, type PrefloomTask } from "./task-work.js";

/** Name of the matcher that `package.json` contributes. */
const MATCHER = "$prefloom";

function taskOf(editor: Editor, definition: TaskDefinition, folder: WorkspaceFolder, name: string): Task {
  const execution = new CustomExecution(async (resolved) => {
    const task = resolved as TaskDefinition & PrefloomTask;
    return new TaskTerminal(
      (output) => doTask(editor, task, folder.uri.fsPath, output),
      l10n.t("Ctrl+C: finishing the unit at hand"),
    );
  });
  return new Task(definition, folder, name, "prefloom", execution, MATCHER);
}

function tasksOf(editor: Editor): Task[] {
  return editor.workspaces.all.flatMap(({ uri, path }) => {
    const folder = workspace.getWorkspaceFolder(uri);
    if (!folder) return [];
    const inside = relative(folder.uri.fsPath, path).replaceAll("\\", "/");
    return ["run", ...STEP_NAMES, "report", "validate"].map((step) => {
      const where = inside === "" ? {} : { workspace: inside };
      const name = inside === "" ? step : `${step} (${inside})`;
      return taskOf(editor, { type: TASK_TYPE, step, ...where }, folder, name);
    });
  });
}

/** Registers tasks of type `prefloom`: those of each workspace, and those of `tasks.json`. */
export function registerTasks(editor: Editor): void {
  const provider = {
    async provideTasks() {
      await editor.workspaces.ready;
      return tasksOf(editor);
    },
    resolveTask({ definition, scope, name }: Task) {
      // A task of the user or of all folders is the first folder's.
      const isFolder = typeof scope === "object";
      const folder = isFolder ? scope : workspace.workspaceFolders?.[0];
      return folder && taskOf(editor, definition, folder, name);
    },
  };
  editor.context.subscriptions.push(tasks.registerTaskProvider(TASK_TYPE, provider));
}
