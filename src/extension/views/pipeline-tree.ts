import {
  l10n,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
} from "vscode";
import { formatCount, formatSeconds } from "../../core/number-words.js";
import { STEP_NAMES, type StepName } from "../../core/step-names.js";
import type { StepStatus } from "../../protocol/reader.js";
import type { Editor } from "../editor.js";
import type { PrefloomWorkspace, RunningStep } from "../folders/prefloom-workspace.js";
import { VIEWS } from "../ids.js";
import { progressInWords } from "../runs/progress-words.js";
import { failureRow, leaf, NodeTree, perWorkspace, rowItem, type Tree, type TreeNode } from "./node-tree.js";
import { openPlaceCommand } from "./open-place.js";
import { stepInWords } from "./step-words.js";
import {
  examplesInWords,
  momentInWords,
  pairsInWords,
  personasInWords,
  postsInWords,
  responsesInWords,
} from "./words.js";

/** Progress is told more often than anybody can read it. */
const QUIET_MILLISECONDS = 200;

/** What a step writes first of all, within the output folder. */
const OUTPUTS: Readonly<Record<StepName, string>> = {
  import: "import/posts.jsonl",
  annotate: "annotate/annotations.jsonl",
  levels: "levels/levels.jsonl",
  cluster: "cluster/clusters.jsonl",
  pair: "pair/pairs.jsonl",
  persona: "persona/personas.jsonl",
  check: "check/findings.jsonl",
  export: "dataset/train.jsonl",
};

/** The count that people look for first. */
function mainCount(step: StepName, counts: Readonly<Record<string, number>>): string {
  const of = (name: string) => counts[name] ?? 0;
  switch (step) {
    case "import":
      return l10n.t("{0}, {1}", postsInWords(of("posts")), responsesInWords(of("responses")));
    case "annotate":
    case "levels":
      return responsesInWords(of("responses"));
    case "cluster":
      return postsInWords(of("posts"));
    case "pair":
      return pairsInWords(of("pairs"));
    case "persona":
      return personasInWords(of("personas with items"));
    case "check":
      return l10n.t("{0} passed", examplesInWords(of("examples passed")));
    case "export":
      return examplesInWords(of("examples"));
  }
}

/** “12 of 188” or “12”. */
const shareInWords = (done: number, total: number | null): string =>
  total === null ? formatCount(done) : l10n.t("{0} of {1}", formatCount(done), formatCount(total));

const runningInWords = ({ doing, units, progress }: RunningStep): string =>
  progress ? progressInWords(units, progress) : doing;

const stateIcon = (state: StepStatus["state"] | "running"): ThemeIcon =>
  ({
    done: new ThemeIcon("pass-filled", new ThemeColor("testing.iconPassed")),
    stale: new ThemeIcon("history", new ThemeColor("list.warningForeground")),
    partly: new ThemeIcon("color-mode", new ThemeColor("charts.blue")),
    missing: new ThemeIcon("circle-large-outline", new ThemeColor("disabledForeground")),
    running: new ThemeIcon("loading~spin", new ThemeColor("charts.blue")),
  })[state];

const stateInWords = (state: StepStatus["state"] | "running"): string =>
  ({
    done: l10n.t("done"),
    stale: l10n.t("out of date"),
    partly: l10n.t("partly done"),
    missing: l10n.t("not run yet"),
    running: l10n.t("running"),
  })[state];

