import { InputError, MissingResourceError, WorkspaceHeldError } from "../core/errors.js";
import type { StepName } from "../core/step-names.js";
import { STEPS } from "../steps/registry.js";
import type { Step } from "../steps/step.js";
import { editedOutputs, outOfDate } from "./step-state.js";
import type { Workspace } from "./workspace.js";

/** Whether an error tells by itself what is wrong: one of ours, a cancellation, or the operating system's. */
function tellsItself(error: unknown): boolean {
  return (
    error instanceof InputError ||
    error instanceof MissingResourceError ||
    error instanceof WorkspaceHeldError ||
    (error instanceof Error && (error.name === "AbortError" || "syscall" in error))
  );
}

/** The steps whose files a step reads, each with the first of them. */
function producersOf(step: Step): ReadonlyMap<Step, string> {
  const producers = new Map<Step, string>();
  for (const path of step.reads) {
    const producer = STEPS.find(({ name, folder }) =>
      [name, folder].includes(path.split("/")[0]! as StepName),
    );
    if (producer && !producers.has(producer)) producers.set(producer, path);
  }
  return producers;
}

/**
 * Why a step failed, as people can mend it: records that do not fit together are no defect where somebody has edited them,
 * or where a step between them has not run since. Anything else is returned as it is.
 */
export async function stepFailure(workspace: Workspace, step: Step, error: unknown): Promise<unknown> {
  if (tellsItself(error)) return error;
  const said = error instanceof Error ? error.message : String(error);
  const producers = producersOf(step);
  for (const [{ name }] of producers) {
    const manifest = await workspace.output.manifest(name);
    const [path] = manifest ? await editedOutputs(workspace, name, manifest) : [];
    if (path === undefined) continue;
    return new InputError(
      { file: workspace.shown(workspace.output.file(path)) },
      {
        rule: "edited-output",
        message: `“${step.name}” cannot use it as it was edited since “${name}” wrote it (${said})`,
        fix: `undo the edit, or run \`prefloom ${name}\`, which writes it again`,
      },
      { cause: error },
    );
  }
  for (const [producer, path] of producers) {
    const manifest = await workspace.output.manifest(producer.name);
    const [why] = manifest ? await outOfDate(workspace, producer, manifest) : [];
    if (why === undefined) continue;
    return new InputError(
      { file: workspace.shown(workspace.output.file(path)) },
      {
        rule: "stale-input",
        message: `“${step.name}” cannot use it: “${producer.name}” is out of date, as ${why} (${said})`,
        fix: `run \`prefloom ${producer.name}\` first, or \`prefloom run\` for everything`,
      },
      { cause: error },
    );
  }
  return error;
}
