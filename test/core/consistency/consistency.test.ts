import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkConsistency,
  compareDirections,
  CONSISTENCY_MODES,
  type ConsistencyMode,
  isItemConsistent,
  itemDirections,
  largestConsistentPart,
  type PersonaDirections,
} from "../../../src/core/consistency/consistency.js";
import type { Direction, DirectionValue } from "../../../src/core/records/direction.js";
import { PERSONA_KINDS, type PersonaKind } from "../../../src/core/records/records.js";
import { directionOf } from "../arbitraries.js";

/** A direction that mostly goes along with another: a persona's item, as likely consistent as not. */
function near(pair: Direction): fc.Arbitrary<Direction> {
  const values = pair.map((value) =>
    fc.constantFrom<DirectionValue>(value, value, 0.5, 0.5, 0.5, value, (1 - value) as DirectionValue),
  );
  return fc.tuple(...values);
}

const examples = fc
  .integer({ min: 1, max: 6 })
  .chain(directionOf)
  .chain((pair) =>
    fc.record({
      pair: fc.constant(pair),
      persona: fc.record<PersonaDirections>({
        ugc: fc.array(near(pair), { maxLength: 4 }),
        pairs: fc.array(near(pair), { maxLength: 4 }),
        demographic: fc.option(near(pair)),
      }),
    }),
  );
const mode = fc.constantFrom(...CONSISTENCY_MODES);
const RUNS = { numRuns: 1000 };

/** The rule of the paper written down a second time: one dimension, one item after the other. */
function naive(
  pair: Direction,
  persona: PersonaDirections,
  kinds: readonly PersonaKind[],
  how: ConsistencyMode,
) {
  const items = (kind: PersonaKind): readonly Direction[] =>
    kind === "ugc"
      ? persona.ugc
      : kind === "pairs"
        ? persona.pairs
        : persona.demographic
          ? [persona.demographic]
          : [];
  const present = kinds.filter((kind) => items(kind).length > 0);
  const opposite = (value: DirectionValue | undefined) => (value === 1 ? 0 : value === 0 ? 1 : null);
  const agreed: number[] = [];
  for (let d = 0; d < pair.length; d++) {
    if (pair[d] === 0.5) continue;
    const wins = (kind: PersonaKind) => {
      const votes = items(kind).map((item) => item[d]);
      const count = (value: DirectionValue | null | undefined) => votes.filter((one) => one === value).length;
      return count(pair[d]) > Math.max(count(0.5), count(opposite(pair[d])));
    };
    if (present.every(wins)) agreed.push(d);
  }
  const breaks = (item: Direction) =>
    item.some((value, d) => value === opposite(pair[d])) ||
    !item.some((value, d) => value !== 0.5 && value === pair[d]);
  const broken = how === "strict" && present.some((kind) => items(kind).some(breaks));
  return present.length === 0
    ? { agreed: [], consistent: false }
    : { agreed, consistent: agreed.length > 0 && !broken };
}

describe("compareDirections", () => {
  it("sorts the pair's non-neutral dimensions by what the other says of them", () => {
    expect(compareDirections([1, 1, 1, 0, 0, 0, 0.5, 0.5, 0.5], [1, 0.5, 0, 1, 0.5, 0, 1, 0.5, 0])).toEqual({
      agrees: [0, 5],
      contradicts: [2, 3],
    });
  });

  it("finds a direction in agreement with itself and its opposite in contradiction", () => {
    fc.assert(
      fc.property(directionOf(12), (direction) => {
        const telling = direction.flatMap((value, d) => (value === 0.5 ? [] : [d]));
        const opposite = direction.map((value) => (1 - value) as DirectionValue);
        expect(compareDirections(direction, direction)).toEqual({ agrees: telling, contradicts: [] });
        expect(compareDirections(direction, opposite)).toEqual({ agrees: [], contradicts: telling });
      }),
    );
  });
});

describe("isItemConsistent", () => {
  it.each([
    [[0], [], true],
    [[0, 3], [], true],
    [[], [], false],
    [[0], [1], false],
    [[], [1], false],
  ])("strict, agreeing on %j and contradicting on %j: %s", (agrees, contradicts, expected) => {
    expect(isItemConsistent({ agrees, contradicts }, "strict")).toBe(expected);
    expect(isItemConsistent({ agrees, contradicts }, "majority")).toBe(true);
  });
});

