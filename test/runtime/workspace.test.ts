import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { FEW_SHOT } from "../../src/core/prompts/few-shot.js";
import { ALIGNX_SPACE } from "../../src/core/space/space.js";
import {
  findWorkspace,
  loadFewShot,
  openWorkspace,
  parseOverride,
  parseSettings,
  SETTINGS_FILE,
} from "../../src/runtime/workspace.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "prefloom-settings-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (name: string, content: string | object) =>
  writeFileSync(join(root, name), typeof content === "string" ? content : JSON.stringify(content));

async function failure(work: Promise<unknown>): Promise<InputError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

describe("findWorkspace", () => {
  it("is the nearest folder upward with settings", () => {
    mkdirSync(join(root, "a/b/c"), { recursive: true });
    expect(findWorkspace(join(root, "a/b/c"))).toBeNull();
    put(SETTINGS_FILE, "{}");
    expect(findWorkspace(join(root, "a/b/c"))).toBe(root);
    put(`a/b/${SETTINGS_FILE}`, "{}");
    expect(findWorkspace(join(root, "a/b/c"))).toBe(join(root, "a/b"));
    expect(findWorkspace(join(root, "a"))).toBe(root);
    expect(findWorkspace(root)).toBe(root);
  });
});

describe("parseOverride", () => {
  it.each([
    ["seed=7", ["seed"], 7],
    ["persona.size=4", ["persona", "size"], 4],
    ["import.pii=false", ["import", "pii"], false],
    ["import.maxPosts=null", ["import", "maxPosts"], null],
    ['export.languages=["en","de"]', ["export", "languages"], ["en", "de"]],
    ["model=hf:a/b/c.gguf@x=y", ["model"], "hf:a/b/c.gguf@x=y"],
    ["export.title=", ["export", "title"], ""],
    ['export.title="7"', ["export", "title"], "7"],
    ["export.title=a b ", ["export", "title"], "a b "],
    [" seed =7", ["seed"], 7],
  ])("reads %s", (text, path, value) => {
    expect(parseOverride(text)).toEqual({ path, value });
  });

  it.each(["", "seed", "=", "=7", ".seed=7", "seed.=7", "a..b=7", "__proto__.seed=7", "persona.__proto__=7"])(
    "refuses %j",
    (text) =>
      expect(() => parseOverride(text)).toThrow(/^--set: .* is no key=value\. Fix: write for example/),
  );

  it("takes whatever JSON stands after the first =", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(parseOverride(`a.b=${json}`)).toEqual({ path: ["a", "b"], value: JSON.parse(json) });
      }),
    );
  });
});

describe("parseSettings", () => {
  it("knows comments, trailing commas and a byte order mark, and fills in the defaults", () => {
    const { seed, persona, sources, output } = parseSettings(
      '\ufeff{\n  // why\n  "seed": 7, /* and */\n  "persona": { "size": 4, },\n}\n',
    );
    expect({ seed, size: persona.size, threshold: persona.threshold, sources, output }).toEqual({
      ...{ seed: 7, size: 4, threshold: 0.6, sources: [], output: "prefloom-out" },
    });
  });

  it("lets --set win, the last of two, and reach into groups and lists", () => {
    const text = '{"seed": 1, "persona": {"size": 2}, "sources": [{"path": "a"}]}';
    const set = ["seed=2", "seed=3", "persona.threshold=0.9", "cluster.k=2", "sources.0.licence=MIT"];
    const settings = parseSettings(text, set);
    expect(settings).toMatchObject({ seed: 3, persona: { size: 2, threshold: 0.9 }, cluster: { k: 2 } });
    expect(settings.sources).toEqual([{ path: "a", licence: "MIT" }]);
  });

  it("says line and fix of every problem in one message, each by itself", () => {
    const text = '{\n  "seed": "x",\n  "persona": {\n    "order": "worst"\n  }\n}';
    expect(() => parseSettings(text, ["cluster.k=1", "cluster.x=1"])).toThrow(
      new RegExp(
        [
          "^prefloom\\.json:2: seed: .*\\. Fix: correct the value\\.",
          "--set: cluster\\.k: .*\\. Fix: correct the value\\.",
          "--set: cluster\\.x: there is no such setting\\. Fix: .*",
          "prefloom\\.json:4: persona\\.order: expected one of “first”, “best”\\. Fix: write one of them\\.$",
        ].join("\\n"),
      ),
    );
  });

  it("tells the place of the first problem as fields of the error", () => {
    const error = (() => {
      try {
        return parseSettings('{\n  "levels": { "decison": "batch" }\n}');
      } catch (reason) {
        return reason;
      }
    })();
    expect(error).toMatchObject({
      ...{ rule: "unknown-setting", file: SETTINGS_FILE, line: 2, field: "levels.decison" },
      fix: "write “decision”",
    });
  });

  it("changes no object but its own", () => {
    for (const set of ["persona.constructor.x=1", "constructor.prototype.x=1", "sources.length=1"]) {
      expect(() => parseSettings("{}", [set])).toThrow(/^--set: /);
    }
    expect({}).not.toHaveProperty("x");
    expect(Object.prototype).not.toHaveProperty("x");
  });

  it("gives settings or an input error for any text", () => {
    const words = [
      "{",
      "}",
      "[",
      "]",
      '"seed"',
      ":",
      ",",
      "1",
      '"x"',
      "//\n",
      "/*",
      "null",
      "\n",
      '"persona"',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words)), (parts) => {
        try {
          expect(parseSettings(parts.join(" "))).toMatchObject({ output: "prefloom-out" });
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as InputError).message).toMatch(/^prefloom\.json(:\d+)?: .+\. Fix: .+\.$/s);
        }
      }),
    );
  });
});

