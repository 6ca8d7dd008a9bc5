import { stat } from "node:fs/promises";
import { commands, l10n, Uri, window, workspace } from "vscode";
import { type AddedSource, sourcesAdd, workspaceInit } from "../../protocol/agent.js";
import type { Editor } from "../editor.js";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import { COMMANDS } from "../ids.js";
import { runAndTell } from "./run-commands.js";
import { button, requireTrust, tell, tellError } from "./tell.js";
import { workspaceFor } from "./workspace-for.js";

/** The folder that is to become a workspace: what was clicked, else the only folder, else the one that is chosen. */
async function pickFolder(argument: unknown): Promise<Uri | undefined> {
  if (argument instanceof Uri) return argument;
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    tell(
      "warning",
      l10n.t("Open a folder first: it becomes the workspace."),
      button(l10n.t("Open a folder"), "vscode.openFolder"),
    );
    return undefined;
  }
  if (folders.length === 1) return folders[0]!.uri;
  const picked = await window.showWorkspaceFolderPick({
    placeHolder: l10n.t("Which folder becomes a workspace?"),
  });
  return picked?.uri;
}

async function pickStart(): Promise<{ readonly sample: boolean } | undefined> {
  return window.showQuickPick(
    [
      {
        label: l10n.t("With sample threads"),
        detail: l10n.t("56 real threads and settings for the small model: runs end to end in minutes"),
        sample: true,
      },
      {
        label: l10n.t("With files of my own"),
        detail: l10n.t("Commented settings; then import raw threads"),
        sample: false,
      },
    ],
    { title: l10n.t("Start a Prefloom workspace"), matchOnDetail: true },
  );
}

async function showSettings(target: PrefloomWorkspace): Promise<void> {
  await window.showTextDocument(target.settingsUri);
}

async function init(editor: Editor, argument: unknown, given?: { readonly sample: boolean }): Promise<void> {
  if (!requireTrust()) return;
  const folder = await pickFolder(argument);
  if (!folder) return;
  const known = editor.workspaces.all.find(({ uri }) => uri.toString() === folder.toString());
  if (known) {
    tell(
      "info",
      l10n.t("{0} is a workspace already.", known.name),
      button(l10n.t("Open its settings"), COMMANDS.openSettings, { workspace: known }),
      button(l10n.t("Run"), COMMANDS.run, { workspace: known }),
    );
    return;
  }
  const start = given ?? (await pickStart());
  if (!start) return;
  const { sample } = start;
  try {
    const agent = editor.agents.of(folder);
    await agent.request(workspaceInit, { sample });
  } catch (error) {
    tellError(editor, l10n.t("Start a workspace here"), error);
    return;
  }
  const added = editor.workspaces.added(folder);
  await added.refresh();
  await showSettings(added);
  await commands.executeCommand(COMMANDS.status);
  const model = added.status?.model;
  const next =
    model && !model.present
      ? button(l10n.t("Get the model"), COMMANDS.modelGet, { workspace: added, model: model.name })
      : button(l10n.t("Run"), COMMANDS.run, { workspace: added });
  if (sample) tell("info", l10n.t("The sample is here: 56 threads."), next);
  else {
    tell(
      "info",
      l10n.t("prefloom.json is here. Next: import raw threads."),
      button(l10n.t("Import..."), COMMANDS.import, { workspace: added }),
    );
  }
}

/** Files that a command from the explorer was given: the one that was clicked and those that are selected with it. */
function filesOf(argument: unknown, selected: unknown): readonly Uri[] {
  if (Array.isArray(selected) && selected.length > 0 && selected.every((one) => one instanceof Uri)) {
    return selected;
  }
  return argument instanceof Uri ? [argument] : [];
}

async function chooseFiles(target: PrefloomWorkspace): Promise<readonly Uri[]> {
  const chosen = await window.showOpenDialog({
    title: l10n.t("Import raw threads into {0}", target.name),
    openLabel: l10n.t("Import"),
    canSelectMany: true,
    defaultUri: target.uri,
    filters: { [l10n.t("Threads")]: ["jsonl", "json", "ndjson", "gz"], [l10n.t("All files")]: ["*"] },
  });
  return chosen ?? [];
}

/** What is imported: files that are added, or none: those that the settings name. Undefined: the user changed their mind. */
async function chooseSources(target: PrefloomWorkspace, asks: boolean): Promise<readonly Uri[] | undefined> {
  if (target.status === undefined) await target.refresh();
  const sources = target.status?.sources ?? 0;
  if (sources === 0) {
    const files = await chooseFiles(target);
    return files.length > 0 ? files : undefined;
  }
  if (!asks) return [];
  const picked = await window.showQuickPick(
    [
      { label: l10n.t("The files that prefloom.json names ({0})", sources), more: false },
      { label: l10n.t("More files..."), more: true },
    ],
    { title: l10n.t("Import into {0}", target.name) },
  );
  if (!picked?.more) return picked && [];
  const files = await chooseFiles(target);
  return files.length > 0 ? files : undefined;
}

function tellAdded(target: PrefloomWorkspace, files: readonly AddedSource[]): void {
  const MOST = 3;
  const told = files.slice(0, MOST).map(({ path, format, why }) => {
    const name = workspace.asRelativePath(path, false);
    return l10n.t("{0}: {1} ({2})", name, format, why);
  });
  if (files.length > MOST) told.push(l10n.t("and {0} more", files.length - MOST));
  tell(
    "info",
    told.join("; "),
    button(l10n.t("Open its settings"), COMMANDS.openSettings, { workspace: target }),
  );
}

const isFile = (uri: Uri): Promise<boolean> =>
  stat(uri.fsPath).then(
    (found) => found.isFile(),
    () => false,
  );

/** Whether a tree's inline button was pressed: that means the step as it is. */
const isNode = (argument: unknown): boolean => typeof argument === "object" && argument !== null;

async function importFiles(editor: Editor, argument: unknown, selected: unknown): Promise<void> {
  if (!requireTrust()) return;
  const target = await workspaceFor(editor, argument);
  if (!target) return;
  const given = filesOf(argument, selected);
  const files = given.length > 0 ? given : await chooseSources(target, !isNode(argument));
  if (!files) return;
  if (files.length > 0) {
    const settings = workspace.textDocuments.find(
      ({ uri, isDirty }) => isDirty && uri.toString() === target.settingsUri.toString(),
    );
    // The agent adds to what is on disk.
    if (settings) await settings.save();
    try {
      const paths = [];
      for (const uri of files) if (await isFile(uri)) paths.push(uri.fsPath);
      const added = await editor.agents.of(target.uri).request(sourcesAdd, { files: paths });
      tellAdded(target, added.files);
      await target.refresh();
    } catch (error) {
      tellError(editor, l10n.t("Import"), error);
      return;
    }
  }
  await runAndTell(editor, target, { steps: ["import"] });
}

const isStart = (value: unknown): value is { readonly sample: boolean } =>
  typeof (value as { readonly sample?: unknown } | null | undefined)?.sample === "boolean";

/** Commands that make a workspace and feed it. */
export function workspaceCommands(editor: Editor): Readonly<Record<string, (...args: unknown[]) => unknown>> {
  return {
    // The second argument spares the question, for those who call it from code; the explorer gives what is selected.
    [COMMANDS.init]: (argument, start) => init(editor, argument, isStart(start) ? start : undefined),
    [COMMANDS.import]: (argument, selected) => importFiles(editor, argument, selected),
    [COMMANDS.openSettings]: async (argument) => {
      const target = await workspaceFor(editor, argument);
      if (target) await showSettings(target);
    },
  };
}
