import { resolve } from "node:path";
import { l10n, Uri, workspace } from "vscode";
import { formatCount } from "../../core/number-words.js";
import type { Severity } from "../../core/finding.js";
import { STEP_NAMES, type StepName } from "../../core/step-names.js";
import { reportWrite, type RunRequest } from "../../protocol/agent.js";
import { findingsValidate } from "../../protocol/findings.js";
import { UntrustedError } from "../agent/agent-errors.js";
import type { Editor } from "../editor.js";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import type { TaskOutput } from "./task-terminal.js";
import { coloured, endOfRun, eventLine, EXIT, exitCodeOf, findingLine, progressLine } from "./task-words.js";

/** A task as `tasks.json` has it. */
export interface PrefloomTask {
  readonly type: string;
  readonly step: string;
  readonly until?: string;
  readonly files?: readonly string[];
  /** Relative to the workspace folder. */
  readonly workspace?: string;
}

const isStep = (name: string | undefined): name is StepName => STEP_NAMES.includes(name as StepName);

/** What a task's step and until ask for; undefined where there is no such step. */
export function requestOf({ step, until }: PrefloomTask): RunRequest | undefined {
  if (step !== "run") return isStep(step) ? { steps: [step] } : undefined;
  if (until === undefined) return {};
  return isStep(until) ? { until } : undefined;
}

const untrusted = (): string =>
  l10n.t(
    "This folder is not trusted, so nothing runs in it: trust it by “Workspaces: Manage Workspace Trust”, then run the task again.",
  );

async function run(
  { runner }: Editor,
  target: PrefloomWorkspace,
  request: RunRequest,
  folder: string,
  output: TaskOutput,
): Promise<number> {
  if (runner.isRunning(target)) {
    output.line(coloured("red", l10n.t("A run is under way in {0} already.", target.name)));
    return EXIT.missing;
  }
  const end = await runner.run(target, request, output.token, (event) => {
    if (event.type === "progress") {
      output.progress(progressLine(event));
      return;
    }
    const line = eventLine(event);
    if (line !== null) output.line(line);
  });
  if ("result" in end) {
    for (const finding of end.result.findings) output.line(findingLine(finding, target.path, folder));
  }
  const { line, code } = endOfRun(end);
  if (line !== null) output.line("error" in end && end.error instanceof UntrustedError ? untrusted() : line);
  return code;
}

async function report({ agents }: Editor, target: PrefloomWorkspace, output: TaskOutput): Promise<number> {
  const { markdown, html } = await agents.of(target.uri).request0(reportWrite, output.token);
  output.line(coloured("green", html));
  output.line(coloured("green", markdown));
  return EXIT.done;
}

function countsOf({ error, warning, info }: Readonly<Record<Severity, number>>): string {
  return l10n.t(
    "{0} errors, {1} warnings, {2} notes",
    ...[error, warning, info].map((count) => formatCount(count)),
  );
}

async function validate(
  { reader }: Editor,
  target: PrefloomWorkspace | undefined,
  files: readonly string[],
  folder: string,
  output: TaskOutput,
): Promise<number> {
  const result = await reader
    .connection()
    .sendRequest(
      findingsValidate,
      { workspace: target?.path ?? null, files: files.map((file) => resolve(target?.path ?? folder, file)) },
      output.token,
    );
  let errors = 0;
  let broken = false;
  for (const { file, rows, findings, shown, error } of result.files) {
    for (const finding of shown) output.line(findingLine(finding, folder, folder));
    const more = findings.error + findings.warning + findings.info - shown.length;
    const name = workspace.asRelativePath(file, false);
    if (more > 0) output.line(l10n.t("and {0} more in {1}", formatCount(more), name));
    if (error !== null) output.line(coloured("red", `${name}: ${error}`));
    output.line(l10n.t("{0}: {1} rows, {2}", name, formatCount(rows), countsOf(findings)));
    errors += findings.error;
    broken ||= error !== null;
  }
  if (result.interrupted) return EXIT.interrupted;
  if (broken) return EXIT.badInput;
  return errors > 0 ? EXIT.findings : EXIT.done;
}

/** Does what a task says. @param folder of the task, to which its paths are relative @returns the exit code of the command line */
export async function doTask(
  editor: Editor,
  task: PrefloomTask,
  folder: string,
  output: TaskOutput,
): Promise<number> {
  await editor.workspaces.ready;
  const at = task.workspace ?? ".";
  // As the editor writes paths: without a slash at the end, the drive in lower case.
  const path = Uri.file(resolve(folder, at)).fsPath;
  const target = editor.workspaces.all.find((one) => one.path === path);
  if (task.step === "validate" && (target !== undefined || (task.files ?? []).length > 0)) {
    return validate(editor, target, task.files ?? [], folder, output);
  }
  if (!target) {
    output.line(coloured("red", l10n.t("{0} is no Prefloom workspace of this window.", path)));
    return EXIT.badInput;
  }
  if (!workspace.isTrusted) {
    output.line(coloured("red", untrusted()));
    return EXIT.missing;
  }
  try {
    if (task.step === "report") return await report(editor, target, output);
  } catch (error) {
    output.line(coloured("red", error instanceof Error ? error.message : String(error)));
    return exitCodeOf(error);
  }
  const request = requestOf(task);
  if (request) return run(editor, target, request, folder, output);
  const unknown = task.step === "run" ? task.until : task.step;
  output.line(coloured("red", l10n.t("There is no step “{0}”.", String(unknown))));
  return EXIT.badInput;
}
