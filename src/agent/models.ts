import { existsSync } from "node:fs";
import { join } from "node:path";
import { FEW_SHOT } from "../core/prompts/few-shot.js";
import type { ProbeResult } from "../core/probe/evaluate-probe.js";
import { capitalised } from "../core/report/words.js";
import type { Progress } from "../core/run-events.js";
import { settingsSchema } from "../core/settings/settings.js";
import { ALIGNX_SPACE } from "../core/space/space.js";
import { deviceChanged, jobProgress, modelGet, modelProbe, modelUse } from "../protocol/agent.js";
import { getModel, type ModelEvent } from "../runtime/models.js";
import { contextTokensFor, type OpenModel } from "../runtime/open-model.js";
import { annotationWay, probeModel } from "../runtime/probe-model.js";
import { TransferMeter } from "../runtime/transfer-meter.js";
import { useModel } from "../runtime/use-model.js";
import { SETTINGS_FILE } from "../runtime/workspace.js";
import { answering } from "./answering.js";
import type { Served } from "./served.js";

/** Tells a client what the agent's model runs on. */
export function deviceTeller(connection: Served["connection"]): (model: OpenModel | null) => void {
  return (model) => {
    const device = model?.device;
    void connection.sendNotification(deviceChanged, {
      device: model && {
        model: model.identity.name,
        backend: device?.backend ?? "cpu",
        gpuName: device?.gpuName ?? null,
        gpuLayers: device?.gpuLayers ?? null,
        totalLayers: device?.totalLayers ?? null,
      },
    });
  };
}

/** Tells a client how far something that is fetched has come. @param job the method of its request */
export function transferTeller(connection: Served["connection"], job: string): (event: ModelEvent) => void {
  const meter = new TransferMeter();
  return (event) => {
    const moves = event.type === "progress" || event.type === "checking";
    const progress = moves ? meter.measure(event) : null;
    void connection.sendNotification(jobProgress, { job, message: event.message, units: "bytes", progress });
  };
}

function serveGet({ connection, jobs, folder }: Served): void {
  connection.onRequest(
    modelGet,
    answering(({ model }, token) =>
      jobs.run(token, async (signal) => {
        const onEvent = transferTeller(connection, modelGet.method);
        const { name, path, bytes } = await getModel(model, folder(), { onEvent, signal });
        return { name, path, bytes };
      }),
    ),
  );
}

/** The settings of the workspace; defaults where the folder is none yet. */
async function surroundings({ folder, workspace }: Served, model: string | undefined) {
  if (!existsSync(join(folder(), SETTINGS_FILE))) {
    const settings = settingsSchema.parse(model === undefined ? {} : { model });
    return { settings, loaded: { fewShot: FEW_SHOT }, space: ALIGNX_SPACE, folder: folder() };
  }
  const opened = await workspace();
  return { ...opened, settings: model === undefined ? opened.settings : { ...opened.settings, model } };
}

const percent = (share: number): string => `${Math.round(share * 100)}%`;

function detailOf({ groups, overall }: ProbeResult): string[] {
  return [...groups, { group: "all", ...overall }].map(
    ({ group, right, total, low, high }) =>
      `${capitalised(group)}: ${percent(right / Math.max(1, total))} of ${total} pairs right (95% interval ${percent(low)} to ${percent(high)})`,
  );
}

function serveProbe(served: Served): void {
  const { connection, jobs, model: kept } = served;
  connection.onRequest(
    modelProbe,
    answering(({ model: name }, token) =>
      jobs.withModel("a probe", token, async (signal) => {
        const around = await surroundings(served, name);
        const context = contextTokensFor("annotate", around.settings, around.space.dimensions.length);
        const tell = (message: string, progress: Progress | null) =>
          void connection.sendNotification(jobProgress, {
            ...{ job: modelProbe.method, message, units: "texts", progress },
          });
        const model = await kept.open(around, context, (message) => tell(message, null));
        try {
          const probed = await probeModel(around.space, model, annotationWay(around), {
            half: "report",
            cancellation: signal,
            onProgress: (progress) => tell(model.identity.name, progress),
          });
          signal.throwIfAborted();
          if (probed) return { sentence: probed.result.sentence, detail: detailOf(probed.result) };
          return {
            sentence: "The preference space has none of the dimensions that the probe knows texts for.",
            detail: [],
          };
        } finally {
          await model.close();
        }
      }),
    ),
  );
}

function serveUse({ connection, workspace }: Served): void {
  connection.onRequest(
    modelUse,
    answering(async ({ model }) => {
      await useModel(await workspace(), model);
      return { model };
    }),
  );
}

/** Answers requests about models. */
export function serveModels(served: Served): void {
  serveGet(served);
  serveProbe(served);
  serveUse(served);
}
