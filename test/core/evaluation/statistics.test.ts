import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rankCorrelation, wilsonInterval } from "../../../src/core/evaluation/statistics.js";

describe("rankCorrelation", () => {
  it("gives the textbook value without ties: −29/165", () => {
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    expect(rankCorrelation(iq, hours)).toBeCloseTo(-29 / 165, 12);
  });

  it.each([
    // Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: 4.5 / √(4.5 · 5).
    ["a tie on one side", [1, 2, 2, 3], [1, 3, 2, 4], 4.5 / Math.sqrt(22.5)],
    // Ranks 1.5, 1.5, 3.5, 3.5 against 1.5, 3.5, 1.5, 3.5.
    ["ties that have nothing to do with each other", [0, 0, 1, 1], [0, 1, 0, 1], 0],
    ["ties in the same places", [5, 5, 7, 7], [1, 1, 2, 2], 1],
    ["ties in the same places, turned round", [5, 5, 7, 7], [2, 2, 1, 1], -1],
    // Ranks 2, 2, 2, 4 against 1, 2, 3, 4: 3 / √(3 · 5).
    ["three alike", [0, 0, 0, 9], [1, 2, 3, 4], 3 / Math.sqrt(15)],
  ])("gives the hand value with %s", (_, x, y, expected) => {
    expect(rankCorrelation(x, y)).toBeCloseTo(expected, 12);
    expect(rankCorrelation(y, x)).toBeCloseTo(expected, 12);
  });

  it.each([
    ["one side does not vary", [1, 1, 1], [1, 2, 3]],
    ["neither side varies", [1, 1], [2, 2]],
    ["there is one value", [1], [2]],
    ["there is none", [], []],
  ])("is null where %s", (_, x, y) => {
    expect(rankCorrelation(x, y)).toBeNull();
    expect(rankCorrelation(y, x)).toBeNull();
  });

  const columns = fc
    .array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })), {
      minLength: 2,
      maxLength: 30,
    })
    .map((rows) => [rows.map(([x]) => x), rows.map(([, y]) => y)] as const)
    .filter((both) => both.every((column) => new Set(column).size > 1));

  it("lies within −1 and 1, and cares for order alone", () => {
    fc.assert(
      fc.property(columns, ([x, y]) => {
        const rho = rankCorrelation(x, y)!;
        expect(Math.abs(rho)).toBeLessThanOrEqual(1 + 1e-12);
        const stretch = (values: readonly number[]) => values.map((v) => Math.exp(v));
        expect(rankCorrelation(stretch(x), y)).toBeCloseTo(rho, 12);
        const negative = y.map((v) => -v);
        expect(rankCorrelation(x, negative)).toBeCloseTo(-rho, 12);
        expect(rankCorrelation(x, x)).toBeCloseTo(1, 12);
      }),
    );
  });

  it("equals the formula of squared rank differences where nothing is tied", () => {
    const order = fc
      .integer({ min: 2, max: 20 })
      .chain((n) => fc.shuffledSubarray([...Array(n).keys()], { minLength: n }));
    fc.assert(
      fc.property(order, (y) => {
        const n = y.length;
        const squares = y.reduce((sum, rank, i) => sum + (rank - i) ** 2, 0);
        expect(rankCorrelation([...y.keys()], y)).toBeCloseTo(1 - (6 * squares) / (n * (n * n - 1)), 12);
      }),
    );
  });
});

describe("wilsonInterval", () => {
  // Newcombe (1998), table I, method 3; and the round cases of ten.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    [5, 10, 0.2366, 0.7634],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [1, 1, 0.2065, 1],
  ])("of %i right among %i is the published one", (right, total, low, high) => {
    const interval = wilsonInterval(right, total);
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  });

  it("is everything where nothing was counted", () => expect(wilsonInterval(0, 0)).toEqual([0, 1]));

  it("holds the share, stays within 0 and 1, mirrors itself and narrows with the number", () => {
    const counts = fc
      .integer({ min: 1, max: 400 })
      .chain((total) => fc.tuple(fc.nat(total), fc.constant(total)));
    fc.assert(
      fc.property(counts, ([right, total]) => {
        const [low, high] = wilsonInterval(right, total);
        const share = right / total;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(share + 1e-12);
        expect(high).toBeGreaterThanOrEqual(share - 1e-12);
        const [wrongLow, wrongHigh] = wilsonInterval(total - right, total);
        expect(1 - wrongHigh).toBeCloseTo(low, 12);
        expect(1 - wrongLow).toBeCloseTo(high, 12);
        const [closerLow, closerHigh] = wilsonInterval(2 * right, 2 * total);
        expect(closerHigh - closerLow).toBeLessThan(high - low);
      }),
    );
  });
});
