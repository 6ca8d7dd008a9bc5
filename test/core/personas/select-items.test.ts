import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkConsistency, compareDirections } from "../../../src/core/consistency/consistency.js";
import type { Candidate } from "../../../src/core/personas/persona-index.js";
import { selectItems } from "../../../src/core/personas/select-items.js";
import type { Direction, DirectionValue } from "../../../src/core/records/direction.js";
import { hasBit } from "../../../src/core/search/ternary-planes.js";
import { directionOf } from "../arbitraries.js";

/** A candidate with its direction, which the search itself does not carry along. */
interface Known extends Candidate {
  readonly direction: Direction;
}

function candidatesOf(pair: Direction, directions: readonly Direction[]): Known[] {
  return directions.map((direction, item) => {
    const agrees = new Int32Array(Math.ceil(pair.length / 32));
    for (const d of compareDirections(pair, direction).agrees) agrees[d >> 5]! |= 1 << (d & 31);
    return { item, matches: 60, matchesRejected: 0, agrees, direction };
  });
}

const directionsOf = (items: readonly Candidate[]) => items.map((item) => (item as Known).direction);

/** Directions that agree with the pair somewhere and contradict it nowhere. */
function consistentWith(pair: Direction): fc.Arbitrary<Direction> {
  const telling = pair.flatMap((value, d) => (value === 0.5 ? [] : [d]));
  const values = pair.map((value) =>
    value === 0.5
      ? fc.constantFrom<DirectionValue>(0, 0.5, 1)
      : fc.constantFrom<DirectionValue>(value, 0.5, 0.5, 0.5),
  );
  return fc
    .tuple(fc.constantFrom(...telling), fc.tuple(...values))
    .map(([sure, direction]) => direction.map((value, d) => (d === sure ? pair[d]! : value)));
}

const pairs = fc
  .constantFrom(1, 3, 8, 31, 32, 33, 64, 65)
  .chain(directionOf)
  .filter((direction) => direction.some((value) => value !== 0.5));

/** A pair, strictly consistent candidates of both kinds, H and a DEMO that is consistent too, or none. */
const cases = pairs.chain((pair) =>
  fc.record({
    pair: fc.constant(pair),
    ugc: fc.array(consistentWith(pair), { maxLength: 20 }),
    other: fc.array(consistentWith(pair), { maxLength: 20 }),
    size: fc.integer({ min: 1, max: 16 }),
    demographic: fc.option(consistentWith(pair)),
  }),
);

const RUNS = { numRuns: 500 };

/** The most of `available` that can be kept so that the `supporters` among them are more than half. */
function mostKept(supporters: number, available: number, size: number): number {
  for (let kept = Math.min(available, size); kept > 0; kept--) {
    if (2 * Math.min(supporters, kept) > kept) return kept;
  }
  return 0;
}

