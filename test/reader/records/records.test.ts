import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  datasetPair,
  datasetPost,
  datasetPosts,
  datasetSearch,
  datasetSummary,
  dropGroups,
  dropPage,
  modelsList,
  type PairEntry,
  recordExplain,
  type SearchHit,
} from "../../../src/protocol/records.js";
import { restoreDrop } from "../../../src/runtime/drops.js";
import { openWorkspace } from "../../../src/runtime/workspace.js";
import { connectReader } from "../../builders/reader-connection.js";
import { makeWorkspace, RAW_FILE, runWorkspace } from "../../builders/workspace.js";

const { reader, close } = connectReader();
let folder = "";
/** Line of the file, from 1. */
const lineOf = async (path: string, line: number): Promise<string> =>
  (await readFile(path, "utf8")).split("\n")[line - 1]!;
const output = (path: string): string => join(folder, "prefloom-out", path);

beforeAll(async () => {
  folder = await makeWorkspace({
    posts: 60,
    lines: [
      JSON.stringify({ id: "lonely", text: "Nobody answers this one?", responses: [{ text: "I do." }] }),
      JSON.stringify({
        id: "twice",
        text: "Who says it “twice”?",
        responses: ["This is said twice.", "This is said twice.", "Not this.", "Nor that."].map((text) => ({
          text,
        })),
      }),
      "{ broken",
    ],
  });
  await runWorkspace(folder);
});

afterAll(async () => {
  close();
  await rm(folder, { recursive: true });
});

async function search(query: string): Promise<SearchHit[]> {
  const hits: SearchHit[] = [];
  let cursor: number | null = null;
  do {
    const part: { hits: readonly SearchHit[]; cursor: number | null } = await reader.sendRequest(
      datasetSearch,
      {
        ...{ workspace: folder, query, cursor, limit: 100 },
      },
    );
    hits.push(...part.hits);
    ({ cursor } = part);
  } while (cursor !== null);
  return hits;
}

async function somePair(isIt: (pair: PairEntry) => boolean): Promise<PairEntry> {
  const posts = await reader.sendRequest(datasetPosts, { workspace: folder, first: 1, count: 100 });
  for (const { id } of posts) {
    const detail = await reader.sendRequest(datasetPost, { workspace: folder, post: id! });
    const found = detail!.pairs.find(isIt);
    if (found) return found;
  }
  throw new Error("no post has such a pair");
}

