import { describe, expect, test } from "vitest";
import { fieldPlace } from "../../../src/reader/findings/field-place.js";

const at = (text: string, field: string, limit?: number): string | null => {
  const place = fieldPlace(text, field, limit);
  return place && `${place.exact ? "" : "in "}${text.slice(place.from, place.to)}`;
};

describe("of several fields of one name the last counts", () => {
  test("as JSON.parse reads it", () => {
    expect(at('{"a":1,"b":2,"a":3}', "a")).toBe("3");
    expect(at('{"a":[1,2],"a":[3,4]}', "a[1]")).toBe("4");
    expect(at('{"a":{"b":1},"a":{"b":2}}', "a.b")).toBe("2");
  });

  test("also where it lacks what is looked for", () => {
    expect(at('{"a":{"b":1},"a":{"c":2}}', "a.b")).toBe("in {");
  });

  test("also where it begins beyond the limit", () => {
    expect(at('{"a":1,"b":"long enough","a":3}', "a", 25)).toBe(null);
    expect(at('{"a":1,"b":"long enough","c":3}', "a", 25)).toBe("1");
  });

  test("names that look like paths are other names", () => {
    expect(at('{"a":{"c":1},"a.b":2}', "a.b")).toBe("2");
  });
});
