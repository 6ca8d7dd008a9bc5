import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  argmaxLevels,
  batchLevels,
  centreEvidence,
  contextualLevels,
  evidenceOf,
} from "../../../src/core/levels/decide.js";
import { Quantiles, RunningMeans } from "../../../src/core/levels/statistics.js";
import { randomFor } from "../../../src/core/random.js";
import type { Answer } from "../../../src/core/records/records.js";

const probability = fc.integer({ min: 0, max: 100 }).map((n) => n / 100);
const answer = fc.tuple(probability, probability, probability) as fc.Arbitrary<Answer>;
const answers = fc.array(answer, { minLength: 1, maxLength: 12 });

describe("argmaxLevels", () => {
  it.each<[string, Answer, number]>([
    ["the first option is level 3", [0.5, 0.3, 0.2], 3],
    ["the second option is level 1", [0.3, 0.5, 0.2], 1],
    ["“cannot reflect” is level 2", [0.3, 0.2, 0.5], 2],
    ["the largest wins, however small its share", [0.34, 0.33, 0.33], 3],
    ["first and second alike say nothing", [0.4, 0.4, 0.2], 2],
    ["first and third alike say nothing", [0.4, 0.2, 0.4], 2],
    ["second and third alike say nothing", [0.2, 0.4, 0.4], 2],
    ["no answer at all says nothing", [0, 0, 0], 2],
  ])("%s", (_, one, level) => expect(argmaxLevels([one])).toEqual([level]));

  it("decides each dimension alone", () => {
    fc.assert(
      fc.property(answers, (all) => {
        expect(argmaxLevels(all)).toEqual(all.flatMap((one) => argmaxLevels([one])));
      }),
    );
  });

  it("turns round when the two options change places", () => {
    fc.assert(
      fc.property(answers, (all) => {
        const swapped = all.map(([first, second, neither]): Answer => [second, first, neither]);
        expect(argmaxLevels(swapped)).toEqual(argmaxLevels(all).map((level) => 4 - level));
      }),
    );
  });
});

describe("contextualLevels", () => {
  it("takes away what the model says of an empty comment", () => {
    // It favours the second option anyway; this response does so less than usual.
    const baseline: Answer[] = [[0.2, 0.6, 0.2]];
    expect(argmaxLevels([[0.4, 0.5, 0.1]])).toEqual([1]);
    expect(contextualLevels([[0.4, 0.5, 0.1]], baseline)).toEqual([3]);
  });

  it("finds nothing in an answer that is the empty comment's", () => {
    fc.assert(
      fc.property(
        fc.array(
          answer.filter((one) => one.every((p) => p > 0)),
          { minLength: 1 },
        ),
        (all) => {
          expect(contextualLevels(all, all)).toEqual(all.map(() => 2));
        },
      ),
    );
  });

  it("is argmax where the empty comment favours no answer", () => {
    fc.assert(
      fc.property(answers, (all) => {
        const even = all.map((): Answer => [0.25, 0.25, 0.25]);
        expect(contextualLevels(all, even)).toEqual(argmaxLevels(all));
      }),
    );
  });

  it("reads an answer that never came for the empty comment as a strong one, and none as none", () => {
    const baseline: Answer[] = [[0, 0.5, 0.5]];
    expect(contextualLevels([[0.01, 0.5, 0.49]], baseline)).toEqual([3]);
    expect(contextualLevels([[0, 0.6, 0.4]], baseline)).toEqual([1]);
  });
});

const DIMENSIONS = 7;
const GROUPS = [[0, 2, 4], [1, 3, 6], [5]];
const value = fc.double({ min: -13.8, max: 13.8, noNaN: true });
const corpora = fc.array(fc.array(value, { minLength: DIMENSIONS, maxLength: DIMENSIONS }), {
  minLength: 1,
  maxLength: 30,
});

function meansOf(rows: readonly Float64Array[]): number[] {
  const running = new RunningMeans(DIMENSIONS);
  for (const row of rows) running.add(row);
  return running.means();
}

/** Copies of the rows, centred. */
function centred(rows: readonly (readonly number[])[]): Float64Array[] {
  const copies = rows.map((row) => Float64Array.from(row));
  const means = meansOf(copies);
  for (const copy of copies) centreEvidence(copy, means, GROUPS);
  return copies;
}

function expectClose(a: readonly Float64Array[], b: readonly Float64Array[]): void {
  const largest = a.flatMap((row, i) => Array.from(row, (one, d) => Math.abs(one - b[i]![d]!)));
  expect(Math.max(...largest)).toBeLessThan(1e-9);
}

