import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  agreement,
  contradicts,
  hasBit,
  isEmpty,
  TernaryPlanes,
} from "../../../src/core/search/ternary-planes.js";
import { compareDirections } from "../../../src/core/consistency/consistency.js";
import { matchCount } from "../../../src/core/records/direction.js";
import { levelsOf, sparseDirectionOf } from "../arbitraries.js";

const sizes = fc.oneof(fc.integer({ min: 1, max: 140 }), fc.constantFrom(31, 32, 33, 63, 64, 65, 96, 128));

describe("TernaryPlanes", () => {
  it("counts matches as a plain comparison does, at any size", () => {
    const lists = sizes.chain((size) =>
      fc.tuple(levelsOf(size), fc.array(levelsOf(size), { minLength: 1, maxLength: 20 })),
    );
    fc.assert(
      fc.property(lists, fc.nat(19), fc.nat(20), (drawn, a, b) => {
        const [target, all] = drawn;
        const planes = new TernaryPlanes(target.length, 2, 1);
        for (const levels of all) planes.push(planes.pack(levels));
        const [from, to] = [Math.min(a, all.length), Math.min(Math.max(a, b), all.length)];
        const out = new Uint16Array(to - from);
        planes.matches(planes.pack(target), from, to, out);
        expect([...out]).toEqual(all.slice(from, to).map((levels) => matchCount(levels, target)));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps every vector while it grows, and reorders them", () => {
    const lists = fc.array(levelsOf(33), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(lists, fc.array(fc.nat(39), { maxLength: 40 }), (all, picks) => {
        const planes = new TernaryPlanes(33, 2, 0);
        for (const levels of all) planes.push(planes.pack(levels));
        expect(planes).toHaveLength(all.length);
        all.forEach((levels, i) => expect(planes.at(i)).toEqual(planes.pack(levels)));
        const order = picks.map((pick) => pick % all.length);
        const reordered = planes.reordered(order);
        expect(reordered).toHaveLength(order.length);
        order.forEach((from, place) => expect(reordered.at(place)).toEqual(planes.at(from)));
      }),
    );
  });
});

describe("agreement and contradicts", () => {
  it("say of packed directions what compareDirections says of lists", () => {
    const two = sizes.chain((size) => fc.tuple(sparseDirectionOf(size), sparseDirectionOf(size)));
    fc.assert(
      fc.property(two, ([a, b]) => {
        const planes = new TernaryPlanes(a.length, 0.5, 0);
        const [x, y] = [planes.pack(a), planes.pack(b)];
        const expected = compareDirections(a, b);
        const agrees = agreement(x, y);
        expect([...a.keys()].filter((d) => hasBit(agrees, d))).toEqual(expected.agrees);
        expect(isEmpty(agrees)).toBe(expected.agrees.length === 0);
        expect(contradicts(x, y)).toBe(expected.contradicts.length > 0);
      }),
      { numRuns: 300 },
    );
  });

  it("packs levels as it packs their direction, so that the two compare", () => {
    fc.assert(
      fc.property(levelsOf(90), (levels) => {
        const direction = levels.map((one) => (one - 1) / 2);
        expect(new TernaryPlanes(90, 2).pack(levels)).toEqual(new TernaryPlanes(90, 0.5).pack(direction));
      }),
    );
  });
});
