import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { funnelRows, rankContrast, shownRange } from "../../../src/core/report/figures.js";
import {
  cutText,
  formatCount,
  formatSeconds,
  formatShare,
  kindsInWords,
  withVisibleControls,
} from "../../../src/core/report/words.js";
import { shortName } from "../../../src/core/space/space.js";
import { sampleReport } from "./report-sample.js";

describe("numbers in words", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1,000"],
    [1_234_567, "1,234,567"],
    [-1234.5, "−1,234.5"],
  ])("formats the count %d", (count, words) => {
    expect(formatCount(count)).toBe(words);
  });

  it.each([
    [0, 10, "0%"],
    [1, 100_000, "<0.1%"],
    [1, 40, "2.5%"],
    [1, 2, "50%"],
    [99_999, 100_000, ">99.9%"],
    [995, 1000, "99.5%"],
    [7, 7, "100%"],
    [0, 0, "–"],
  ])("formats %d of %d", (part, whole, words) => {
    expect(formatShare(part, whole)).toBe(words);
  });

  it.each([
    [0, "0 s"],
    [0.4212, "0.42 s"],
    [17.25, "17.3 s"],
    [59.99, "1 min 00 s"],
    [245, "4 min 05 s"],
    [3599.8, "1 h 00 min"],
    [9122.4, "2 h 32 min"],
  ])("formats %d seconds", (seconds, words) => {
    expect(formatSeconds(seconds)).toBe(words);
  });
});

describe("texts", () => {
  it("cuts within the limit and accounts for every character", () => {
    const limit = { units: 20, lines: 3 };
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "\n", "😀", "é"), maxLength: 60 }), (text) => {
        const { shown, more } = cutText(text, limit);
        expect(text.startsWith(shown)).toBe(true);
        expect([...shown].length + more).toBe([...text].length);
        expect(shown.length).toBeLessThanOrEqual(limit.units);
        expect(shown.split("\n").length).toBeLessThanOrEqual(limit.lines);
        expect(shown).not.toMatch(/\p{Cs}/u);
      }),
    );
  });

  it("makes controls visible and leaves joiners, other scripts and line breaks", () => {
    expect(withVisibleControls("a\r\nb\tc")).toBe("a\nb\tc");
    expect(withVisibleControls("a\u202Eb\u{E0041}")).toBe("a⟨U+202E⟩b⟨U+E0041⟩");
    expect(withVisibleControls("\uDE00")).toBe("⟨U+DE00⟩");
    expect(withVisibleControls("👩\u200D💻 می\u200Cخواهم 😀")).toBe("👩\u200D💻 می\u200Cخواهم 😀");
  });

  it("shortens the names of dimensions to what tells them apart", () => {
    expect(shortName("Degree of Openness in the Big Five personality traits")).toBe("Openness");
    expect(shortName("Degree of concern for the honesty of the statement")).toBe("Honesty");
    expect(shortName("Need for Play (enjoying fun, relaxation, laughter)")).toBe("Need for Play");
    expect(shortName("cars")).toBe("Cars");
    expect(shortName("(only this)")).toBe("(only this)");
    const names = sampleReport().dimensions.map(({ name }) => shortName(name));
    expect(new Set(names).size).toBe(90);
  });

  it("names kinds in one order", () => {
    expect(kindsInWords(["demographic", "ugc"])).toBe("UGC + DEMO");
    expect(kindsInWords([])).toBe("none");
  });
});

describe("figures", () => {
  it("compares a funnel stage only with one that counts the same", () => {
    const shares = funnelRows(sampleReport().funnel).map(({ share }) => share);
    expect(shares).toEqual([
      "",
      "",
      "",
      "98% of responses",
      "88% of posts",
      "",
      "87% of pairs",
      "94% of pairs with a persona",
    ]);
  });

  it("ranks each dimension once, ties in the order of the space", () => {
    const base = sampleReport().dimensions.slice(0, 5);
    const counts = [3, 0, 7, 3, 1];
    const dimensions = base.map((dimension, d) => ({
      ...dimension,
      pairs: { positive: counts[d]!, negative: 0 },
    }));
    const at = (list: readonly { name: string }[]) =>
      list.map(({ name }) => base.findIndex((dimension) => dimension.name === name));
    const ranking = rankContrast(dimensions, 2);
    expect(at(ranking.most)).toEqual([2, 0]);
    expect(at(ranking.least)).toEqual([4, 3]);
    expect(at(ranking.never)).toEqual([1]);
    expect(at(rankContrast(dimensions, 10).least)).toEqual([]);
  });

  it("shows the used part of an axis and what is marked, with a margin", () => {
    expect(shownRange([[0, 0, 0, 0, 0, 9]], [4], 20)).toEqual({ from: 2, to: 7 });
    expect(shownRange([[9]], [20], 20)).toEqual({ from: 0, to: 20 });
  });
});
