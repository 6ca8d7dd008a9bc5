import { commands, env, l10n, Uri, window } from "vscode";
import { dropsRestore, reportWrite } from "../../protocol/agent.js";
import type { Editor } from "../editor.js";
import { COMMANDS, VIEWS, WALKTHROUGH } from "../ids.js";
import { button, requireTrust, tell, tellError } from "./tell.js";
import { workspaceFor } from "./workspace-for.js";

async function report(editor: Editor, argument: unknown): Promise<void> {
  if (!requireTrust()) return;
  const target = await workspaceFor(editor, argument);
  if (!target) return;
  const title = l10n.t("Report");
  try {
    const agent = editor.agents.of(target.uri);
    const { html, markdown } = await window.withProgress(
      { location: { viewId: VIEWS.pipeline }, title },
      () => agent.request0(reportWrite),
    );
    await commands.executeCommand("markdown.showPreview", Uri.file(markdown));
    const page = Uri.file(html);
    tell(
      "info",
      l10n.t("The report is written: as Markdown, and as one HTML file with charts."),
      // On another machine the browser would look for it here.
      env.remoteName === undefined
        ? { label: l10n.t("Open in the browser"), press: () => env.openExternal(page) }
        : button(l10n.t("Show in the explorer"), "revealInExplorer", page),
    );
  } catch (error) {
    tellError(editor, title, error);
  }
}

/** A node of the Drops tree, by its parts that matter here. */
interface DropTarget {
  readonly id?: string;
  readonly rule?: string;
  readonly drop?: { readonly id: string; readonly rule: string };
}

async function restore(editor: Editor, argument: unknown): Promise<void> {
  if (!requireTrust()) return;
  const target = await workspaceFor(editor, argument);
  if (!target) return;
  const given = (argument ?? {}) as DropTarget;
  const { id, rule } = given.drop ?? given;
  const wanted =
    id ??
    (await window.showInputBox({
      title: l10n.t("Restore a dropped record"),
      prompt: l10n.t("Its id, as the Drops tree shows it"),
    }));
  if (!wanted) return;
  try {
    const agent = editor.agents.of(target.uri);
    const restored = await agent.request(dropsRestore, {
      id: wanted.trim(),
      ...(rule === undefined ? {} : { rule }),
    });
    await target.refresh();
    tell(
      "info",
      l10n.t("{0} ({1}) returns at the next run.", restored.id, restored.rule),
      button(l10n.t("Run"), COMMANDS.run, { workspace: target }),
    );
  } catch (error) {
    const drops = button(l10n.t("Show the drops"), `${VIEWS.drops}.focus`);
    tellError(editor, l10n.t("Restore a dropped record"), error, {
      "unknown-id": [drops],
      "not-restorable": [drops],
    });
  }
}

async function restart(editor: Editor, argument: unknown): Promise<void> {
  if (!requireTrust()) return;
  const target = await workspaceFor(editor, argument);
  if (!target) return;
  await editor.agents.of(target.uri).restart();
  tell("info", l10n.t("The agent of {0} starts again when it is needed.", target.name));
}

/** The other commands. */
export function otherCommands(editor: Editor): Readonly<Record<string, (...args: unknown[]) => unknown>> {
  return {
    [COMMANDS.status]: () => commands.executeCommand(`${VIEWS.pipeline}.focus`),
    [COMMANDS.drops]: () => commands.executeCommand(`${VIEWS.drops}.focus`),
    [COMMANDS.modelList]: () => commands.executeCommand(`${VIEWS.models}.focus`),
    [COMMANDS.report]: (argument) => report(editor, argument),
    [COMMANDS.restoreDrop]: (argument) => restore(editor, argument),
    [COMMANDS.restartAgent]: (argument) => restart(editor, argument),
    [COMMANDS.showLog]: () => editor.log.show(),
    [COMMANDS.openWalkthrough]: () =>
      commands.executeCommand("workbench.action.openWalkthrough", WALKTHROUGH, false),
  };
}
