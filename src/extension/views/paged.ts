import { l10n, ThemeIcon } from "vscode";
import { formatCount } from "../../core/number-words.js";
import { leaf, type NodeTree, type TreeNode } from "./node-tree.js";

/** Rows that are read at a time. */
export const PAGE = 500;

/** Shows the next page of a row's children. Not in the palette. */
export const SHOW_MORE = "prefloom.showMore";

/** A long list under a row. */
export interface Paged<T> {
  readonly total: number;
  read(offset: number, limit: number): Promise<readonly T[]>;
  row(one: T, parent: TreeNode): TreeNode;
}

/** The rows of a long list: the pages read so far and, where there is more, a row that shows it. */
export function morePage<T>(
  tree: NodeTree,
  parent: TreeNode,
  { total, read, row }: Paged<T>,
): () => Promise<readonly TreeNode[]> {
  const rows: TreeNode[] = [];
  let wanted = PAGE;
  const showMore = (): void => {
    wanted += PAGE;
    tree.refresh(parent);
  };
  return async () => {
    while (rows.length < Math.min(wanted, total)) {
      const page = await read(rows.length, PAGE);
      if (page.length === 0) break;
      rows.push(...page.map((one) => row(one, parent)));
    }
    const rest = total - rows.length;
    if (rest <= 0 || rows.length < wanted) return rows;
    const more = leaf(l10n.t("Show more"), {
      parent,
      description: l10n.t("{0} of {1} shown", formatCount(rows.length), formatCount(total)),
      icon: new ThemeIcon("ellipsis"),
      command: { command: SHOW_MORE, title: l10n.t("Show more"), arguments: [showMore] },
    });
    return [...rows, more];
  };
}
