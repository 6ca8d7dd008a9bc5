import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DrawnPair, drawPairs } from "../../../src/core/pairs/draw.js";
import { randomFor } from "../../../src/core/random.js";
import { countsOf, unfairness } from "../arbitraries.js";

/** Clusters of these sizes; the name of a response tells its cluster and its place there. */
const clustersOf = (sizes: readonly number[]) =>
  sizes.map((size, c) => Array.from({ length: size }, (_, i) => `${c}.${i}`));
const clusterOf = (response: string) => Number(response.split(".")[0]);

const someSizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 });
const seed = fc.nat();

/** Number of pairs of responses from two clusters. */
function possiblePairs(sizes: readonly number[]): number {
  const total = sizes.reduce((sum, n) => sum + n, 0);
  return sizes.reduce((sum, n) => sum + n * (total - n), 0) / 2;
}

const unordered = ({ chosen, rejected }: DrawnPair) => [chosen, rejected].sort().join(" ");
const drawFor = (sizes: readonly number[], count: number, post: number) =>
  drawPairs(clustersOf(sizes), count, randomFor(42, "pair", `post-${post}`));

/** The first pair of many posts, each with a generator of its own as in the pipeline. */
const firstPairs = (sizes: readonly number[], posts: number) =>
  Array.from({ length: posts }, (_, post) => drawFor(sizes, 1, post)[0]!);

describe("drawPairs", () => {
  it("takes chosen and rejected from two different clusters", () => {
    fc.assert(
      fc.property(someSizes, seed, fc.integer({ min: 1, max: 10 }), (sizes, seedValue, count) => {
        const clusters = clustersOf(sizes);
        for (const { chosen, rejected } of drawPairs(clusters, count, randomFor(seedValue))) {
          expect(clusters[clusterOf(chosen)]).toContain(chosen);
          expect(clusters[clusterOf(rejected)]).toContain(rejected);
          expect(clusterOf(chosen)).not.toBe(clusterOf(rejected));
        }
      }),
    );
  });

  it("draws no two responses together twice, in either order", () => {
    fc.assert(
      fc.property(someSizes, seed, fc.integer({ min: 1, max: 100 }), (sizes, seedValue, count) => {
        const pairs = drawPairs(clustersOf(sizes), count, randomFor(seedValue)).map(unordered);
        expect(new Set(pairs).size).toBe(pairs.length);
      }),
    );
  });

  it("draws as many as wanted, and all there are where fewer exist", () => {
    fc.assert(
      fc.property(someSizes, seed, fc.integer({ min: 0, max: 120 }), (sizes, seedValue, count) => {
        const pairs = drawPairs(clustersOf(sizes), count, randomFor(seedValue));
        expect(pairs).toHaveLength(Math.min(count, possiblePairs(sizes)));
      }),
      { numRuns: 300 },
    );
  });

  it.each([[[1, 1, 60]], [[20, 20]], [[1, 40, 1, 1]]])(
    "draws every pair of clusters as uneven or large as %j",
    (sizes) => {
      expect(drawFor(sizes, 10_000, 1)).toHaveLength(possiblePairs(sizes));
    },
  );

  it("draws nothing from one cluster or none", () => {
    expect(drawPairs([], 3, randomFor(1))).toEqual([]);
    expect(drawPairs([["a", "b", "c"]], 3, randomFor(1))).toEqual([]);
  });

  it("draws the same for the same seed, and a longer list begins with the shorter one", () => {
    fc.assert(
      fc.property(someSizes, seed, (sizes, seedValue) => {
        const draw = (count: number) => drawPairs(clustersOf(sizes), count, randomFor(seedValue));
        expect(draw(6)).toEqual(draw(6));
        expect(draw(6).slice(0, 2)).toEqual(draw(2));
      }),
    );
  });
});

describe("drawPairs, over many posts", () => {
  const SIZES = [1, 4, 2, 7];
  const pairs = firstPairs(SIZES, 24_000);

  it("chooses among ordered pairs of clusters uniformly, however large they are", () => {
    const cells = SIZES.flatMap((_, w) => SIZES.flatMap((_size, l) => (w === l ? [] : [`${w}>${l}`])));
    expect(cells).toHaveLength(12);
    const drawn = pairs.map(({ chosen, rejected }) => `${clusterOf(chosen)}>${clusterOf(rejected)}`);
    expect(unfairness(countsOf(cells, drawn))).toBeLessThan(5);
  });

  it("chooses among the responses of a cluster uniformly", () => {
    for (const cluster of clustersOf(SIZES).slice(1)) {
      for (const side of ["chosen", "rejected"] as const) {
        const drawn = pairs.map((pair) => pair[side]).filter((response) => cluster.includes(response));
        expect(unfairness(countsOf(cluster, drawn)), `${side} of ${cluster.length}`).toBeLessThan(5);
      }
    }
  });

  it("chooses the chosen and the rejected response independently of each other", () => {
    const [, four, , seven] = clustersOf(SIZES);
    const cells = four!.flatMap((w) => seven!.map((l) => `${w} ${l}`));
    const drawn = pairs
      .map(({ chosen, rejected }) => `${chosen} ${rejected}`)
      .filter((pair) => cells.includes(pair));
    expect(drawn.length).toBeGreaterThan(1500);
    expect(unfairness(countsOf(cells, drawn))).toBeLessThan(5);
  });

  it("notices a draw that is not uniform", () => {
    // Every response alike, whatever its cluster: the tempting mistake.
    const mistaken = pairs.map((_, post) => {
      const random = randomFor(42, "mistaken", post);
      const all = clustersOf(SIZES).flat();
      return clusterOf(all[random.below(all.length)]!);
    });
    expect(unfairness(countsOf([0, 1, 2, 3], mistaken))).toBeGreaterThan(100);
  });

  it("draws later pairs uniformly among those that are left", () => {
    const second = Array.from({ length: 12_000 }, (_, post) => drawFor([1, 1, 1], 2, post)[1]!);
    const cells = ["0.0 1.0", "0.0 2.0", "1.0 2.0"];
    expect(unfairness(countsOf(cells, second.map(unordered)))).toBeLessThan(5);
  });
});
