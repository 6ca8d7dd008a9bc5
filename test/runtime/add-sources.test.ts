import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addSources } from "../../src/runtime/add-sources.js";
import { initWorkspace } from "../../src/runtime/init.js";
import { openWorkspace, SETTINGS_FILE } from "../../src/runtime/workspace.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "prefloom-sources-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const settings = () => readFileSync(join(root, SETTINGS_FILE), "utf8");
const put = (text: string) => writeFileSync(join(root, SETTINGS_FILE), text);
const add = async (files: readonly string[], more: Parameters<typeof addSources>[2] = {}) =>
  addSources(
    await openWorkspace(root),
    files.map((file) => join(root, file)),
    more,
  );
const sources = async () => (await openWorkspace(root)).settings.sources;

/** Comments of a text. */
const comments = (text: string) => text.match(/\/\/.*|\/\*[^]*?\*\//g) ?? [];

describe("addSources", () => {
  it.each([
    ["an empty object", "{}"],
    ["an object of blanks", "{\n}\n"],
    ["settings without sources", '{\n  // the seed\n  "seed": 7\n}\n'],
    ["settings with a trailing comma", '{\n  "seed": 7, // the seed\n}\n'],
    ["an empty list", '{\n  "sources": [], // none yet\n  "seed": 7\n}\n'],
    ["a list of comments", '{\n  "sources": [\n    // { "path": "x" }\n  ]\n}\n'],
    [
      "a list with comments",
      '{\n  "sources": [\n    // first\n    { "path": "x" }, // one\n    /* more */\n  ],\n}\n',
    ],
    ["settings on one line", '{"sources":[{"path":"x"}],"seed":7}'],
    ["CRLF", '{\r\n  // the seed\r\n  "seed": 7\r\n}\r\n'],
    ["a byte order mark", '\ufeff{\n  // the seed\n  "seed": 7\n}\n'],
  ])("adds to %s, and keeps what stands there", async (_, text) => {
    put(text);
    const before = (await openWorkspace(root)).settings;
    expect(await add(["a.jsonl"])).toEqual([{ path: "a.jsonl" }]);
    expect(await add(["b.jsonl"], { format: "posts", licence: "MIT" })).toHaveLength(1);
    const { settings: after } = await openWorkspace(root);
    expect(after).toEqual({
      ...before,
      sources: [...before.sources, { path: "a.jsonl" }, { path: "b.jsonl", format: "posts", licence: "MIT" }],
    });
    expect(comments(settings())).toEqual(comments(text));
    expect(readdirSync(root)).toEqual([SETTINGS_FILE]);
  });

  it("adds to what init has written, with all of its comments", async () => {
    await initWorkspace(root);
    const before = settings();
    await add(["threads.jsonl"], { name: "my threads" });
    expect(comments(settings())).toEqual(comments(before));
    expect(await sources()).toEqual([{ path: "threads.jsonl", name: "my threads" }]);
    for (const line of before.split("\n")) expect(settings()).toContain(line.trim());
  });

  it("adds several at once, in order", async () => {
    put("{}");
    await add(["c.jsonl", "a.jsonl", "sub/b.jsonl"], { licence: "CC0-1.0" });
    expect(await sources()).toEqual(
      ["c.jsonl", "a.jsonl", "sub/b.jsonl"].map((path) => ({ path, licence: "CC0-1.0" })),
    );
  });

  it("adds nothing twice, and then leaves the file as it is", async () => {
    put('{"sources":  [{"path": "a.jsonl"}]}');
    expect(await add(["a.jsonl", "a.jsonl", "./a.jsonl", "sub/../a.jsonl"])).toEqual([]);
    expect(settings()).toBe('{"sources":  [{"path": "a.jsonl"}]}');
  });

  it.each(["./a.jsonl", "sub/../a.jsonl"])("knows a file that stands there as %s", async (path) => {
    put(JSON.stringify({ sources: [{ path }] }));
    expect(await add(["a.jsonl"])).toEqual([]);
  });

  it("knows a file that a pattern stands for", async () => {
    put(JSON.stringify({ sources: [{ path: "part-*.jsonl" }] }));
    writeFileSync(join(root, "part-1.jsonl"), "");
    expect(await add(["part-1.jsonl", "other.jsonl"])).toEqual([{ path: "other.jsonl" }]);
  });

  it("refuses to pass over what is said of a file that stands there", async () => {
    const text = JSON.stringify({ sources: [{ path: "a.jsonl", licence: "MIT" }] });
    put(text);
    expect(await add(["a.jsonl"], { licence: "MIT" })).toEqual([]);
    await expect(add(["b.jsonl", "a.jsonl"], { format: "posts", licence: "MIT" })).rejects.toThrow(
      "prefloom.json: sources[0].format: a.jsonl is a source already, without one. Fix: write “posts” there.",
    );
    await expect(add(["a.jsonl"], { licence: "CC0-1.0" })).rejects.toThrow(
      "with “MIT”. Fix: write “CC0-1.0”",
    );
    expect(settings()).toBe(text);
  });

  it("writes paths within the workspace relative to it, others in full", async () => {
    mkdirSync(join(root, "workspace"));
    const workspace = join(root, "workspace");
    writeFileSync(join(workspace, SETTINGS_FILE), "{}");
    const files = ["workspace/sub/in.jsonl", "workspace/..odd.jsonl", "out.jsonl"].map((file) =>
      join(root, file),
    );
    const added = await addSources(await openWorkspace(workspace), files, {});
    expect(added.map(({ path }) => path)).toEqual(["sub/in.jsonl", "..odd.jsonl", join(root, "out.jsonl")]);
  });
});
