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
import { inOrder, type RecordFile, type Step, type StepContext } from "./step.js";

/** Settings of the step, with the few-shot examples themselves in place of their file. */
export type AnnotateStepSettings = Omit<Settings["annotate"], "fewShot" | "probePairs"> & {
  readonly fewShot: readonly FewShotExample[];
};

/** Annotated responses that may wait for an earlier one: what a kill can cost, at most. */
const MOST_WAITING = 64;

/** A post with those of its responses that are still to be annotated. */
interface PendingPost {
  readonly post: Post;
  readonly responses: readonly Post["responses"][number][];
}

/** Posts without the first `skip` responses. */
async function* pendingPosts({
  read,
  skip,
}: Pick<StepContext<unknown>, "read" | "skip">): AsyncGenerator<PendingPost> {
  let passed = 0;
  for await (const { value: post } of read(POSTS)) {
    const responses = post.responses.slice(Math.max(0, skip - passed));
    passed += post.responses.length - responses.length;
    if (responses.length > 0) yield { post, responses };
  }
}

/**
 * Applies `work` to the responses of as many posts at a time as the model takes requests, one response of a post after the
 * other, so that the model finds the post evaluated; yields in file order. `work` returns null once it is cancelled, and
 * nothing is yielded from there on.
 */
async function* annotatedInOrder<R>(
  posts: AsyncIterator<PendingPost>,
  inFlight: number,
  work: (post: Post, response: Post["responses"][number]) => Promise<R | null>,
): AsyncGenerator<R> {
  const waiting: Promise<R | null>[] = [];
  const active = new Set<Promise<unknown>>();
  const begin = ({ post, responses }: PendingPost): void => {
    let turn: Promise<unknown> = Promise.resolve();
    for (const response of responses) {
      const result = turn.then(() => work(post, response));
      turn = result.catch(() => undefined);
      waiting.push(result);
    }
    const ended: Promise<unknown> = turn.then(() => active.delete(ended));
    active.add(ended);
  };
  let exhausted = false;
  try {
    for (;;) {
      while (!exhausted && active.size < inFlight && waiting.length < MOST_WAITING) {
        const next = await posts.next();
        if (next.done) exhausted = true;
        else begin(next.value);
      }
      const first = waiting[0];
      if (!first) return;
      const isFirst = () => true;
      const isOther = () => false;
      const come = await Promise.race([
        first.then(isFirst, isFirst),
        ...(exhausted ? [] : [...active].map((one) => one.then(isOther))),
      ]);
      // Otherwise another post came to its end, and the next one can begin.
      if (!come) continue;
      void waiting.shift();
      const result = await first;
      if (result === null) return;
      yield result;
    }
  } finally {
    await Promise.allSettled(waiting);
    await posts.return?.(undefined);
  }
}

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
    const work = async (post: Post, response: Post["responses"][number]) => {
      if (cancellation.aborted) return null;
      const { answers, cut, tokens } = await annotator.annotate(post.text, response.text, cancellation);
      const annotation: Annotation = {
        post: post.id,
        response: response.id,
        answers,
        ...(cut ? { cut } : {}),
      };
      return { annotation, tokens };
    };
    for await (const { annotation, tokens } of annotatedInOrder(
      pendingPosts(context),
      model.parallelism,
      work,
    )) {
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
