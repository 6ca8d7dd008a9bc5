import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentId, type Random, randomFor, seedFor, shuffle } from "../../src/core/random.js";
import { countsOf, unfairness } from "./arbitraries.js";

const upTo = (bound: number) => Array.from({ length: bound }, (_, i) => i);
const draws = (random: Random, bound: number, count: number) =>
  Array.from({ length: count }, () => random.below(bound));

describe("randomFor", () => {
  it("draws the same numbers as ever: datasets depend on them", () => {
    expect(draws(randomFor(42, "pair", "post-1"), 1000, 8)).toEqual([381, 655, 725, 440, 330, 349, 838, 636]);
    expect(draws(randomFor(0), 3, 12)).toEqual([2, 1, 2, 2, 1, 1, 0, 2, 0, 2, 2, 1]);
  });

  it("stays below the bound and reaches 0 and the bound less one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer(), (bound, seed) => {
        const drawn = new Set(draws(randomFor(seed), bound, 400));
        expect([...drawn].sort((a, b) => a - b)).toEqual(upTo(bound));
      }),
    );
  });

  it("keeps whole numbers within wide bounds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer(), (bound, seed) => {
        for (const one of draws(randomFor(seed), bound, 20)) {
          expect(Number.isInteger(one) && one >= 0 && one < bound).toBe(true);
        }
      }),
    );
  });

  it.each([2, 3, 7, 10, 90, 1000])("is uniform below %d, draw after draw", (bound) => {
    const counts = countsOf(upTo(bound), draws(randomFor("uniform"), bound, bound * 100));
    expect(unfairness(counts)).toBeLessThan(5);
  });

  it.each([2, 3, 7, 10, 90])("is uniform below %d in the first draw of neighbouring seeds", (bound) => {
    const first = upTo(bound * 100).map((seed) => randomFor(seed, "pair").below(bound));
    expect(unfairness(countsOf(upTo(bound), first))).toBeLessThan(5);
    const ofPosts = upTo(bound * 100).map((post) => randomFor(42, "pair", `post-${post}`).below(bound));
    expect(unfairness(countsOf(upTo(bound), ofPosts))).toBeLessThan(5);
  });

  it.each([1, 2, 3, 10])(
    "draws from seeds %d apart as if they had nothing to do with each other",
    (apart) => {
      const pairs = upTo(10_000).map((seed) => {
        const [a, b] = [randomFor(seed, "x").below(10), randomFor(seed + apart, "x").below(10)];
        return 10 * a + b;
      });
      expect(unfairness(countsOf(upTo(100), pairs))).toBeLessThan(5);
    },
  );

  it("has successive draws of one generator independent, over many generators", () => {
    const pairs = upTo(10_000).map((post) => {
      const random = randomFor(42, "pair", `post-${post}`);
      return 10 * random.below(10) + random.below(10);
    });
    expect(unfairness(countsOf(upTo(100), pairs))).toBeLessThan(5);
  });

  it("tells parts apart wherever the border between them lies, and their order", () => {
    const seeds = [["ab", "c"], ["a", "bc"], ["abc"], ["c", "ab"], ["abc", ""]];
    const streams = seeds.map((parts) => draws(randomFor(...parts), 1000, 8).join());
    expect(new Set(streams).size).toBe(seeds.length);
  });

  it("takes a number for its digits", () => {
    expect(draws(randomFor(42, "a"), 1000, 8)).toEqual(draws(randomFor("42", "a"), 1000, 8));
  });
});

describe("seedFor", () => {
  it("gives the same seeds as ever, from 0 to 2^31 - 1", () => {
    expect(seedFor(42, "cluster", "post-1")).toBe(922_502_969);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 4 }), (parts) => {
        const seed = seedFor(...parts);
        expect(Number.isInteger(seed) && seed >= 0 && seed <= 2 ** 31 - 1).toBe(true);
        expect(seedFor(...parts)).toBe(seed);
      }),
    );
  });

  it("hardly ever gives two posts one seed", () => {
    const seeds = new Set(upTo(10_000).map((post) => seedFor(42, "cluster", `post-${post}`)));
    expect(seeds.size).toBeGreaterThan(9_990);
  });
});

describe("shuffle", () => {
  it("keeps every item, in place", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const shuffled = [...items];
        expect(shuffle(shuffled, randomFor(seed))).toBe(shuffled);
        expect([...shuffled].sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
      }),
    );
  });

  it("shuffles a typed array as it does a list", () => {
    expect([...shuffle(Uint32Array.from(upTo(50)), randomFor(1))]).toEqual(shuffle(upTo(50), randomFor(1)));
  });

  it("gives each of the 24 orders of four items equally often", () => {
    const order = (digits: number[]) => digits.join("");
    const orders = upTo(256)
      .map((n) => [n & 3, (n >> 2) & 3, (n >> 4) & 3, n >> 6])
      .filter((digits) => new Set(digits).size === 4)
      .map(order);
    expect(orders).toHaveLength(24);
    const drawn = upTo(4800).map((seed) => order(shuffle(upTo(4), randomFor(seed, "shuffle"))));
    expect(unfairness(countsOf(orders, drawn))).toBeLessThan(5);
  });
});

describe("contentId", () => {
  it("is a prefix and the first 16 hex digits of SHA-256", () => {
    // The published digests of "abc" and of nothing.
    expect(contentId("post-", "abc")).toBe("post-ba7816bf8f01cfea");
    expect(contentId("", "")).toBe("e3b0c44298fc1c14");
  });

  it("tells parts apart wherever the border between them lies", () => {
    expect(contentId("", "ab", "c")).not.toBe(contentId("", "a", "bc"));
  });

  it("reads text as UTF-8", () => {
    // printf 'é😀' | sha256sum
    expect(contentId("", "é😀")).toBe("1184d1f608158eea");
  });
});
