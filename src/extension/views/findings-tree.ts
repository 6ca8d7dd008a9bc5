import { basename } from "node:path";
import {
  commands,
  Disposable,
  l10n,
  ThemeColor,
  ThemeIcon,
  TreeItemCollapsibleState,
  type TreeView,
  window,
  workspace,
} from "vscode";
import { formatCount } from "../../core/number-words.js";
import type { Finding, Severity } from "../../core/finding.js";
import {
  findingGroups,
  type FindingGroup,
  type FindingGrouping,
  findingPage,
  findingsChanged,
} from "../../protocol/findings.js";
import type { Editor } from "../editor.js";
import { CONTEXT_KEYS, VIEWS } from "../ids.js";
import { NodeTree, rowItem, type TreeNode } from "./node-tree.js";
import { openPlaceCommand } from "./open-place.js";
import { morePage, type Paged } from "./paged.js";
import { errorsInWords, findingsInWords, warningsInWords } from "./words.js";

/** Changes come with every keystroke. */
const QUIET_MILLISECONDS = 300;

const severityIcon = (severity: Severity): ThemeIcon =>
  ({
    error: new ThemeIcon("error", new ThemeColor("list.errorForeground")),
    warning: new ThemeIcon("warning", new ThemeColor("list.warningForeground")),
    info: new ThemeIcon("info", new ThemeColor("editorInfo.foreground")),
  })[severity];

const severityInWords = (severity: Severity): string =>
  ({ error: l10n.t("error"), warning: l10n.t("warning"), info: l10n.t("information") })[severity];

/** A row that stands for a rule: `openRule` is given it. */
export interface RuleNode extends TreeNode {
  readonly rule: string;
}

const nameOf = (path: string): string => workspace.asRelativePath(path);

/** The Findings tree: all of them, whatever the Problems panel shows. */
export class FindingsTree implements Disposable {
  readonly #tree: NodeTree;
  readonly #view: TreeView<TreeNode>;
  readonly #subscriptions: { dispose(): unknown }[];
  #by: FindingGrouping = "rule";
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly editor: Editor) {
    const { reader, log } = editor;
    this.#tree = new NodeTree(() => this.#groups(), log);
    this.#view = window.createTreeView(VIEWS.findings, {
      treeDataProvider: this.#tree,
      showCollapseAll: true,
    });
    this.#subscriptions = [
      this.#tree,
      this.#view,
      reader.onStart((connection) => void connection.onNotification(findingsChanged, () => this.#soon())),
      // Only what the tree shows tells the badge.
      new Disposable(() => clearTimeout(this.#timer)),
    ];
    this.groupBy("rule");
  }

  refresh(): void {
    this.#tree.refresh();
    // A tree that is not shown is not asked; its badge is.
    if (!this.#view.visible) void this.#tree.getChildren();
  }

  groupBy(by: FindingGrouping): void {
    this.#by = by;
    void commands.executeCommand("setContext", CONTEXT_KEYS.findingsGrouping, by);
    this.#tree.refresh();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.refresh();
    }, QUIET_MILLISECONDS);
  }

  async #groups(): Promise<readonly TreeNode[]> {
    const { reader } = this.editor;
    // Without a reader nothing has been checked.
    if (!reader.running) return [];
    const { total, bySeverity, groups } = await reader
      .connection()
      .sendRequest(findingGroups, { by: this.#by });
    this.#view.description = total > 0 ? findingsInWords(total) : "";
    this.#view.badge =
      bySeverity.error > 0
        ? { value: bySeverity.error, tooltip: errorsInWords(bySeverity.error) }
        : undefined;
    const { error, warning, info } = bySeverity;
    const kinds = [
      error > 0 ? errorsInWords(error) : "",
      warning > 0 ? warningsInWords(warning) : "",
      info > 0 ? l10n.t("{0} of information", formatCount(info)) : "",
    ].filter((kind) => kind !== "");
    // Where all are of one kind, the number beside the view's name says it.
    this.#view.message = kinds.length > 1 ? kinds.join(", ") : "";
    return groups.map((group) => this.#group(group, this.#by));
  }

  #group({ key, severity, count }: FindingGroup, by: FindingGrouping): TreeNode {
    const label = by === "rule" ? key : basename(key);
    const paged: Paged<Finding> = {
      total: count,
      read: (offset, limit) =>
        this.editor.reader.connection().sendRequest(findingPage, { by, key, offset, limit }),
      row: (finding, parent) => this.#finding(finding, by, parent),
    };
    const node: TreeNode & { readonly rule?: string } = {
      ...(by === "rule" ? { rule: key } : {}),
      item: () =>
        rowItem(label, {
          id: `${by} ${key}`,
          description: by === "rule" ? formatCount(count) : `${nameOf(key)}, ${formatCount(count)}`,
          tooltip: by === "rule" ? key : nameOf(key),
          icon: severityIcon(severity),
          context: by === "rule" ? "rule" : "file",
          spoken: l10n.t("{0}, {1}, {2}", label, severityInWords(severity), findingsInWords(count)),
          state: TreeItemCollapsibleState.Collapsed,
        }),
      children: () => page(),
    };
    const page = morePage(this.#tree, node, paged);
    return node;
  }

  #finding(finding: Finding, by: FindingGrouping, parent: TreeNode): TreeNode {
    const { file, line, field, message, rule, severity } = finding;
    const place = line === undefined ? basename(file) : `${basename(file)}:${line}`;
    // Findings of one rule differ in their place before all; what they say may be long and alike.
    const label = by === "rule" ? place : line === undefined ? rule : l10n.t("line {0}: {1}", line, rule);
    const node: RuleNode = {
      parent,
      rule,
      item: () =>
        rowItem(label, {
          description: message,
          tooltip: [`${nameOf(file)}${line === undefined ? "" : `:${line}`}`, field ?? "", message]
            .filter((part) => part !== "")
            .join("\n"),
          icon: severityIcon(severity),
          context: "rule-finding",
          command: openPlaceCommand(l10n.t("Open"), { file, line: line ?? 1 }, rule),
          spoken: l10n.t("{0}, {1}: {2}", severityInWords(severity), place, message),
        }),
    };
    return node;
  }

  dispose(): void {
    for (const one of this.#subscriptions) one.dispose();
  }
}
