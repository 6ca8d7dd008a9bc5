import type { UnitResult } from "../core/records/unit-result.js";
import { clusterResponses } from "../core/clustering/cluster.js";
import { LEVELS } from "./files.js";
import { after, grouped, type Step } from "./step.js";

interface ClusterSettings {
  readonly k: number;
}

/** Clusters of each post's responses by k-means (§4.1 (2)). A unit is a post. */
export const clusterStep: Step<ClusterSettings> = {
  name: "cluster",
  doing: "clustering responses",
  units: "posts",
  version: 1,
  folder: "cluster",
  reads: [LEVELS.path],
  writes: ["clusters.jsonl"],
  seeded: true,
  settings: ({ cluster: { k } }) => ({ k }),
  usesModel: () => false,
  async *run({ settings, seed, skip, read }) {
    const responses = (async function* () {
      for await (const { value } of read(LEVELS)) yield value;
    })();
    for await (const { key: post, items } of after(
      grouped(responses, ({ post }) => post),
      skip,
    )) {
      const clusters = clusterResponses(items, settings.k, seed, post);
      const counts = {
        posts: 1,
        [`posts with ${clusters.length} cluster${clusters.length === 1 ? "" : "s"}`]: 1,
      };
      if (clusters.length > 1) {
        yield { records: { "clusters.jsonl": [{ post, clusters }] }, counts };
        continue;
      }
      yield {
        records: { "clusters.jsonl": [{ post, clusters }] },
        counts,
        drops: [
          {
            id: post,
            rule: "one-cluster",
            stage: "cluster",
            reason: `all ${items.length} responses have the same levels, so no two of them differ in preference`,
            record: { post, clusters },
          },
        ],
      } satisfies UnitResult;
    }
  },
};
