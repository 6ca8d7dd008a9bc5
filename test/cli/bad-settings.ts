import { type BadCase, post, RAW } from "./bad-case.js";

/** Settings, and the files that they name, that cannot be used. */

const FILES = { [RAW]: post("first") };

const settings = (name: string, text: string | object, ...says: RegExp[]): BadCase => ({
  name,
  settings: text,
  files: FILES,
  args: ["status"],
  code: 2,
  says,
});
const set = (name: string, override: string, ...says: RegExp[]): BadCase => ({
  ...settings(name, {}, ...says),
  args: ["--set", override, "status"],
});

export const SETTINGS_FILES: readonly BadCase[] = [
  {
    ...settings("no file", "", /^prefloom\.json: .* is no workspace: it has no such file\. Fix: run/),
    settings: null,
  },
  settings("an empty file", "\ufeff \n", /^prefloom\.json: the file is empty\. Fix: write \{ \} at least\.$/),
  settings("a list", "[]", /^prefloom\.json: the settings are no object\. Fix: write \{ \} at least\.$/),
  settings(
    "a missing comma",
    '{\n  "seed": 1\n  "model": "x"\n}',
    /^prefloom\.json:3: .*: comma expected\. Fix: /,
  ),
  settings(
    "a name without quotes",
    "{\n  seed: 1\n}",
    /^prefloom\.json:2: .* no JSON: \w[a-z ]+\. Fix: correct/,
  ),
  settings(
    "a file that is cut short",
    '{\n  "model": "x",\n  "seed"',
    /^prefloom\.json:3: the settings are no JSON/,
  ),
  settings(
    "what is no text",
    "GGUF\x03\0\0\0",
    /^prefloom\.json:1: the settings are no JSON: invalid symbol/,
  ),
  settings(
    "an unknown setting",
    '{\n  // a comment\n  "persona": {\n    "sise": 4,\n  },\n}',
    /^prefloom\.json:4: persona\.sise: there is no such setting\. Fix: write “size”\.$/,
  ),
  settings(
    "one that is near to none",
    { colour: "red" },
    /^prefloom\.json:2: colour: there is no such setting\. Fix: remove it; known here are \$schema, sources/,
  ),
  settings(
    "a value that is none of those",
    '{\n\n  "levels": { "decision": "best" } }',
    /^prefloom\.json:3: levels\.decision: expected one of “argmax”, “contextual”, “batch”\. Fix: write one of them\.$/,
  ),
  settings(
    "a wrong type",
    { seed: "42" },
    /^prefloom\.json:2: seed: expected number, received string\. Fix: correct/,
  ),
  settings(
    "a number for a group",
    { persona: 4 },
    /^prefloom\.json:2: persona: expected object, received number/,
  ),
  settings(
    "a number that is too small",
    { seed: -1 },
    /^prefloom\.json:2: seed: .*>=0\. Fix: correct the value\.$/,
  ),
  settings(
    "a number that is too large",
    { pair: { testShare: 2 } },
    /^prefloom\.json:3: pair\.testShare: .*<=0\.9/,
  ),
  settings(
    "a number that is not whole",
    { cluster: { k: 2.5 } },
    /^prefloom\.json:3: cluster\.k: expected int/,
  ),
  settings(
    "a source without path",
    { sources: [{ name: "x" }] },
    /^prefloom\.json:3: sources\[0\]\.path: expected/,
  ),
  settings(
    "a source that is a text",
    { sources: [RAW] },
    /^prefloom\.json:3: sources\[0\]: expected object, /,
  ),
  settings(
    "an object of sources",
    { sources: {} },
    /^prefloom\.json:2: sources: expected array, received object/,
  ),
  settings(
    "a language that is no code",
    { export: { languages: ["English"] } },
    /^prefloom\.json:4: export\.languages\[0\]: expected ISO 639 codes such as “en”\. Fix: correct the value\.$/,
  ),
  settings(
    "several problems at once",
    { sead: 1, levels: { decision: "best" }, persona: { size: 0, demographic: { metod: 1 } } },
    /^prefloom\.json:4: levels\.decision: /,
    /^prefloom\.json:7: persona\.size: /,
    /^prefloom\.json:9: persona\.demographic\.metod: .* Fix: write “method”\.$/,
    /^prefloom\.json:2: sead: .* Fix: write “seed”\.$/,
  ),
  {
    ...settings("a folder in its place", "", /^prefloom\.json: .* is no workspace: EISDIR/),
    settings: null,
    files: { "prefloom.json": null },
  },
];

