import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSameText, isWellFormed, plainText } from "../../../src/core/rules/plain-text.js";
import { enumerate, quote } from "../../../src/core/rules/words.js";

const text = fc.string({ unit: fc.constantFrom("a", "A", "b", " ", "\n", "\t"), maxLength: 6 });

describe("isSameText", () => {
  it("is equality of the texts in lower case with single spaces", () => {
    const normal = (value: string) => value.trim().replace(/\s+/g, " ").toLowerCase();
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(isSameText(a, b)).toBe(normal(a) === normal(b));
      }),
      {
        numRuns: 1000,
      },
    );
  });

  it.each([
    ["ÉTÉ", "été", true],
    ["a\u00a0b", "A b", true],
    ["ab", "a b", false],
    ["", " ", true],
    ["a", "ab", false],
  ])("%j and %j: %s", (a, b, same) => expect(isSameText(a, b)).toBe(same));
});

describe("isWellFormed", () => {
  it("is what UTF-8 can carry", () => {
    const units = fc.string({ unit: fc.constantFrom("a", "\ud83d", "\ude00", "😀"), maxLength: 6 });
    fc.assert(
      fc.property(units, (value) => {
        expect(isWellFormed(value)).toBe(Buffer.from(value, "utf8").toString("utf8") === value);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("plainText", () => {
  it.each([
    ["x", "x"],
    [
      [
        { role: "user", content: "a" },
        { role: "assistant", content: "b" },
      ],
      "a\n\nb",
    ],
    [[{ role: "user" }], undefined],
    [7, undefined],
  ])("of %j is %j", (value, expected) => expect(plainText(value)).toBe(expected));
});

describe("words", () => {
  it("cut long texts between characters", () => {
    expect(quote("a".repeat(60))).toBe(`“${"a".repeat(60)}”`);
    expect(quote("😀".repeat(61))).toBe(`“${"😀".repeat(60)}…”`);
  });

  it("name three and count the others", () => {
    expect(enumerate([1, 2, 3], String)).toBe("1; 2; 3");
    expect(enumerate([1, 2, 3, 4, 5], String)).toBe("1; 2; 3 (and 2 more)");
  });
});