describe("centreEvidence", () => {
  it("leaves every dimension a mean of 0 over the corpus and every response one over each group", () => {
    fc.assert(
      fc.property(corpora, (rows) => {
        const result = centred(rows);
        for (const mean of meansOf(result)) expect(mean).toBeCloseTo(0, 9);
        for (const row of result) {
          for (const group of GROUPS.filter(({ length }) => length > 1)) {
            expect(group.reduce((sum, d) => sum + row[d]!, 0)).toBeCloseTo(0, 9);
          }
        }
      }),
    );
  });

  it("forgets what a dimension or a response has in general", () => {
    const shifts = fc.record({
      rows: corpora,
      ofDimensions: fc.array(value, { minLength: DIMENSIONS, maxLength: DIMENSIONS }),
      ofResponses: fc.array(value, { minLength: 30, maxLength: 30 }),
    });
    fc.assert(
      fc.property(shifts, ({ rows, ofDimensions, ofResponses }) => {
        // The group of one has no response mean of its own to lose.
        const shifted = rows.map((row, i) =>
          row.map((one, d) => one + ofDimensions[d]! + (d === 5 ? 0 : ofResponses[i]!)),
        );
        expectClose(centred(shifted), centred(rows));
      }),
    );
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(corpora, (rows) => {
        const once = centred(rows);
        expectClose(centred(once.map((row) => [...row])), once);
      }),
    );
  });

  it("keeps a group of one, centred over the corpus alone", () => {
    fc.assert(
      fc.property(corpora, (rows) => {
        const mean = rows.reduce((sum, row) => sum + row[5]!, 0) / rows.length;
        centred(rows).forEach((row, i) => expect(row[5]).toBeCloseTo(rows[i]![5]! - mean, 9));
      }),
    );
  });

  it("works a hand case out", () => {
    const values = Float64Array.from([5, 1, 2]);
    centreEvidence(values, [1, 1, 1], [[0, 1, 2]]);
    // 4, 0, 1 less their mean 5/3.
    expect([...values]).toEqual([4 - 5 / 3, -5 / 3, 1 - 5 / 3]);
  });
});

describe("evidenceOf", () => {
  it("is the log ratio of the two options for each dimension", () => {
    const found = evidenceOf({
      answers: [
        [0.6, 0.3, 0.1],
        [0.2, 0.2, 0.6],
        [0, 0.5, 0.5],
      ],
    });
    expect(found[0]).toBeCloseTo(Math.log(2), 12);
    expect(found[1]).toBe(0);
    expect(found[2]).toBeCloseTo(Math.log(1e-12 / 0.5), 12);
  });
});

describe("batchLevels", () => {
  const reference = { means: [0, 0, 0], lower: [-1, -2, 0], upper: [1, 2, 0] };

  it("is 3 above the upper bound, 1 below the lower, 2 on them and between", () => {
    expect(batchLevels(Float64Array.from([1.01, -2.01, 0]), reference)).toEqual([3, 1, 2]);
    expect(batchLevels(Float64Array.from([1, -2, 0.1]), reference)).toEqual([2, 2, 3]);
    expect(batchLevels(Float64Array.from([-1, 2, -0.1]), reference)).toEqual([2, 2, 1]);
  });

  it("never falls when the evidence rises", () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const level = (evidence: number) => batchLevels(Float64Array.from([evidence]), reference)[0]!;
        expect(level(Math.max(a, b))).toBeGreaterThanOrEqual(level(Math.min(a, b)));
      }),
    );
  });
});

describe("batch levels of a corpus", () => {
  /** Levels of `count` random responses, and how many of them are at level 1, 2, 3 of each dimension. */
  function countsOf(count: number, neutralShare: number, seed: number): number[][] {
    const random = randomFor(seed, "corpus");
    const rows = centred(
      Array.from({ length: count }, () =>
        Array.from({ length: DIMENSIONS }, () => random.below(2_000_000) / 100_000 - 10),
      ),
    );
    const quantiles = new Quantiles(DIMENSIONS);
    for (const row of rows) quantiles.add(row);
    const bounds = quantiles.tails((1 - neutralShare) / 2);
    const levels = rows.map((row) => batchLevels(row, { means: [], ...bounds }));
    return Array.from({ length: DIMENSIONS }, (_, d) =>
      [1, 2, 3].map((level) => levels.filter((one) => one[d] === level).length),
    );
  }

  it.each([
    [20, 0.9],
    [100, 0.9],
    [10, 0.8],
    [57, 0.9],
    [200, 0.6],
    [1000, 0.7],
    [31, 0.5],
    [40, 0.999],
    [50, 0],
  ])(
    "of %i responses with a neutral share of %d keep that share within one response, evenly",
    (count, share) => {
      const atEachEnd = (count * (1 - share)) / 2;
      for (const [low, , high] of countsOf(count, share, count)) {
        expect(low! - atEachEnd).toBeLessThan(1e-6);
        expect(high! - atEachEnd).toBeLessThan(1e-6);
        expect(atEachEnd - low!).toBeLessThan(1 - 1e-6);
        expect(atEachEnd - high!).toBeLessThan(1 - 1e-6);
      }
    },
  );
});