export const OVERRIDES: readonly BadCase[] = [
  set("no value", "seed", /^--set: “seed” is no key=value\. Fix: write for example --set persona\.size=4\.$/),
  set("no name", "=4", /^--set: “=4” is no key=value/),
  set("a name with a gap", "persona..size=4", /^--set: “persona\.\.size=4” is no key=value/),
  set(
    "an unknown name",
    "persona.sise=4",
    /^--set: persona\.sise: there is no such setting\. Fix: write “size”\.$/,
  ),
  set("a wrong type", "seed=x", /^--set: seed: expected number, received string/),
  set("a value for a group", "persona=4", /^--set: persona: expected object, received number/),
  set("a name within a value", "seed.x=4", /^--set: seed: expected number, received object/),
  set(
    "a name that every object has",
    "persona.__proto__.size=4",
    /^--set: “persona\.__proto__\.size=4” is no key=/,
  ),
  {
    ...settings("one beside a bad file", { sead: 1 }, /^prefloom\.json:2: sead: /, /^--set: seed: /),
    args: ["--set", "seed=x", "status"],
  },
];

const dimension = (name: string, more: object = {}) => ({
  ...{ group: "own", name, options: ["High", "Low"], positiveLabel: "more", negativeLabel: "less" },
  ...more,
});

const space = (name: string, content: string | object | null, ...says: RegExp[]): BadCase => ({
  ...settings(name, { space: "space.json" }, ...says),
  ...(content === ""
    ? {}
    : {
        files: { "space.json": typeof content === "object" && content ? JSON.stringify(content) : content },
      }),
});

const examples = (answers: unknown) => [{ query: "q", comment: "c", answers }];
const fewShot = (name: string, content: string | object | null, ...says: RegExp[]): BadCase => ({
  ...settings(name, { annotate: { fewShot: "few.json" } }, ...says),
  ...(content === ""
    ? {}
    : { files: { "few.json": typeof content === "object" && content ? JSON.stringify(content) : content } }),
});

const SPACE_FIX = /Fix: give each dimension group, name, options \(two\), positiveLabel and negativeLabel\.$/;

export const NAMED_FILES: readonly BadCase[] = [
  space(
    "no space file",
    "",
    /^space\.json: the preference space cannot be read: ENOENT.* Fix: set “space” to/,
  ),
  space("a folder for the space", null, /^space\.json: the preference space cannot be read: EISDIR/),
  space("a space that is no JSON", "{", /^space\.json: the preference space cannot be read: .*JSON/),
  space("a space that is no list", {}, /^space\.json: expected array, received object\. Fix: /, SPACE_FIX),
  space("an empty space", [], /^space\.json: Too small: expected array to have >=1 items/),
  space("a dimension that is a text", ["Openness"], /^space\.json: \[0\]: expected object, received string/),
  space("a dimension of one option", [dimension("a", { options: ["x"] })], /^space\.json: \[0\]\.options: /),
  space(
    "a dimension with a field too many",
    [dimension("a", { lable: "x" })],
    /^space\.json: \[0\]: .*lable/,
  ),
  space(
    "two of a name",
    [dimension("a"), dimension("a")],
    /^space\.json: two dimensions are named “a”\. Fix: rename/,
  ),
  fewShot(
    "no few-shot file",
    "",
    /^few\.json: the few-shot examples cannot be read: ENOENT.* Fix: give a list of/,
  ),
  fewShot(
    "few-shot examples that are no JSON",
    "[",
    /^few\.json: the few-shot examples cannot be read: .*JSON/,
  ),
  fewShot("no few-shot examples", [], /^few\.json: Too small: expected array to have >=1 items/),
  fewShot(
    "an answer that is none",
    examples([{ dimension: "painting", answer: 4 }]),
    /^few\.json: \[0\]\.answers\[0\]\.answer: .* Fix: give a list of \{"query", "comment", "answers"/,
  ),
  fewShot(
    "an example on an unknown dimension",
    examples([{ dimension: "paintin", answer: 1 }]),
    /^few\.json: \[0\]\.answers\[0\]\.dimension: the preference space has no .* Fix: write “painting”\.$/,
  ),
];
