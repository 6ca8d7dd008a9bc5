import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findPii, PII_KINDS, replacePii } from "../../../src/core/privacy/pii.js";
import { NEGATIVE_CASES, type PiiCase, POSITIVE_CASES } from "./pii-cases.js";

const CASES: readonly PiiCase[] = [...POSITIVE_CASES, ...NEGATIVE_CASES.map((text) => [text, text] as const)];

describe("replacePii", () => {
  it.each(POSITIVE_CASES)("replaces in %j", (text, expected) => {
    expect(replacePii(text).text).toBe(expected);
  });

  it.each(NEGATIVE_CASES)("leaves %j", (text) => {
    expect(replacePii(text)).toEqual({ text, counts: {} });
  });

  it("counts by kind, without the marks that were there", () => {
    const text = "[EMAIL] a@example.com, b@example.com, @jane, 81.2.69.142";
    expect(replacePii(text).counts).toEqual({ EMAIL: 2, USER: 1, IP: 1 });
  });

  it("finds the same in the middle of prose", () => {
    for (const [text, expected] of CASES) {
      expect(replacePii(`Before it.\n\n${text}\n\nAfter it.`).text).toBe(
        `Before it.\n\n${expected}\n\nAfter it.`,
      );
    }
  });
});

/** Pieces that touch the rules of every detector, put together at random. */
const PIECES = [
  ...CASES.map(([input]) => input).filter((input) => input.length < 60),
  ...CASES.flatMap(([input]) => input.split(/(?<=[^\w])|(?=[^\w])/)).filter((piece) => piece !== ""),
  ...PII_KINDS.map((kind) => `[${kind}]`),
  ..." \n@.-+:/()[]`=0123456789ax_\u00A0\uE000é例".split(""),
  ..."version and at dot com gmail phone call isbn ssn account u/ x.com/ https:// def class ext ```".split(
    " ",
  ),
];
const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 })), { maxLength: 14 })
  .map((pieces) => pieces.join(""));

describe("findPii on any text", () => {
  it("finds in text order, without overlap, within the text", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        let floor = 0;
        for (const { start, end } of findPii(text)) {
          expect(start).toBeGreaterThanOrEqual(floor);
          expect(end).toBeGreaterThan(start);
          floor = end;
        }
        expect(floor).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it("changes nothing outside the matches", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const result = replacePii(text).text;
        let from = 0;
        let rest = result;
        for (const { kind, start, end } of findPii(text)) {
          const kept = text.slice(from, start) + `[${kind}]`;
          expect(rest.startsWith(kept)).toBe(true);
          rest = rest.slice(kept.length);
          from = end;
        }
        expect(rest).toBe(text.slice(from));
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  it("finds nothing more in its own result", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const once = replacePii(text).text;
        expect(replacePii(once)).toEqual({ text: once, counts: {} });
      }),
      { numRuns: 3000, seed: 3 },
    );
  });
});

describe("findPii on hostile text", () => {
  const LENGTH = 1_000_000;
  /** An idle core needs at most 0.9 s for any of them; something quadratic would need minutes. */
  const LIMIT_MS = 8_000;

  const filled = (piece: string) => piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH);
  const rows = ["a@", "@a ", "@a\n", "a@a.", "x@a.co ", ".", "1.", "1-", "1", "4111 ", "12 ", "01 02 03 "];
  const signs = [
    ":",
    "::1 ",
    "ab:",
    "+",
    "+1 ",
    "+1 2 3 4 5 6 7 8 9 0 ",
    "(",
    "`",
    "`a",
    "```\n",
    '"a"@',
    "[EMAIL",
  ];
  const words = [
    " at ",
    "a dot ",
    "(at)",
    "u/abc ",
    "github.com/a",
    "x.com/",
    "version ",
    "call 12345678 ",
    "ssn ",
  ];
  const found = ["1.2.3.4 ", "+16502530000 ", "650 253 0000, ", "123-45-6789 ", "a@b.co ", "@jane "];

  it.each([...rows, ...signs, ...words, ...found])("takes linear time on %j again and again", (piece) => {
    const text = filled(piece);
    const started = performance.now();
    findPii(text);
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
  });

  it.each(["@", "a@", "x.com/a", "github.com/a", "@a\n", "+1", "(at)", "::"])(
    "takes linear time on %j before and after a long run",
    (piece) => {
      const started = performance.now();
      for (const unit of [".", "a", "1", " ", "-", ":"]) {
        const run = unit.repeat(LENGTH / 4);
        findPii(piece + run + piece);
      }
      expect(performance.now() - started).toBeLessThan(LIMIT_MS);
    },
  );
});
