import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findJsonFault } from "../../../src/core/sources/json-fault.js";
import { MAX_JSON_DEPTH, parseJson } from "../../../src/core/sources/parse-json.js";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("findJsonFault", () => {
  it("finds a fault exactly where JSON.parse refuses", () => {
    const snippet = fc.constantFrom(
      ...Array.from("{}[]\",:'\\/tn10-.eE \n\t\0\u00e9\ud800"),
      "true",
      "null",
      "\\u00",
      "NaN",
      '"a":',
    );
    const edits = fc.array(fc.record({ at: fc.nat(), cut: fc.nat(3), put: snippet }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.json(), edits, (json, changes) => {
        let text = json;
        for (const { at, cut, put } of changes) {
          const place = at % (text.length + 1);
          text = text.slice(0, place) + put + text.slice(place + cut);
        }
        expect(findJsonFault(text) === null).toBe(isJson(text));
      }),
      { numRuns: 5000 },
    );
  });

  it("finds faults in loose snippets too", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      "1",
      "-",
      "0",
      ".5",
      "e3",
      "true",
      " ",
      "\\",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join("");
        const fault = findJsonFault(text);
        expect(fault === null).toBe(isJson(text));
        if (fault) expect(fault.at).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 5000 },
    );
  });

  it("does not recurse", () => {
    expect(findJsonFault("[".repeat(500_000))?.at).toBe(500_000);
  });
});

describe("parseJson", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

  it("takes the depth limit and refuses one level more", () => {
    expect(parseJson(nested(MAX_JSON_DEPTH), "line")).toHaveProperty("value");
    expect(parseJson(nested(MAX_JSON_DEPTH + 1), "line")).toMatchObject({ problem: { rule: "json-depth" } });
  });

  it("does not take brackets in strings for nesting", () => {
    const text = JSON.stringify({ text: `\\"${"[".repeat(500)}` });
    expect(parseJson(text, "line")).toEqual({ value: JSON.parse(text) as unknown });
  });

  it("lets the last of two equal field names count", () => {
    expect(parseJson('{"a":1,"a":2}', "line")).toEqual({ value: { a: 2 } });
  });

  it("drops a byte order mark that joining files left behind", () => {
    expect(parseJson('\ufeff{"a":1}', "line")).toEqual({ value: { a: 1 } });
  });

  it("counts columns within the line of an entry", () => {
    const result = parseJson('{\n  "a": 1,\n  "b": oops\n}', "entry");
    expect(result).toMatchObject({
      problem: { message: expect.stringContaining("line 3, column 8 of the entry") },
    });
  });

  it("takes whole surrogate pairs and names the field of half ones", () => {
    expect(parseJson('{"a":"\\ud83d\\ude00"}', "line")).toEqual({ value: { a: "😀" } });
    expect(parseJson('{"a":[{"b":"x\\ud83d"}]}', "line")).toMatchObject({
      problem: { rule: "lone-surrogate", field: "a[0].b" },
    });
    expect(parseJson('{"\\udc00":1}', "line")).toMatchObject({ problem: { field: "(field name)" } });
    // In UTF-16 files halves come unescaped.
    expect(parseJson('"\udc00"', "line")).toMatchObject({ problem: { rule: "lone-surrogate" } });
    expect(parseJson('{"a":"\\\\ud83d"}', "line")).toEqual({ value: { a: "\\ud83d" } });
  });
});
