import { commands, l10n, window } from "vscode";
import { formatCount } from "../../core/number-words.js";
import { STEP_NAMES, type StepName } from "../../core/step-names.js";
import type { RunRequest, RunResult } from "../../protocol/agent.js";
import type { StepStatus } from "../../protocol/reader.js";
import type { Editor } from "../editor.js";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import { COMMANDS, STEP_COMMANDS, VIEWS } from "../ids.js";
import { countsInWords, runInWords, sizeInWords, stepsOf } from "../runs/progress-words.js";
import { runWithNotification } from "../runs/run-notification.js";
import { type Obstacle, obstacleTo } from "./readiness.js";
import { type Button, button, requireTrust, showLogButton, tell, tellError } from "./tell.js";
import { workspaceFor } from "./workspace-for.js";

const runUntilButton = (workspace: PrefloomWorkspace, step: StepName): Button =>
  button(l10n.t("Run until {0}", step), COMMANDS.runUntil, { workspace }, step);

const importButton = (workspace: PrefloomWorkspace): Button =>
  button(l10n.t("Import..."), COMMANDS.import, { workspace });

function getModelButton(workspace: PrefloomWorkspace, name: string, bytes: number | null): Button {
  const label = bytes === null ? l10n.t("Get {0}", name) : l10n.t("Get {0} ({1})", name, sizeInWords(bytes));
  return button(label, COMMANDS.modelGet, { workspace, model: name });
}

function tellObstacle(workspace: PrefloomWorkspace, what: string, obstacle: Obstacle): void {
  switch (obstacle.kind) {
    case "held":
      tell(
        "warning",
        l10n.t("{0} cannot run now: “{1}” is running in this workspace.", what, obstacle.by),
        button(l10n.t("Show the pipeline"), COMMANDS.status),
      );
      break;
    case "no-sources":
      tell(
        "warning",
        l10n.t("{0} cannot run yet: prefloom.json names no source.", what),
        importButton(workspace),
      );
      break;
    case "missing-input":
      tell(
        "warning",
        l10n.t("{0} cannot run yet: “{1}” has not run.", obstacle.step, obstacle.missing),
        runUntilButton(workspace, obstacle.step),
      );
      break;
    case "no-model":
      tell(
        "warning",
        l10n.t("{0} needs the model {1}, which is not on this machine.", what, obstacle.name),
        getModelButton(workspace, obstacle.name, obstacle.bytes),
      );
  }
}

/** What is in the way; a status that says so is read anew first. */
async function obstacleIn(
  workspace: PrefloomWorkspace,
  steps: readonly StepName[],
): Promise<Obstacle | undefined> {
  const isInTheWay = () => workspace.status && obstacleTo(steps, workspace.status);
  if (workspace.status === undefined || isInTheWay()) await workspace.refresh();
  return isInTheWay();
}

function tellResult(workspace: PrefloomWorkspace, request: RunRequest, result: RunResult): void {
  const what = runInWords(request);
  const { interrupted, errors, ran } = result;
  if (interrupted) {
    const { step, done, total } = interrupted;
    const of = total === null ? "?" : formatCount(total);
    tell(
      "info",
      l10n.t("Stopped: {0} {1} of {2} done.", step, formatCount(done), of),
      resumeButton(workspace, request),
    );
    return;
  }
  const findings = button(l10n.t("Show findings"), `${VIEWS.findings}.focus`);
  if (errors > 0) {
    tell("warning", l10n.t("{0} is done, with {1} errors among the findings.", what, errors), findings);
  } else if (ran.length === 0) {
    tell("info", l10n.t("{0}: everything is up to date.", what));
  } else {
    const exported = ran.includes("export");
    const counts = workspace.status?.steps.find(({ step }) => step === ran.at(-1))?.counts;
    const made = counts && countsInWords(counts);
    tell(
      "info",
      made ? l10n.t("{0} is done: {1}.", what, made) : l10n.t("{0} is done.", what),
      ...(exported
        ? [
            button(l10n.t("Show the data set"), `${VIEWS.dataset}.focus`),
            button(l10n.t("Report"), COMMANDS.report, { workspace }),
          ]
        : []),
    );
  }
}

const resumeButton = (workspace: PrefloomWorkspace, request: RunRequest): Button => ({
  label: l10n.t("Resume"),
  press: () => commands.executeCommand(COMMANDS.run, { workspace }, request),
});

