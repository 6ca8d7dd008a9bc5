import { MissingResourceError, InputError } from "../core/errors.js";
import type { TextModel } from "../core/ports.js";
import type { Manifest } from "../core/records/manifest.js";
import { lockWorkspace } from "../node/store/lock.js";
import { openRecordTable, readRecordFile } from "../node/store/record-file.js";
import type { StepJournal } from "../node/store/step-journal.js";
import { readFile } from "node:fs/promises";
import { STEPS, stepNamed } from "../steps/registry.js";
import type { Step, StepContext } from "../steps/step.js";
import type { StepName } from "../core/step-names.js";
import type { OnEvent, RunOutcome } from "../core/run-events.js";
import { contextTokensFor, type ModelOpener, openLocalModel } from "./open-model.js";
import { readOverview } from "./overview.js";
import { probeForRun } from "./probe-model.js";
import { ProgressMeter } from "./progress-meter.js";
import { rawRecords } from "./read-sources.js";
import { sizedSchema } from "./sized-schema.js";
import { stepFailure } from "./step-failure.js";
import { outOfDate, settingsHash, type StepInputs, stepInputs, workKey } from "./step-state.js";
import { versions } from "./versions.js";
import type { Workspace } from "./workspace.js";

export interface RunOptions {
  readonly steps: readonly StepName[];
  readonly onEvent: OnEvent;
  /** Ends the run at the next unit; what is finished stays. */
  readonly signal: AbortSignal;
  /** As typed: a second run is told what the first one is doing. */
  readonly command: string;
  readonly openModel?: ModelOpener;
}

/** Progress is told this often at most. */
const PROGRESS_MILLISECONDS = 200;

/** What a running step needs closed when it ends, whatever way. */
class Closers {
  readonly #closers: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
  }
}

/** The model of one step: opened when first asked for, with the probe's figure where it annotates. */
interface StepModel {
  get(): Promise<TextModel>;
  /** For the manifest; undefined when it was never opened. */
  described(): Manifest["model"];
}

function stepModel(workspace: Workspace, step: Step, options: RunOptions, closers: Closers): StepModel {
  let opened: Promise<TextModel> | undefined;
  let described: Manifest["model"];
  const log = (message: string) => options.onEvent({ type: "log", step: step.name, message });
  const open = async (): Promise<TextModel> => {
    const context = contextTokensFor(step.name, workspace.settings, workspace.space.dimensions.length);
    const model = await (options.openModel ?? openLocalModel)(workspace, context, log);
    closers.add(() => model.close());
    const { name, sha256, bytes } = model.identity;
    described = { name, sha256, bytes };
    if (step.name === "annotate") {
      const probe = await probeForRun(workspace, model, options, log);
      if (probe) described = { ...described, probe };
    }
    return model;
  };
  return { get: () => (opened ??= open()), described: () => described };
}

function contextOf(
  workspace: Workspace,
  step: Step,
  inputs: StepInputs,
  journal: StepJournal,
  options: RunOptions,
  model: StepModel,
  closers: Closers,
  total: (units: number) => void,
): StepContext<unknown> {
  const { output, shown } = workspace;
  const size = workspace.space.dimensions.length;
  const restored = new Set(inputs.restored);
  const log = (message: string) => options.onEvent({ type: "log", step: step.name, message });
  return {
    settings: inputs.settings,
    seed: workspace.settings.seed,
    space: workspace.space,
    skip: journal.units,
    cancellation: options.signal,
    read: ({ path, schema }) =>
      readRecordFile(output.file(path), sizedSchema(schema, size), shown(output.file(path))),
    async table({ path, schema }, id) {
      const file = output.file(path);
      const table = await openRecordTable(file, sizedSchema(schema, size), shown(file), id);
      closers.add(() => table.close());
      return table;
    },
    document: (path) => readFile(output.file(path), "utf8"),
    overview: () => readOverview(workspace, step.name),
    raw: () => rawRecords(workspace, log),
    model: () => model.get(),
    isRestored: (rule, id) => restored.has(`${rule} ${id}`),
    total,
    log,
  };
}

/** Every input must be there: a step alone does not run those before it. */
function requireInputs(step: Step, { inputs }: StepInputs): void {
  const missing = Object.entries(inputs).find(([, hash]) => hash === null);
  if (!missing) return;
  const [path] = missing;
  if (step.name === "import") return;
  const producer = STEPS.find(({ name, folder }) => [name, folder].includes(path.split("/")[0]! as StepName));
  throw new InputError(
    { file: path },
    {
      rule: "missing-input",
      message: `“${step.name}” reads this file, and it is not there`,
      fix: `run \`prefloom ${producer?.name ?? "run"}\` first, or \`prefloom run\` for everything`,
    },
  );
}

/** The settings hash of a run includes the model's weights, which only an opened model is sure to tell. */
async function inputsWithModel(workspace: Workspace, step: Step, model: StepModel): Promise<StepInputs> {
  const inputs = await stepInputs(workspace, step);
  requireInputs(step, inputs);
  if (!inputs.usesModel) return inputs;
  const { identity } = await model.get();
  return { ...inputs, model: identity.sha256 };
}

