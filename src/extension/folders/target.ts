import { l10n, Uri, window } from "vscode";
import type { PrefloomWorkspace } from "./prefloom-workspace.js";
import type { Workspaces } from "./workspaces.js";

/** What a command may be given: a node of a tree that belongs to a workspace. */
export interface WorkspaceTarget {
  readonly workspace: PrefloomWorkspace;
}

/** The workspace that a command's first argument belongs to: a tree's node, or a file. */
function workspaceOf(workspaces: Workspaces, argument: unknown): PrefloomWorkspace | undefined {
  if (argument instanceof Uri) return workspaces.of(argument);
  const workspace = (argument as Partial<WorkspaceTarget> | null | undefined)?.workspace;
  // Its folder may have been found anew since.
  return workspace && workspaces.all.find(({ path }) => path === workspace.path);
}

/** Whether an argument names a workspace, be it one that has left the window. */
const namesWorkspace = (argument: unknown): boolean =>
  (argument as Partial<WorkspaceTarget> | null | undefined)?.workspace !== undefined;

/**
 * The workspace that a command is meant for; asks where there are several and nothing tells.
 * @returns undefined where there is none (which has not been told yet), null where the user chose none
 */
export async function pickWorkspace(
  { workspaces }: { readonly workspaces: Workspaces },
  argument?: unknown,
): Promise<PrefloomWorkspace | null | undefined> {
  const meant = workspaceOf(workspaces, argument);
  if (meant) return meant;
  await workspaces.ready;
  const late = workspaceOf(workspaces, argument);
  if (late) return late;
  if (namesWorkspace(argument)) {
    void window.showWarningMessage(l10n.t("That workspace is no longer in this window."));
    return null;
  }
  if (workspaces.active) return workspaces.active;
  if (workspaces.all.length === 0) return undefined;
  const items = workspaces.all.map((workspace) => ({
    ...{ label: workspace.name, description: workspace.path, workspace },
  }));
  const picked = await window.showQuickPick(items, {
    title: l10n.t("Which workspace?"),
    matchOnDescription: true,
  });
  return picked?.workspace ?? null;
}