/** Runs steps with everything that people see of it: why not, progress, how it went. */
export async function runAndTell(
  editor: Editor,
  workspace: PrefloomWorkspace,
  request: RunRequest,
): Promise<void> {
  if (!requireTrust()) return;
  const { runner } = editor;
  const what = runInWords(request);
  const isRunning = () => {
    if (!runner.isRunning(workspace)) return false;
    tell(
      "warning",
      l10n.t("A run is under way in {0} already.", workspace.name),
      button(l10n.t("Show the pipeline"), COMMANDS.status),
      button(l10n.t("Stop the run"), COMMANDS.stop, { workspace }),
    );
    return true;
  };
  if (isRunning()) return;
  const obstacle = await obstacleIn(workspace, stepsOf(request));
  if (obstacle) {
    tellObstacle(workspace, what, obstacle);
    return;
  }
  // It may have begun while the status was read.
  if (isRunning()) return;
  const end = await runWithNotification(runner, workspace, request);
  await workspace.refresh();
  if ("result" in end) {
    tellResult(workspace, request, end.result);
    return;
  }
  const first = stepsOf(request)[0]!;
  const model = workspace.status?.model;
  tellError(
    editor,
    what,
    end.error,
    {
      "no-sources": [importButton(workspace)],
      "missing-input": [runUntilButton(workspace, first)],
      "missing-model": model ? [getModelButton(workspace, model.name, model.bytes)] : [showLogButton(editor)],
      held: [button(l10n.t("Show the pipeline"), COMMANDS.status)],
    },
    resumeButton(workspace, request),
  );
}

const STATES: Readonly<Record<StepStatus["state"], () => string>> = {
  done: () => l10n.t("done"),
  stale: () => l10n.t("out of date"),
  partly: () => l10n.t("partly done"),
  missing: () => l10n.t("not run yet"),
};

async function pickStep(workspace: PrefloomWorkspace): Promise<StepName | undefined> {
  if (workspace.status === undefined) await workspace.refresh();
  const items = STEP_NAMES.map((step) => {
    const status = workspace.status?.steps.find((one) => one.step === step);
    return { label: step, description: status ? STATES[status.state]() : "", step };
  });
  const picked = await window.showQuickPick(items, {
    title: l10n.t("Run every step that is out of date, up to and with..."),
    matchOnDescription: true,
  });
  return picked?.step;
}

const isStep = (value: unknown): value is StepName => STEP_NAMES.includes(value as StepName);

async function stop(editor: Editor, argument: unknown): Promise<void> {
  const { runner } = editor;
  const meant = (argument as { readonly workspace?: PrefloomWorkspace } | undefined)?.workspace;
  // The button of the view names the row that has the focus, wherever something runs.
  if (meant && runner.isRunning(meant)) {
    runner.stop(meant);
    return;
  }
  const [only, ...others] = runner.running;
  if (!only) {
    tell("info", l10n.t("Nothing runs."));
    return;
  }
  if (others.length === 0) {
    runner.stop(only);
    return;
  }
  const items = runner.running.map((workspace) => ({ label: workspace.name, workspace }));
  const picked = await window.showQuickPick(items, { title: l10n.t("Which run?") });
  if (picked) runner.stop(picked.workspace);
}

/** Commands that run steps, each from palette, tree and explorer. */
export function runCommands(editor: Editor): Readonly<Record<string, (...args: unknown[]) => unknown>> {
  const run = async (argument: unknown, request: RunRequest) => {
    const workspace = await workspaceFor(editor, argument);
    if (workspace) await runAndTell(editor, workspace, request);
  };
  const steps = STEP_NAMES.filter((step) => step !== "import").map(
    (step) => [STEP_COMMANDS[step], (argument: unknown) => run(argument, { steps: [step] })] as const,
  );
  return {
    ...Object.fromEntries(steps),
    // The second argument: what a stopped run was.
    [COMMANDS.run]: (argument, request) => run(argument, (request as RunRequest | undefined) ?? {}),
    [COMMANDS.runUntil]: async (argument, step) => {
      const workspace = await workspaceFor(editor, argument);
      if (!workspace) return;
      const until = isStep(step) ? step : await pickStep(workspace);
      if (until) await runAndTell(editor, workspace, { until });
    },
    [COMMANDS.stop]: (argument) => stop(editor, argument),
  };
}
