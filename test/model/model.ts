import { ALIGNX_SPACE } from "../../src/core/space/space.js";
import { GgufModel } from "../../src/llama/gguf-model.js";
import { identifyModel, locateModel } from "../../src/runtime/models.js";

/** Name of the small real model; `scripts/test.sh` sees that it is here. */
export const MODEL = "smollm2-135m-instruct";

/** Opens the small real model on the CPU. */
export async function openModel(
  options: { lanes?: number; contextTokens?: number } = {},
): Promise<GgufModel> {
  const located = await locateModel(MODEL, process.cwd());
  return GgufModel.open({
    path: located.path,
    identity: await identifyModel(located),
    gpuLayers: 0,
    lanes: options.lanes ?? 2,
    contextTokens: options.contextTokens ?? 2048,
    log: () => undefined,
  });
}

/** A few dimensions of each group: enough to show what holds for all. */
export const FEW = [0, 3, 18, 40, 43, 47, 56, 60, 74, 89].map((d) => ALIGNX_SPACE.dimensions[d]!);

export const POST = "What would you do on a rainy Sunday?";
export const RESPONSES = [
  "I love football, so I would watch two matches in a row and phone my friends about every goal.",
  "Sleep. I can't stand people on Sundays, and football even less.",
  "Tidy the shelves, then plan the week in my notebook, then bake bread.",
];
