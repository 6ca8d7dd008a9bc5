import { l10n, ProgressLocation, window } from "vscode";
import type { RunEvent } from "../../core/run-events.js";
import type { RunRequest } from "../../protocol/agent.js";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import { progressInWords, runInWords, stepsOf } from "./progress-words.js";
import type { RunEnd, Runner } from "./runner.js";

/** Runs steps with a notification: step n of m, progress, rate, time left, and a button that stops at the next unit. */
export async function runWithNotification(
  runner: Runner,
  workspace: PrefloomWorkspace,
  request: RunRequest,
): Promise<RunEnd> {
  const steps = stepsOf(request);
  const title = l10n.t("Prefloom: {0} ({1})", runInWords(request), workspace.name);
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => {
      let shown = 0;
      const show = (step: string, share: number, text: string) => {
        const at = steps.indexOf(step as (typeof steps)[number]);
        // The bar is the whole run, each step an equal part of it.
        const done = (100 * (at + share)) / steps.length;
        const increment = Math.max(0, done - shown);
        shown += increment;
        const where = steps.length > 1 ? l10n.t("{0} ({1} of {2})", step, at + 1, steps.length) : step;
        progress.report({ increment, message: text === "" ? where : `${where}: ${text}` });
      };
      const onEvent = (event: RunEvent) => {
        if (token.isCancellationRequested) return;
        if (event.type === "step-started") show(event.step, 0, event.doing);
        if (event.type === "step-done" || event.type === "step-skipped") show(event.step, 1, "");
        if (event.type === "progress") {
          const { done, total, units, step } = event;
          show(step, total === null || total === 0 ? 0 : done / total, progressInWords(units, event));
        }
      };
      token.onCancellationRequested(() => progress.report({ message: l10n.t("finishing the unit at hand") }));
      return runner.run(workspace, request, token, onEvent);
    },
  );
}
