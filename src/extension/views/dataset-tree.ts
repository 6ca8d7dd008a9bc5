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
import {
  datasetPair,
  datasetPost,
  datasetPosts,
  datasetSummary,
  type PairDetail,
  type PairEntry,
  type PersonaItem,
  type PostDetail,
  type PostEntry,
  type RecordPlace,
  type ResponseEntry,
} from "../../protocol/records.js";
import type { Editor } from "../editor.js";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import { VIEWS } from "../ids.js";
import type { ReaderClient } from "../reader/reader-client.js";
import { leaf, NodeTree, perWorkspace, rowItem, type TreeNode } from "./node-tree.js";
import { openPlaceCommand } from "./open-place.js";
import { itemsInWords, postsInWords, responsesInWords, textTooltip } from "./words.js";

/** More posts than that are shown as ranges of so many. */
const RANGE = 500;

/** A row that stands for a record: `explain` and `preview` are given it. */
export interface RecordNode extends TreeNode {
  readonly workspace: PrefloomWorkspace;
  /** Of the post, response or pair. */
  readonly id: string;
  /** Where the record stands: for an exported pair, in the data set. */
  readonly place: RecordPlace;
}

/** Makes the rows of one workspace. */
class DatasetRows {
  constructor(
    private readonly reader: ReaderClient,
    private readonly workspace: PrefloomWorkspace,
  ) {}

