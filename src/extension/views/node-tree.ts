import {
  type Disposable,
  type Event,
  EventEmitter,
  type LogOutputChannel,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
} from "vscode";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";

/** One row of a tree. Commands that are started from a row are given it. */
export interface TreeNode {
  readonly parent?: TreeNode | undefined;
  readonly workspace?: PrefloomWorkspace | undefined;
  item(): TreeItem;
  /** Left out: a row without any. */
  children?(): Promise<readonly TreeNode[]> | readonly TreeNode[];
}

/** What is said of a row that is always the same. */
export interface RowOptions {
  readonly id?: string;
  readonly description?: string | undefined;
  readonly tooltip?: TreeItem["tooltip"];
  readonly icon?: ThemeIcon;
  readonly context?: string | undefined;
  readonly command?: TreeItem["command"] | undefined;
  /** What a screen reader says, where label and description are not enough. */
  readonly spoken?: string;
  readonly state?: TreeItemCollapsibleState;
}

/** The item of a row. */
export function rowItem(label: string, options: RowOptions = {}): TreeItem {
  const item = new TreeItem(label, options.state ?? TreeItemCollapsibleState.None);
  if (options.id !== undefined) item.id = options.id;
  if (options.description !== undefined) item.description = options.description;
  if (options.tooltip !== undefined) item.tooltip = options.tooltip;
  if (options.icon !== undefined) item.iconPath = options.icon;
  if (options.context !== undefined) item.contextValue = options.context;
  if (options.command !== undefined) item.command = options.command;
  if (options.spoken !== undefined) item.accessibilityInformation = { label: options.spoken };
  return item;
}

/** A row without children. */
export function leaf(
  label: string,
  options: RowOptions & { readonly parent?: TreeNode | undefined } = {},
): TreeNode {
  return { parent: options.parent, item: () => rowItem(label, options) };
}

/** The row of something that failed: what and, in the tooltip, all of it. */
export function failureRow(error: unknown, parent?: TreeNode): TreeNode {
  const message = error instanceof Error ? error.message : String(error);
  const [first = ""] = message.split("\n");
  return leaf(first, {
    icon: new ThemeIcon("error", new ThemeColor("list.errorForeground")),
    tooltip: message,
    parent,
  });
}

/** A tree of the activity-bar container. */
export interface Tree {
  /** Reads all of it anew. */
  refresh(): void;
  dispose(): void;
}

/** Rows that are asked for when they are expanded; what fails becomes a row that says so. */
export class NodeTree implements TreeDataProvider<TreeNode>, Disposable {
  readonly #changed = new EventEmitter<TreeNode | undefined>();
  readonly onDidChangeTreeData: Event<TreeNode | undefined> = this.#changed.event;

  constructor(
    private readonly roots: () => Promise<readonly TreeNode[]> | readonly TreeNode[],
    private readonly log: LogOutputChannel,
  ) {}

  getTreeItem(node: TreeNode): TreeItem {
    return node.item();
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.parent;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    try {
      return [...((await (node ? node.children?.() : this.roots())) ?? [])];
    } catch (error) {
      this.log.warn(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return [failureRow(error, node)];
    }
  }

  /** Reads a row and what is under it anew; without one, the whole tree. */
  refresh(node?: TreeNode): void {
    this.#changed.fire(node);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** A row of a workspace, where there are several. */
function workspaceRow(
  workspace: PrefloomWorkspace,
  rowsOf: (
    workspace: PrefloomWorkspace,
    parent?: TreeNode,
  ) => Promise<readonly TreeNode[]> | readonly TreeNode[],
): TreeNode {
  const node: TreeNode = {
    workspace,
    item: () =>
      rowItem(workspace.name, {
        id: workspace.path,
        tooltip: workspace.path,
        icon: new ThemeIcon("root-folder"),
        context: "workspace",
        state: TreeItemCollapsibleState.Expanded,
      }),
    children: () => rowsOf(workspace, node),
  };
  return node;
}

/** The rows of the only workspace, or a row for each where there are several. */
export function perWorkspace(
  workspaces: readonly PrefloomWorkspace[],
  rowsOf: (
    workspace: PrefloomWorkspace,
    parent?: TreeNode,
  ) => Promise<readonly TreeNode[]> | readonly TreeNode[],
): Promise<readonly TreeNode[]> | readonly TreeNode[] {
  const [only, ...others] = workspaces;
  if (only === undefined) return [];
  if (others.length === 0) return rowsOf(only);
  return workspaces.map((workspace) => workspaceRow(workspace, rowsOf));
}
