import type { UnitResult } from "../core/records/unit-result.js";
import { drawPairs } from "../core/pairs/draw.js";
import { SplitAssigner } from "../core/pairs/splits.js";
import { contentId, randomFor } from "../core/random.js";
import { type Levels, hasPreference, pairDirection } from "../core/records/direction.js";
import type { LeveledResponse, Pair } from "../core/records/records.js";
import type { Settings } from "../core/settings/settings.js";
import { CLUSTERS, LEVELS, POSTS } from "./files.js";
import { grouped, sideBySide, type Step, type StepContext } from "./step.js";

async function assignSplits({
  read,
  settings,
  seed,
}: StepContext<Settings["pair"]>): Promise<ReturnType<SplitAssigner["assign"]>> {
  const assigner = new SplitAssigner();
  for await (const { value } of read(POSTS)) assigner.add(value);
  return assigner.assign(settings.testShare, seed);
}

/** Levels of the posts in the order of the clusters: both files list posts alike. */
async function* levelsByPost(
  context: StepContext<unknown>,
): AsyncGenerator<{ readonly key: string; readonly items: readonly LeveledResponse[] }> {
  const responses = (async function* () {
    for await (const { value } of context.read(LEVELS)) yield value;
  })();
  yield* grouped(responses, ({ post }) => post);
}

/**
 * Chosen and rejected of each post from two clusters, with their direction (§4.1 (3)), and each post's split. Splits are
 * assigned here because personas are searched within a split, which keeps every post in one split, personas included.
 * A unit is a post.
 */
export const pairStep: Step<Settings["pair"]> = {
  name: "pair",
  doing: "drawing pairs",
  units: "posts",
  version: 1,
  folder: "pair",
  reads: [POSTS.path, LEVELS.path, CLUSTERS.path],
  writes: ["pairs.jsonl", "splits.jsonl"],
  seeded: true,
  settings: ({ pair }) => pair,
  usesModel: () => false,
  async *run(context) {
    const { settings, seed } = context;
    const splits = await assignSplits(context);
    let unit = 0;
    for await (const [{ value }, group] of sideBySide(context.read(CLUSTERS), levelsByPost(context))) {
      const { post, clusters } = value;
      if (group?.key !== post) {
        throw new Error(
          `levels and clusters do not list the same posts at ${post}; run the step “cluster” again`,
        );
      }
      if (unit++ < context.skip) continue;
      const levels = new Map<string, Levels>(group.items.map((item) => [item.response, item.levels]));
      const { split, group: postGroup } = splits.get(post)!;
      const drawn = drawPairs(clusters, settings.pairsPerPost, randomFor(seed, "pair", post));
      const pairs = drawn.map(({ chosen, rejected }): Pair => ({
        id: contentId("pair-", post, chosen, rejected),
        post,
        chosen,
        rejected,
        direction: [...pairDirection(levels.get(chosen)!, levels.get(rejected)!)],
      }));
      const kept = pairs.filter(({ direction }) => hasPreference(direction));
      yield {
        records: { "pairs.jsonl": kept, "splits.jsonl": [{ post, split, group: postGroup }] },
        drops: pairs
          .filter(({ direction }) => !hasPreference(direction))
          .map((pair) => ({
            id: pair.id,
            rule: "no-preference",
            stage: "pair",
            reason: "chosen and rejected have the same level on every dimension",
            record: pair,
          })),
        counts: {
          posts: 1,
          pairs: kept.length,
          "posts with pairs": kept.length > 0 ? 1 : 0,
          ...(kept.length < settings.pairsPerPost ? { "posts with fewer pairs than wanted": 1 } : {}),
          [`posts in ${split}`]: 1,
        },
      } satisfies UnitResult;
    }
  },
};
