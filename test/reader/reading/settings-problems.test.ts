import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { settingsProblems } from "../../../src/reader/reading/settings-problems.js";
import { makeWorkspace, RAW_FILE } from "../../builders/workspace.js";

let folder: string;
beforeAll(async () => {
  folder = await makeWorkspace({ posts: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const problems = (text: string) => settingsProblems(join(folder, "prefloom.json"), text);

it("has nothing to say of settings that can be used, comments and all", async () => {
  expect(await problems(`{ // raw\n "sources": [{ "path": "${RAW_FILE}" },], }`)).toEqual([]);
});

it("leaves to the schema what the schema sees", async () => {
  expect(await problems('{ "seed": "x", "model": "nobody" }')).toEqual([]);
  expect(await problems('{ "seed": ')).toEqual([]);
});

it("names sources, models and files that are not there, each at its value", async () => {
  await writeFile(
    join(folder, "few.json"),
    '[{"query":"q","comment":"c","answers":[{"dimension":"Aeg group","answer":1}]}]',
  );
  const text = [
    "{",
    `  "sources": [{ "path": "${RAW_FILE}" }, { "path": "none.jsonl" }, { "path": "no-*.jsonl" }],`,
    '  "model": "smollm2-135m-instrukt",',
    '  "annotate": { "fewShot": "few.json" }',
    "}",
  ].join("\n");
  const found = await problems(text);
  const lines = text.split("\n");
  expect(
    found.map(({ range: { start, end }, rule }) => [
      lines[start.line]!.slice(start.character, end.character),
      rule,
    ]),
  ).toEqual([
    ['"none.jsonl"', "missing-file"],
    ['"no-*.jsonl"', "missing-file"],
    ['"smollm2-135m-instrukt"', expect.stringMatching(/model/) as string],
    ['"few.json"', "few-shot"],
  ]);
  expect(found.at(-1)!.message).toContain("write “Age group”");
});

it("names a space that cannot be read, and does not check few-shot examples against it", async () => {
  const found = await problems('{ "space": "none.json", "annotate": { "fewShot": "none.json" } }');
  expect(found.map(({ rule }) => rule)).toEqual(["space"]);
});