  get #in(): { readonly workspace: string } {
    return { workspace: this.workspace.path };
  }

  async roots(parent?: TreeNode): Promise<readonly TreeNode[]> {
    const { posts } = await this.reader.connection().sendRequest(datasetSummary, this.#in);
    if (posts <= RANGE) return this.#posts(1, posts, parent);
    return Array.from({ length: Math.ceil(posts / RANGE) }, (_, i) =>
      this.#range(i * RANGE + 1, Math.min(RANGE, posts - i * RANGE), parent),
    );
  }

  #range(first: number, count: number, parent?: TreeNode): TreeNode {
    const range: TreeNode = {
      parent,
      workspace: this.workspace,
      item: () =>
        rowItem(l10n.t("Posts {0} to {1}", formatCount(first), formatCount(first + count - 1)), {
          id: `${this.workspace.path}|posts ${first}`,
          icon: new ThemeIcon("folder"),
          state: TreeItemCollapsibleState.Collapsed,
          context: "range",
        }),
      children: () => this.#posts(first, count, range),
    };
    return range;
  }

  async #posts(first: number, count: number, parent?: TreeNode): Promise<readonly TreeNode[]> {
    const posts = await this.reader.connection().sendRequest(datasetPosts, { ...this.#in, first, count });
    return posts.map((post) => this.#post(post, parent));
  }

  /** A row of a record. */
  #record(
    {
      id,
      place,
      parent,
    }: { readonly id: string; readonly place: RecordPlace; readonly parent: TreeNode | undefined },
    item: RecordNode["item"],
    children?: (node: RecordNode) => Promise<readonly TreeNode[]> | readonly TreeNode[],
  ): RecordNode {
    const node: RecordNode = {
      ...{ parent, id, place, workspace: this.workspace, item },
      ...(children ? { children: () => children(node) } : {}),
    };
    return node;
  }

  #post(post: PostEntry, parent?: TreeNode): TreeNode {
    const { id, number, place, title, text, source, responses } = post;
    const treeId = `${this.workspace.path}|post ${number}`;
    if (id === null) {
      return leaf(l10n.t("Line {0} is no post", place.line), {
        ...{ parent, id: treeId, tooltip: source },
        icon: new ThemeIcon("error", new ThemeColor("list.errorForeground")),
        command: openPlaceCommand(l10n.t("Open"), place),
      });
    }
    return this.#record(
      { id, place, parent },
      () =>
        rowItem(title === "" ? l10n.t("(empty text)") : title, {
          id: treeId,
          description: responsesInWords(responses),
          tooltip: textTooltip(text, `**${l10n.t("Post {0}", formatCount(number))}** \`${id}\``),
          icon: new ThemeIcon("comment"),
          context: "post",
          command: openPlaceCommand(l10n.t("Open"), place),
          spoken: l10n.t("Post {0}: {1}, {2}", number, title, responsesInWords(responses)),
          state: TreeItemCollapsibleState.Collapsed,
        }),
      async (node) => {
        const detail = await this.reader.connection().sendRequest(datasetPost, { ...this.#in, post: id });
        return detail ? this.#postRows(detail, treeId, node) : [];
      },
    );
  }

  #postRows(detail: PostDetail, treeId: string, parent: TreeNode): TreeNode[] {
    const { clusters, responses, pairs, origin } = detail;
    return [
      ...(clusters ?? []).map((members, i) =>
        this.#cluster(i + 1, members, `${treeId}|cluster ${i + 1}`, parent),
      ),
      ...responses.map((one) => this.#response(one, treeId, parent)),
      ...pairs.map((pair) => this.#pair(pair, treeId, parent)),
      leaf(l10n.t("Raw record"), {
        ...{ parent, id: `${treeId}|raw` },
        description: l10n.t("line {0}", formatCount(origin.line)),
        tooltip: `${origin.file}:${origin.line}`,
        icon: new ThemeIcon("file"),
        command: openPlaceCommand(l10n.t("Open"), origin),
      }),
    ];
  }

  #cluster(number: number, members: readonly ResponseEntry[], treeId: string, parent: TreeNode): TreeNode {
    const cluster: TreeNode = {
      parent,
      workspace: this.workspace,
      item: () =>
        rowItem(l10n.t("Cluster {0}", number), {
          id: treeId,
          description: responsesInWords(members.length),
          icon: new ThemeIcon("layers"),
          context: "cluster",
          state: TreeItemCollapsibleState.Collapsed,
        }),
      children: () => members.map((one) => this.#response(one, treeId, cluster)),
    };
    return cluster;
  }

  #response(
    { id, place, title, text }: ResponseEntry,
    under: string,
    parent: TreeNode,
    role?: "chosen" | "rejected",
  ): TreeNode {
    const words = role === undefined ? "" : role === "chosen" ? l10n.t("chosen") : l10n.t("rejected");
    const icon =
      role === undefined
        ? new ThemeIcon("comment-discussion")
        : role === "chosen"
          ? new ThemeIcon("thumbsup", new ThemeColor("testing.iconPassed"))
          : new ThemeIcon("thumbsdown", new ThemeColor("list.errorForeground"));
    return this.#record({ id, place, parent }, () =>
      rowItem(title === "" ? l10n.t("(empty text)") : title, {
        id: `${under}|${role ?? ""} ${id}`,
        ...(role === undefined ? {} : { description: words }),
        tooltip: textTooltip(text, `**${l10n.t("Response")}** \`${id}\``),
        icon,
        context: role === undefined ? "response" : `response-${role}`,
        command: openPlaceCommand(l10n.t("Open"), place),
        spoken:
          role === undefined ? l10n.t("Response: {0}", title) : l10n.t("{0} response: {1}", words, title),
      }),
    );
  }

  #pair(pair: PairEntry, under: string, parent: TreeNode): TreeNode {
    const { id, chosen, rejected, example, dropped } = pair;
    const place = example ?? pair.place;
    const treeId = `${under}|${id}`;
    const state = example
      ? `${example.split}.jsonl:${example.line}`
      : dropped === null
        ? l10n.t("not exported")
        : l10n.t("dropped: {0}", dropped);
    return this.#record(
      { id, place, parent },
      () =>
        rowItem(l10n.t("Pair: {0}", chosen.title), {
          id: treeId,
          description: state,
          tooltip: textTooltip(
            `✓ ${chosen.text}\n\n✗ ${rejected.text}`,
            `**${l10n.t("Pair")}** \`${id}\`, ${state}`,
          ),
          icon: new ThemeIcon("git-compare"),
          context: example ? "pair-exported" : "pair",
          command: openPlaceCommand(l10n.t("Open"), place),
          spoken: l10n.t("Pair, {0}. Chosen: {1}. Rejected: {2}", state, chosen.title, rejected.title),
          state: TreeItemCollapsibleState.Collapsed,
        }),
      async (node) => {
        const detail = await this.reader.connection().sendRequest(datasetPair, { ...this.#in, pair: id });
        return [
          this.#response(chosen, treeId, node, "chosen"),
          this.#response(rejected, treeId, node, "rejected"),
          ...(detail ? this.#persona(detail, treeId, node) : []),
        ];
      },
    );
  }

  #persona(detail: PairDetail, under: string, parent: TreeNode): TreeNode[] {
    const { id, place, ugc, pairs, demographic, kinds, example } = detail;
    /** What is not exported says so. */
    const exported = (kind: "ugc" | "pairs" | "demographic"): string =>
      kinds === null || kinds.includes(kind) ? "" : l10n.t("left out");
    const joined = (...parts: readonly string[]) => parts.filter((part) => part !== "").join(", ");
    return [
      ...(ugc.length > 0
        ? [this.#items("UGC", joined(itemsInWords(ugc.length), exported("ugc")), ugc, `${under}|ugc`, parent)]
        : []),
      ...(pairs.length > 0
        ? [
            this.#items(
              "PAIR",
              joined(itemsInWords(pairs.length), exported("pairs")),
              pairs,
              `${under}|pairs`,
              parent,
            ),
          ]
        : []),
      ...(demographic && place
        ? [
            leaf("DEMO", {
              ...{ parent, id: `${under}|demo` },
              description: joined(exported("demographic"), demographic.title),
              tooltip: textTooltip(
                demographic.text,
                demographic.method === "model" ? l10n.t("Written by the model") : l10n.t("From the template"),
              ),
              icon: new ThemeIcon("account"),
              command: openPlaceCommand(l10n.t("Open"), place),
              spoken: l10n.t("Demographic text: {0}", demographic.title),
            }),
          ]
        : []),
      ...(example
        ? [
            this.#record({ id, place: example, parent }, () =>
              rowItem(l10n.t("Example"), {
                id: `${under}|example`,
                description: l10n.t("{0}, line {1}", example.split, formatCount(example.line)),
                icon: new ThemeIcon("symbol-event"),
                context: "example",
                command: openPlaceCommand(l10n.t("Open"), example),
              }),
            ),
          ]
        : []),
    ];
  }

  #items(
    label: string,
    description: string,
    items: readonly PersonaItem[],
    treeId: string,
    parent: TreeNode,
  ): TreeNode {
    const group: TreeNode = {
      parent,
      workspace: this.workspace,
      item: () =>
        rowItem(label, {
          ...{ id: treeId, description },
          icon: new ThemeIcon(label === "UGC" ? "person" : "git-compare"),
          spoken:
            label === "UGC"
              ? l10n.t("User-generated content, {0}", description)
              : l10n.t("Pair-wise feedback, {0}", description),
          state: TreeItemCollapsibleState.Collapsed,
        }),
      children: () =>
        items.map(({ id, place, title, text, matches }) => {
          const shares = matches.map(formatCount).join(" / ");
          return this.#record({ id, place, parent: group }, () =>
            rowItem(title, {
              id: `${treeId}|${id}`,
              description: l10n.t("{0} dimensions match", shares),
              tooltip: textTooltip(text, `\`${id}\``),
              icon: new ThemeIcon(label === "UGC" ? "comment-discussion" : "git-compare"),
              context: label === "UGC" ? "response" : "pair",
              command: openPlaceCommand(l10n.t("Open"), place),
            }),
          );
        }),
    };
    return group;
  }

  /** The row of a post by its place in the file: with its parents, so that it can be revealed. */
  async postRow(
    post: { readonly id: string; readonly number: number },
    parent?: TreeNode,
  ): Promise<TreeNode | undefined> {
    const roots = await this.roots(parent);
    const inRange = roots.length > 0 && !("id" in roots[0]!);
    if (!inRange) return roots[post.number - 1];
    const range = roots[Math.floor((post.number - 1) / RANGE)];
    return (await range?.children?.())?.[(post.number - 1) % RANGE];
  }
}

