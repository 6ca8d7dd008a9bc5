import {
  type Disposable,
  l10n,
  ThemeColor,
  ThemeIcon,
  TreeItemCollapsibleState,
  type TreeView,
  window,
} from "vscode";
import { formatCount } from "../../core/number-words.js";
import type { StepName } from "../../core/step-names.js";
import { type DropEntry, dropGroups, type DropGroup, dropPage } from "../../protocol/records.js";
import type { Editor } from "../editor.js";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import { VIEWS } from "../ids.js";
import { NodeTree, perWorkspace, rowItem, type TreeNode } from "./node-tree.js";
import { openPlaceCommand } from "./open-place.js";
import { morePage } from "./paged.js";
import { stepInWords } from "./step-words.js";
import { droppedInWords } from "./words.js";

/** A row that stands for a dropped record: `restoreDrop` and `explain` are given it. */
export interface DropNode extends TreeNode {
  readonly workspace: PrefloomWorkspace;
  readonly id: string;
  readonly drop: { readonly id: string; readonly rule: string; readonly stage: StepName };
}

/** The Drops tree: what the steps left out, by step and rule. */
export class DropsTree implements Disposable {
  readonly #tree: NodeTree;
  readonly #view: TreeView<TreeNode>;
  readonly #subscriptions: readonly { dispose(): unknown }[];
  readonly #totals = new Map<PrefloomWorkspace, number>();
  #made = "";

  constructor(private readonly editor: Editor) {
    const { workspaces, log } = editor;
    this.#tree = new NodeTree(async () => {
      await workspaces.ready;
      this.#totals.clear();
      return perWorkspace(workspaces.all, (workspace, parent) => this.#stages(workspace, parent));
    }, log);
    this.#view = window.createTreeView(VIEWS.drops, { treeDataProvider: this.#tree, showCollapseAll: true });
    this.#subscriptions = [
      this.#tree,
      this.#view,
      workspaces.onDidChange(() => this.refresh()),
      workspaces.onDidChangeState(() => this.#refreshIfMade()),
    ];
  }

  refresh(): void {
    this.#tree.refresh();
  }

  #refreshIfMade(): void {
    const made = JSON.stringify(
      this.editor.workspaces.all.map(({ path, status }) => [
        path,
        // A record that was asked back makes its step stale.
        status?.steps.map(({ startedAt, why }) => [startedAt, why]),
      ]),
    );
    if (made === this.#made) return;
    this.#made = made;
    this.refresh();
  }

  async #stages(workspace: PrefloomWorkspace, parent?: TreeNode): Promise<readonly TreeNode[]> {
    const groups = await this.editor.reader
      .connection()
      .sendRequest(dropGroups, { workspace: workspace.path });
    this.#totals.set(
      workspace,
      groups.reduce((sum, { count }) => sum + count, 0),
    );
    const total = [...this.#totals.values()].reduce((sum, count) => sum + count, 0);
    this.#view.description = total > 0 ? droppedInWords(total) : "";
    const stages = [...new Set(groups.map(({ stage }) => stage))];
    return stages.map((stage) =>
      this.#stage(
        workspace,
        stage,
        groups.filter((group) => group.stage === stage),
        parent,
      ),
    );
  }

  #stage(
    workspace: PrefloomWorkspace,
    stage: StepName,
    groups: readonly DropGroup[],
    parent?: TreeNode,
  ): TreeNode {
    const count = groups.reduce((sum, group) => sum + group.count, 0);
    const node: TreeNode = {
      ...{ parent, workspace },
      item: () =>
        rowItem(stepInWords(stage), {
          id: `${workspace.path}|${stage}`,
          description: droppedInWords(count),
          icon: new ThemeIcon("filter"),
          state: TreeItemCollapsibleState.Expanded,
        }),
      children: () => groups.map((group) => this.#rule(workspace, group, node)),
    };
    return node;
  }

  #rule(workspace: PrefloomWorkspace, group: DropGroup, parent: TreeNode): TreeNode {
    const { stage, rule, count, why, restorable, askedBack } = group;
    const asked = askedBack > 0 ? [l10n.t("{0} asked back", formatCount(askedBack))] : [];
    const node: TreeNode = {
      ...{ parent, workspace },
      item: () =>
        rowItem(rule, {
          id: `${workspace.path}|${stage}|${rule}`,
          description: [formatCount(count), ...asked, why].join(", "),
          tooltip: [
            why,
            restorable
              ? l10n.t("Records can be restored.")
              : l10n.t("Records cannot be restored as they are."),
          ].join("\n"),
          icon: new ThemeIcon("law"),
          context: restorable ? "drops-restorable" : "drops",
          spoken: l10n.t("{0}, {1}: {2}", rule, droppedInWords(count), why),
          state: TreeItemCollapsibleState.Collapsed,
        }),
      children: () => page(),
    };
    const page = morePage<DropEntry>(this.#tree, node, {
      total: count,
      read: (offset, limit) =>
        this.editor.reader
          .connection()
          .sendRequest(dropPage, { workspace: workspace.path, stage, rule, offset, limit }),
      row: (entry, under) => this.#entry(workspace, entry, under),
    });
    return node;
  }

  #entry(workspace: PrefloomWorkspace, entry: DropEntry, parent: TreeNode): TreeNode {
    const { id, rule, stage, reason, restorable, askedBack, place, origin } = entry;
    const node: DropNode = {
      ...{ parent, workspace, id },
      drop: { id, rule, stage },
      item: () =>
        rowItem(reason, {
          description: askedBack ? l10n.t("asked back, {0}", id) : id,
          tooltip: [
            reason,
            id,
            askedBack ? l10n.t("It returns at the next run.") : "",
            origin ? `${origin.file}:${origin.line}` : "",
          ]
            .filter((line) => line !== "")
            .join("\n"),
          icon: askedBack ? new ThemeIcon("discard", new ThemeColor("charts.blue")) : new ThemeIcon("trash"),
          context: askedBack ? "drop-asked" : restorable ? "drop-restorable" : "drop",
          command: openPlaceCommand(l10n.t("Open"), origin ?? place),
          spoken: askedBack ? l10n.t("{0}, asked back", reason) : reason,
        }),
    };
    return node;
  }

  dispose(): void {
    for (const one of this.#subscriptions) one.dispose();
  }
}