describe("selectItems", () => {
  it("meets the criterion on its dimension whenever every candidate is consistent", () => {
    fc.assert(
      fc.property(cases, ({ pair, ugc, other, size, demographic }) => {
        const found = selectItems(
          pair,
          candidatesOf(pair, ugc),
          candidatesOf(pair, other),
          size,
          demographic,
        );
        expect(found.dimension === null).toBe(ugc.length + other.length === 0);
        if (found.dimension === null) return;
        const persona = { ugc: directionsOf(found.ugc), pairs: directionsOf(found.pairs) };
        for (const demo of demographic?.[found.dimension] === pair[found.dimension]
          ? [null, demographic]
          : [null]) {
          const report = checkConsistency(pair, { ...persona, demographic: demo }, "strict");
          expect(report.consistent).toBe(true);
          expect(report.agreed).toContain(found.dimension);
        }
      }),
      RUNS,
    );
  });

  it("meets the criterion by vote where candidates may contradict the pair", () => {
    const any = pairs.chain((pair) =>
      fc.tuple(
        fc.constant(pair),
        fc.array(directionOf(pair.length), { maxLength: 20 }),
        fc.integer({ min: 1, max: 16 }),
      ),
    );
    fc.assert(
      fc.property(any, ([pair, ugc, size]) => {
        const found = selectItems(pair, candidatesOf(pair, ugc), [], size, null);
        if (found.dimension === null) return;
        const persona = { ugc: directionsOf(found.ugc), pairs: [], demographic: null };
        expect(checkConsistency(pair, persona, "majority").agreed).toContain(found.dimension);
      }),
      RUNS,
    );
  });

  it("keeps as many of each kind as the majority allows, up to H, without repeating any", () => {
    fc.assert(
      fc.property(cases, ({ pair, ugc, other, size, demographic }) => {
        const found = selectItems(
          pair,
          candidatesOf(pair, ugc),
          candidatesOf(pair, other),
          size,
          demographic,
        );
        if (found.dimension === null) return;
        for (const [kept, offered] of [
          [found.ugc, candidatesOf(pair, ugc)],
          [found.pairs, candidatesOf(pair, other)],
        ] as const) {
          const supporters = offered.filter(({ agrees }) => hasBit(agrees, found.dimension!)).length;
          expect(kept).toHaveLength(mostKept(supporters, offered.length, size));
          expect(new Set(kept).size).toBe(kept.length);
        }
      }),
      RUNS,
    );
  });

  it("keeps candidates in the order offered, the first of those that agree and of those that do not", () => {
    fc.assert(
      fc.property(cases, ({ pair, ugc, size }) => {
        const offered = candidatesOf(pair, ugc);
        const { ugc: kept, dimension } = selectItems(pair, offered, [], size, null);
        if (dimension === null) return;
        const places = kept.map(({ item }) => item);
        expect(places).toEqual([...places].sort((a, b) => a - b));
        for (const wanted of [true, false]) {
          const side = (items: readonly Candidate[]) =>
            items.filter(({ agrees }) => hasBit(agrees, dimension) === wanted).map(({ item }) => item);
          expect(side(kept)).toEqual(side(offered).slice(0, side(kept).length));
        }
      }),
      RUNS,
    );
  });

  it("chooses a dimension that no other one beats: first by components, then by items", () => {
    fc.assert(
      fc.property(cases, ({ pair, ugc, other, size, demographic }) => {
        const lists = [candidatesOf(pair, ugc), candidatesOf(pair, other)];
        const worth = (d: number) => {
          const kept = lists.map((list) =>
            mostKept(list.filter(({ agrees }) => hasBit(agrees, d)).length, list.length, size),
          );
          const items = kept[0]! + kept[1]!;
          if (items === 0) return 0;
          const components = kept.filter((n) => n > 0).length + Number(demographic?.[d] === pair[d]);
          return 1000 * components + items;
        };
        const { dimension } = selectItems(pair, lists[0]!, lists[1]!, size, demographic);
        const telling = pair.flatMap((value, d) => (value === 0.5 ? [] : [d]));
        const best = Math.max(...telling.map(worth));
        expect(dimension).toBe(best === 0 ? null : telling.find((d) => worth(d) === best));
      }),
      RUNS,
    );
  });

  it("prefers a dimension in which DEMO is as well to one with more items", () => {
    const pair: Direction = [1, 0];
    const ugc = candidatesOf(pair, [
      [1, 0.5],
      [1, 0.5],
      [1, 0.5],
      [1, 0],
    ]);
    const choose = (demographic: Direction | null) => {
      const { dimension, ugc: kept } = selectItems(pair, ugc, [], 4, demographic);
      return { dimension, kept: kept.map(({ item }) => item) };
    };
    expect(choose(null)).toEqual({ dimension: 0, kept: [0, 1, 2, 3] });
    expect(choose([0.5, 0])).toEqual({ dimension: 1, kept: [3] });
    // A DEMO that says the opposite of the pair supports nothing.
    expect(choose([0.5, 1])).toEqual({ dimension: 0, kept: [0, 1, 2, 3] });
  });

  it("leaves out a kind without support on the dimension", () => {
    const pair: Direction = [1, 1];
    const ugc = candidatesOf(pair, [
      [1, 0.5],
      [1, 0.5],
    ]);
    const other = candidatesOf(pair, [[0.5, 1]]);
    expect(selectItems(pair, ugc, other, 16, null)).toEqual({ ugc, pairs: [], dimension: 0 });
    expect(selectItems(pair, ugc, other, 16, [0.5, 1])).toEqual({ ugc: [], pairs: other, dimension: 1 });
  });

  it("selects nothing without candidates, and nothing from those that agree nowhere", () => {
    const nothing = { ugc: [], pairs: [], dimension: null };
    expect(selectItems([1, 0], [], [], 16, [1, 0])).toEqual(nothing);
    expect(selectItems([1, 0], candidatesOf([1, 0], [[0, 0.5]]), [], 16, null)).toEqual(nothing);
  });
});