/** The Dataset tree: posts, and what hangs on each. */
export class DatasetTree implements Disposable {
  readonly #tree: NodeTree;
  readonly #view: TreeView<TreeNode>;
  readonly #subscriptions: readonly { dispose(): unknown }[];
  /** When the steps that make what the tree shows have run last. */
  #made = "";

  constructor(private readonly editor: Editor) {
    const { workspaces, log, reader } = editor;
    this.#tree = new NodeTree(async () => {
      await workspaces.ready;
      return perWorkspace(workspaces.all, (workspace, parent) =>
        new DatasetRows(reader, workspace).roots(parent),
      );
    }, log);
    this.#view = window.createTreeView(VIEWS.dataset, {
      treeDataProvider: this.#tree,
      showCollapseAll: true,
    });
    this.#subscriptions = [
      this.#tree,
      this.#view,
      workspaces.onDidChange(() => this.refresh()),
      workspaces.onDidChangeState(() => this.#refreshIfMade()),
      this.#view.onDidChangeVisibility(() => this.#count()),
    ];
  }

  refresh(): void {
    this.#tree.refresh();
    this.#count();
  }

  /** Shows a post in the tree, where the tree is shown at all: a search from elsewhere opens the record alone. */
  async reveal(
    workspace: PrefloomWorkspace,
    post: { readonly id: string; readonly number: number },
  ): Promise<void> {
    if (!this.#view.visible) return;
    const rows = new DatasetRows(this.editor.reader, workspace);
    const several = this.editor.workspaces.all.length > 1;
    const roots = several ? await this.#tree.getChildren() : [];
    const row = await rows.postRow(
      post,
      roots.find((node) => node.workspace === workspace),
    );
    if (row) await this.#view.reveal(row, { select: true, focus: false, expand: true });
  }

  #refreshIfMade(): void {
    const made = JSON.stringify(
      this.editor.workspaces.all.map(({ path, status }) => [
        path,
        status?.steps.map(({ startedAt }) => startedAt),
      ]),
    );
    if (made === this.#made) return;
    this.#made = made;
    this.refresh();
  }

  /** The number of posts, beside the view's name. */
  #count(): void {
    const posts = this.editor.workspaces.all.flatMap(
      ({ status }) => status?.steps.find(({ step }) => step === "import")?.counts["posts"] ?? [],
    );
    const sum = posts.reduce((all, one) => all + one, 0);
    this.#view.description = sum > 0 ? postsInWords(sum) : "";
  }

  dispose(): void {
    for (const one of this.#subscriptions) one.dispose();
  }
}
