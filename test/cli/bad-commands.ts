import { readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type BadCase, post, RAW } from "./bad-case.js";

/** Commands that ask for what there is not, in a workspace where nothing was made yet or (`LATER`) everything. */

const usage = (name: string, args: readonly string[], message: RegExp): BadCase => ({
  ...{ name, settings: {}, args, code: 2, usage: true },
  says: [message],
});

export const USAGE: readonly BadCase[] = [
  usage("an unknown command", ["frobnicate"], /^error: unknown command 'frobnicate'$/),
  usage("a command with a slip", ["imprt"], /^\(Did you mean import\?\)$/),
  usage("an unknown option", ["run", "--fast"], /^error: unknown option '--fast'$/),
  usage("an unknown option of all commands", ["--fast", "run"], /^error: unknown option '--fast'$/),
  usage("an option without value", ["run", "--until"], /^error: option '--until <step>' argument missing$/),
  usage(
    "a step that there is not",
    ["run", "--until", "all"],
    /argument 'all' is invalid\. Allowed choices are/,
  ),
  usage("an argument too many", ["status", "x"], /^error: too many arguments for 'status'/),
  usage(
    "a format that there is not",
    ["import", "--as", "x", RAW],
    /argument 'x' is invalid\. .* oasst, alpaca-/,
  ),
  usage("explaining nothing", ["explain"], /^error: missing required argument 'id'$/),
  usage("validating nothing", ["validate"], /^error: missing required argument 'file'$/),
  usage(
    "findings in an unknown form",
    ["validate", "x", "--format", "xml"],
    /Allowed choices are text, json, sarif/,
  ),
  usage(
    "a sample of no size",
    ["annotate", "--sample", "0"],
    /argument '0' is invalid\. a whole number above 0/,
  ),
  usage("getting no model", ["model", "get"], /^error: missing required argument 'name'$/),
  usage("an unknown command on models", ["model", "gte", "x"], /^\(Did you mean get\?\)$/),
];

const early = (
  name: string,
  args: readonly string[],
  message: RegExp,
  more: Partial<BadCase> = {},
): BadCase => ({
  ...{ name, settings: {}, args, code: 2 },
  says: [message],
  ...more,
});
const outOfOrder = (step: string, file: string, producer: string): BadCase =>
  early(
    `${step} before ${producer}`,
    [step],
    new RegExp(
      `^${file}: “${step}” reads this file, and it is not there\\. Fix: run \`prefloom ${producer}\` first`,
    ),
  );

export const EARLY: readonly BadCase[] = [
  early(
    "running without sources",
    ["run"],
    /^prefloom\.json: sources: no source is named\. Fix: run `prefloom import/,
  ),
  early(
    "importing nothing",
    ["import"],
    /^prefloom\.json: sources: no source is named\. Fix: run `prefloom import/,
  ),
  outOfOrder("annotate", "import/posts.jsonl", "import"),
  outOfOrder("levels", "annotate/annotations.jsonl", "annotate"),
  outOfOrder("cluster", "levels/levels.jsonl", "levels"),
  outOfOrder("pair", "import/posts.jsonl", "import"),
  outOfOrder("persona", "import/posts.jsonl", "import"),
  outOfOrder("check", "import/posts.jsonl", "import"),
  outOfOrder("export", "import/posts.jsonl", "import"),
  early(
    "explaining a line too early",
    ["explain", "train.jsonl:1"],
    /has not been made yet\. Fix: run `prefloom export`/,
  ),
  early(
    "explaining an id too early",
    ["explain", "pair-1"],
    /^pair-1: there are no pairs yet: the step “pair” has/,
  ),
  early(
    "comparing too early",
    ["annotate", "--compare", "words", "numbers"],
    /^import\/posts\.jsonl: there are no posts/,
  ),
  early(
    "comparing with nothing",
    ["annotate", "--compare", "words"],
    /^--compare: two ways are compared\. Fix: for/,
  ),
  early(
    "restoring from no ledger",
    ["drops", "--restore", "x"],
    /^--restore: the ledger has no record x\. Fix: /,
  ),
  early(
    "a workspace that is not there",
    ["--workspace", "@/none", "run"],
    /^prefloom\.json: .*\/none is no workspace/,
    {
      bare: true,
    },
  ),
  early(
    "a file for a workspace",
    ["--workspace", "@/prefloom.json", "run"],
    /^prefloom\.json: .* is no workspace: /,
    {
      bare: true,
    },
  ),
  early(
    "a second init",
    ["init", "@"],
    /\/prefloom\.json: this folder is a workspace already\. Fix: edit the file/,
    {
      bare: true,
    },
  ),
  early(
    "init in a file",
    ["init", "@/prefloom.json"],
    /\/prefloom\.json: this is a file, not a folder\. Fix: name/,
    {
      bare: true,
    },
  ),
  early("init below a file", ["init", "@/prefloom.json/sub"], /: a part of this path is a file.* Fix: name/, {
    bare: true,
    code: 4,
  }),
];

