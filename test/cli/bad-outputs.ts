import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BadCase } from "./bad-case.js";

/** Output files that somebody has edited or lost, and output folders that cannot be used, after a whole run. */

type Change = (folder: string) => void;

/** Changes line `number` of an output file. */
const line = (path: string, change: (text: string) => string, number = 4): Change => {
  return (folder) => {
    const file = join(folder, "prefloom-out", path);
    const lines = readFileSync(file, "utf8").split("\n");
    lines[number - 1] = change(lines[number - 1]!);
    writeFileSync(file, lines.join("\n"));
  };
};
/** Changes a record. */
const record = (path: string, change: (value: Record<string, unknown>) => void): Change =>
  line(path, (text) => {
    const value = JSON.parse(text) as Record<string, unknown>;
    change(value);
    return JSON.stringify(value);
  });
const shorter = (field: string) => (value: Record<string, unknown>) => void (value[field] as unknown[]).pop();
const longer = (field: string, item: unknown) => (value: Record<string, unknown>) =>
  void (value[field] as unknown[]).push(item);

const edited = (name: string, step: string, change: Change, message: RegExp, code: 2 | 4 = 2): BadCase => ({
  ...{ name, args: [step], change, code },
  says: [message],
});

const LEVELS = "levels/levels.jsonl";
const ANNOTATIONS = "annotate/annotations.jsonl";
const PAIRS = "pair/pairs.jsonl";
const SIZE = /Fix: undo the edit of this file, or run the step that writes it again\.$/;

export const EDITED: readonly BadCase[] = [
  edited(
    "a broken line",
    "cluster",
    line(LEVELS, (text) => text.slice(0, 30)),
    /^prefloom-out\/levels\/levels\.jsonl:4: .* Fix: /,
  ),
  edited(
    "a line of another record",
    "cluster",
    line(LEVELS, () => "{}"),
    /levels\.jsonl:4: post: .* Fix: undo the edit/,
  ),
  edited(
    "a level that is none",
    "cluster",
    record(LEVELS, (v) => ((v["levels"] as unknown[])[0] = 4)),
    /:4: levels: expected a list of levels, each 1, 2 or 3/,
  ),
  edited(
    "too few levels",
    "cluster",
    record(LEVELS, shorter("levels")),
    /levels\.jsonl:4: levels: 89 values for the 90 dimensions of the preference space\. Fix: undo/,
  ),
  edited(
    "too many levels",
    "persona",
    record(LEVELS, longer("levels", 2)),
    /:4: levels: 91 values for the 90 dimensions/,
  ),
  edited("too few levels, at the check", "check", record(LEVELS, shorter("levels")), SIZE),
  edited(
    "too few answers",
    "levels",
    record(ANNOTATIONS, shorter("answers")),
    /annotations\.jsonl:4: answers: 89 values for the 90 dim/,
  ),
  edited(
    "too many answers",
    "levels",
    record(ANNOTATIONS, longer("answers", [0, 0, 1])),
    /:4: answers: 91 values/,
  ),
  edited(
    "a probability that is none",
    "levels",
    record(ANNOTATIONS, (v) => ((v["answers"] as unknown[])[0] = [2, 0, 0])),
    /:4: answers: expected a list of \[p1, p2, p3\], each from 0 to 1/,
  ),
  edited(
    "a direction that is too short",
    "persona",
    record(PAIRS, shorter("direction")),
    /pairs\.jsonl:4: direction: 89 values/,
  ),
  edited(
    "a described direction that is too short",
    "check",
    record("persona/personas.jsonl", (v) =>
      shorter("direction")(v["demographic"] as Record<string, unknown>),
    ),
    /personas\.jsonl:4: demographic\.direction: 89 values/,
  ),
  edited(
    "a direction that is none",
    "persona",
    record(PAIRS, (v) => ((v["direction"] as unknown[])[0] = 0.4)),
    /pairs\.jsonl:4: direction: expected a list of 0, 0\.5 or 1/,
  ),
  edited(
    "a pair that stands twice",
    "check",
    (folder) => {
      const file = join(folder, "prefloom-out", PAIRS);
      const lines = readFileSync(file, "utf8").split("\n");
      writeFileSync(file, [lines[0], ...lines].join("\n"));
    },
    /pairs\.jsonl:2: pair-\w+ stands in line 1 already\. Fix: undo the edit of this file/,
  ),
  edited(
    "an unknown post",
    "pair",
    record(LEVELS, (v) => (v["post"] = "post-0")),
    /levels\.jsonl: “pair” cannot use it as it was edited since “levels” wrote it .* Fix: undo the edit, or run `prefloom levels`/,
  ),
  edited(
    "an unknown response of a pair",
    "persona",
    record(PAIRS, (v) => (v["chosen"] = "resp-0")),
    /pairs\.jsonl: “persona” cannot use it as it was edited/,
  ),
  edited(
    "an unknown pair of a persona",
    "check",
    record("persona/personas.jsonl", (v) => (v["pair"] = "pair-0")),
    /personas\.jsonl: “check” cannot use it as it was edited since “persona” wrote it/,
  ),
  edited(
    "a verdict on another pair",
    "export",
    record("check/verdicts.jsonl", (v) => (v["pair"] = "pair-0")),
    /verdicts\.jsonl: “export” cannot use it as it was edited since “check” wrote it/,
  ),
  edited(
    "a broken summary",
    "check",
    (folder) => writeFileSync(join(folder, "prefloom-out/levels/summary.json"), "{"),
    /summary\.json: “check” cannot use it as it was edited since “levels” wrote it/,
  ),
  edited(
    "a ledger that is broken",
    "drops",
    line("import/drops.jsonl", () => "{", 1),
    /^prefloom-out\/import\/drops\.jsonl:1: /,
  ),
  edited(
    "a list of restored records that is broken",
    "drops",
    (folder) => writeFileSync(join(folder, "prefloom-out/restored.json"), "{"),
    /restored\.json: this is no list of records asked back\. Fix: undo/,
  ),
  edited(
    "a file that is gone",
    "cluster",
    (folder) => rmSync(join(folder, "prefloom-out", LEVELS)),
    /^levels\/levels\.jsonl: “cluster” reads this file, and it is not there\. Fix: run `prefloom levels`/,
  ),
];

