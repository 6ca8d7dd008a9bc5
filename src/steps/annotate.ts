import type { UnitResult } from "../core/records/unit-result.js";
import { type AnnotationWay, ResponseAnnotator } from "../core/evaluation/annotate-response.js";
import { type Agreement, agreementOf } from "../core/evaluation/agreement.js";
import { InputError } from "../core/errors.js";
import type { FewShotExample } from "../core/prompts/few-shot.js";
import { randomFor } from "../core/random.js";
import type { Annotation, Answer, Post } from "../core/records/records.js";
import type { Settings } from "../core/settings/settings.js";
import type { PreferenceSpace } from "../core/space/space.js";
import { POSTS } from "./files.js";
import { after, inOrder, type RecordFile, type Step, type StepContext } from "./step.js";

/** Settings of the step, with the few-shot examples themselves in place of their file. */
export type AnnotateStepSettings = Omit<Settings["annotate"], "fewShot" | "probePairs"> & {
  readonly fewShot: readonly FewShotExample[];
};

/** Responses waiting per one in flight: enough posts for every lane to find one of its own. */
const WINDOW = 16;

/** Every response of every post, in file order. */
export async function* responsesOf(
  read: (file: RecordFile<Post>) => AsyncIterable<{ readonly value: Post }>,
): AsyncGenerator<{ readonly post: Post; readonly response: Post["responses"][number] }> {
  for await (const { value: post } of read(POSTS))
    for (const response of post.responses) yield { post, response };
}

/** A seeded sample of responses from different posts, in file order. */
export async function sampleResponses(
  context: Pick<StepContext<unknown>, "read" | "seed">,
  size: number,
): Promise<{ readonly post: Post; readonly response: Post["responses"][number] }[]> {
  const random = randomFor(context.seed, "sample");
  const kept: { at: number; post: Post }[] = [];
  let seen = 0;
  for await (const { value: post } of context.read(POSTS)) {
    const place = seen < size ? seen : random.below(seen + 1);
    if (place < size) kept[place] = { at: seen, post };
    seen++;
  }
  return kept
    .sort((a, b) => a.at - b.at)
    .map(({ post }) => ({ post, response: post.responses[random.below(post.responses.length)]! }));
}

/** Annotates a sample in two ways and says how far they agree. */
export async function compareWays(
  space: PreferenceSpace,
  sample: Awaited<ReturnType<typeof sampleResponses>>,
  annotators: readonly [ResponseAnnotator, ResponseAnnotator],
  cancellation: { readonly aborted: boolean },
  done: () => void = () => undefined,
): Promise<{ readonly agreement: Agreement; readonly tokens: readonly number[] }> {
  const sides: Answer[][][] = [];
  const tokens: number[] = [];
  for (const annotator of annotators) {
    const answers: Answer[][] = [];
    let used = 0;
    const work = async ({ post, response }: (typeof sample)[number]) =>
      cancellation.aborted ? null : annotator.annotate(post.text, response.text, cancellation);
    for await (const result of inOrder(sample, annotator.model.parallelism, work)) {
      answers.push(result.answers);
      used += result.tokens;
      done();
    }
    sides.push(answers);
    tokens.push(used);
  }
  return { agreement: agreementOf(space, sides[0]!, sides[1]!), tokens };
}

async function refuseDisagreement(
  context: StepContext<AnnotateStepSettings>,
  annotator: ResponseAnnotator,
): Promise<void> {
  const { settings, space } = context;
  const sample = await sampleResponses(context, settings.agreementSample);
  context.log(`measuring on ${sample.length} responses how far “joint” agrees with “prefix”`);
  const reference = new ResponseAnnotator(space, annotator.model, { ...annotator.way, method: "prefix" });
  const { agreement } = await compareWays(space, sample, [annotator, reference], context.cancellation);
  if (context.cancellation.aborted) return;
  const measured = agreement.rankCorrelation ?? 0;
  const said = `the evidence of “joint” and of “prefix” correlates by ${measured.toFixed(2)} (rank, mean of ${space.dimensions.length} dimensions over ${sample.length} responses)`;
  if (measured < settings.minAgreement) {
    throw new InputError(
      { file: "prefloom.json" },
      {
        rule: "agreement",
        field: "annotate.method",
        message: `${said}, below annotate.minAgreement = ${settings.minAgreement}: the faster way does not say the same`,
        fix: "use “prefix”, or a model that agrees; `prefloom annotate --compare` prints the whole table",
      },
    );
  }
  context.log(said);
}

/**
 * Distribution over the three answers for each response and dimension (§4.1 (1), Algorithm 1 lines 1-3). A unit is a
 * response. Responses of one post follow each other, so that the model evaluates the post once.
 */
export const annotateStep: Step<AnnotateStepSettings> = {
  name: "annotate",
  doing: "annotating responses",
  units: "responses",
  version: 1,
  folder: "annotate",
  reads: [POSTS.path],
  writes: ["annotations.jsonl"],
  seeded: false,
  settings: ({ annotate: { probePairs: _, ...annotate } }, { fewShot }) => ({ ...annotate, fewShot }),
  usesModel: () => true,
  async *run(context) {
    const { settings, space, skip, cancellation } = context;
    let total = 0;
    for await (const _ of responsesOf(context.read)) total++;
    context.total(total);
    if (total === 0) {
      throw new InputError(
        { file: POSTS.path },
        {
          rule: "no-posts",
          message: "no post came out of “import”, so there is nothing to annotate",
          fix: "add sources with `prefloom import FILE`; `prefloom drops` tells what was dropped and why",
        },
      );
    }
    if (skip >= total) return;
    const model = await context.model();
    const way: AnnotationWay = settings;
    const annotator = new ResponseAnnotator(space, model, way);
    let baseline: string | undefined;
    if (skip === 0) {
      if (settings.method === "joint") await refuseDisagreement(context, annotator);
      if (cancellation.aborted) return;
      const empty = await annotator.annotate("", "", cancellation);
      baseline = `${JSON.stringify({ answers: empty.answers })}\n`;
    }
    // One response of a post at a time: the next one finds the post evaluated.
    const last = new Map<string, Promise<unknown>>();
    const work = async ({ post, response }: { post: Post; response: Post["responses"][number] }) => {
      const before = last.get(post.id);
      const run = (async () => {
        await before?.catch(() => undefined);
        if (cancellation.aborted) return null;
        const result = await annotator.annotate(post.text, response.text, cancellation);
        const annotation: Annotation = {
          post: post.id,
          response: response.id,
          answers: result.answers,
          ...(result.cut ? { cut: result.cut } : {}),
        };
        return { annotation, tokens: result.tokens };
      })();
      last.set(post.id, run);
      try {
        return await run;
      } finally {
        if (last.get(post.id) === run) last.delete(post.id);
      }
    };
    const pending = after(responsesOf(context.read), skip);
    for await (const { annotation, tokens } of inOrder(pending, model.parallelism * WINDOW, work)) {
      yield {
        records: { "annotations.jsonl": [annotation] },
        ...(baseline === undefined ? {} : { documents: { "baseline.json": baseline } }),
        counts: {
          responses: 1,
          ...(annotation.cut ? { "responses or posts cut to fit": 1 } : {}),
        },
        tokens,
      } satisfies UnitResult;
      baseline = undefined;
    }
  },
};
