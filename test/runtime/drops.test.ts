import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import type { Drop, Pair, Post, Verdict } from "../../src/core/records/records.js";
import { listDrops, restoreDrop } from "../../src/runtime/drops.js";
import { addRestored, readRestored } from "../../src/runtime/restored.js";
import { openWorkspace, type Workspace } from "../../src/runtime/workspace.js";
import { outputBytes } from "../builders/output-bytes.js";
import { makeWorkspace, runWorkspace } from "../builders/workspace.js";

/** Posts from which something is dropped: equal responses, too few, and the same post under many ids. */
const LINES = [
  JSON.stringify({ id: "double", text: "Two alike?", responses: ["One.", "One.", "Two.", "One."] }),
  JSON.stringify({ id: "alone", text: "One only?", responses: ["Just this."] }),
  ...Array.from({ length: 5 }, (_, i) =>
    JSON.stringify({
      id: `copy-${i}`,
      text: "The same again?",
      responses: ["Go for it!", "Rules are rules."],
    }),
  ),
  "{broken",
];

let whole: string;
let folder: string;
let workspace: Workspace;
beforeAll(async () => {
  whole = await makeWorkspace({ posts: 20, responses: 3, lines: LINES });
  await runWorkspace(whole);
});
afterAll(() => rmSync(whole, { recursive: true }));
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-drops-"));
  cpSync(whole, folder, { recursive: true, preserveTimestamps: true });
  workspace = await openWorkspace(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

function records<T>(path: string, at = folder): T[] {
  const text = readFileSync(join(at, "prefloom-out", path), "utf8");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}
const drops = (rule?: string) =>
  records<Drop>("import/drops.jsonl").filter((drop) => rule === undefined || drop.rule === rule);
const posts = (at?: string) => records<Post>("import/posts.jsonl", at);
const postOf = (text: string, at?: string) => posts(at).find((post) => post.text === text);

describe("the ledger", () => {
  const list = async (options?: Parameters<typeof listDrops>[1]) => {
    const found: string[] = [];
    for await (const { drop, restored } of listDrops(workspace, options)) {
      found.push(`${drop.stage}/${drop.rule}${restored ? " (asked back)" : ""}`);
    }
    return found;
  };

  it("has every record that was dropped, in the order of the pipeline", async () => {
    const all = await list();
    expect(all.slice(0, 4)).toEqual([
      ...Array.from({ length: 2 }, () => "import/duplicate-response"),
      "import/too-few-responses",
      "import/json-syntax",
    ]);
    expect(all).toContain("check/duplicate-line");
    expect(await list({ stage: "import" })).toHaveLength(4);
    expect(await list({ rule: "duplicate-response" })).toHaveLength(2);
    expect(await list({ rule: "duplicate-response", stage: "check" })).toEqual([]);
    expect(await list({ rule: "no such rule" })).toEqual([]);
  });

  it("says what was asked back since", async () => {
    const [drop] = drops("duplicate-response");
    await restoreDrop(workspace, drop!.id);
    expect((await list()).slice(0, 2)).toEqual([
      "import/duplicate-response (asked back)",
      "import/duplicate-response",
    ]);
  });

  it("refuses a stage that is no step", async () => {
    await expect(list({ stage: "dataset" })).rejects.toBeInstanceOf(InputError);
  });

  it("is empty where nothing was made", async () => {
    workspace = await openWorkspace(folder, ["output=other"]);
    expect(await list()).toEqual([]);
    await expect(restoreDrop(workspace, "x")).rejects.toThrow("the ledger has no record x");
  });
});

describe("a response that had the text of an earlier one", () => {
  it("comes back with the next run, marked, and nothing else does", async () => {
    const [first, second] = drops("duplicate-response");
    expect(first!.id).not.toBe(second!.id);
    const before = outputBytes(join(folder, "prefloom-out"));
    expect(await restoreDrop(workspace, second!.id)).toEqual({
      stage: "import",
      rule: "duplicate-response",
      id: second!.id,
    });
    // Only then.
    expect(outputBytes(join(folder, "prefloom-out"))).toEqual({
      ...before,
      "restored.json": expect.any(String) as string,
    });
    const { ran } = await runWorkspace(folder);
    expect(ran).toContain("import");

    const { responses } = postOf("Two alike?")!;
    const earlier = postOf("Two alike?", whole)!.responses;
    expect(responses).toEqual([...earlier, { id: second!.id, text: "One.", restored: true }]);
    expect(drops("duplicate-response")).toEqual([first]);
    const others = ({ text }: Post) => text !== "Two alike?";
    expect(posts().filter(others)).toEqual(posts(whole).filter(others));
    // It is annotated and has levels like any other.
    expect(records<{ response: string }>("levels/levels.jsonl").map(({ response }) => response)).toContain(
      second!.id,
    );
  });

  it("stays when another one is asked back, and once is enough", async () => {
    const [first, second] = drops("duplicate-response");
    for (const id of [second!.id, second!.id]) await restoreDrop(workspace, id);
    await runWorkspace(folder);
    expect((await runWorkspace(folder)).ran).toEqual([]);
    await restoreDrop(workspace, first!.id);
    await runWorkspace(folder);
    expect(postOf("Two alike?")!.responses.filter(({ restored }) => restored)).toHaveLength(2);
    expect(drops("duplicate-response")).toEqual([]);
    expect(await readRestored(workspace.output)).toHaveLength(2);
  });

  it("is dropped again when the list of what was asked back is gone", async () => {
    const before = outputBytes(join(folder, "prefloom-out"));
    await restoreDrop(workspace, drops("duplicate-response")[0]!.id);
    await runWorkspace(folder);
    rmSync(join(folder, "prefloom-out/restored.json"));
    await runWorkspace(folder);
    expect(outputBytes(join(folder, "prefloom-out"))).toEqual(before);
  });
});

describe("a post with too few responses", () => {
  it("comes back with the next run, marked, and gives no pair", async () => {
    const [drop] = drops("too-few-responses");
    expect(postOf("One only?")).toBeUndefined();
    await restoreDrop(workspace, drop!.id);
    await runWorkspace(folder);
    const post = postOf("One only?");
    expect(post).toMatchObject({ id: drop!.id, restored: true, responses: [{ text: "Just this." }] });
    expect(posts().filter(({ restored }) => restored)).toEqual([post]);
    expect(drops("too-few-responses")).toEqual([]);
    expect(records<Drop>("cluster/drops.jsonl").map(({ id }) => id)).toContain(drop!.id);
    expect(records<Pair>("pair/pairs.jsonl").map(({ post: of }) => of)).not.toContain(drop!.id);
  });

  it("comes back under other settings too, with pairs where it has enough for them", async () => {
    const set = ["import.minResponses=3"];
    await runWorkspace(folder, { set });
    const [drop] = drops("too-few-responses").filter(({ record }) => (record as Post).text === "Two alike?");
    workspace = await openWorkspace(folder, set);
    await restoreDrop(workspace, drop!.id);
    await runWorkspace(folder, { set });
    expect(postOf("Two alike?")).toMatchObject({ restored: true });
    expect(records<Pair>("pair/pairs.jsonl").map(({ post }) => post)).toContain(drop!.id);
  });
});

describe("an example that the check left out", () => {
  it("comes back with the next run, and is exported", async () => {
    const found = records<Drop>("check/drops.jsonl").find(({ rule }) => rule === "duplicate-line")!;
    const exported = () => records<{ pair: string }>("dataset/train.lineage.jsonl").map(({ pair }) => pair);
    const both = () => [
      ...exported(),
      ...records<{ pair: string }>("dataset/test.lineage.jsonl").map(({ pair }) => pair),
    ];
    const verdict = () => records<Verdict>("check/verdicts.jsonl").find(({ pair }) => pair === found.id);
    expect(both()).not.toContain(found.id);
    expect(verdict()).toMatchObject({ ok: false });
    await addRestored(workspace.output, { stage: "check", rule: found.rule, id: found.id });
    expect((await runWorkspace(folder)).ran).toEqual(["check", "export"]);
    expect(verdict()).toMatchObject({ ok: true, restored: true });
    expect(both()).toContain(found.id);
    expect(records<Verdict>("check/verdicts.jsonl").filter(({ restored }) => restored)).toHaveLength(1);
  });
});

describe("what cannot come back", () => {
  it("is a broken line, and an id that the ledger does not have", async () => {
    const [broken] = drops("json-syntax");
    await expect(restoreDrop(workspace, broken!.id)).rejects.toMatchObject({ rule: "not-restorable" });
    await expect(restoreDrop(workspace, "resp-0")).rejects.toMatchObject({ rule: "unknown-id" });
    const [double] = drops("duplicate-response");
    await expect(restoreDrop(workspace, double!.id, "too-few-responses")).rejects.toMatchObject({
      rule: "unknown-id",
    });
    expect(await readRestored(workspace.output)).toEqual([]);
  });

  it("is told where the list of what was asked back was broken", async () => {
    for (const text of ["", "{", "{}", '[{"id":1}]']) {
      writeFileSync(join(folder, "prefloom-out/restored.json"), text);
      await expect(readRestored(workspace.output)).rejects.toThrow(
        /restored\.json: .*\. Fix: undo the edit, or delete/,
      );
      await expect(runWorkspace(folder)).rejects.toBeInstanceOf(InputError);
    }
  });
});
