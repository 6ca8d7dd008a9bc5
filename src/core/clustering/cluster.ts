import { kmeans } from "ml-kmeans";
import { seedFor } from "../random.js";
import type { Levels } from "../records/direction.js";

/** Intensity-based clustering of the responses of one post (§4.1, Algorithm 1). */

/** Intensity embedding: the concatenated one-hot of the levels, D * L numbers. */
export function intensityEmbedding(levels: Levels): number[] {
  const embedding = new Array<number>(levels.length * 3).fill(0);
  levels.forEach((level, d) => (embedding[d * 3 + level - 1] = 1));
  return embedding;
}

/** Iterations after which k-means stops even when points still move. */
const MAX_ITERATIONS = 100;

/**
 * Response ids by cluster, none empty, in a stable order: clusters by their first member, members as given. With at most
 * `k` distinct embeddings every distinct embedding is its own cluster; k-means has nothing to decide there.
 */
export function clusterResponses(
  responses: readonly { readonly response: string; readonly levels: Levels }[],
  k: number,
  seed: number,
  post: string,
): string[][] {
  const keys = responses.map(({ levels }) => levels.join(""));
  const distinct = new Map<string, number>();
  for (const key of keys) if (!distinct.has(key)) distinct.set(key, distinct.size);
  const assigned =
    distinct.size <= k
      ? keys.map((key) => distinct.get(key)!)
      : kmeans(
          responses.map(({ levels }) => intensityEmbedding(levels)),
          k,
          {
            seed: seedFor(seed, "cluster", post),
            initialization: "kmeans++",
            maxIterations: MAX_ITERATIONS,
          },
        ).clusters;
  const clusters = new Map<number, string[]>();
  responses.forEach(({ response }, i) => {
    const members = clusters.get(assigned[i]!);
    if (members) members.push(response);
    else clusters.set(assigned[i]!, [response]);
  });
  return [...clusters.values()];
}