describe("checkConsistency", () => {
  it("decides as a naive reading of the criterion does, in either mode", () => {
    const verdicts = { true: 0, false: 0 };
    fc.assert(
      fc.property(examples, mode, ({ pair, persona }, how) => {
        const { agreed, consistent } = checkConsistency(pair, persona, how);
        expect({ agreed, consistent }).toEqual(naive(pair, persona, PERSONA_KINDS, how));
        verdicts[`${consistent}`]++;
      }),
      RUNS,
    );
    expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(50);
  });

  it("is never consistent in strict mode only", () => {
    fc.assert(
      fc.property(examples, ({ pair, persona }) => {
        const [strict, majority] = CONSISTENCY_MODES.map((how) => checkConsistency(pair, persona, how));
        if (strict!.consistent) expect(majority!.consistent).toBe(true);
        expect(majority!.agreed).toEqual(strict!.agreed);
      }),
      RUNS,
    );
  });

  it("reports the components that are present, and which of their items break the rule", () => {
    const pair: Direction = [1, 0, 0.5];
    const report = checkConsistency(
      pair,
      {
        ugc: [
          [1, 0.5, 0],
          [1, 1, 0.5],
          [0.5, 0.5, 1],
        ],
        pairs: [],
        demographic: [1, 0, 1],
      },
      "strict",
    );
    expect(Object.keys(report.components)).toEqual(["ugc", "demographic"]);
    expect(report.components.ugc).toEqual({
      broken: [
        { index: 1, comparison: { agrees: [0], contradicts: [1] } },
        { index: 2, comparison: { agrees: [], contradicts: [] } },
      ],
      agrees: [0],
    });
    expect(report.components.demographic).toEqual({ broken: [], agrees: [0, 1] });
    expect(report).toMatchObject({ agreed: [0], consistent: false });
  });

  it("asks for one dimension that all components share, not one for each", () => {
    const persona: PersonaDirections = { ugc: [[1, 0.5]], pairs: [[0.5, 1]], demographic: null };
    expect(checkConsistency([1, 1], persona, "strict")).toMatchObject({ agreed: [], consistent: false });
  });

  it("finds a persona without components, and a pair without a preference, not consistent", () => {
    const none: PersonaDirections = { ugc: [], pairs: [], demographic: null };
    const some: PersonaDirections = { ugc: [[0.5, 0.5]], pairs: [], demographic: [1, 1] };
    for (const how of CONSISTENCY_MODES) {
      expect(checkConsistency([1, 0], none, how)).toEqual({ components: {}, agreed: [], consistent: false });
      expect(checkConsistency([0.5, 0.5], some, how).consistent).toBe(false);
    }
  });
});

describe("itemDirections", () => {
  it("counts DEMO as one item and a missing one as none", () => {
    const persona: PersonaDirections = { ugc: [[1], [0]], pairs: [[0.5]], demographic: [1] };
    expect(PERSONA_KINDS.map((kind) => itemDirections(persona, kind))).toEqual([[[1], [0]], [[0.5]], [[1]]]);
    expect(itemDirections({ ...persona, demographic: null }, "demographic")).toEqual([]);
  });
});

describe("largestConsistentPart", () => {
  /** Every non-empty subset of the kinds, larger ones first, in the order of the kinds. */
  const subsets = Array.from({ length: 7 }, (_, i) =>
    PERSONA_KINDS.filter((_kind, place) => ((i + 1) >> place) & 1),
  ).sort((a, b) => b.length - a.length || (order(a) < order(b) ? -1 : 1));

  function order(kinds: readonly PersonaKind[]): string {
    return kinds.map((kind) => PERSONA_KINDS.indexOf(kind)).join("");
  }

  const withOnly = (persona: PersonaDirections, kinds: readonly PersonaKind[]): PersonaDirections => ({
    ugc: kinds.includes("ugc") ? persona.ugc : [],
    pairs: kinds.includes("pairs") ? persona.pairs : [],
    demographic: kinds.includes("demographic") ? persona.demographic : null,
  });

  it("is the first consistent part of those with the most components", () => {
    const found = new Set<string>();
    fc.assert(
      fc.property(examples, mode, ({ pair, persona }, how) => {
        const expected = subsets
          .filter((kinds) => kinds.every((kind) => itemDirections(persona, kind).length > 0))
          .map((kinds) => ({ kinds, ...naive(pair, withOnly(persona, kinds), kinds, how) }))
          .find(({ consistent }) => consistent);
        const part = largestConsistentPart(checkConsistency(pair, persona, how));
        expect(part).toEqual(expected ? { kinds: expected.kinds, agreed: expected.agreed } : null);
        found.add(part ? part.kinds.join() : "none");
      }),
      RUNS,
    );
    expect(found.size).toBe(8);
  });

  it("is the whole persona exactly where that is consistent", () => {
    fc.assert(
      fc.property(examples, mode, ({ pair, persona }, how) => {
        const report = checkConsistency(pair, persona, how);
        const whole = Object.keys(report.components).length;
        expect(largestConsistentPart(report)?.kinds.length === whole && whole > 0).toBe(report.consistent);
      }),
      RUNS,
    );
  });
});