describe("posts", () => {
  it("are counted and given page by page with the line that each stands at", async () => {
    const { posts } = await reader.sendRequest(datasetSummary, { workspace: folder });
    expect(posts).toBe(61);
    const page = await reader.sendRequest(datasetPosts, { workspace: folder, first: 21, count: 10 });
    expect(page.map(({ number }) => number)).toEqual([21, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
    for (const { id, place, responses } of page) {
      expect(JSON.parse(await lineOf(place.file, place.line))).toMatchObject({ id });
      expect(responses).toBe(4);
    }
    expect(await reader.sendRequest(datasetPosts, { workspace: folder, first: 61, count: 500 })).toHaveLength(
      1,
    );
    expect(await reader.sendRequest(datasetPosts, { workspace: folder, first: 62, count: 500 })).toEqual([]);
  });

  it("have their clusters, pairs and raw line", async () => {
    const [post] = await reader.sendRequest(datasetPosts, { workspace: folder, first: 1, count: 1 });
    const detail = (await reader.sendRequest(datasetPost, { workspace: folder, post: post!.id! }))!;
    const clustered = detail.clusters!.flat();
    expect(clustered).toHaveLength(4);
    expect(detail.responses).toEqual([]);
    const raw = JSON.parse(await lineOf(detail.origin.file, detail.origin.line)) as { text: string };
    expect(detail.origin.file).toBe(join(folder, RAW_FILE));
    expect(post!.text).toBe(raw.text);
    expect(detail.pairs.length).toBeGreaterThan(0);
    for (const { chosen, rejected } of detail.pairs) {
      expect(clustered.map(({ id }) => id)).toEqual(expect.arrayContaining([chosen.id, rejected.id]));
      expect(chosen.title).toBe(clustered.find(({ id }) => id === chosen.id)!.title);
    }
  });

  it("that are not there are null", async () => {
    expect(await reader.sendRequest(datasetPost, { workspace: folder, post: "post-none" })).toBeNull();
    expect(await reader.sendRequest(datasetPair, { workspace: folder, pair: "pair-none" })).toBeNull();
  });
});

describe("pairs", () => {
  it("lead to their line in the data set and to all of their persona", async () => {
    const pair = await somePair(({ example, persona }) => example !== null && persona!.pairs > 0);
    const lineage = pair.example!.file.replace(/\.jsonl$/, ".lineage.jsonl");
    expect(JSON.parse(await lineOf(lineage, pair.example!.line))).toMatchObject({ pair: pair.id });
    const detail = (await reader.sendRequest(datasetPair, { workspace: folder, pair: pair.id }))!;
    const persona = JSON.parse(await lineOf(detail.place!.file, detail.place!.line)) as {
      readonly pair: string;
      readonly ugc: readonly { readonly response: string; readonly matches: number }[];
      readonly pairs: readonly { readonly pair: string }[];
      readonly demographic: { readonly text: string };
    };
    expect(persona.pair).toBe(pair.id);
    expect(detail.ugc.map(({ id, matches }) => [id, ...matches])).toEqual(
      persona.ugc.map(({ response, matches }) => [response, matches]),
    );
    expect(detail.pairs.map(({ id }) => id)).toEqual(persona.pairs.map((one) => one.pair));
    expect(detail.demographic!.text).toBe(persona.demographic.text);
    for (const { id, place } of detail.ugc)
      expect(await lineOf(place.file, place.line)).toContain(`"id":"${id}"`);
  });
});

describe("search", () => {
  it("finds a whole id, a line of the data set, and words in posts and replies", async () => {
    const pair = await somePair(({ example }) => example?.split === "train");
    expect((await search(pair.id)).map(({ kind }) => kind)).toEqual(["pair", "example"]);
    const [example] = await search(`train.jsonl:${pair.example!.line}`);
    expect(example).toMatchObject({ kind: "example", id: pair.id, place: { line: pair.example!.line } });
    const [post] = await search("who “TWICE”");
    expect(post).toMatchObject({ kind: "post", title: "Who says it “twice”?" });
    expect(await search(post!.id)).toEqual([post]);
    expect((await search(post!.id.slice(0, -4))).map(({ id }) => id)).toContain(post!.id);
    const replies = await search("nor that.");
    expect(replies).toEqual([expect.objectContaining({ kind: "response", title: "Nor that." })]);
    expect(await search("no such words anywhere")).toEqual([]);
    expect(await search("train.jsonl:100000")).toEqual([]);
  });

  it("goes on where a part ended", async () => {
    const all = await search("neighbours");
    const rest = await reader.sendRequest(datasetSearch, {
      ...{ workspace: folder, query: "neighbours", cursor: 30, limit: 100 },
    });
    expect(rest.hits.length).toBeGreaterThan(0);
    expect(rest.hits).toEqual(all.filter(({ post }) => post.number > 30));
  });
});

describe("drops", () => {
  it("are given by step and rule, with those that were asked back", async () => {
    const groups = await reader.sendRequest(dropGroups, { workspace: folder });
    const of = (rule: string) => groups.find((group) => group.rule === rule)!;
    expect(of("too-few-responses")).toMatchObject({
      stage: "import",
      count: 1,
      restorable: true,
      askedBack: 0,
    });
    expect(of("duplicate-response")).toMatchObject({ stage: "import", count: 1 });
    const page = {
      workspace: folder,
      stage: "import",
      rule: "too-few-responses",
      offset: 0,
      limit: 500,
    } as const;
    const [entry] = await reader.sendRequest(dropPage, page);
    expect(entry).toMatchObject({ askedBack: false, restorable: true });
    expect(await lineOf(entry!.place.file, entry!.place.line)).toContain(entry!.id);
    await restoreDrop(await openWorkspace(folder), entry!.id);
    const [asked] = await reader.sendRequest(dropPage, page);
    expect(asked).toMatchObject({ id: entry!.id, askedBack: true });
    expect(
      (await reader.sendRequest(dropGroups, { workspace: folder })).find(({ rule }) => rule === page.rule),
    ).toMatchObject({ askedBack: 1 });
  });
});

describe("models", () => {
  it("lists the catalogue and the file that the workspace uses", async () => {
    const { models } = await reader.sendRequest(modelsList, { workspaces: [folder] });
    expect(models.length).toBeGreaterThan(1);
    const used = models.filter(({ usedBy }) => usedBy.includes(folder));
    expect(used).toEqual([expect.objectContaining({ kind: "path", present: true, probe: null })]);
  });
});

describe("models that were measured", () => {
  it("say what a probe has found", async () => {
    const measured = await makeWorkspace({ posts: 8, settings: { annotate: { probePairs: 8 } } });
    try {
      await runWorkspace(measured, { steps: ["import", "annotate"] });
      const { models } = await reader.sendRequest(modelsList, { workspaces: [measured] });
      const manifest = JSON.parse(
        await readFile(join(measured, "prefloom-out/annotate/manifest.json"), "utf8"),
      ) as { readonly model: { readonly probe: { readonly sentence: string } } };
      expect(models.find(({ usedBy }) => usedBy.length > 0)?.probe).toBe(manifest.model.probe.sentence);
    } finally {
      await rm(measured, { recursive: true });
    }
  });
});

describe("explain", () => {
  it("is a Markdown document with links to files and ids", async () => {
    const pair = await somePair(({ example }) => example !== null);
    const { id, markdown } = await reader.sendRequest(recordExplain, {
      workspace: folder,
      root: join(folder, "some/folder"),
      id: `${pair.example!.split}.jsonl:${pair.example!.line}`,
    });
    expect(id).toBe(pair.id);
    expect(markdown).toMatch(/^# /);
    for (const title of [
      "Post",
      "Chosen",
      "Rejected",
      "Persona",
      "Check",
      "Direction",
      "Raw record",
      "Made with",
    ]) {
      expect(markdown).toContain(`\n## ${title}\n`);
    }
    expect(markdown).toContain(pair.chosen.id);
    expect(markdown).toContain(`(</../../${RAW_FILE}#L`);
    expect(markdown).toContain(`(<${pair.chosen.id}.md>)`);
  });

  it("says what is wrong with an id", async () => {
    await expect(
      reader.sendRequest(recordExplain, { workspace: folder, root: folder, id: "nonsense" }),
    ).rejects.toThrow("“nonsense” is no id");
  });
});

describe("files that change", () => {
  it("are read anew, and a broken line is told instead of hiding the others", async () => {
    const path = output("import/posts.jsonl");
    const before = await readFile(path);
    await appendFile(path, '{"id":"post-new"}\n');
    try {
      expect(await reader.sendRequest(datasetSummary, { workspace: folder })).toMatchObject({ posts: 62 });
      const [broken] = await reader.sendRequest(datasetPosts, { workspace: folder, first: 62, count: 1 });
      expect(broken).toMatchObject({ number: 62, id: null, place: { line: 62 } });
      expect(broken!.source).not.toBe("");
    } finally {
      await writeFile(path, before);
    }
    expect(await reader.sendRequest(datasetSummary, { workspace: folder })).toMatchObject({ posts: 61 });
  });
});
