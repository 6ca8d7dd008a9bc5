import { describe, expect, it } from "vitest";
import {
  PROBE_HALVES,
  PROBE_PAIRS,
  PROBE_VALENCES,
  type ProbePair,
  probePairSchema,
} from "../../../src/core/probe/probe-set.js";
import { ALIGNX_SPACE } from "../../../src/core/space/space.js";

const GROUPS = ["psychological", "alignment", "interest"] as const;
const DIMENSIONS = new Map(ALIGNX_SPACE.dimensions.map((dimension) => [dimension.name, dimension]));

const groupOf = (pair: ProbePair) => DIMENSIONS.get(pair.dimension)?.group;
const ofGroup = (group: string) => PROBE_PAIRS.filter((pair) => groupOf(pair) === group);
const comments = (pair: ProbePair) => [pair.high, pair.low];
const texts = (pair: ProbePair) => [pair.post, pair.high, pair.low];
const words = (text: string) => text.toLowerCase().match(/[\p{L}\d]+(?:'[\p{L}\d]+)*/gu) ?? [];
const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
const repeated = (items: readonly string[]) => items.filter((item, index) => items.indexOf(item) !== index);

function byDimension(): Map<string, ProbePair[]> {
  const pairs = new Map<string, ProbePair[]>();
  for (const pair of PROBE_PAIRS) pairs.set(pair.dimension, [...(pairs.get(pair.dimension) ?? []), pair]);
  return pairs;
}

/** Words of a dimension's name and options that say nothing about what it measures. */
const FILLER = new Set(
  (
    "a an and as at attempting be being big by certain concern concerned degree desire dislikes even extent five for " +
    "form from good bad group have high importance in indifferent it likes low means mild more need not object of on one " +
    "or others own people personality placed preference s setting settings some statement strong such the through to " +
    "trait traits with"
  ).split(" "),
);

/** The words that name a dimension, plural endings dropped: "cars" gives "car". */
function namingWords(name: string): Set<string> {
  const options = DIMENSIONS.get(name)?.options ?? [];
  return new Set(
    [name, ...options]
      .flatMap(words)
      .filter((word) => !FILLER.has(word))
      .map((word) => word.replace(/s$/, "")),
  );
}

function namesItsDimension(pair: ProbePair): boolean {
  const naming = namingWords(pair.dimension);
  return comments(pair)
    .flatMap(words)
    .some((word) => naming.has(word) || naming.has(word.replace(/(s|ed|ing|ly)$/, "")));
}

describe("probe set: size and coverage", () => {
  it("has at least 160 pairs over at least 60 dimensions of the AlignX space", () => {
    expect(PROBE_PAIRS.length).toBeGreaterThanOrEqual(160);
    expect(byDimension().size).toBeGreaterThanOrEqual(60);
    expect(PROBE_PAIRS.filter((pair) => !DIMENSIONS.has(pair.dimension))).toEqual([]);
  });

  it.each([
    ["psychological", 32],
    ["alignment", 7],
    ["interest", 24],
  ])("covers the %s group with at least %i dimensions", (group, least) => {
    expect(new Set(ofGroup(group).map((pair) => pair.dimension)).size).toBeGreaterThanOrEqual(least);
  });

  it("lists the dimensions in the order of the space", () => {
    const order = [...byDimension().keys()];
    const inSpace = ALIGNX_SPACE.dimensions.map(({ name }) => name).filter((name) => order.includes(name));
    expect(order).toEqual(inSpace);
  });

  it("has unique ids that count the pairs of a dimension from 1", () => {
    expect(repeated(PROBE_PAIRS.map((pair) => pair.id))).toEqual([]);
    for (const pairs of byDimension().values()) {
      const slug = pairs[0]!.id.replace(/-\d+$/, "");
      expect(pairs.map((pair) => pair.id)).toEqual(pairs.map((_, index) => `${slug}-${index + 1}`));
    }
  });

  it("rejects unknown keys and halves", () => {
    const pair = PROBE_PAIRS[0]!;
    expect(probePairSchema.safeParse({ ...pair, extra: 1 }).success).toBe(false);
    expect(probePairSchema.safeParse({ ...pair, half: "both" }).success).toBe(false);
  });
});

describe("probe set: halves and valence", () => {
  it("gives each dimension with two or more pairs one in either half", () => {
    for (const pairs of byDimension().values()) {
      if (pairs.length >= 2) expect(new Set(pairs.map((pair) => pair.half)).size).toBe(2);
    }
  });

  it.each(GROUPS)("balances halves and valences of the %s group against each other", (group) => {
    const pairs = ofGroup(group);
    for (const half of PROBE_HALVES) {
      for (const valence of PROBE_VALENCES) {
        const count = pairs.filter((pair) => pair.half === half && pair.valence === valence).length;
        expect(Math.abs(count / pairs.length - 0.25), `${half}, ${valence}`).toBeLessThanOrEqual(0.02);
      }
    }
  });

  it("keeps the halves independent: no run of five words occurs in both", () => {
    const runs = (half: string) =>
      new Set(
        PROBE_PAIRS.filter((pair) => pair.half === half)
          .flatMap(texts)
          .map(words)
          .flatMap((list) => list.slice(4).map((_, start) => list.slice(start, start + 5).join(" "))),
      );
    const report = runs("report");
    expect([...runs("tune")].filter((run) => report.has(run))).toEqual([]);
  });
});

describe("probe set: texts", () => {
  it("says everything once: no sentence of two or more words twice", () => {
    const sentences = PROBE_PAIRS.flatMap(texts)
      .flatMap((text) => text.split(/[.!?]+/))
      .map(words)
      .filter((list) => list.length >= 2)
      .map((list) => list.join(" "));
    expect(repeated(sentences)).toEqual([]);
  });

  it("keeps comments between 12 and 45 words and posts shorter than 20", () => {
    const count = (text: string) => text.split(/\s+/).length;
    for (const pair of PROBE_PAIRS) {
      for (const comment of comments(pair)) {
        expect(count(comment), comment).toBeGreaterThanOrEqual(12);
        expect(count(comment), comment).toBeLessThanOrEqual(45);
      }
      expect(count(pair.post), pair.post).toBeLessThan(20);
    }
  });

  it("has two sides of similar length in each pair", () => {
    for (const { id, high, low } of PROBE_PAIRS) {
      const [short, long] = [high.length, low.length].sort((a, b) => a - b);
      expect(long! / short!, id).toBeLessThanOrEqual(1.4);
    }
  });

  it.each<[string, (pair: ProbePair) => boolean]>([
    ["all", () => true],
    ...GROUPS.map((group): [string, (pair: ProbePair) => boolean] => [
      group,
      (pair) => groupOf(pair) === group,
    ]),
    ...PROBE_HALVES.map((half): [string, (pair: ProbePair) => boolean] => [
      half,
      (pair) => pair.half === half,
    ]),
    ...PROBE_VALENCES.map((valence): [string, (pair: ProbePair) => boolean] => [
      valence,
      (pair) => pair.valence === valence,
    ]),
  ])("lets length tell nothing: %s", (_, wanted) => {
    const pairs = PROBE_PAIRS.filter(wanted);
    const ratio = mean(pairs.map(({ high }) => high.length)) / mean(pairs.map(({ low }) => low.length));
    expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(0.03);
    const longerHigh = mean(
      pairs.map(({ high, low }) => (high.length === low.length ? 0.5 : Number(high.length > low.length))),
    );
    expect(Math.abs(longerHigh - 0.5)).toBeLessThanOrEqual(0.1);
  });

  it("lets exclamation marks tell nothing in balanced pairs", () => {
    const shouting = (side: "high" | "low") =>
      PROBE_PAIRS.filter((pair) => pair.valence === "balanced" && pair[side].includes("!")).length;
    expect(Math.abs(shouting("high") - shouting("low"))).toBeLessThanOrEqual(3);
  });

  it("names the dimension in at most a third of the pairs", () => {
    const example = { ...PROBE_PAIRS[0]!, dimension: "cars", high: "I sold my car.", low: "Trams for me." };
    expect(namesItsDimension(example)).toBe(true);
    expect(namesItsDimension({ ...example, high: "Carrots for me." })).toBe(false);
    expect(PROBE_PAIRS.filter(namesItsDimension).length).toBeLessThanOrEqual(PROBE_PAIRS.length / 3);
  });

  it("carries no e-mail address, link, user name or long number", () => {
    const suspicious = /\S@|@\S|https?:|www\.|\bu\/|\d{5,}/;
    expect(PROBE_PAIRS.flatMap(texts).filter((text) => suspicious.test(text))).toEqual([]);
  });
});
