import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TextModel } from "../../../src/core/ports.js";
import { fitText } from "../../../src/core/prompts/fit-text.js";

type Model = Pick<TextModel, "truncate">;

/** A token is a UTF-16 unit: cuts wherever it likes, between the halves of a character too. */
const UNITS: Model = {
  truncate: (text, most, keep) => (keep === "start" ? text.slice(0, most) : text.slice(-most)),
};

/** A token is a byte: what is left of a character that was cut becomes U+FFFD, as with tokens of bytes. */
const BYTES: Model = {
  truncate: (text, most, keep) => {
    const bytes = Buffer.from(text, "utf8");
    return (keep === "start" ? bytes.subarray(0, most) : bytes.subarray(-most)).toString("utf8");
  },
};

const start = (text: string, most: number, model = UNITS) => fitText(model, text, most, "start");
const end = (text: string, most: number, model = UNITS) => fitText(model, text, most, "end");

const keptOf = (text: string) => text.replace(/^… | …$/g, "");
const isWellFormed = (text: string) => Buffer.from(text, "utf8").toString("utf8") === text;

const keep = fc.constantFrom("start" as const, "end" as const);
const texts = fc.string({
  unit: fc.constantFrom("a", "b", "é", "😀", "字", " ", ". ", "\n", "\n\n"),
  maxLength: 120,
});
const RUNS = { numRuns: 1000 };

describe("fitText", () => {
  it("leaves a text that fits as it is", () => {
    fc.assert(
      fc.property(texts, fc.nat(20), keep, (text, spare, side) => {
        expect(fitText(UNITS, text, text.length + spare, side)).toEqual({ text, cut: 0 });
      }),
    );
  });

  it.each([
    ["a paragraph", "One is here. Two is here.\n\nThree. And so on", 32, "One is here. Two is here. …"],
    [
      "a sentence",
      "One is here and there and there. Two is four five",
      37,
      "One is here and there and there. …",
    ],
    [
      "a question",
      "One is here and there and there? Two is four five",
      37,
      "One is here and there and there? …",
    ],
    ["a line", "one two three four five\nsix and on", 29, "one two three four five\nsix …"],
    ["a word", "one two three four five six", 17, "one two three …"],
  ])("cuts what comes last after %s", (_, text, most, fitted) => {
    const result = start(text, most);
    expect(result.text).toBe(fitted);
    expect(result.cut).toBe(text.length - (fitted.length - 2));
  });

  it.each([
    [
      "a paragraph",
      "So on. And\n\nthree. Two is here, and more is here",
      42,
      "… three. Two is here, and more is here",
    ],
    ["a sentence", "One two. Three. Four is here and five is there", 35, "… Four is here and five is there"],
    ["a word", "one two three four five six", 15, "… four five six"],
  ])("cuts what comes first before %s, for the end", (_, text, most, fitted) => {
    const result = end(text, most);
    expect(result.text).toBe(fitted);
    expect(result.cut).toBe(text.length - (fitted.length - 2));
  });

  it("does not give up more than a fifth for a better boundary", () => {
    // The paragraph ends too early; the sentence is near enough.
    const text = `Early end.\n\n${"word ".repeat(10)}near. word word word`;
    expect(start(text, 75).text).toBe(`Early end.\n\n${"word ".repeat(10)}near. …`);
    // Nothing is near: one long word is cut in its middle.
    expect(start(`A b. ${"x".repeat(100)}`, 60)).toEqual({ text: `A b. ${"x".repeat(55)} …`, cut: 45 });
    expect(end(`${"x".repeat(100)} A b.`, 60)).toEqual({ text: `… ${"x".repeat(55)} A b.`, cut: 45 });
  });

  it("keeps the beginning or the end, records every character that it cut, and marks the place", () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 60 }), keep, (text, most, side) => {
        const fitted = fitText(UNITS, text, most, side);
        if (text.length <= most) return;
        const kept = keptOf(fitted.text);
        expect(fitted.cut).toBe(text.length - kept.length);
        expect(kept.length).toBeLessThanOrEqual(most);
        if (side === "start") expect(text.startsWith(kept) && fitted.text.endsWith("…")).toBe(true);
        else expect(text.endsWith(kept) && fitted.text.startsWith("…")).toBe(true);
      }),
      RUNS,
    );
  });

  it("keeps at least four fifths of what fits, less the white space at the cut", () => {
    const solid = fc.string({
      unit: fc.constantFrom("a", "b", "c", " ", ". "),
      minLength: 70,
      maxLength: 120,
    });
    fc.assert(
      fc.property(solid, fc.integer({ min: 20, max: 60 }), keep, (text, most, side) => {
        const words = text.replace(/\s+/g, " ").trim();
        fc.pre(words.length > most);
        const kept = keptOf(fitText(UNITS, words, most, side).text);
        expect(kept.length).toBeGreaterThanOrEqual(Math.floor(0.8 * most) - 1);
      }),
      RUNS,
    );
  });

  it.each([
    ["UTF-16 units", UNITS],
    ["bytes", BYTES],
  ])("never leaves part of a character where tokens are %s", (_, model) => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 80 }), keep, (text, most, side) => {
        const { text: fitted } = fitText(model, text, most, side);
        expect(isWellFormed(fitted)).toBe(true);
        expect(fitted).not.toContain("\ufffd");
        expect(text).toContain(keptOf(fitted));
      }),
      RUNS,
    );
  });

  it("keeps marks with their letters and joined emoji whole wherever there is a space to cut at", () => {
    const units = ["e\u0301", "กำ", "हिं", "👩‍👩‍👧", "🇩🇪", "a"];
    const word = fc
      .array(fc.constantFrom(...units), { minLength: 1, maxLength: 2 })
      .map((parts) => parts.join(""));
    const clusters = (text: string) =>
      Array.from(
        new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text),
        ({ segment }) => segment,
      );
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 30, maxLength: 40 }),
        keep,
        fc.integer({ min: 90, max: 110 }),
        (words, side, most) => {
          const text = words.join(" ");
          const kept = keptOf(fitText(UNITS, text, most, side).text);
          const expected = clusters(text);
          const found = clusters(kept);
          expect(found).toEqual(
            side === "start" ? expected.slice(0, found.length) : expected.slice(-found.length),
          );
        },
      ),
      RUNS,
    );
  });

  it("does not hand a model more of a huge text than could fit", () => {
    let seen = 0;
    const model: Model = {
      truncate: (text, most, side) => {
        seen = text.length;
        return UNITS.truncate(text, most, side);
      },
    };
    const text = "word ".repeat(1_000_000);
    expect(start(text, 100, model).text).toBe(`${"word ".repeat(19)}word …`);
    expect(seen).toBeLessThanOrEqual(6400);
    expect(end(text, 100, model).cut).toBeGreaterThan(4_999_890);
    expect(seen).toBeLessThanOrEqual(6400);
  });

  it("counts as cut what a model was not even shown", () => {
    // One token for everything: what was looked at fits, and there is more.
    const all: Model = { truncate: (text) => text };
    expect(start("x".repeat(200), 2, all)).toEqual({ text: `${"x".repeat(128)} …`, cut: 72 });
    expect(end("x".repeat(200), 2, all)).toEqual({ text: `… ${"x".repeat(128)}`, cut: 72 });
  });
});
