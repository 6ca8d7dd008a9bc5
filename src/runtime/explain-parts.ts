import { existsSync } from "node:fs";
import { compareDirections } from "../core/consistency/consistency.js";
import { InputError } from "../core/errors.js";
import { annotationPrompt } from "../core/prompts/annotation.js";
import { type FewShotExample, fewShotSchema } from "../core/prompts/few-shot.js";
import { lineageSchema } from "../core/records/alignx-row.js";
import {
  type Direction,
  type DirectionValue,
  type Levels,
  NEUTRAL,
  POSITIVE,
  responseDirection,
} from "../core/records/direction.js";
import { dropRule } from "../core/records/drop-rules.js";
import {
  type Annotation,
  type Drop,
  dropSchema,
  type Origin,
  type Pair,
  type Persona,
  type Post,
  SPLITS,
  type Verdict,
} from "../core/records/records.js";
import { ANSWER_WAYS, type AnswerWay } from "../core/settings/settings.js";
import type { PreferenceSpace } from "../core/space/space.js";
import { readRecordFile } from "../node/store/record-file.js";
import type { RawLine } from "../node/text/json-lines.js";
import { ANNOTATIONS, CLUSTERS, LEVELS, PAIRS } from "../steps/files.js";
import { STEPS } from "../steps/registry.js";
import type { RecordFile } from "../steps/step.js";
import type {
  Agreement,
  ExplainedCluster,
  ExplainedDimension,
  ExplainedDrop,
  ExplainedPersona,
  ExplainedPrompt,
  ExplainedResponse,
  ExplainedRun,
  Explanation,
  ExportedPlace,
} from "./explanation.js";
import { readRawLine } from "./raw-line.js";
import { readRestored } from "./restored.js";
import { type Manifests, shortSettingsHash } from "./report.js";
import type { Workspace } from "./workspace.js";

/** Records of an output file whose lines mention one of some ids; none where the file has not been made. */
export async function* mentions<T>(
  { output, shown }: Workspace,
  { path, schema }: RecordFile<T>,
  ids: readonly string[],
): AsyncGenerator<{ readonly value: T; readonly line: number }> {
  const file = output.file(path);
  if (ids.length === 0 || !existsSync(file)) return;
  const wanted = (raw: RawLine) => "text" in raw && ids.some((id) => raw.text.includes(id));
  yield* readRecordFile(file, schema, shown(file), wanted);
}

/** The first record that mentions an id and is the one. */
export async function findRecord<T>(
  workspace: Workspace,
  file: RecordFile<T>,
  id: string,
  isIt: (record: T) => boolean,
): Promise<T | null> {
  for await (const { value } of mentions(workspace, file, [id])) if (isIt(value)) return value;
  return null;
}

/** Where pairs stand in the data set. */
export async function findExported(
  workspace: Workspace,
  pairs: readonly string[],
): Promise<ReadonlyMap<string, ExportedPlace>> {
  const found = new Map<string, ExportedPlace>();
  const wanted = new Set(pairs);
  for (const split of SPLITS) {
    const lineage = { path: `dataset/${split}.lineage.jsonl`, schema: lineageSchema };
    const file = workspace.shown(workspace.output.file(`dataset/${split}.jsonl`));
    for await (const { value, line } of mentions(workspace, lineage, pairs)) {
      if (wanted.has(value.pair)) found.set(value.pair, { file, line, split });
    }
  }
  return found;
}

/** Entries of the drop ledgers under some ids. */
export async function findDrops(workspace: Workspace, ids: readonly string[]): Promise<Drop[]> {
  const wanted = new Set(ids);
  const found: Drop[] = [];
  for (const { name } of STEPS) {
    const ledger = { path: `${name}/drops.jsonl`, schema: dropSchema };
    for await (const { value } of mentions(workspace, ledger, ids))
      if (wanted.has(value.id)) found.push(value);
  }
  return found;
}

/** Ledger entries as they are shown. */
export async function explainDrops(workspace: Workspace, drops: readonly Drop[]): Promise<ExplainedDrop[]> {
  const asked = await readRestored(workspace.output);
  return drops.map(({ id, stage, rule, reason }) => ({
    ...{ id, stage, rule, reason, ...dropRule(rule) },
    askedBack: asked.some((one) => one.id === id && one.rule === rule && one.stage === stage),
  }));
}

