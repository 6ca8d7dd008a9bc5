import { describe, expect, it } from "vitest";
import { agreementOf } from "../../../src/core/evaluation/agreement.js";
import type { Answer } from "../../../src/core/records/records.js";
import { ALIGNX_SPACE, type PreferenceSpace } from "../../../src/core/space/space.js";

const SPACE: PreferenceSpace = { name: "two", dimensions: ALIGNX_SPACE.dimensions.slice(0, 2) };

const HIGH: Answer = [0.8, 0.1, 0.1];
const LOW: Answer = [0.1, 0.8, 0.1];
const NEITHER: Answer = [0.2, 0.1, 0.7];
const EVEN: Answer = [0.4, 0.4, 0.2];

const swapped = (rows: readonly (readonly Answer[])[]) =>
  rows.map((row) => row.map(([first, second, neither]): Answer => [second, first, neither]));

describe("agreementOf", () => {
  const rows = [
    [HIGH, LOW],
    [NEITHER, HIGH],
    [LOW, NEITHER],
  ];

  it("is complete between equal answers", () => {
    const found = agreementOf(SPACE, rows, rows);
    expect(found).toMatchObject({ responses: 3, equalLevels: 1 });
    for (const rho of [found.rankCorrelation, found.overall]) expect(rho).toBeCloseTo(1, 12);
    expect(found.dimensions).toEqual(
      SPACE.dimensions.map(({ name, group }) => ({
        name,
        group,
        equalLevels: 1,
        rankCorrelation: expect.closeTo(1, 12) as unknown,
      })),
    );
  });

  it("is reversed between opposite answers, which agree on “cannot reflect” alone", () => {
    const found = agreementOf(SPACE, rows, swapped(rows));
    expect(found.equalLevels).toBeCloseTo(1 / 3, 12);
    expect(found.rankCorrelation).toBeCloseTo(-1, 12);
    expect(found.overall).toBeCloseTo(-1, 12);
  });

  it("compares ranks, not sizes: weaker evidence in the same order agrees", () => {
    const weaker = rows.map((row) =>
      row.map(([first, second]): Answer => [0.45 + first / 10, 0.45 + second / 10, 0]),
    );
    expect(agreementOf(SPACE, rows, weaker).rankCorrelation).toBeCloseTo(1, 12);
  });

  it("gives the hand value for each dimension, and their mean", () => {
    // First dimension in the same order, second in that of 1 3 2 against 1 2 3: 0.5.
    const other = [
      [HIGH, LOW],
      [NEITHER, NEITHER],
      [LOW, HIGH],
    ];
    const found = agreementOf(SPACE, rows, other);
    expect(found.dimensions[0]!.rankCorrelation).toBeCloseTo(1, 12);
    expect(found.dimensions[1]!.rankCorrelation).toBeCloseTo(0.5, 12);
    expect(found.rankCorrelation).toBeCloseTo(0.75, 12);
    expect(found.dimensions.map(({ equalLevels }) => equalLevels)).toEqual([1, 1 / 3]);
    expect(found.equalLevels).toBeCloseTo(2 / 3, 12);
  });

  it("leaves a dimension that does not vary out of the mean, but counts its levels", () => {
    const still = rows.map(([first]) => [first!, EVEN]);
    const found = agreementOf(SPACE, still, still);
    expect(found.dimensions[1]).toMatchObject({ equalLevels: 1, rankCorrelation: null });
    expect(found.rankCorrelation).toBeCloseTo(1, 12);
  });

  it("counts overall which dimensions are high in general, and by dimension it does not", () => {
    // Within each dimension the orders are opposite; between them one is always high.
    const a = [
      [
        [0.5, 0.01, 0.49],
        [0.01, 0.5, 0.49],
      ],
      [
        [0.6, 0.01, 0.39],
        [0.01, 0.6, 0.39],
      ],
    ] satisfies Answer[][];
    const found = agreementOf(SPACE, a, [...a].reverse());
    expect(found.rankCorrelation).toBeCloseTo(-1, 12);
    expect(found.overall).toBeGreaterThan(0.5);
  });

  it("has no correlation to give for one response or none", () => {
    expect(agreementOf(SPACE, [rows[0]!], [rows[0]!])).toMatchObject({
      responses: 1,
      equalLevels: 1,
      rankCorrelation: null,
    });
    expect(agreementOf(SPACE, [], [])).toMatchObject({
      responses: 0,
      equalLevels: 0,
      rankCorrelation: null,
      overall: null,
    });
  });
});
