import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Candidates,
  PersonaIndex,
  type SearchOptions,
} from "../../../src/core/personas/persona-index.js";
import { hasBit } from "../../../src/core/search/ternary-planes.js";
import type { Level } from "../../../src/core/records/direction.js";
import { countsOf, unfairness } from "../arbitraries.js";
import {
  everything,
  type Hits,
  indexOf,
  makeWorld,
  plainPairs,
  plainUgc,
  type World,
  type WorldPlan,
} from "./search-world.js";

const SIZES = [1, 5, 31, 32, 33, 64, 90, 130];
const KINDS = ["ugc", "pairs"] as const;

const plans = fc.record<WorldPlan>({
  seed: fc.nat(),
  size: fc.constantFrom(...SIZES),
  posts: fc.integer({ min: 2, max: 30 }),
  groups: fc.integer({ min: 1, max: 30 }),
  mostResponses: fc.constantFrom(2, 6, 150),
  noise: fc.integer({ min: 0, max: 8 }),
});

/** Options for a world of any size: the threshold as a share of its dimensions. */
const choices = fc.record({
  threshold: fc.constantFrom(0, 0.4, 0.6, 0.8),
  mode: fc.constantFrom("strict" as const, "majority" as const),
  order: fc.constantFrom("first" as const, "best" as const),
  maxProbes: fc.constantFrom(1, 3, 10, 1000),
  poolSize: fc.constantFrom(1, 2, 5, 128),
});

function optionsFor(
  world: World,
  { threshold, ...rest }: typeof choices extends fc.Arbitrary<infer T> ? T : never,
) {
  return { ...rest, leastMatches: Math.floor(threshold * world.size) + 1 } satisfies SearchOptions;
}

/** Places of posts (or pairs) of the world in the order in which a search visits them. */
function visitedBy(index: PersonaIndex, world: World, kind: (typeof KINDS)[number], pair: number): number[] {
  const { pool } = index[kind](pair, everything());
  if (kind === "pairs")
    return pool.map(({ item }) => world.pairs.findIndex(({ id }) => id === index.pairId(item)));
  return pool.map(({ item }) => world.posts.findIndex(({ id }) => id === index.postOf(item)));
}

function readable(index: PersonaIndex, kind: (typeof KINDS)[number], found: Candidates): Hits {
  const { pool, ...counts } = found;
  return {
    ...counts,
    hits: pool.map(({ item, matches, matchesRejected, agrees }) => ({
      name: kind === "ugc" ? index.responseId(item) : index.pairId(item),
      matches,
      matchesRejected,
      agrees: Array.from({ length: index.size }, (_, d) => d).filter((d) => hasBit(agrees, d)),
    })),
  };
}