/** Clusters of a post, and which responses are in them. */
export async function explainClusters(
  workspace: Workspace,
  post: string,
  responses: readonly Pick<ExplainedResponse, "id" | "role">[],
): Promise<ExplainedCluster[] | null> {
  const found = await findRecord(workspace, CLUSTERS, post, (record) => record.post === post);
  if (!found) return null;
  return found.clusters.map((members) => ({
    size: members.length,
    responses: members,
    holds: responses.filter(({ id }) => members.includes(id)).map(({ role }) => role),
  }));
}

/** @throws InputError when records were made with a space of another size: nothing could be named */
export function requireSpace({ space }: Workspace, length: number): void {
  if (length === space.dimensions.length) return;
  throw new InputError(
    { file: "prefloom.json" },
    {
      rule: "space",
      field: "space",
      message: `the records have ${length} dimensions and this space has ${space.dimensions.length}: they were made with another one`,
      fix: "set “space” back to what it was, or run `prefloom run`",
    },
  );
}

/** Levels of responses by id. */
export async function levelsOf(
  workspace: Workspace,
  responses: readonly string[],
): Promise<ReadonlyMap<string, Levels>> {
  const found = new Map<string, Levels>();
  const wanted = new Set(responses);
  for await (const { value } of mentions(workspace, LEVELS, responses)) {
    if (!wanted.has(value.response)) continue;
    requireSpace(workspace, value.levels.length);
    found.set(value.response, value.levels);
    if (found.size === wanted.size) break;
  }
  return found;
}

/** Annotations of responses by id. */
export async function annotationsOf(
  workspace: Workspace,
  responses: readonly string[],
): Promise<ReadonlyMap<string, Annotation>> {
  const found = new Map<string, Annotation>();
  const wanted = new Set(responses);
  for await (const { value } of mentions(workspace, ANNOTATIONS, responses)) {
    if (wanted.has(value.response)) found.set(value.response, value);
    if (found.size === wanted.size) break;
  }
  return found;
}

function labelOf({ dimensions }: PreferenceSpace, d: number, value: DirectionValue): string {
  const { positiveLabel, negativeLabel } = dimensions[d]!;
  return value === POSITIVE ? positiveLabel : negativeLabel;
}

/** The non-neutral dimensions of a direction, with what led to each. */
export function explainDimensions(
  { dimensions }: PreferenceSpace,
  direction: Direction,
  responses: readonly ExplainedResponse[],
  levels: ReadonlyMap<string, Levels>,
  annotations: ReadonlyMap<string, Annotation>,
  agreed: readonly number[],
): ExplainedDimension[] {
  return dimensions.flatMap(({ name, group, positiveLabel, negativeLabel }, d): ExplainedDimension[] => {
    const value = direction[d]!;
    if (value === NEUTRAL) return [];
    return [
      {
        dimension: name,
        group,
        direction: value === POSITIVE ? "Positive" : "Negative",
        label: value === POSITIVE ? positiveLabel : negativeLabel,
        agreed: agreed.includes(d),
        sides: responses.map(({ id, role }) => ({
          role,
          level: levels.get(id)?.[d] ?? null,
          probabilities: annotations.get(id)?.answers[d] ?? null,
        })),
      },
    ];
  });
}

function agreement(space: PreferenceSpace, pair: Direction, other: Direction | undefined): Agreement {
  if (!other) return { agrees: [], contradicts: [] };
  const { agrees, contradicts } = compareDirections(pair, other);
  const label = (d: number) => labelOf(space, d, other[d]!);
  return { agrees: agrees.map(label), contradicts: contradicts.map(label) };
}