/** What the messages above tell people to do helps: the step that wrote a file writes it again, to the same bytes. */
export const MENDED: readonly (Required<Pick<BadCase, "name" | "change">> & { readonly said: RegExp })[] = [
  {
    name: "an edited file",
    change: line(LEVELS, () => "{"),
    said: /^levels +levels runs again: levels\/levels\.jsonl was edited$/m,
  },
  {
    name: "a file that is gone",
    change: (folder) => rmSync(join(folder, "prefloom-out", LEVELS)),
    said: /^levels +levels runs again: levels\/levels\.jsonl is gone$/m,
  },
  {
    name: "an edited ledger",
    change: line("import/drops.jsonl", () => "{", 1),
    said: /^import +import runs again: import\/drops\.jsonl was edited$/m,
  },
  {
    name: "an edited data set",
    change: line("dataset/train.jsonl", () => "{}", 1),
    said: /^export +export runs again: dataset\/train\.jsonl was edited$/m,
  },
  {
    name: "a broken manifest",
    change: (folder) => writeFileSync(join(folder, "prefloom-out/levels/manifest.json"), "{"),
    said: /^levels +done in /m,
  },
];

const place = (name: string, args: readonly string[], message: RegExp): BadCase => ({
  ...{ name, args, code: 4 },
  says: [message],
});

export const OUTPUTS: readonly BadCase[] = [
  place(
    "a file for the output of a run",
    ["--set", "output=threads.jsonl", "run"],
    /^output folder: threads\.jsonl cannot be written: .* Fix: make it writable, or name another/,
  ),
  place(
    "a path below a file",
    ["--set", "output=threads.jsonl/out", "run"],
    /^output folder: threads\.jsonl\/out cannot be written: /,
  ),
  place(
    "a file for the output of status",
    ["--set", "output=threads.jsonl", "status"],
    /threads\.jsonl.*: a part of this path is a file, not a folder\. Fix: name another/,
  ),
  place(
    "a file for the output of drops",
    ["--set", "output=threads.jsonl", "drops"],
    /threads\.jsonl.*: a part of this path is a file/,
  ),
  place(
    "a file for the output of a report",
    ["--set", "output=threads.jsonl", "report"],
    /threads\.jsonl.*: a part of this path is a file/,
  ),
  {
    ...place(
      "a workspace that another run holds",
      ["run"],
      /^this workspace is in use: process \d+ on elsewhere has been running “prefloom run” since .* Fix: wait for it/,
    ),
    change: (folder) =>
      writeFileSync(
        join(folder, "prefloom-out/.lock"),
        JSON.stringify({
          ...{ pid: 1, host: "elsewhere", command: "prefloom run", since: "today" },
          started: null,
        }),
      ),
  },
];
