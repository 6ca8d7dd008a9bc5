import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Covariance,
  LevelSummaryBuilder,
  Quantiles,
  RunningMeans,
} from "../../../src/core/levels/statistics.js";

describe("RunningMeans", () => {
  it("is the mean of each column", () => {
    const running = new RunningMeans(2);
    for (const row of [
      [1, -2],
      [3, 0],
      [8, 5],
    ])
      running.add(Float64Array.from(row));
    expect(running.means()).toEqual([4, 1]);
    expect(running.count).toBe(3);
  });

  it("is 0 before anything was added", () => {
    expect(new RunningMeans(3).means()).toEqual([0, 0, 0]);
  });
});

describe("Quantiles", () => {
  /** Width of a bin. */
  const FINE = 128 / 65_536;
  // Off the edges of the bins, where a value is in either.
  const values = fc.array(
    fc.integer({ min: -3000, max: 3000 }).map((n) => n / 100 + 0.0007),
    {
      minLength: 1,
      maxLength: 60,
    },
  );
  const share = fc.integer({ min: 0, max: 50 }).map((n) => n / 100);

  function tailsOf(all: readonly number[], part: number) {
    const quantiles = new Quantiles(1);
    for (const one of all) quantiles.add(Float64Array.of(one));
    const { lower, upper } = quantiles.tails(part);
    return { lower: lower[0]!, upper: upper[0]! };
  }

  it("bounds what sorting bounds, equal values on one side", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 50 }), (all, hundredths) => {
        const allowed = Math.min(all.length - 1, Math.floor((hundredths * all.length) / 100));
        const sorted = [...all].sort((a, b) => a - b);
        const [low, high] = [sorted[allowed]!, sorted[all.length - 1 - allowed]!];
        const { lower, upper } = tailsOf(all, hundredths / 100);
        expect(all.filter((one) => one < lower)).toEqual(all.filter((one) => one < low));
        expect(all.filter((one) => one > upper)).toEqual(all.filter((one) => one > high));
        expect(Math.abs(lower - low)).toBeLessThanOrEqual(FINE);
        expect(Math.abs(upper - high)).toBeLessThanOrEqual(FINE);
      }),
      { numRuns: 300 },
    );
  });

  it("lets no more than the share lie outside on either side", () => {
    fc.assert(
      fc.property(values, share, (all, part) => {
        const { lower, upper } = tailsOf(all, part);
        expect(all.filter((one) => one < lower).length).toBeLessThanOrEqual(part * all.length + 1e-6);
        expect(all.filter((one) => one > upper).length).toBeLessThanOrEqual(part * all.length + 1e-6);
      }),
    );
  });

  it.each([20, 100, 1000])(
    "lets a twentieth of %i values lie outside, though 1 - 0.9 falls short of 0.1",
    (count) => {
      const { lower, upper } = tailsOf(
        Array.from({ length: count }, (_, i) => i / 50 - 5),
        (1 - 0.9) / 2,
      );
      const within = Array.from({ length: count }, (_, i) => i / 50 - 5).filter(
        (one) => one >= lower && one <= upper,
      );
      expect(within).toHaveLength(count * 0.9);
    },
  );

  it("counts values beyond its range at the ends", () => {
    const { lower, upper } = tailsOf([-1000, -1, 0.001, 1, 1000], 0.2);
    expect([lower, upper].map(Math.round)).toEqual([-1, 1]);
  });

  it("keeps dimensions apart", () => {
    const quantiles = new Quantiles(2);
    for (const i of [0, 1, 2, 3]) quantiles.add(Float64Array.of(i + 0.001, -10 * i + 0.001));
    const { lower, upper } = quantiles.tails(0.25);
    expect(lower.map(Math.round)).toEqual([1, -20]);
    expect(upper.map(Math.round)).toEqual([2, -10]);
  });

  it("finds no extreme in a dimension that does not vary", () => {
    const { lower, upper } = tailsOf(new Array<number>(10).fill(0), 0.4);
    expect(lower).toBeLessThanOrEqual(0);
    expect(upper).toBeGreaterThanOrEqual(0);
  });
});

describe("Covariance", () => {
  function shareOf(rows: readonly (readonly number[])[]): number {
    const covariance = new Covariance(rows[0]!.length);
    for (const row of rows) covariance.add(Float64Array.from(row));
    return covariance.firstFactorShare();
  }

  // Spread √3 along (1, 1) and 1 along (1, -1): the covariance is [[2, 1], [1, 2]], with eigenvalues 3 and 1.
  const HAND = [
    [Math.sqrt(3), Math.sqrt(3)],
    [-Math.sqrt(3), -Math.sqrt(3)],
    [1, -1],
    [-1, 1],
  ];

  it.each([
    [
      "one factor behind everything",
      [
        [1, 2, -3],
        [-1, -2, 3],
        [2, 4, -6],
      ],
      1,
    ],
    [
      "two that vary alike and apart",
      [
        [1, 1],
        [1, -1],
        [-1, 1],
        [-1, -1],
      ],
      0.5,
    ],
    ["a hand case", HAND, 0.75],
    ["the hand case elsewhere: means do not count", HAND.map(([x, y]) => [x! + 5, y! - 7]), 0.75],
    ["one dimension", [[1], [2], [4]], 1],
    [
      "nothing varies",
      [
        [3, 3],
        [3, 3],
      ],
      0,
    ],
    ["a single response", [[1, 2]], 0],
  ])("of %s", (_, rows, share) => expect(shareOf(rows)).toBeCloseTo(share, 9));

  it("lies between an even share and all of it, and does not depend on scale or order", () => {
    const numbers = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 2, maxLength: 12 }), (rows) => {
        const share = shareOf(rows);
        const varies = rows.some((row) => row.join() !== rows[0]!.join());
        expect(share).toBeGreaterThanOrEqual(varies ? 0.25 - 1e-9 : 0);
        expect(share).toBeLessThanOrEqual(varies ? 1 + 1e-9 : 0);
        expect(shareOf([...rows].reverse().map((row) => row.map((one) => 3 * one)))).toBeCloseTo(share, 9);
      }),
    );
  });
});

describe("LevelSummaryBuilder", () => {
  it("counts levels per dimension and tells the factor of the levels from that of the evidence", () => {
    const builder = new LevelSummaryBuilder(2);
    // The evidence has one factor, of which the levels show only the first dimension.
    builder.add([3, 2], Float64Array.of(4, 4));
    builder.add([1, 2], Float64Array.of(-4, -4));
    builder.add([2, 2], Float64Array.of(0, 0));
    const summary = builder.summary();
    expect(summary).toMatchObject({
      responses: 3,
      counts: [
        [1, 1, 1],
        [0, 3, 0],
      ],
    });
    expect(summary.firstFactorShare).toBeCloseTo(1, 9);
    expect(summary.rawFirstFactorShare).toBeCloseTo(1, 9);
    builder.add([2, 3], Float64Array.of(3, -3));
    expect(builder.summary().firstFactorShare).toBeLessThan(0.9);
    expect(builder.summary().rawFirstFactorShare).toBeLessThan(0.9);
  });
});