/** The items of a persona, and what each says of the pair's direction. */
export async function explainPersona(
  workspace: Workspace,
  { direction }: Pair,
  { ugc, pairs, demographic, probes }: Persona,
  verdict: Verdict | null,
): Promise<ExplainedPersona> {
  const { space } = workspace;
  const levels = await levelsOf(
    workspace,
    ugc.map(({ response }) => response),
  );
  const directions = new Map<string, Direction>();
  const items = pairs.map(({ pair }) => pair);
  for await (const { value } of mentions(workspace, PAIRS, items)) directions.set(value.id, value.direction);
  return {
    ugc: ugc.map(({ post, response, matches }) => {
      const own = levels.get(response);
      return { post, response, matches, ...agreement(space, direction, own && responseDirection(own)) };
    }),
    pairs: pairs.map(({ pair, matchesChosen, matchesRejected }) => ({
      ...{ pair, matchesChosen, matchesRejected },
      ...agreement(space, direction, directions.get(pair)),
    })),
    demographic: demographic && {
      text: demographic.text,
      method: demographic.method,
      ...agreement(space, direction, demographic.direction),
      ...(demographic.reason === undefined ? {} : { reason: demographic.reason }),
      ...(demographic.retries === undefined ? {} : { retries: demographic.retries }),
    },
    search: probes,
    kinds: verdict?.kinds ?? null,
  };
}

/** The way of asking that an annotation was made in, from its manifest. */
function wayOf(manifests: Manifests): {
  readonly answers: AnswerWay;
  readonly method: string;
  readonly fewShot: readonly FewShotExample[];
} | null {
  const used = manifests.get("annotate")?.settings;
  const answers = ANSWER_WAYS.find((way) => way === used?.["answers"]);
  const fewShot = fewShotSchema.safeParse(used?.["fewShot"]);
  if (!used || !answers || !fewShot.success) return null;
  return { answers, method: String(used["method"]), fewShot: fewShot.data };
}

/** What stands for the part that was cut away. */
const MARK = "…";

/** The prompt for a response as the model was given it, with the question on one dimension. */
export function explainPrompt(
  { space }: Workspace,
  manifests: Manifests,
  { text: post }: Post,
  response: { readonly id: string; readonly text: string },
  cut: Annotation["cut"],
  dimension: string | undefined,
): ExplainedPrompt | null {
  const way = wayOf(manifests);
  if (!way) return null;
  const { questions, prefix } = annotationPrompt(space, way.answers, way.fewShot);
  const { chat, parts } = prefix(
    cut?.post ? `${MARK} ${post.slice(cut.post)}` : post,
    cut?.response ? `${response.text.slice(0, -cut.response)} ${MARK}` : response.text,
  );
  const asked = Math.max(
    0,
    space.dimensions.findIndex(({ name }) => name === dimension),
  );
  const { text, answerStart, options } = questions[asked]!;
  return {
    response: response.id,
    ...{ answers: way.answers, method: way.method, chat, prefix: parts },
    question: { dimension: space.dimensions[asked]!.name, text: text + answerStart, options },
    questions: questions.length,
    cut: cut ?? null,
  };
}

/** Models, seed and settings of the runs. */
export function explainRun({ settings }: Workspace, manifests: Manifests): ExplainedRun {
  const modelOf = (step: "annotate" | "persona") => {
    const model = manifests.get(step)?.model;
    return model ? { name: model.name, sha256: model.sha256 } : null;
  };
  const model = modelOf("annotate");
  const writer = modelOf("persona");
  const decision = manifests.get("levels")?.settings["decision"];
  return {
    model,
    demographicModel: writer && writer.sha256 !== model?.sha256 ? writer : null,
    seed: manifests.get("pair")?.seed ?? settings.seed,
    settingsHash: shortSettingsHash(manifests),
    decision: typeof decision === "string" ? decision : null,
    steps: [...manifests].map(([step, { settingsHash }]) => ({ step, settingsHash })),
  };
}

/** The raw lines of records, each once. */
export async function readRawLines(
  workspace: Workspace,
  manifests: Manifests,
  origins: readonly { readonly of: string; readonly origin: Origin | null | undefined }[],
): Promise<Explanation["raw"]> {
  const manifest = manifests.get("import");
  const places = new Map<string, { origin: Origin; of: string[] }>();
  for (const { of, origin } of origins) {
    if (!origin) continue;
    const key = `${origin.file}:${origin.line}`;
    const place = places.get(key) ?? { origin, of: [] };
    place.of.push(of);
    places.set(key, place);
  }
  const raw = [];
  for (const { origin, of } of places.values()) {
    const imported = manifest
      ? {
          at: Date.parse(manifest.startedAt) + manifest.seconds * 1000,
          sha256: manifest.inputs[origin.file],
        }
      : null;
    raw.push({ of: of.join(", "), ...(await readRawLine(workspace, origin, imported)) });
  }
  return raw;
}
