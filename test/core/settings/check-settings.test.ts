import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkSettings, nearestName, settingAt } from "../../../src/core/settings/check-settings.js";
import { settingsSchema } from "../../../src/core/settings/settings.js";

function problemsOf(value: unknown) {
  const checked = checkSettings(value);
  return "problems" in checked ? checked.problems : [];
}

/** Keys by the path of the object that they are in, a source's with a whole source. */
function objectsIn(
  value: object,
  path: readonly (string | number)[] = [],
): (readonly [typeof path, string[]])[] {
  return [
    [path, Object.keys(value)],
    ...Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? objectsIn(inner, [...path, key])
        : [],
    ),
  ];
}

const OBJECTS: readonly (readonly [readonly (string | number)[], string[]])[] = [
  ...objectsIn(settingsSchema.parse({})),
  [
    ["sources", 0],
    ["path", "format", "name", "licence"],
  ] as const,
];

/** Settings with one value at a path; a source beside it is whole. */
function withValue(path: readonly (string | number)[], value: unknown): unknown {
  if (path[1] === 0) return { sources: [{ path: "a.jsonl", [path[2]!]: value }] };
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

const fieldOf = (path: readonly (string | number)[]) => path.join(".").replace(/\.(\d+)/g, "[$1]");

/** What a slip of the finger makes of a name. */
function slips(name: string): string[] {
  const places = [...name].map((_, i) => i);
  return [
    ...places.map((i) => name.slice(0, i) + name[i]! + name.slice(i)),
    ...places.slice(1).map((i) => name.slice(0, i - 1) + name[i]! + name[i - 1]! + name.slice(i + 1)),
    ...(name.length > 3 ? places.map((i) => name.slice(0, i) + name.slice(i + 1)) : []),
    name.toUpperCase(),
    name.charAt(0).toUpperCase() + name.slice(1),
  ];
}

describe("checkSettings on unknown keys", () => {
  it.each(OBJECTS.map(([path, keys]) => [fieldOf(path) || "the top", path, keys] as const))(
    "names the nearest setting for every slip in %s",
    (_, path, keys) => {
      expect(keys.length).toBeGreaterThan(0);
      for (const key of keys) {
        for (const slip of slips(key).filter((one) => !keys.includes(one))) {
          const at = [...path, slip];
          const found = problemsOf(withValue(at, 1)).filter(({ rule }) => rule === "unknown-setting");
          expect(found, slip).toEqual([
            {
              rule: "unknown-setting",
              message: "there is no such setting",
              field: fieldOf(at),
              fix: `write “${key}”`,
              path: at,
            },
          ]);
        }
      }
    },
  );

  it("lists what is known where no name is near", () => {
    expect(problemsOf({ cluster: { neighbours: 5 } })).toEqual([
      expect.objectContaining({
        rule: "unknown-setting",
        field: "cluster.neighbours",
        fix: "remove it; known here are k",
      }),
    ]);
    const [problem] = problemsOf({ persona: { zzzzzz: 1 } });
    for (const known of ["size", "threshold", "order", "maxProbes", "demographic"]) {
      expect(problem!.fix).toContain(known);
    }
  });

  it("reports each unknown key, wherever it is", () => {
    const fields = problemsOf({ sed: 1, modle: "x", persona: { sise: 4, demographic: { retires: 1 } } }).map(
      ({ field }) => field,
    );
    expect([...fields].sort()).toEqual(["modle", "persona.demographic.retires", "persona.sise", "sed"]);
  });
});

describe("checkSettings on wrong values", () => {
  it.each<[string, readonly (string | number)[], unknown, RegExp]>([
    ["a text for a number", ["seed"], "42", /expected number/],
    ["a fraction", ["cluster", "k"], 2.5, /expected int/],
    ["too small a number", ["cluster", "k"], 1, />=\s?2/],
    ["too large a number", ["persona", "threshold"], 1.5, /<=\s?1/],
    ["null where it means nothing", ["persona", "size"], null, /expected number/],
    ["a number for a flag", ["import", "pii"], 1, /expected boolean/],
    ["an empty text", ["model"], "", />=\s?1/],
    ["a list for an object", ["persona"], [], /expected object/],
    ["an object for a list", ["sources"], {}, /expected array/],
    ["a deep one", ["persona", "demographic", "maxTokens"], 1, />=\s?64/],
    ["a language in words", ["export", "languages"], ["English"], /ISO 639/],
  ])("names the path of %s", (_, path, value, message) => {
    const problems = problemsOf(withValue(path, value));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      rule: "setting-value",
      field: expect.stringMatching(new RegExp(`^${path.join("\\.")}(\\[0\\])?$`)) as unknown,
    });
    expect(problems[0]!.message).toMatch(message);
    expect(problems[0]!.message).not.toMatch(/^Invalid input/);
    expect(problems[0]!.path.slice(0, path.length)).toEqual(path);
  });

  it("offers the values of a setting that has a few", () => {
    expect(problemsOf({ check: { consistency: "loose" } })).toEqual([
      {
        rule: "setting-value",
        message: "expected one of “strict”, “majority”",
        field: "check.consistency",
        fix: "write one of them",
        path: ["check", "consistency"],
      },
    ]);
  });

  it("names the entry of a list", () => {
    const sources = [{ path: "a.jsonl" }, { path: "", format: "pdf" }, {}];
    expect(problemsOf({ sources }).map(({ field }) => field)).toEqual([
      "sources[1].path",
      "sources[1].format",
      "sources[2].path",
    ]);
  });

  it.each([[null], [[]], ["text"], [7], [undefined]])("refuses %j for settings", (value) => {
    const problems = problemsOf(value);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ rule: "setting-value", field: "", path: [] });
    expect(problems[0]!.message).toMatch(/expected object/);
  });

  it("either gives settings or at least one problem, whatever comes", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom("persona", "sources", "import", "seed", "x"),
        (value, key) => {
          for (const one of [value, { [key]: value }]) {
            const checked = checkSettings(one);
            if ("settings" in checked)
              expect(settingsSchema.parse(checked.settings)).toEqual(checked.settings);
            else expect(checked.problems.length).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});

describe("checkSettings on right values", () => {
  it("gives the settings, defaults filled in, and takes none for all defaults", () => {
    expect(checkSettings({})).toEqual({ settings: settingsSchema.parse({}) });
    const checked = checkSettings({ persona: { threshold: 0.5 }, sources: [{ path: "a.jsonl" }] });
    expect(checked).toMatchObject({ settings: { persona: { threshold: 0.5, size: 16 }, seed: 42 } });
  });
});

describe("nearestName", () => {
  const known = ["threshold", "size", "order", "k"];

  it.each([
    ["treshold", "threshold"],
    ["THRESHOLD", "threshold"],
    ["thershold", "threshold"],
    ["sizes", "size"],
    ["odrer", "order"],
    ["K", "k"],
    ["colour", undefined],
    ["completely", undefined],
  ])("of %j is %j", (name, expected) => expect(nearestName(name, known)).toBe(expected));

  it("is none where nothing is known", () => expect(nearestName("a", [])).toBeUndefined());

  it("is a known name itself", () => {
    for (const name of known) expect(nearestName(name, known)).toBe(name);
  });
});

describe("settingAt", () => {
  it("finds every setting by its path, and nothing elsewhere", () => {
    for (const [path, keys] of OBJECTS) {
      for (const key of keys) expect(settingAt([...path, key]), key).toBeDefined();
    }
    for (const path of [["x"], ["seed", "x"], ["persona", "x"], ["persona", "demographic", "method", "x"]]) {
      expect(settingAt(path), path.join(".")).toBeUndefined();
    }
  });
});
