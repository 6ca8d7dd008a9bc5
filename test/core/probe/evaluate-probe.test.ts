import { describe, expect, it } from "vitest";
import { wilsonInterval } from "../../../src/core/evaluation/statistics.js";
import { ProbeEvaluation, type ProbeText, selectProbePairs } from "../../../src/core/probe/evaluate-probe.js";
import { PROBE_HALVES, PROBE_PAIRS, type ProbePair } from "../../../src/core/probe/probe-set.js";
import { randomFor } from "../../../src/core/random.js";
import { ALIGNX_SPACE, type PreferenceSpace } from "../../../src/core/space/space.js";

const REPORT = selectProbePairs(ALIGNX_SPACE, "report");

/** Evidence of one text on one dimension; `own`: the dimension on which the pair differs. */
type Evidence = (text: ProbeText, own: boolean, dimension: number) => number;

function evaluate(evidence: Evidence, pairs: readonly ProbePair[] = REPORT, space = ALIGNX_SPACE) {
  const evaluation = new ProbeEvaluation(space, pairs);
  evaluation.texts.forEach((text, index) => {
    const dimensions = evaluation.asked.get(text.group)!;
    evaluation.add(
      index,
      dimensions.map((d) => evidence(text, space.dimensions[d]!.name === pairs[text.pair]!.dimension, d)),
    );
  });
  return evaluation.result();
}

const sign = ({ side }: ProbeText) => (side === "high" ? 1 : -1);
/** Right on the first `count` pairs, wrong on the others. */
const rightOn =
  (count: number): Evidence =>
  (text, own) =>
    own ? sign(text) * (text.pair < count ? 1 : -1) : 0;

describe("ProbeEvaluation", () => {
  it("asks about both texts of every pair, on the dimensions of its group", () => {
    const { texts, asked } = new ProbeEvaluation(ALIGNX_SPACE, REPORT);
    expect(texts).toHaveLength(2 * REPORT.length);
    texts.forEach((text, i) => {
      const pair = REPORT[Math.floor(i / 2)]!;
      const side = i % 2 === 0 ? "high" : "low";
      expect(text).toMatchObject({ pair: Math.floor(i / 2), side, post: pair.post, text: pair[side] });
      const names = asked.get(text.group)!.map((d) => ALIGNX_SPACE.dimensions[d]!.name);
      expect(names).toContain(pair.dimension);
    });
    expect([...asked.values()].flat()).toEqual([...ALIGNX_SPACE.dimensions.keys()]);
  });

  it("finds a model that is always right fit", () => {
    const result = evaluate((text, own) => (own ? sign(text) : 0));
    const total = REPORT.length;
    const [low] = wilsonInterval(total, total);
    expect(result.overall).toEqual({
      right: total,
      total,
      low,
      high: expect.closeTo(1, 12) as unknown,
      centred: 1,
    });
    expect(result.verdict).toBe("fit");
    expect(result.pairs).toEqual(REPORT.map(({ id }) => ({ id, right: true, centred: true })));
    expect(result.sentence).toBe(
      `Fit to annotate. Of ${total} text pairs of known direction it ranks 100% right (95% interval ${Math.round(100 * low)}% to 100%), 100% after centring; chance is 50%.`,
    );
  });

  it("finds a model that is always wrong unfit", () => {
    const result = evaluate((text, own) => (own ? -sign(text) : 0));
    expect(result.overall).toMatchObject({ right: 0, low: 0, centred: 0 });
    expect(result.verdict).toBe("unfit");
    expect(result.pairs.filter(({ right, centred }) => right || centred)).toEqual([]);
  });

  it.each([1, 2, 3])("finds a model that guesses unfit, at about half (guess %i)", (seed) => {
    const result = evaluate((text, _own, d) => randomFor(seed, text.text, d).below(1000));
    const { right, total, low, high, centred } = result.overall;
    expect(Math.abs(right / total - 0.5)).toBeLessThan(0.2);
    expect(Math.abs(centred - 0.5)).toBeLessThan(0.2);
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
    expect(result.verdict).toBe("unfit");
  });

  it("sees through one factor that answers every question alike: right before centring, not after", () => {
    const result = evaluate((text) => sign(text));
    expect(result.overall).toMatchObject({ right: REPORT.length, centred: 0 });
    expect(result.verdict).toBe("unfit");
  });

  it("credits after centring what a common factor drowns before", () => {
    const result = evaluate((text, own) => 64 * randomFor(1, text.text).below(2) + (own ? sign(text) : 0));
    expect(result.overall.right).toBeLessThan(0.85 * REPORT.length);
    expect(result.overall.centred).toBe(1);
    expect(result.verdict).toBe("fit");
  });

  it("does not mind dimensions that are high in general", () => {
    const result = evaluate((text, own, d) => 3 * d + (own ? sign(text) : 0));
    expect(result.overall).toMatchObject({ right: REPORT.length, centred: 1 });
  });

  it("does not count a tie as right", () => {
    expect(evaluate(() => 1).overall).toMatchObject({ right: 0, centred: 0 });
  });

  it("calls a model fit from a lower bound of 65%, weak from above 50%, else unfit", () => {
    const total = REPORT.length;
    const least = (bound: number) =>
      Array.from({ length: total + 1 }, (_, right) => right).find(
        (right) => wilsonInterval(right, total)[0] > bound,
      )!;
    const verdict = (right: number) => evaluate(rightOn(right)).verdict;
    expect(least(0.5)).toBeLessThan(least(0.65));
    expect([least(0.65), least(0.65) - 1].map(verdict)).toEqual(["fit", "weak"]);
    expect([least(0.5), least(0.5) - 1].map(verdict)).toEqual(["weak", "unfit"]);
    expect(evaluate(rightOn(least(0.5))).sentence).toMatch(/^Weak: it says something/);
    expect(evaluate(rightOn(0)).sentence).toMatch(/^Unfit to annotate.*ranks 0% right/);
  });

  it("counts groups and balanced pairs on their own", () => {
    const interests = new Set(
      ALIGNX_SPACE.dimensions.filter(({ group }) => group === "interest").map(({ name }) => name),
    );
    const result = evaluate((text, own) =>
      own ? sign(text) * (interests.has(REPORT[text.pair]!.dimension) ? -1 : 1) : 0,
    );
    expect(
      result.groups.map(({ group, right, total }) => [group, right === 0 ? "wrong" : right === total]),
    ).toEqual([
      ["psychological", true],
      ["alignment", true],
      ["interest", "wrong"],
    ]);
    expect(result.groups.reduce((sum, { total }) => sum + total, 0)).toBe(REPORT.length);
    const balanced = REPORT.filter(({ valence }) => valence === "balanced");
    const right = balanced.filter(({ dimension }) => !interests.has(dimension)).length;
    expect(result.balanced).toEqual({ right, total: balanced.length, centred: right / balanced.length });
  });

  it("judges no group that has no pair, and says nothing of no pairs", () => {
    const onlyInterests = REPORT.filter((pair) => pair.dimension === "cars" || pair.dimension === "pets");
    expect(onlyInterests.length).toBeGreaterThan(0);
    expect(evaluate((text) => sign(text), onlyInterests).groups.map(({ group }) => group)).toEqual([
      "interest",
    ]);
    const nothing = evaluate(() => 0, []);
    expect(nothing).toMatchObject({ verdict: "unfit", groups: [], pairs: [] });
    expect(nothing.overall).toEqual({ right: 0, total: 0, low: 0, high: 1, centred: 0 });
  });

  it("throws where the evidence of a text is missing", () => {
    const evaluation = new ProbeEvaluation(ALIGNX_SPACE, REPORT.slice(0, 2));
    const { length } = evaluation.asked.get(evaluation.texts[0]!.group)!;
    for (const index of [0, 1, 2]) evaluation.add(index, new Array<number>(length).fill(0));
    expect(() => evaluation.result()).toThrow();
  });
});

