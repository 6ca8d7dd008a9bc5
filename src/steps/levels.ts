import type { UnitResult } from "../core/records/unit-result.js";
import {
  argmaxLevels,
  type BatchReference,
  batchLevels,
  centreEvidence,
  contextualLevels,
  evidenceOf,
} from "../core/levels/decide.js";
import { LevelSummaryBuilder, Quantiles, RunningMeans } from "../core/levels/statistics.js";
import type { Level } from "../core/records/direction.js";
import { type Annotation, type Answer, answersSchema } from "../core/records/records.js";
import type { Settings } from "../core/settings/settings.js";
import { dimensionGroups } from "../core/space/space.js";
import { ANNOTATIONS, BASELINE_PATH } from "./files.js";
import type { Step, StepContext } from "./step.js";

type LevelSettings = Settings["levels"];
type Context = StepContext<LevelSettings>;

async function batchReference({ settings, space, read }: Context): Promise<BatchReference> {
  const size = space.dimensions.length;
  const groups = [...dimensionGroups(space).values()];
  const running = new RunningMeans(size);
  for await (const { value } of read(ANNOTATIONS)) running.add(evidenceOf(value));
  const means = running.means();
  const quantiles = new Quantiles(size);
  for await (const { value } of read(ANNOTATIONS)) {
    const centred = evidenceOf(value);
    centreEvidence(centred, means, groups);
    quantiles.add(centred);
  }
  return { means, ...quantiles.tails((1 - settings.neutralShare) / 2) };
}

async function contextualBaseline({ document }: Context): Promise<Answer[]> {
  const parsed = JSON.parse(await document(BASELINE_PATH)) as { answers: unknown };
  return answersSchema.parse(parsed.answers);
}

/** The decision as a function, and what it is relative to. */
async function decision(
  context: Context,
): Promise<{ decide: (annotation: Annotation) => Level[]; reference: object }> {
  const { settings, space } = context;
  if (settings.decision === "argmax") {
    return { decide: ({ answers }) => argmaxLevels(answers), reference: {} };
  }
  if (settings.decision === "contextual") {
    const baseline = await contextualBaseline(context);
    return { decide: ({ answers }) => contextualLevels(answers, baseline), reference: { baseline } };
  }
  const reference = await batchReference(context);
  const groups = [...dimensionGroups(space).values()];
  return {
    decide: (annotation) => {
      const centred = evidenceOf(annotation);
      centreEvidence(centred, reference.means, groups);
      return batchLevels(centred, reference);
    },
    reference,
  };
}

/** One level 1..3 per response and dimension from the annotations, without the model. A unit is a response. */
export const levelsStep: Step<LevelSettings> = {
  name: "levels",
  doing: "deciding levels",
  units: "responses",
  version: 1,
  folder: "levels",
  reads: [ANNOTATIONS.path, BASELINE_PATH],
  writes: ["levels.jsonl"],
  seeded: false,
  settings: ({ levels }) =>
    levels.decision === "batch" ? levels : { decision: levels.decision, neutralShare: 0 },
  usesModel: () => false,
  async *run(context) {
    const { decide, reference } = await decision(context);
    const summary = new LevelSummaryBuilder(context.space.dimensions.length);
    let unit = 0;
    for await (const { value } of context.read(ANNOTATIONS)) {
      const levels = decide(value);
      summary.add(levels, evidenceOf(value));
      if (unit++ < context.skip) continue;
      yield {
        records: { "levels.jsonl": [{ post: value.post, response: value.response, levels }] },
        counts: { responses: 1 },
      } satisfies UnitResult;
    }
    if (unit < context.skip) return;
    yield {
      documents: {
        "reference.json": `${JSON.stringify({ decision: context.settings.decision, ...reference })}\n`,
        "summary.json": `${JSON.stringify(summary.summary())}\n`,
      },
    };
  },
};