describe("PersonaIndex", () => {
  it("visits every post, and every pair, of another group once and none of its own", () => {
    fc.assert(
      fc.property(plans, fc.nat(), (plan, seed) => {
        const world = makeWorld(plan);
        const index = indexOf(world, seed);
        const groupOf = (post: number) => world.posts[post]!.group;
        const ascending = (places: readonly number[]) => [...places].sort((a, b) => a - b);
        world.pairs.forEach(({ post }, pair) => {
          const others = [...world.posts.keys()].filter((place) => groupOf(place) !== groupOf(post));
          expect(ascending(visitedBy(index, world, "ugc", pair))).toEqual(others);
          const otherPairs = [...world.pairs.keys()].filter(
            (place) => groupOf(world.pairs[place]!.post) !== groupOf(post),
          );
          expect(ascending(visitedBy(index, world, "pairs", pair))).toEqual(otherPairs);
        });
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["ugc", plainUgc],
    ["pairs", plainPairs],
  ] as const)("finds by %s() what a plain loop over lists of numbers finds", (kind, plain) => {
    let hits = 0;
    fc.assert(
      fc.property(
        plans,
        fc.nat(),
        fc.array(choices, { minLength: 4, maxLength: 4 }),
        (plan, seed, chosen) => {
          const world = makeWorld(plan);
          const index = indexOf(world, seed);
          world.pairs.slice(0, 4).forEach((_, pair) => {
            const visited = visitedBy(index, world, kind, pair);
            for (const choice of chosen) {
              const options = optionsFor(world, choice);
              const found = readable(index, kind, index[kind](pair, options));
              expect(found).toEqual(plain(world, pair, visited, options));
              hits += found.hits.length;
            }
          });
        },
      ),
      { numRuns: 150 },
    );
    expect(hits).toBeGreaterThan(100);
  });

  it.each(SIZES)("reaches into the last of %i dimensions", (size) => {
    const neutral = new Array<Level>(size).fill(2);
    const last = (value: Level): Level[] => [...neutral.slice(1), value];
    const index = new PersonaIndex(size, 42);
    index.addPost("own", "a", [
      { response: "own-w", levels: last(3) },
      { response: "own-l", levels: neutral },
    ]);
    index.addPair("own-pair", 0, 1, [...neutral.slice(1).map(() => 0.5 as const), 1]);
    for (const [post, value] of [
      ["up", 3],
      ["down", 1],
      ["even", 2],
    ] as const) {
      index.addPost(post, post, [{ response: `${post}-r`, levels: last(value) }]);
    }
    index.seal();
    const found = index.ugc(0, { ...everything("strict"), leastMatches: size });
    expect(found).toMatchObject({ probes: 3, similar: 1, consistent: 1 });
    expect(readable(index, "ugc", found).hits).toEqual([
      { name: "up-r", matches: size, matchesRejected: 0, agrees: [size - 1] },
    ]);
    expect(index.ugc(0, everything("strict"))).toMatchObject({ similar: 3, consistent: 1 });
    expect(index.ugc(0, everything("majority"))).toMatchObject({ similar: 3, consistent: 3 });
  });

  it("searches anew from the seed and the pair alone, not from what was searched before", () => {
    const world = makeWorld({ seed: 7, size: 90, posts: 30, groups: 30, mostResponses: 4, noise: 3 });
    const pairs = [...world.pairs.keys()];
    const search = (order: readonly number[]) => {
      const index = indexOf(world, 42);
      const found = new Map(
        order.map((pair) => [pair, KINDS.map((kind) => index[kind](pair, everything()))]),
      );
      return pairs.map((pair) => found.get(pair));
    };
    expect(pairs.length).toBeGreaterThan(5);
    expect(search([...pairs].reverse())).toEqual(search(pairs));
  });

  it.each(KINDS)(
    "lets the seed shuffle the order of %s and each pair start at a place of its own",
    (kind) => {
      const world = makeWorld({ seed: 7, size: 5, posts: 40, groups: 40, mostResponses: 4, noise: 3 });
      const visits = (seed: number, pair: number) => visitedBy(indexOf(world, seed), world, kind, pair);
      expect(new Set([1, 2, 3, 4].map((seed) => visits(seed, 0).join())).size).toBe(4);
      const starts = world.pairs.map((_, pair) => visits(1, pair)[0]);
      expect(new Set(starts).size).toBeGreaterThan(world.pairs.length / 3);
    },
  );

  it("starts its visits anywhere, equally often", () => {
    // Post 0 has the pair; which of the ten others comes first is the seed's choice.
    const posts = Array.from({ length: 11 }, (_, i) => ({
      id: `post-${i}`,
      group: `group-${i}`,
      responses: [[1], [2]] satisfies Level[][],
    }));
    const world: World = { size: 1, posts, pairs: [{ id: "pair", post: 0, chosen: 0, rejected: 1 }] };
    const first = Array.from(
      { length: 2000 },
      (_, seed) => visitedBy(indexOf(world, seed), world, "ugc", 0)[0]!,
    );
    expect(unfairness(countsOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], first))).toBeLessThan(5);
  });

  it("finds nothing where the pair's post is the only one", () => {
    const index = new PersonaIndex(2, 42);
    index.addPost("own", "a", [
      { response: "w", levels: [3, 2] },
      { response: "l", levels: [1, 2] },
    ]);
    index.addPair("pair", 0, 1, [1, 0.5]);
    index.seal();
    for (const kind of KINDS) {
      expect(index[kind](0, everything())).toEqual({ probes: 0, similar: 0, consistent: 0, pool: [] });
    }
  });

  it("knows the post of each response, posts without responses in between", () => {
    const index = new PersonaIndex(1, 42);
    const levels: Level[] = [2];
    const posts: [string, number][] = [
      ["a", 0],
      ["b", 2],
      ["c", 0],
      ["d", 0],
      ["e", 1],
      ["f", 0],
    ];
    for (const [post, count] of posts) {
      index.addPost(
        post,
        post,
        Array.from({ length: count }, (_, i) => ({ response: `${post}${i}`, levels })),
      );
    }
    index.seal();
    expect([0, 1, 2].map((r) => [index.responseId(r), index.postOf(r)])).toEqual([
      ["b0", "b"],
      ["b1", "b"],
      ["e0", "e"],
    ]);
  });
});