describe("openWorkspace", () => {
  it("opens settings, space, examples and output", async () => {
    put(SETTINGS_FILE, { output: "made/here" });
    const workspace = await openWorkspace(root);
    expect(workspace).toMatchObject({ folder: root, space: ALIGNX_SPACE, loaded: { fewShot: FEW_SHOT } });
    expect(workspace.output.path).toBe(join(root, "made/here"));
    expect(workspace.shown(join(root, "made/here/a.jsonl"))).toBe("made/here/a.jsonl");
    expect(workspace.shown(root)).toBe(".");
  });

  it("takes an output folder from elsewhere", async () => {
    put(SETTINGS_FILE, {});
    const elsewhere = join(tmpdir(), "elsewhere");
    expect((await openWorkspace(root, [`output=${elsewhere}`])).output.path).toBe(elsewhere);
  });

  it("reads a space of one's own", async () => {
    const labels = { positiveLabel: "more", negativeLabel: "less" };
    const dimensions = [{ group: "own", name: "Brevity", options: ["Short", "Long"], ...labels }];
    put("space.json", dimensions);
    put(SETTINGS_FILE, { space: "space.json" });
    expect((await openWorkspace(root)).space).toEqual({ name: "space.json", dimensions });
    put("few.json", [{ query: "q", comment: "c", answers: [{ dimension: "Brevity", answer: 1 }] }]);
    const { loaded } = await openWorkspace(root, ["annotate.fewShot=few.json"]);
    expect(loaded.fewShot).toHaveLength(1);
  });

  it("says what is missing", async () => {
    expect((await failure(openWorkspace(join(root, "none")))).rule).toBe("no-workspace");
    put(SETTINGS_FILE, { space: "space.json" });
    expect(await failure(openWorkspace(root))).toMatchObject({ rule: "space", file: "space.json" });
  });
});

describe("loadFewShot", () => {
  const load = (content: string | object) => {
    put("few.json", content);
    return loadFewShot(root, "few.json", ALIGNX_SPACE);
  };

  it("takes the built-in examples without a file", async () => {
    expect(await loadFewShot(root, null, ALIGNX_SPACE)).toBe(FEW_SHOT);
    // Those are on dimensions of the space that they are for.
    expect(await load([...FEW_SHOT])).toEqual(FEW_SHOT);
  });

  it.each([
    ["no text", [{ query: "", comment: "c", answers: [] }], "[0].query"],
    ["no answers", [{ query: "q", comment: "c", answers: [] }], "[0].answers"],
    ["a field too many", [{ query: "q", comment: "c", answers: [], x: 1 }], "[0].answers"],
    [
      "an unknown dimension",
      [{ query: "q", comment: "c", answers: [{ dimension: "x", answer: 1 }] }],
      "[0].answers[0].dimension",
    ],
  ])("names the entry: %s", async (_, content, field) => {
    expect(await failure(load(content))).toMatchObject({ rule: "few-shot", file: "few.json", field });
  });
});