/** A file that cannot be used is told and not added to the settings. */
const notAdded = (
  name: string,
  args: readonly string[],
  message: RegExp,
  files: BadCase["files"] = {},
): BadCase => ({
  ...early(name, ["import", ...args], message),
  ...{ files, settings: '{ /* mine */ "sources": [] }' },
});

export const IMPORTS: readonly BadCase[] = [
  notAdded("no file", ["@/none.jsonl"], /\/none\.jsonl: there is no such file\. Fix: check the path\.$/),
  notAdded("no file, of a format", ["@/none.jsonl", "--as", "posts"], /\/none\.jsonl: there is no such file/),
  notAdded(
    "a folder, of a format",
    ["@", "--as", "posts"],
    /: this is a folder, not a file\. Fix: name the files/,
  ),
  notAdded("a model, of a format", ["@/m", "--as", "oasst"], /\/m: this is a GGUF model/, {
    m: "GGUF\x03\0\0\0",
  }),
  notAdded("a good and a bad file", ["@/a", "@/b"], /\/b: the file is empty/, { a: post("first"), b: "" }),
];

const later = (
  name: string,
  args: NonNullable<BadCase["args"]>,
  message: RegExp,
  more: Partial<BadCase> = {},
): BadCase => ({
  ...{ name, args, code: 2 },
  says: [message],
  ...more,
});

/** Id of the first entry of the ledger of `import` under a rule. */
function dropped(folder: string, rule: string): string {
  const lines = readFileSync(join(folder, "prefloom-out/import/drops.jsonl"), "utf8").split("\n");
  const line = lines.find((text) => text.includes(`"rule":"${rule}"`))!;
  return (JSON.parse(line) as { id: string }).id;
}

export const LATER: readonly BadCase[] = [
  later(
    "what is no id",
    ["explain", "nothing"],
    /^nothing: “nothing” is no id\. Fix: give train\.jsonl:LINE or/,
  ),
  later(
    "an id of no pair",
    ["explain", "pair-000000"],
    /^pair-000000: no pair has this id, .* Fix: ids stand in/,
  ),
  later("an id of no post", ["explain", "post-000000"], /^post-000000: no post has this id/),
  later("an id of no response", ["explain", "resp-000000"], /^resp-000000: no response has this id/),
  later("an id of no raw record", ["explain", "raw-000000"], /^raw-000000: no raw record has this id/),
  later(
    "a line that is not there",
    ["explain", "train.jsonl:9999"],
    /has no line 9999: it has \d+ lines\. Fix: give a line/,
  ),
  later(
    "the zeroth line",
    ["explain", "train.jsonl:0"],
    /has no line 0: it has \d+ lines\. Fix: give a line from 1/,
  ),
  later(
    "a file without line",
    ["explain", "train.jsonl"],
    /^train\.jsonl: the line is missing\. Fix: write train\.jsonl:1/,
  ),
  later(
    "a line of another file",
    ["explain", "raw.jsonl:1"],
    /^raw\.jsonl:1: there is no file “raw\.jsonl” whose/,
  ),
  later(
    "restoring an unknown id",
    ["drops", "--restore", "resp-0"],
    /^--restore: the ledger has no record resp-0/,
  ),
  later(
    "restoring a broken line",
    (folder) => ["drops", "--restore", dropped(folder, "json-syntax")],
    /^--restore: raw-\w+ was dropped under “json-syntax” .* cannot come back as it is\. Fix: mend the raw record/,
  ),
  later(
    "restoring a second post",
    (folder) => ["drops", "--restore", dropped(folder, "duplicate-post")],
    /^--restore: raw-\w+ was dropped under “duplicate-post” .* Fix: mend the raw record or change the setting/,
  ),
  later(
    "restoring under another rule",
    (folder) => ["drops", "--rule", "too-few-responses", "--restore", dropped(folder, "duplicate-response")],
    /^--restore: the ledger has no record resp-/,
  ),
  later(
    "the ledger of no step",
    ["drops", "--stage", "exprot"],
    /^--stage: there is no step “exprot”\. Fix: write one/,
  ),
  later("records of no rule", ["drops", "--rule", "none"], /^Nothing was dropped under “none”\.$/, {
    code: 0,
  }),
  later(
    "comparing with what is no way",
    ["annotate", "--compare", "words", "x"],
    /^--compare: “x” is no way to annotate/,
  ),
  later("a source that is gone", ["run"], /^threads\.jsonl: there is no such file\. Fix: check the path\.$/, {
    // What it gave before stays.
    posts: 26,
    change: (folder) => unlinkSync(join(folder, "threads.jsonl")),
  }),
  later(
    "validating what is not there",
    ["validate", "@/none.jsonl"],
    /\/none\.jsonl: there is no such file\. Fix: /,
  ),
  later(
    "validating a folder",
    ["validate", "@"],
    /: this is a folder, not a file\. Fix: name the files in it\.$/,
  ),
];
