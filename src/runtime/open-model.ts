import type { ModelDevice, TextModel } from "../core/ports.js";
import type { Settings } from "../core/settings/settings.js";
import type { StepName } from "../core/step-names.js";
import { fetchedBackends } from "./backends.js";
import { identifyModel, locateModel } from "./models.js";
import type { Workspace } from "./workspace.js";

/** An open model, to be closed when its work is done; `device` where its engine tells what it computes on. */
export type OpenModel = TextModel & { readonly device?: ModelDevice; close(): Promise<void> };

/** Opens the annotator of a workspace with room for prompts of so many tokens. */
export type ModelOpener = (
  workspace: Pick<Workspace, "folder" | "settings">,
  contextTokens: number,
  log: (message: string) => void,
) => Promise<OpenModel>;

/** Tokens of questions, examples and chat template, generously. */
const ANNOTATION_OVERHEAD = 1024;
/** A question of prompt #1 with its answer, on average at most. */
const QUESTION_TOKENS = 56;
/** Instructions of prompt #2 with the dimensions of the default space, and the pair's own texts. */
const DEMOGRAPHIC_PROMPT = 3_200 + 2_048;

/** The context that a step needs: it decides where texts are cut, so it depends on the settings alone. */
export function contextTokensFor(
  step: StepName,
  { annotate, persona }: Settings,
  dimensions: number,
): number {
  if (step === "persona") return DEMOGRAPHIC_PROMPT + persona.demographic.maxTokens;
  const texts = annotate.maxPostTokens + annotate.maxResponseTokens + ANNOTATION_OVERHEAD;
  return annotate.method === "joint" ? texts + QUESTION_TOKENS * dimensions : texts;
}

/** `PREFLOOM_GPU_LAYERS`: layers on the GPU; default: all that fit. */
function gpuLayers(): "auto" | number {
  const given = process.env["PREFLOOM_GPU_LAYERS"];
  return given !== undefined && /^\d+$/.test(given) ? Number(given) : "auto";
}

/** `PREFLOOM_LANES`: requests in flight; default: as many as the machine is fit for. Results do not depend on it. */
function lanes(): number | undefined {
  const given = process.env["PREFLOOM_LANES"];
  return given !== undefined && /^[1-9]\d*$/.test(given) ? Number(given) : undefined;
}

/** Opens the model that the settings name by node-llama-cpp. @throws MissingResourceError when it is not here */
export const openLocalModel: ModelOpener = async (workspace, contextTokens, log) => {
  const located = await locateModel(workspace.settings.model, workspace.folder);
  const identity = await identifyModel(located);
  const { GgufModel } = await import("../llama/gguf-model.js");
  const laneCount = lanes();
  return GgufModel.open({
    path: located.path,
    identity,
    gpuLayers: gpuLayers(),
    backends: await fetchedBackends(),
    ...(laneCount === undefined ? {} : { lanes: laneCount }),
    contextTokens,
    log,
  });
};
