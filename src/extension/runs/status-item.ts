import { Disposable, l10n, MarkdownString, StatusBarAlignment, window } from "vscode";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import type { Workspaces } from "../folders/workspaces.js";
import { COMMANDS } from "../ids.js";
import { percentOf, progressInWords, runInWords, timeLeftInWords } from "./progress-words.js";
import type { RunHistory } from "./run-history.js";
import type { RunRecord } from "./run-record.js";

/** What the status bar says of a workspace. */
interface Shown {
  readonly text: string;
  readonly spoken: string;
  readonly tooltip: string;
}

function runningOf({ name, running }: PrefloomWorkspace): Shown | undefined {
  if (!running) return undefined;
  const { step, doing, progress, units } = running;
  const percent = progress && percentOf(progress);
  const left = progress && timeLeftInWords(progress);
  const parts = [step, ...(percent === null ? [] : [`${percent}%`]), ...(left === null ? [] : [left])];
  const detail = progress ? progressInWords(units, progress) : doing;
  return {
    text: `$(sync~spin) ${parts.join(", ")}`,
    spoken: l10n.t("Prefloom: {0}", parts.join(", ")),
    tooltip: `${name}: ${doing}\n\n${detail}`,
  };
}

function lastOf(run: RunRecord): Shown | undefined {
  const what = runInWords(run.request);
  switch (run.outcome) {
    case "running":
    case "done":
      return undefined;
    case "failed":
      return {
        text: `$(error) ${l10n.t("{0} failed", what)}`,
        spoken: l10n.t("Prefloom: {0} failed", what),
        tooltip: run.message ?? "",
      };
    case "stopped":
    case "interrupted": {
      const at = run.steps.find(({ state }) => state === "stopped");
      const where = at
        ? l10n.t("{0}: {1} of {2} done", at.step, at.done, at.total ?? "?")
        : l10n.t("Finished work is kept.");
      return {
        text: `$(debug-pause) ${l10n.t("{0} stopped", what)}`,
        spoken: l10n.t("Prefloom: {0} stopped", what),
        tooltip: where,
      };
    }
  }
}

/** The running step with percentage and time left; what the last run left open; nothing otherwise. */
export function showRunInStatusBar(workspaces: Workspaces, history: RunHistory): Disposable {
  const item = window.createStatusBarItem("prefloom.run", StatusBarAlignment.Left, 50);
  item.name = l10n.t("Prefloom run");
  const update = () => {
    const running = workspaces.all.find((one) => one.running !== null);
    const [last] = history.all;
    const isHere = workspaces.all.some(({ path }) => path === last?.workspace);
    const shown = running ? runningOf(running) : last && isHere ? lastOf(last) : undefined;
    if (!shown) {
      item.hide();
      return;
    }
    item.text = shown.text;
    const stop = running ? `\n\n[${l10n.t("Stop the run")}](command:${COMMANDS.stop})` : "";
    const tooltip = new MarkdownString("", true);
    tooltip.appendText(shown.tooltip);
    tooltip.appendMarkdown(stop);
    tooltip.isTrusted = { enabledCommands: [COMMANDS.stop] };
    item.tooltip = tooltip;
    item.command = COMMANDS.status;
    item.accessibilityInformation = { label: shown.spoken, role: "button" };
    item.show();
  };
  const subscriptions = [
    item,
    workspaces.onDidChangeState(update),
    workspaces.onDidChange(update),
    history.onDidChange(update),
  ];
  update();
  return Disposable.from(...subscriptions);
}