/** A name of the folder's own, such as that of a source, as a table takes it: a text and nothing else. */
const cellOf = (name: string): string =>
  name.replace(/[\\`*_{}[\]()#+\-.!|<>&~]/g, "\\$&").replace(/\s+/g, " ");

/** One step of a workspace; the same object as long as the workspace is there, so that it alone can be shown anew. */
class StepNode implements TreeNode {
  #shown = "";

  constructor(
    readonly workspace: PrefloomWorkspace,
    readonly step: StepName,
    readonly parent: TreeNode | undefined,
  ) {}

  get #status(): StepStatus | undefined {
    return this.workspace.status?.steps.find(({ step }) => step === this.step);
  }

  get #running(): RunningStep | null {
    const { running } = this.workspace;
    return running?.step === this.step ? running : null;
  }

  /** Whether it would be shown in another way than it was last. */
  get isOutdated(): boolean {
    return this.#shown !== this.#content();
  }

  #content(): string {
    return JSON.stringify([this.#status, this.#running]);
  }

  #description(status: StepStatus, running: RunningStep | null): string {
    if (running) return runningInWords(running);
    if (status.state === "missing") return "";
    if (status.partly) return shareInWords(status.partly.done, status.partly.total);
    const count = mainCount(this.step, status.counts);
    return status.state === "stale" ? l10n.t("{0}, out of date", count) : count;
  }

  item(): TreeItem {
    this.#shown = this.#content();
    const status = this.#status;
    const running = this.#running;
    const label = stepInWords(this.step);
    if (!status) return rowItem(label);
    const state = running ? "running" : status.state;
    const description = this.#description(status, running);
    return rowItem(label, {
      id: `${this.workspace.path}|${this.step}`,
      description,
      icon: stateIcon(state),
      tooltip: this.#tooltip(status, running),
      context: running ? `step-${this.step}-running` : `step-${this.step}`,
      spoken: l10n.t("{0}, {1}, {2}", label, stateInWords(state), description),
      ...(this.#hasOutput(status)
        ? { command: openPlaceCommand(l10n.t("Open what it wrote"), { file: this.#output(), line: 1 }) }
        : {}),
      state: status.state === "missing" ? TreeItemCollapsibleState.None : TreeItemCollapsibleState.Collapsed,
    });
  }

  #hasOutput({ state, startedAt }: StepStatus): boolean {
    return state === "done" || (state === "stale" && startedAt !== null);
  }

  #output(): string {
    return Uri.joinPath(Uri.file(this.workspace.status!.output), OUTPUTS[this.step]).fsPath;
  }

  #tooltip(status: StepStatus, running: RunningStep | null): MarkdownString {
    const tooltip = new MarkdownString();
    const state = stateInWords(running ? "running" : status.state);
    tooltip.appendMarkdown(`**${stepInWords(this.step)}**: ${state}\n\n`);
    for (const why of status.why) tooltip.appendMarkdown("- ").appendText(why).appendMarkdown("\n");
    if (status.startedAt !== null && status.seconds !== null) {
      const when = momentInWords(status.startedAt);
      tooltip.appendMarkdown(
        `\n\n${l10n.t("Last run {0}, in {1}", when, formatSeconds(status.seconds))}\n\n`,
      );
    }
    const counts = Object.entries(status.counts);
    if (counts.length > 0) tooltip.appendMarkdown("\n\n| | |\n|---|---:|\n");
    for (const [name, count] of counts)
      tooltip.appendMarkdown(`| ${cellOf(name)} | ${formatCount(count)} |\n`);
    return tooltip;
  }

  children(): readonly TreeNode[] {
    const status = this.#status;
    if (!status) return [];
    const row = (label: string, description?: string, icon?: ThemeIcon) =>
      leaf(label, {
        parent: this,
        ...(description === undefined ? {} : { description }),
        ...(icon ? { icon } : {}),
      });
    const { partly, startedAt, seconds } = status;
    return [
      ...status.why.map((why) => row(why, undefined, new ThemeIcon("history"))),
      ...(partly
        ? [
            row(
              l10n.t("units done"),
              shareInWords(partly.done, partly.total),
              new ThemeIcon("symbol-numeric"),
            ),
          ]
        : []),
      ...Object.entries(status.counts).map(([name, count]) =>
        row(name, formatCount(count), new ThemeIcon("symbol-numeric")),
      ),
      ...(startedAt !== null && seconds !== null
        ? [
            leaf(l10n.t("last run"), {
              parent: this,
              description: l10n.t("{0}, in {1}", momentInWords(startedAt), formatSeconds(seconds)),
              icon: new ThemeIcon("clock"),
              command: openPlaceCommand(l10n.t("Open its manifest"), {
                file: Uri.joinPath(Uri.file(this.workspace.status!.output), this.step, "manifest.json")
                  .fsPath,
                line: 1,
              }),
            }),
          ]
        : []),
    ];
  }
}

/** `prefloom.json:12: what is wrong`, one a line. */
const SETTINGS_PROBLEM = /^prefloom\.json(?::(\d+))?: (.*)$/;

function problemRows(workspace: PrefloomWorkspace, problem: string, parent?: TreeNode): readonly TreeNode[] {
  return problem.split("\n").map((message) => {
    const [, line = "1", what] = SETTINGS_PROBLEM.exec(message) ?? [];
    if (what === undefined) return failureRow(message, parent);
    return leaf(what, {
      parent,
      description: l10n.t("line {0}", line),
      tooltip: message,
      icon: new ThemeIcon("error", new ThemeColor("list.errorForeground")),
      command: openPlaceCommand(l10n.t("Open the settings"), {
        file: workspace.settingsUri.fsPath,
        line: Number(line),
      }),
    });
  });
}

/** The Pipeline tree: how each step stands. */
export function registerPipelineTree({ workspaces, log }: Editor): Tree {
  const nodes = new Map<PrefloomWorkspace, readonly StepNode[]>();
  const hadProblem = new Map<PrefloomWorkspace, string | undefined>();

  const rowsOf = async (workspace: PrefloomWorkspace, parent?: TreeNode): Promise<readonly TreeNode[]> => {
    if (!workspace.status && workspace.problem === undefined) await workspace.refresh();
    hadProblem.set(workspace, workspace.problem);
    if (workspace.problem !== undefined) return problemRows(workspace, workspace.problem, parent);
    const kept = nodes.get(workspace);
    if (kept && kept[0]?.parent === parent) return kept;
    const steps = STEP_NAMES.map((step) => new StepNode(workspace, step, parent));
    nodes.set(workspace, steps);
    return steps;
  };

  const tree = new NodeTree(async () => {
    await workspaces.ready;
    return perWorkspace(workspaces.all, rowsOf);
  }, log);
  const view = window.createTreeView(VIEWS.pipeline, { treeDataProvider: tree, showCollapseAll: true });

  const showChanges = (): void => {
    const held = workspaces.all.find(({ status, running }) => (status?.heldBy ?? null) !== null && !running);
    view.message = held ? l10n.t("In use by “{0}”", held.status!.heldBy!) : "";
    for (const workspace of workspaces.all) {
      if (!hadProblem.has(workspace)) continue;
      if (hadProblem.get(workspace) !== workspace.problem) {
        tree.refresh();
        return;
      }
      for (const node of nodes.get(workspace) ?? []) if (node.isOutdated) tree.refresh(node);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      showChanges();
    }, QUIET_MILLISECONDS);
  };
  const subscriptions = [
    tree,
    view,
    workspaces.onDidChange(() => tree.refresh()),
    workspaces.onDidChangeState(soon),
  ];
  return {
    refresh: () => {
      for (const workspace of workspaces.all) void workspace.refresh();
      tree.refresh();
    },
    dispose: () => {
      clearTimeout(timer);
      for (const one of subscriptions) one.dispose();
    },
  };
}
