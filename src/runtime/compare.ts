import { ResponseAnnotator, type AnnotationWay } from "../core/evaluation/annotate-response.js";
import type { Agreement } from "../core/evaluation/agreement.js";
import { InputError } from "../core/errors.js";
import {
  ANNOTATION_METHODS,
  ANSWER_WAYS,
  type AnnotationMethod,
  type AnswerWay,
} from "../core/settings/settings.js";
import { readRecordFile } from "../node/store/record-file.js";
import { compareWays, sampleResponses } from "../steps/annotate.js";
import { POSTS } from "../steps/files.js";
import { contextTokensFor, type ModelOpener, openLocalModel } from "./open-model.js";
import { annotationWay } from "./probe-model.js";
import { loadFewShot, type Workspace } from "./workspace.js";

/** One side of a comparison: a way, a model and few-shot examples; what is not named is as in the settings. */
export interface ComparedSide {
  /** As people wrote it. */
  readonly spec: string;
  readonly model: string;
  readonly way: AnnotationWay;
}

const isAnswers = (part: string): part is AnswerWay => (ANSWER_WAYS as readonly string[]).includes(part);
const isMethod = (part: string): part is AnnotationMethod =>
  (ANNOTATION_METHODS as readonly string[]).includes(part);

const HOW =
  "write parts joined by commas: numbers or words, prefix or joint, model=NAME, fewShot=FILE; for example words,prefix";

/** Reads `words,joint,model=NAME,fewShot=FILE`. @throws InputError for anything else */
export async function parseSide(workspace: Workspace, spec: string): Promise<ComparedSide> {
  let side: ComparedSide = { spec, model: workspace.settings.model, way: annotationWay(workspace) };
  for (const part of spec.split(",").map((text) => text.trim())) {
    const [, key, value] = /^(\w+)=(.+)$/.exec(part) ?? [];
    if (isAnswers(part)) side = { ...side, way: { ...side.way, answers: part } };
    else if (isMethod(part)) side = { ...side, way: { ...side.way, method: part } };
    else if (key === "model") side = { ...side, model: value! };
    else if (key === "fewShot") {
      side = {
        ...side,
        way: { ...side.way, fewShot: await loadFewShot(workspace.folder, value!, workspace.space) },
      };
    } else {
      throw new InputError(
        { file: "--compare" },
        { rule: "usage", message: `“${part}” is no way to annotate`, fix: HOW },
      );
    }
  }
  return side;
}

export interface Comparison {
  readonly agreement: Agreement;
  /** Tokens that each side evaluated. */
  readonly tokens: readonly number[];
}

/** Annotates a seeded sample of real responses in two ways and measures how far they agree. */
export async function compareOnSample(
  workspace: Workspace,
  sides: readonly [ComparedSide, ComparedSide],
  size: number,
  options: {
    readonly signal: AbortSignal;
    readonly log: (message: string) => void;
    readonly onDone: (done: number, total: number) => void;
    readonly openModel?: ModelOpener;
  },
): Promise<Comparison> {
  const { output, settings, space } = workspace;
  const path = output.file(POSTS.path);
  const sample = await sampleResponses(
    { seed: settings.seed, read: ({ schema }) => readRecordFile(path, schema, workspace.shown(path)) },
    size,
  );
  const [first, second] = sides;
  const openModel = options.openModel ?? openLocalModel;
  const open = (side: ComparedSide) => {
    const changed = {
      ...settings,
      model: side.model,
      annotate: { ...settings.annotate, method: side.way.method },
    };
    const context = contextTokensFor("annotate", changed, space.dimensions.length);
    return openModel({ ...workspace, settings: changed }, context, options.log);
  };
  const a = await open(first);
  try {
    const sameModel = first.model === second.model && first.way.method === second.way.method;
    const b = sameModel ? a : await open(second);
    try {
      let done = 0;
      return await compareWays(
        space,
        sample,
        [new ResponseAnnotator(space, a, first.way), new ResponseAnnotator(space, b, second.way)],
        options.signal,
        () => options.onDone(++done, 2 * sample.length),
      );
    } finally {
      if (!sameModel) await b.close();
    }
  } finally {
    await a.close();
  }
}
