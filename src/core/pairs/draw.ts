import type { Random } from "../random.js";

/** A drawn pair of response ids: y_w and y_l. */
export interface DrawnPair {
  readonly chosen: string;
  readonly rejected: string;
}

/** Number of pairs of responses from two different clusters. */
function possiblePairs(clusters: readonly (readonly string[])[]): number {
  const total = clusters.reduce((sum, { length }) => sum + length, 0);
  return clusters.reduce((sum, { length }) => sum + length * (total - length), 0) / 2;
}

/**
 * Pair selection (§4.1 (3), Algorithm 1 lines 6-8): two distinct clusters uniformly, then one response from each uniformly.
 * No two responses are drawn together twice, in either order.
 *
 * @param clusters none empty, no response in two
 * @returns as many as `count`, fewer when the post has no further pair; none with fewer than two clusters.
 */
export function drawPairs(
  clusters: readonly (readonly string[])[],
  count: number,
  random: Random,
): DrawnPair[] {
  if (clusters.length < 2) return [];
  const drawn: DrawnPair[] = [];
  const seen = new Set<string>();
  const wanted = Math.min(count, possiblePairs(clusters));
  while (drawn.length < wanted) {
    const w = random.below(clusters.length);
    const l = (w + 1 + random.below(clusters.length - 1)) % clusters.length;
    const chosen = clusters[w]![random.below(clusters[w]!.length)]!;
    const rejected = clusters[l]![random.below(clusters[l]!.length)]!;
    const key = chosen < rejected ? `${chosen} ${rejected}` : `${rejected} ${chosen}`;
    if (seen.has(key)) continue;
    seen.add(key);
    drawn.push({ chosen, rejected });
  }
  return drawn;
}
