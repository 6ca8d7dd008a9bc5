import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { intensityEmbedding } from "../../../src/core/clustering/cluster.js";
import {
  type Direction,
  directionLabels,
  hasPreference,
  leastMatches,
  majorityVote,
  matchCount,
  pairDirection,
  responseDirection,
} from "../../../src/core/records/direction.js";
import { ALIGNX_SPACE } from "../../../src/core/space/space.js";
import { directionOf, levelsOf } from "../arbitraries.js";

const twoOfOneSize = fc
  .integer({ min: 1, max: 130 })
  .chain((size) => fc.tuple(levelsOf(size), levelsOf(size)));

describe("pairDirection", () => {
  it("is Positive where the chosen response is stronger, Negative where weaker, Neutral where equal", () => {
    expect(pairDirection([1, 1, 1, 2, 2, 2, 3, 3, 3], [1, 2, 3, 1, 2, 3, 1, 2, 3])).toEqual([
      0.5, 0, 0, 1, 0.5, 0, 1, 1, 0.5,
    ]);
  });

  it("turns round when chosen and rejected change places", () => {
    fc.assert(
      fc.property(twoOfOneSize, ([a, b]) => {
        expect(pairDirection(b, a)).toEqual(pairDirection(a, b).map((value) => 1 - value));
      }),
    );
  });

  it("has a preference exactly where the levels differ", () => {
    fc.assert(
      fc.property(twoOfOneSize, ([a, b]) => {
        expect(hasPreference(pairDirection(a, b))).toBe(matchCount(a, b) < a.length);
        expect(hasPreference(pairDirection(a, a))).toBe(false);
      }),
    );
  });
});

describe("responseDirection", () => {
  it("compares each level with the median level 2", () => {
    expect(responseDirection([1, 2, 3])).toEqual([0, 0.5, 1]);
  });

  it("is the direction of a pair whose rejected response is neutral everywhere", () => {
    fc.assert(
      fc.property(levelsOf(90), (levels) => {
        const neutral = levels.map(() => 2 as const);
        expect(responseDirection(levels)).toEqual(pairDirection(levels, neutral));
      }),
    );
  });
});

describe("majorityVote", () => {
  const vote = (...values: Direction) =>
    majorityVote(
      values.map((value) => [value]),
      1,
    )[0];

  it.each<[Direction, number]>([
    [[1], 1],
    [[0], 0],
    [[0.5], 0.5],
    [[1, 1, 0], 1],
    [[0, 1, 0], 0],
    [[1, 0.5, 0.5], 0.5],
    [[1, 1, 0.5, 0], 1],
    [[0.5, 0, 0, 1], 0],
  ])("of %j is %d", (values, winner) => expect(vote(...values)).toBe(winner));

  it.each<[Direction]>([
    [[1, 0]],
    [[1, 0.5]],
    [[0, 0.5]],
    [[1, 0, 0.5]],
    [[1, 1, 0, 0, 0.5]],
    [[0, 0.5, 0.5, 0]],
  ])("of %j, a tie for the first place, is Neutral", (values) => expect(vote(...values)).toBe(0.5));

  it("is Neutral on every dimension without a voter", () => {
    expect(majorityVote([], 3)).toEqual([0.5, 0.5, 0.5]);
  });

  it("votes on each dimension alone, in whatever order the examples come", () => {
    const examples = fc
      .integer({ min: 1, max: 8 })
      .chain((size) => fc.array(directionOf(size), { minLength: 1, maxLength: 9 }));
    fc.assert(
      fc.property(examples, (directions) => {
        const size = directions[0]!.length;
        const expected = Array.from({ length: size }, (_, d) => {
          const column = directions.map((direction) => direction[d]!);
          const counts = [1, 0.5, 0].map((value) => column.filter((one) => one === value).length);
          const most = Math.max(...counts);
          const winners = [1, 0.5, 0].filter((_, i) => counts[i] === most);
          return winners.length === 1 ? winners[0] : 0.5;
        });
        expect(majorityVote(directions, size)).toEqual(expected);
        expect(majorityVote([...directions].reverse(), size)).toEqual(expected);
      }),
    );
  });
});

describe("matchCount", () => {
  it("is D times the cosine similarity of the one-hot embeddings", () => {
    fc.assert(
      fc.property(twoOfOneSize, ([a, b]) => {
        const [x, y] = [intensityEmbedding(a), intensityEmbedding(b)];
        const dot = (v: readonly number[], w: readonly number[]) =>
          v.reduce((sum, value, i) => sum + value * w[i]!, 0);
        const cosine = dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
        expect(matchCount(a, b)).toBe(dot(x, y));
        expect(matchCount(a, b)).toBeCloseTo(a.length * cosine, 9);
      }),
    );
  });
});

describe("leastMatches", () => {
  /** More than `numerator / denominator` of `size`, in whole numbers alone. */
  function exact(numerator: bigint, denominator: bigint, size: number): number {
    for (let matches = 0n; ; matches++) {
      if (matches * denominator > numerator * BigInt(size)) return Number(matches);
    }
  }

  it("asks for 55 of 90 at the paper's 0.6: exactly 54 do not exceed it", () => {
    expect(leastMatches(0.6, 90)).toBe(55);
  });

  it.each([
    [0, 90, 1],
    [1, 90, 91],
    [0.5, 5, 3],
    [0.7, 10, 8],
    [0.58, 50, 30],
    [0.29, 100, 30],
    [0.1, 30, 4],
    [0.3333, 3, 1],
    [0.6667, 3, 3],
  ])("at a threshold of %d asks for more than that of %d: %d", (threshold, size, least) => {
    expect(leastMatches(threshold, size)).toBe(least);
  });

  it("equals whole-number arithmetic for every threshold of two places and sizes up to 200", () => {
    const wrong: [number, number][] = [];
    for (let hundredths = 0; hundredths <= 100; hundredths++) {
      for (const size of [1, 2, 3, 5, 7, 10, 20, 31, 32, 33, 50, 64, 90, 92, 100, 128, 130, 200]) {
        // As a settings file says it: a decimal that is read into the nearest double.
        const threshold = Number(
          `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}`,
        );
        if (leastMatches(threshold, size) !== exact(BigInt(hundredths), 100n, size))
          wrong.push([threshold, size]);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("equals whole-number arithmetic for thresholds of four places and any size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 1, max: 500 }), (parts, size) => {
        const threshold = Number(`0.${String(parts).padStart(4, "0")}`);
        expect(leastMatches(threshold, size)).toBe(exact(BigInt(parts), 10_000n, size));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("directionLabels", () => {
  it("names the side of each non-neutral dimension, in the order of the space", () => {
    const [first, second, third] = ALIGNX_SPACE.dimensions;
    const direction = ALIGNX_SPACE.dimensions.map((_, d) => (d === 0 ? 0 : d === 2 ? 1 : 0.5));
    expect(directionLabels(direction, ALIGNX_SPACE)).toEqual([first!.negativeLabel, third!.positiveLabel]);
    expect(directionLabels(direction, ALIGNX_SPACE)).not.toContain(second!.positiveLabel);
  });
});
