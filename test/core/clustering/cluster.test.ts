import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterResponses, intensityEmbedding } from "../../../src/core/clustering/cluster.js";
import type { Levels } from "../../../src/core/records/direction.js";
import { level, levelsOf, sparseLevelsOf } from "../arbitraries.js";

const named = (all: readonly Levels[]) => all.map((levels, i) => ({ response: `r${i}`, levels }));
const keyOf = (levels: Levels) => levels.join("");

/** Responses of one post: few dimensions make equal ones likely, many dimensions are the usual case. */
const someLevels = fc.oneof(
  fc.integer({ min: 1, max: 4 }).chain((size) => fc.array(levelsOf(size), { minLength: 1, maxLength: 24 })),
  fc.array(sparseLevelsOf(90), { minLength: 1, maxLength: 24 }),
  // Several copies of a few responses.
  fc
    .tuple(
      fc.array(levelsOf(12), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(5), { minLength: 1, maxLength: 24 }),
    )
    .map(([kinds, picks]) => picks.map((pick) => kinds[pick % kinds.length]!)),
);
const k = fc.integer({ min: 2, max: 5 });
const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const RUNS = { numRuns: 400 };

describe("intensityEmbedding", () => {
  it("sets one of three numbers per dimension", () => {
    expect(intensityEmbedding([1, 2, 3])).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it("has D ones among D * 3 numbers, the place telling the level", () => {
    fc.assert(
      fc.property(fc.array(level, { maxLength: 100 }), (levels) => {
        const embedding = intensityEmbedding(levels);
        expect(embedding).toHaveLength(levels.length * 3);
        expect(embedding.flatMap((value, i) => (value === 1 ? [i] : []))).toEqual(
          levels.map((one, d) => d * 3 + one - 1),
        );
        expect(embedding.every((value) => value === 0 || value === 1)).toBe(true);
      }),
    );
  });
});

describe("clusterResponses", () => {
  it("puts every response into exactly one cluster and leaves none empty", () => {
    fc.assert(
      fc.property(someLevels, k, seed, (all, clusters, seedValue) => {
        const found = clusterResponses(named(all), clusters, seedValue, "post");
        expect(found.filter((members) => members.length === 0)).toEqual([]);
        expect(found.flat().sort()).toEqual(
          named(all)
            .map(({ response }) => response)
            .sort(),
        );
        expect(found.length).toBeLessThanOrEqual(clusters);
      }),
      RUNS,
    );
  });

  it("finds two clusters or more wherever two responses differ, else one", () => {
    fc.assert(
      fc.property(someLevels, k, seed, (all, clusters, seedValue) => {
        const distinct = new Set(all.map(keyOf)).size;
        const found = clusterResponses(named(all), clusters, seedValue, "post");
        if (distinct === 1) expect(found).toHaveLength(1);
        else expect(found.length).toBeGreaterThanOrEqual(2);
      }),
      RUNS,
    );
  });

  it("makes every distinct response a cluster of its own where there are no more than k", () => {
    fc.assert(
      fc.property(someLevels, seed, (all, seedValue) => {
        const distinct = [...new Set(all.map(keyOf))];
        const expected = distinct.map((key) =>
          named(all)
            .filter(({ levels }) => keyOf(levels) === key)
            .map(({ response }) => response),
        );
        expect(clusterResponses(named(all), distinct.length, seedValue, "post")).toEqual(expected);
        expect(clusterResponses(named(all), distinct.length + 1, seedValue, "post")).toEqual(expected);
      }),
      RUNS,
    );
  });

  it("never parts equal responses", () => {
    fc.assert(
      fc.property(someLevels, k, seed, (all, clusters, seedValue) => {
        const found = clusterResponses(named(all), clusters, seedValue, "post");
        const clusterOf = new Map(found.flatMap((members, c) => members.map((id) => [id, c] as const)));
        const byKey = new Map<string, Set<number>>();
        for (const { response, levels } of named(all)) {
          const places = byKey.get(keyOf(levels)) ?? new Set();
          byKey.set(keyOf(levels), places.add(clusterOf.get(response)!));
        }
        expect([...byKey.values()].filter((places) => places.size > 1)).toEqual([]);
      }),
      RUNS,
    );
  });

  it("lists clusters by their first member and members as given", () => {
    fc.assert(
      fc.property(someLevels, k, seed, (all, clusters, seedValue) => {
        const order = (id: string) => Number(id.slice(1));
        const found = clusterResponses(named(all), clusters, seedValue, "post");
        const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);
        for (const members of found) expect(members.map(order)).toEqual(ascending(members.map(order)));
        const first = found.map((members) => order(members[0]!));
        expect(first).toEqual(ascending(first));
      }),
      RUNS,
    );
  });

  it("gives the same clusters each time for the same seed and post", () => {
    fc.assert(
      fc.property(someLevels, k, seed, (all, clusters, seedValue) => {
        const once = clusterResponses(named(all), clusters, seedValue, "post");
        expect(clusterResponses(named(all), clusters, seedValue, "post")).toEqual(once);
      }),
      { numRuns: 100 },
    );
  });

  it("lets seed and post decide where the levels do not", () => {
    // Eight corners, all equally far from their neighbours: any start gives clusters of its own.
    const corners = named(
      Array.from({ length: 8 }, (_, i): Levels => [i & 1 ? 3 : 1, i & 2 ? 3 : 1, i & 4 ? 3 : 1]),
    );
    const seen = (of: (i: number) => string[][]) =>
      new Set(Array.from({ length: 20 }, (_, i) => JSON.stringify(of(i)))).size;
    expect(seen((i) => clusterResponses(corners, 3, i, "post"))).toBeGreaterThan(1);
    expect(seen((i) => clusterResponses(corners, 3, 42, `post ${i}`))).toBeGreaterThan(1);
  });

  it("tells three kinds of writers apart", () => {
    const kinds: Levels[] = [1, 2, 3].map((value) => new Array<1 | 2 | 3>(90).fill(value as 1 | 2 | 3));
    const writers = [0, 1, 2, 2, 1, 0, 1, 2, 0];
    const all = writers.map((kind, i): Levels =>
      // Each differs from its kind on a few dimensions of its own.
      kinds[kind]!.map((value, d) => (d % 9 === i ? 2 : value)),
    );
    expect(clusterResponses(named(all), 3, 42, "post")).toEqual([
      ["r0", "r5", "r8"],
      ["r1", "r4", "r6"],
      ["r2", "r3", "r7"],
    ]);
  });

  it("gives no cluster for a post without a response", () => {
    expect(clusterResponses([], 3, 42, "post")).toEqual([]);
  });
});
