import { l10n, ThemeColor, ThemeIcon, TreeItemCollapsibleState, window } from "vscode";
import { formatCount, formatSeconds } from "../../core/number-words.js";
import type { Editor } from "../editor.js";
import { COMMANDS, VIEWS } from "../ids.js";
import { countsInWords, runInWords } from "../runs/progress-words.js";
import type { RunRecord, RunStep } from "../runs/run-record.js";
import { stepInWords } from "./step-words.js";
import { leaf, NodeTree, rowItem, type Tree, type TreeNode } from "./node-tree.js";
import { errorsInWords, momentInWords } from "./words.js";

type Outcome = RunRecord["outcome"] | RunStep["state"];

const icons: Readonly<Record<Outcome, () => ThemeIcon>> = {
  running: () => new ThemeIcon("loading~spin", new ThemeColor("charts.blue")),
  done: () => new ThemeIcon("pass-filled", new ThemeColor("testing.iconPassed")),
  stopped: () => new ThemeIcon("debug-pause", new ThemeColor("charts.blue")),
  failed: () => new ThemeIcon("error", new ThemeColor("list.errorForeground")),
  interrupted: () => new ThemeIcon("debug-disconnect", new ThemeColor("list.warningForeground")),
  skipped: () => new ThemeIcon("debug-step-over", new ThemeColor("disabledForeground")),
};

const outcomeInWords = (outcome: Outcome): string =>
  ({
    running: l10n.t("running"),
    done: l10n.t("done"),
    stopped: l10n.t("stopped"),
    failed: l10n.t("failed"),
    interrupted: l10n.t("interrupted: the window closed over it"),
    skipped: l10n.t("up to date"),
  })[outcome];

const showLog = () => ({ command: COMMANDS.showLog, title: l10n.t("Show the log") });

function stepRow({ step, state, done, total, counts, seconds }: RunStep, parent: TreeNode): TreeNode {
  const share =
    state === "done" || state === "skipped"
      ? countsInWords(counts)
      : total === null
        ? formatCount(done)
        : l10n.t("{0} of {1}", formatCount(done), formatCount(total));
  const description = [
    state === "done" ? "" : outcomeInWords(state),
    state === "skipped" ? "" : share,
    seconds === null ? "" : formatSeconds(seconds),
  ]
    .filter((part) => part !== "")
    .join(", ");
  return leaf(stepInWords(step), {
    ...{ parent, description, icon: icons[state](), command: showLog() },
    spoken: `${stepInWords(step)}, ${outcomeInWords(state)}, ${description}`,
  });
}

/** The Runs tree: what ran from this editor, newest first. */
export function registerRunsTree({ runs, workspaces, log }: Editor): Tree {
  const runRow = (run: RunRecord): TreeNode => {
    const owner = workspaces.all.find(({ path }) => path === run.workspace);
    const description = [
      momentInWords(run.startedAt),
      run.seconds === null ? "" : formatSeconds(run.seconds),
      run.outcome === "done" ? "" : outcomeInWords(run.outcome),
      run.errors > 0 ? errorsInWords(run.errors) : "",
      workspaces.all.length > 1 ? (owner?.name ?? "") : "",
    ]
      .filter((part) => part !== "")
      .join(", ");
    const node: TreeNode = {
      workspace: owner,
      item: () =>
        rowItem(runInWords(run.request), {
          ...{ id: run.id, description, icon: icons[run.outcome](), command: showLog() },
          tooltip: [description, run.message ?? ""].filter((line) => line !== "").join("\n\n"),
          context: `run-${run.outcome}`,
          spoken: `${runInWords(run.request)}, ${outcomeInWords(run.outcome)}, ${description}`,
          state:
            run.outcome === "running"
              ? TreeItemCollapsibleState.Expanded
              : TreeItemCollapsibleState.Collapsed,
        }),
      children: () => [
        ...(run.message === null
          ? []
          : [leaf(run.message, { parent: node, icon: icons.failed(), command: showLog() })]),
        ...run.steps.map((step) => stepRow(step, node)),
      ],
    };
    return node;
  };
  const tree = new NodeTree(() => runs.all.map(runRow), log);
  const view = window.createTreeView(VIEWS.runs, { treeDataProvider: tree });
  const subscriptions = [tree, view, runs.onDidChange(() => tree.refresh())];
  return {
    refresh: () => tree.refresh(),
    dispose: () => {
      for (const one of subscriptions) one.dispose();
    },
  };
}
