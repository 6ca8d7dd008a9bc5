import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ResponseAnnotator, type AnnotationWay } from "../core/evaluation/annotate-response.js";
import type { Cancellation, TextModel } from "../core/ports.js";
import { ProbeEvaluation, type ProbeResult, selectProbePairs } from "../core/probe/evaluate-probe.js";
import type { ProbeHalf, ProbePair } from "../core/probe/probe-set.js";
import { annotationPrompt, evidence } from "../core/prompts/annotation.js";
import type { ProbeSummary } from "../core/report/report-data.js";
import type { PreferenceSpace } from "../core/space/space.js";
import { ModelFolder } from "../node/models/model-folder.js";
import { hashValue } from "../node/store/hash-file.js";
import { writeWhole } from "../node/store/write-whole.js";
import { inOrder } from "../steps/step.js";
import { type LocatedModel, modelsFolder } from "./models.js";
import { ProgressMeter } from "./progress-meter.js";
import type { OnEvent, Progress } from "../core/run-events.js";
import type { Workspace } from "./workspace.js";

/** The way of annotating that a workspace's settings name. */
export function annotationWay({ settings, loaded }: Pick<Workspace, "settings" | "loaded">): AnnotationWay {
  return { ...settings.annotate, fewShot: loaded.fewShot };
}

/**
 * Measures a model on pairs of known direction.
 * @returns null when it was cancelled
 */
export async function runProbe(
  space: PreferenceSpace,
  model: TextModel,
  way: AnnotationWay,
  pairs: readonly ProbePair[],
  cancellation: Cancellation,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<ProbeResult | null> {
  const evaluation = new ProbeEvaluation(space, pairs);
  const annotators = new Map(
    [...evaluation.asked].map(([group, asked]) => [group, new ResponseAnnotator(space, model, way, asked)]),
  );
  const meter = new ProgressMeter(0);
  let done = 0;
  let tokens = 0;
  const work = async ({ group, post, text }: (typeof evaluation.texts)[number]) =>
    cancellation.aborted ? null : annotators.get(group)!.annotate(post, text, cancellation);
  for await (const result of inOrder(evaluation.texts, model.parallelism * 2, work)) {
    evaluation.add(done++, result.answers.map(evidence));
    tokens += result.tokens;
    onProgress(meter.measure(done, evaluation.texts.length, tokens));
  }
  return done < evaluation.texts.length ? null : evaluation.result();
}

/** What decides a probe's result, as a key. */
function probeKey(
  space: PreferenceSpace,
  sha256: string,
  way: AnnotationWay,
  pairs: readonly ProbePair[],
): string {
  const { questions, prefix } = annotationPrompt(space, way.answers, way.fewShot);
  const asked = { questions, prefix: prefix("", "") };
  return hashValue({ version: 1, sha256, method: way.method, asked, pairs });
}

const cacheFile = (): string => join(modelsFolder(), "probes.json");

async function readCache(): Promise<Record<string, ProbeResult>> {
  return readFile(cacheFile(), "utf8")
    .then((text) => JSON.parse(text) as Record<string, ProbeResult>)
    .catch(() => ({}));
}

/** The result of a probe: the one known from before where nothing that decides it has changed, else measured and kept. */
export async function probeModel(
  space: PreferenceSpace,
  model: TextModel,
  way: AnnotationWay,
  options: {
    readonly half: ProbeHalf;
    readonly count?: number;
    readonly again?: boolean;
    readonly cancellation: Cancellation;
    readonly onProgress?: (progress: Progress) => void;
  },
): Promise<{ readonly result: ProbeResult; readonly known: boolean } | null> {
  const pairs = selectProbePairs(space, options.half, options.count);
  if (pairs.length === 0) return null;
  const key = probeKey(space, model.identity.sha256, way, pairs);
  const before = (await readCache())[key];
  if (before && !options.again) return { result: before, known: true };
  const result = await runProbe(space, model, way, pairs, options.cancellation, options.onProgress);
  if (!result) return null;
  // A folder that cannot be written costs another measurement next time, nothing else.
  await writeWhole(cacheFile(), `${JSON.stringify({ ...(await readCache()), [key]: result })}\n`).catch(
    () => undefined,
  );
  return { result, known: false };
}

/**
 * What a probe of a model has measured before, with the settings of a workspace: of all pairs, else of those that a run
 * takes. Null where none has, and for a file that has never been hashed.
 */
export async function knownProbe(
  { space, settings, loaded }: Pick<Workspace, "space" | "settings" | "loaded">,
  { sha256, path, present }: Pick<LocatedModel, "sha256" | "path" | "present">,
): Promise<ProbeResult | null> {
  const hash =
    sha256 ?? (present ? ((await new ModelFolder(modelsFolder()).known(path))?.sha256 ?? null) : null);
  if (hash === null) return null;
  const cache = await readCache();
  for (const count of [undefined, settings.annotate.probePairs]) {
    const pairs = selectProbePairs(space, "report", count);
    const found = cache[probeKey(space, hash, annotationWay({ settings, loaded }), pairs)];
    if (found) return found;
  }
  return null;
}

/** The probe's figure for the manifest of an annotation; undefined where the settings want none. */
export async function probeForRun(
  workspace: Workspace,
  model: TextModel,
  { onEvent, signal }: { readonly onEvent: OnEvent; readonly signal: AbortSignal },
  log: (message: string) => void,
): Promise<ProbeSummary | undefined> {
  const count = workspace.settings.annotate.probePairs;
  if (count === 0) return undefined;
  const probed = await probeModel(workspace.space, model, annotationWay(workspace), {
    half: "report",
    count,
    cancellation: signal,
    onProgress: (progress) =>
      onEvent({ type: "progress", step: "annotate", units: "probe texts", ...progress }),
  });
  if (!probed) return undefined;
  const { sentence, groups } = probed.result;
  log(`${model.identity.name}${probed.known ? " (measured before)" : ""}: ${sentence}`);
  return { sentence, groups };
}