describe("selectProbePairs", () => {
  it.each(PROBE_HALVES)("takes the whole half %s, in order, where no fewer are wanted", (half) => {
    const all = PROBE_PAIRS.filter((pair) => pair.half === half);
    expect(selectProbePairs(ALIGNX_SPACE, half)).toEqual(all);
    expect(selectProbePairs(ALIGNX_SPACE, half, all.length)).toEqual(all);
    expect(selectProbePairs(ALIGNX_SPACE, half, 100_000)).toEqual(all);
  });

  it("takes the two halves from different pairs", () => {
    const [tune, report] = PROBE_HALVES.map((half) =>
      selectProbePairs(ALIGNX_SPACE, half).map(({ id }) => id),
    );
    expect(tune!.filter((id) => report!.includes(id))).toEqual([]);
  });

  it("spreads fewer pairs evenly over the set, none twice", () => {
    for (let count = 0; count < REPORT.length; count++) {
      const places = selectProbePairs(ALIGNX_SPACE, "report", count).map((pair) => REPORT.indexOf(pair));
      expect(places).toHaveLength(count);
      const gaps = [...places.slice(1), REPORT.length + (places[0] ?? 0)].map(
        (place, i) => place - places[i]!,
      );
      if (count > 0) {
        expect(Math.min(...gaps)).toBeGreaterThanOrEqual(Math.floor(REPORT.length / count));
        expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.ceil(REPORT.length / count));
      }
    }
  });

  it("gives each group its share of fewer pairs", () => {
    const groupOf = new Map(ALIGNX_SPACE.dimensions.map(({ name, group }) => [name, group]));
    const shareOf = (pairs: readonly ProbePair[], group: string) =>
      pairs.filter(({ dimension }) => groupOf.get(dimension) === group).length / pairs.length;
    const some = selectProbePairs(ALIGNX_SPACE, "report", 48);
    for (const group of ["psychological", "alignment", "interest"]) {
      expect(Math.abs(shareOf(some, group) - shareOf(REPORT, group))).toBeLessThan(0.04);
    }
  });

  it("leaves out pairs on dimensions that a space does not have", () => {
    const space: PreferenceSpace = {
      name: "own",
      dimensions: [
        ...ALIGNX_SPACE.dimensions.filter(({ name }) => name === "Gender" || name === "cars"),
        { ...ALIGNX_SPACE.dimensions[0]!, name: "Pragmatism" },
      ],
    };
    const found = selectProbePairs(space, "report");
    expect(new Set(found.map(({ dimension }) => dimension))).toEqual(new Set(["Gender", "cars"]));
    expect(evaluate((text, own) => (own ? sign(text) : 0), found, space).overall.right).toBe(found.length);
    expect(selectProbePairs({ name: "other", dimensions: [space.dimensions.at(-1)!] }, "report", 5)).toEqual(
      [],
    );
  });
});
