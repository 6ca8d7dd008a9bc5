import { stat } from "node:fs/promises";
import type { LockHolder } from "../core/errors.js";
import type { Manifest } from "../core/records/manifest.js";
import { hashValue, keptHash } from "../node/store/hash-file.js";
import { lockHolder } from "../node/store/lock.js";
import { STEPS } from "../steps/registry.js";
import type { Step } from "../steps/step.js";
import type { StepName } from "../core/step-names.js";
import { identifyModel, locateModel } from "./models.js";
import { readOverview } from "./overview.js";
import { sourceFiles } from "./read-sources.js";
import { readRestored, type Restored } from "./restored.js";
import type { Workspace } from "./workspace.js";

/** How a step stands. */
export type StepState =
  | { readonly step: StepName; readonly state: "done"; readonly manifest: Manifest }
  | {
      readonly step: StepName;
      readonly state: "stale";
      readonly why: readonly string[];
      readonly manifest: Manifest;
    }
  | {
      readonly step: StepName;
      readonly state: "partly";
      readonly done: number;
      readonly total: number | null;
    }
  | { readonly step: StepName; readonly state: "missing" };

/** Everything that decides a step's output. */
export interface StepInputs {
  /** SHA-256 by input file; null where the file is not there. */
  readonly inputs: Readonly<Record<string, string | null>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seed: number | null;
  /** Hash of the preference space; null for what is made without one. */
  readonly space: string | null;
  /** SHA-256 of the weights; null without a model, or when it is not here to be hashed. */
  readonly model: string | null;
  /** As manifests name it; null without a model. */
  readonly modelName: string | null;
  readonly usesModel: boolean;
  readonly version: number;
  /** `rule id` of records asked back from the step's ledger. */
  readonly restored: readonly string[];
}

/** Hash of all that decides a step's output besides its input files. */
export function settingsHash({
  settings,
  seed,
  space,
  model,
  version,
  restored,
}: Omit<StepInputs, "inputs" | "modelName" | "usesModel" | "version"> & {
  readonly version: unknown;
}): string {
  return hashValue({ settings, seed, space, model, version, restored });
}

/** Key under which unfinished work is continued. */
export function workKey(inputs: StepInputs): string {
  return hashValue([settingsHash(inputs), inputs.inputs]);
}

const modifiedAt = async (path: string): Promise<number | null> =>
  stat(path).then(
    (found) => found.mtimeMs,
    () => null,
  );

/** Hash of an output file: the one its step recorded unless somebody has touched the file since. */
async function outputHash(workspace: Workspace, path: string): Promise<string | null> {
  const { output } = workspace;
  const file = output.file(path);
  const modified = await modifiedAt(file);
  if (modified === null) return null;
  const producer = STEPS.find(({ name, folder }) => [name, folder].includes(path.split("/")[0]! as StepName));
  const manifest = producer ? await output.manifest(producer.name) : null;
  const recorded = manifest?.outputs[path];
  const sealed = producer ? await modifiedAt(output.file(`${producer.name}/manifest.json`)) : null;
  if (recorded && sealed !== null && modified <= sealed) return recorded.sha256;
  return (await keptHash(file)).sha256;
}

async function sourceHashes(workspace: Workspace): Promise<Record<string, string | null>> {
  const hashes: Record<string, string | null> = {};
  for (const { path, shown } of await sourceFiles(workspace)) {
    // What is wrong with a file is told when it is read.
    hashes[shown] = await keptHash(path).then(
      ({ sha256 }) => sha256,
      () => null,
    );
  }
  return hashes;
}

/** The model's name, and SHA-256 of its weights where it is known without loading it. */
async function modelInputs(workspace: Workspace): Promise<Pick<StepInputs, "model" | "modelName">> {
  const located = await locateModel(workspace.settings.model, workspace.folder);
  const { name: modelName, sha256, present } = located;
  if (!present) return { modelName, model: sha256 };
  const model = await identifyModel(located).then(
    (identity) => identity.sha256,
    // What is wrong with the file is told when it is opened.
    () => null,
  );
  return { modelName, model };
}

/** What would decide a step's output if it ran now. */
export async function stepInputs(workspace: Workspace, step: Step): Promise<StepInputs> {
  const settings = step.settings(workspace.settings, workspace.loaded) as Record<string, unknown>;
  const inputs: Record<string, string | null> = step.name === "import" ? await sourceHashes(workspace) : {};
  for (const path of step.reads) inputs[path] = await outputHash(workspace, path);
  if (step.usesOverview) {
    // Title and licences are settings of the step itself.
    const { steps, seed, model } = await readOverview(workspace, step.name);
    inputs["overview"] = hashValue({ steps, seed, model });
  }
  const restored = (await readRestored(workspace.output))
    .filter(({ stage }) => stage === step.name)
    .map(({ rule, id }: Restored) => `${rule} ${id}`)
    .sort();
  const usesModel = step.usesModel(settings);
  return {
    inputs,
    settings,
    seed: step.seeded ? workspace.settings.seed : null,
    space: step.name === "import" ? null : hashValue(workspace.space.dimensions),
    ...(usesModel ? await modelInputs(workspace) : { model: null, modelName: null }),
    usesModel,
    version: step.version,
    restored,
  };
}

