import { commands } from "vscode";
import { workspaceFor } from "../commands/workspace-for.js";
import type { Editor } from "../editor.js";
import { registerExplain } from "../explain/register-explain.js";
import { COMMANDS } from "../ids.js";
import { DatasetTree } from "./dataset-tree.js";
import { DropsTree } from "./drops-tree.js";
import { FindingsTree } from "./findings-tree.js";
import { goTo } from "./go-to.js";
import { ModelsTree } from "./models-tree.js";
import { OPEN_PLACE, openPlace } from "./open-place.js";
import { SHOW_MORE } from "./paged.js";
import { registerPipelineTree } from "./pipeline-tree.js";
import { registerRunsTree } from "./runs-tree.js";

/** Registers the trees and what is started from them. */
export function registerViews(editor: Editor): void {
  const pipeline = registerPipelineTree(editor);
  const dataset = new DatasetTree(editor);
  const findings = new FindingsTree(editor);
  const trees = [
    pipeline,
    dataset,
    findings,
    new DropsTree(editor),
    new ModelsTree(editor),
    registerRunsTree(editor),
  ];
  const explain = registerExplain(editor);
  editor.context.subscriptions.push(
    ...trees,
    commands.registerCommand(OPEN_PLACE, openPlace),
    commands.registerCommand(SHOW_MORE, (showMore: () => void) => showMore()),
    commands.registerCommand(COMMANDS.refresh, () => {
      for (const tree of trees) tree.refresh();
    }),
    commands.registerCommand(COMMANDS.groupFindingsByRule, () => findings.groupBy("rule")),
    commands.registerCommand(COMMANDS.groupFindingsByFile, () => findings.groupBy("file")),
    commands.registerCommand(COMMANDS.goTo, async (argument?: unknown) => {
      const workspace = await workspaceFor(editor, argument);
      if (!workspace) return;
      goTo(
        editor,
        workspace,
        (id) => explain(workspace, id),
        (post) => dataset.reveal(workspace, post),
      );
    }),
  );
}