type StepOutcome =
  | { readonly manifest: Manifest }
  | { readonly interrupted: { readonly done: number; readonly total: number | null } };

async function runStep(workspace: Workspace, step: Step, options: RunOptions): Promise<StepOutcome> {
  const { output } = workspace;
  const { onEvent, signal } = options;
  const closers = new Closers();
  let journal: StepJournal | undefined;
  try {
    const model = stepModel(workspace, step, options, closers);
    const inputs = await inputsWithModel(workspace, step, model);
    journal = await output.openWork(step.name, workKey(inputs), step.writes);
    const resumedAt = journal.units;
    onEvent({
      type: "step-started",
      step: step.name,
      doing: step.doing,
      resumedAt,
      repaired: journal.repaired,
    });
    const units: { total: number | null; told: boolean } = { total: null, told: false };
    const open = journal;
    const context = contextOf(workspace, step, inputs, open, options, model, closers, (total) => {
      units.total = total;
    });
    const meter = new ProgressMeter(resumedAt);
    const tokensBefore = open.tokens;
    let toldAt = 0;
    const tell = () => {
      toldAt = performance.now();
      const progress = meter.measure(open.units, units.total, open.tokens - tokensBefore);
      onEvent({ type: "progress", step: step.name, units: step.units, ...progress });
    };
    for await (const unit of step.run(context)) {
      await open.add(unit);
      if (units.total !== null && !units.told) {
        units.told = true;
        await open.total(units.total);
      }
      if (performance.now() - toldAt >= PROGRESS_MILLISECONDS) tell();
      if (signal.aborted) break;
    }
    await open.flush();
    tell();
    if (signal.aborted) {
      const interrupted = { done: open.units, total: units.total };
      onEvent({ type: "step-interrupted", step: step.name, ...interrupted });
      return { interrupted };
    }
    const described = model.described();
    const manifest = await output.seal(step, open, open.documents, {
      step: step.name,
      status: "done",
      inputs: inputs.inputs as Record<string, string>,
      settings: inputs.settings,
      settingsHash: settingsHash(inputs),
      ...(described ? { model: described } : {}),
      seed: inputs.seed,
      ...(inputs.restored.length > 0 ? { restored: [...inputs.restored] } : {}),
      counts: open.counts,
      versions: { step: step.version, ...versions() },
      startedAt: open.head.startedAt,
      seconds: Math.round(open.seconds * 1000) / 1000,
      ...(open.tokens > 0 ? { tokens: open.tokens } : {}),
    });
    journal = undefined;
    onEvent({ type: "step-done", step: step.name, counts: manifest.counts, seconds: manifest.seconds });
    return { manifest };
  } catch (error) {
    // What went wrong first is what is told.
    await journal?.keep().catch(() => undefined);
    journal = undefined;
    throw await stepFailure(workspace, step, error);
  } finally {
    await journal?.close();
    await closers.close();
  }
}

const errorsIn = (manifest: Manifest): number => manifest.counts["findings of severity error"] ?? 0;

/**
 * Brings steps up to date, in order: what is finished and unchanged is passed over, what was interrupted is continued.
 * @throws WorkspaceHeldError when another run holds the workspace
 * @throws InputError for settings or data that cannot be used, MissingResourceError for what this machine lacks
 */
export async function runSteps(workspace: Workspace, options: RunOptions): Promise<RunOutcome> {
  const { output } = workspace;
  const { onEvent, signal } = options;
  if (options.steps.includes("import") && workspace.settings.sources.length === 0) {
    throw new InputError(
      { file: "prefloom.json" },
      {
        rule: "no-sources",
        field: "sources",
        message: "no source is named",
        fix: "run `prefloom import FILE`",
      },
    );
  }
  try {
    await output.create();
  } catch (error) {
    throw new MissingResourceError(
      "output folder",
      `${workspace.shown(output.path)} cannot be written: ${(error as Error).message}`,
      "make it writable, or name another with --set output=FOLDER",
      { cause: error },
    );
  }
  const unlock = await lockWorkspace(output.path, options.command);
  const ran: StepName[] = [];
  const skipped: StepName[] = [];
  let errors = 0;
  try {
    for (const name of options.steps) {
      if (signal.aborted) return { ran, skipped, interrupted: { step: name, done: 0, total: null }, errors };
      const step = stepNamed(name);
      await output.recover(step);
      const manifest = await output.manifest(name);
      const why = manifest ? await outOfDate(workspace, step, manifest) : ["it has not run yet"];
      if (manifest && why.length === 0) {
        skipped.push(name);
        errors += errorsIn(manifest);
        onEvent({ type: "step-skipped", step: name, why: "nothing changed since it ran" });
        continue;
      }
      if (manifest) onEvent({ type: "log", step: name, message: `${name} runs again: ${why.join("; ")}` });
      const outcome = await runStep(workspace, step, options);
      if ("interrupted" in outcome) {
        return { ran, skipped, interrupted: { step: name, ...outcome.interrupted }, errors };
      }
      ran.push(name);
      errors += errorsIn(outcome.manifest);
    }
  } finally {
    await unlock();
  }
  return { ran, skipped, interrupted: null, errors };
}