/** Settings that differ, by path and with both values. */
function changedSettings(before: unknown, now: unknown, at = ""): string[] {
  if (JSON.stringify(before) === JSON.stringify(now)) return [];
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(before) || !isMap(now)) {
    const shown = (value: unknown) => {
      const text = value === undefined ? "nothing" : JSON.stringify(value);
      return text.length > 60 ? `${text.slice(0, 57)}...` : text;
    };
    return [`${at}: ${shown(before)} → ${shown(now)}`];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .sort()
    .flatMap((key) => changedSettings(before[key], now[key], at === "" ? key : `${at}.${key}`));
}

/** What differs between the run that a manifest tells of and a run now; empty when it would give the same. */
export function differences(manifest: Manifest, now: StepInputs): string[] {
  const why: string[] = [];
  for (const path of new Set([...Object.keys(manifest.inputs), ...Object.keys(now.inputs)])) {
    const [before, after] = [manifest.inputs[path], now.inputs[path]];
    if (before === after) continue;
    if (path === "overview") why.push("settings, counts or drops of earlier steps changed");
    else if (before === undefined) why.push(`${path} was added`);
    else if (after === undefined) why.push(`${path} was removed`);
    else if (after === null) why.push(`${path} is not there`);
    else why.push(`${path} changed`);
  }
  const used = manifest.model;
  // The model may not be here to be hashed; then one of the same name is taken to be the one it was.
  const model = now.usesModel && now.modelName === used?.name ? (now.model ?? used.sha256) : now.model;
  if (settingsHash({ ...now, model }) === manifest.settingsHash) return why;
  why.push(...changedSettings(manifest.settings, now.settings));
  if (manifest.seed !== now.seed) why.push(`seed: ${String(manifest.seed)} → ${String(now.seed)}`);
  if ((used?.sha256 ?? null) !== model) {
    const names = [used?.name ?? "none", now.modelName ?? "none"];
    why.push(names[0] === names[1] ? "the model changed" : `the model: ${names.join(" → ")}`);
  }
  if (manifest.versions["step"] !== now.version)
    why.push("this version of Prefloom does the step differently");
  if (JSON.stringify(manifest.restored ?? []) !== JSON.stringify(now.restored)) {
    why.push("dropped records were asked back");
  }
  const ofTheSpace = {
    settings: manifest.settings,
    seed: manifest.seed,
    space: now.space,
    model: used?.sha256 ?? null,
    version: manifest.versions["step"],
    restored: manifest.restored ?? [],
  };
  // The hash is all that a manifest tells of the space: it is another one if it alone makes another hash.
  if (settingsHash(ofTheSpace) !== manifest.settingsHash) why.push("the preference space changed");
  return why;
}

/** Output files of a step that are gone or were edited since it wrote them. */
export async function editedOutputs(
  workspace: Workspace,
  step: StepName,
  { outputs }: Manifest,
): Promise<string[]> {
  const sealed = await modifiedAt(workspace.output.file(`${step}/manifest.json`));
  const edited: string[] = [];
  for (const [path, { sha256 }] of Object.entries(outputs)) {
    const file = workspace.output.file(path);
    const modified = await modifiedAt(file);
    if (modified !== null && sealed !== null && modified <= sealed) continue;
    if (modified === null || (await keptHash(file)).sha256 !== sha256) edited.push(path);
  }
  return edited;
}

/** Why a finished step would have to run again; empty when it would give what is there. */
export async function outOfDate(
  workspace: Workspace,
  step: Step,
  manifest: Manifest,
  inputs?: StepInputs,
): Promise<string[]> {
  const why = differences(manifest, inputs ?? (await stepInputs(workspace, step)));
  for (const path of await editedOutputs(workspace, step.name, manifest)) {
    const isThere = (await modifiedAt(workspace.output.file(path))) !== null;
    why.push(isThere ? `${path} was edited` : `${path} is gone`);
  }
  return why;
}

/** Who runs in a workspace now; null: nobody. */
export const holderOf = ({ output }: Workspace): Promise<LockHolder | null> => lockHolder(output.path);

/**
 * How every step stands, in order. A step whose input will be made anew is stale with it.
 * @param readOnly leaves what a killed run had begun to seal as it is
 */
export async function stepStates(
  workspace: Workspace,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<StepState[]> {
  const states: StepState[] = [];
  const outdated = new Set<string>();
  // A run at work does this itself, and two at once would be in each other's way.
  const mayRecover = !readOnly && (await holderOf(workspace)) === null;
  for (const step of STEPS) {
    if (mayRecover) await workspace.output.recover(step);
    const manifest = await workspace.output.manifest(step.name);
    const inputs = await stepInputs(workspace, step);
    const behind = STEPS.filter(({ name, folder }) => outdated.has(name) && reads(step, name, folder)).map(
      ({ name }) => name,
    );
    const work = await workspace.output.unfinished(step.name);
    const why = manifest ? await outOfDate(workspace, step, manifest, inputs) : [];
    const state = ((): StepState => {
      if (work && behind.length === 0 && work.key === workKey(inputs)) {
        return { step: step.name, state: "partly", done: work.units, total: work.total };
      }
      if (!manifest) return { step: step.name, state: "missing" };
      const reasons = [...why, ...behind.map((name) => `“${name}” is out of date`)];
      if (reasons.length > 0) return { step: step.name, state: "stale", why: reasons, manifest };
      return { step: step.name, state: "done", manifest };
    })();
    if (state.state !== "done") outdated.add(step.name);
    states.push(state);
  }
  return states;
}

function reads(step: Step, name: string, folder: string): boolean {
  return (
    step.usesOverview === true || step.reads.some((path) => [name, folder].includes(path.split("/")[0]!))
  );
}
