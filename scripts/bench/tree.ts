/**
 * What the Dataset tree costs the reader: time and memory of the indexes, and time of each kind of request, by the number
 * of posts.
 *
 *   npm run bench:tree [-- POSTS...]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  datasetPair,
  datasetPost,
  datasetPosts,
  datasetSearch,
  datasetSummary,
  dropGroups,
  dropPage,
} from "../../src/protocol/records.js";
import { IndexedWorkspaces, INDEXED, lineageOf } from "../../src/reader/records/indexed-files.js";
import { connectReader } from "../../test/builders/reader-connection.js";
import { makeSyntheticDataset } from "../../test/builders/synthetic-output.js";

const sizes = process.argv.slice(2).map(Number);
if (sizes.length === 0) sizes.push(10_000, 100_000);

/** Median and worst of several requests, in milliseconds. */
async function timed(times: number, ask: (i: number) => Promise<unknown>): Promise<string> {
  const milliseconds: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await ask(i);
    milliseconds.push(performance.now() - started);
  }
  milliseconds.sort((a, b) => a - b);
  return `${milliseconds[times >> 1]!.toFixed(1)} ms, worst ${milliseconds.at(-1)!.toFixed(1)} ms`;
}

const row = (name: string, value: string): void => console.log(`  ${name.padEnd(34)} ${value}`);

for (const posts of sizes) {
  const folder = await mkdtemp(join(tmpdir(), "prefloom-tree-"));
  const { reader, close } = connectReader();
  try {
    await makeSyntheticDataset(folder, posts);
    console.log(`${posts.toLocaleString("en-US")} posts`);
    global.gc!();
    const before = process.memoryUsage();
    const { indexes } = await new IndexedWorkspaces().open(folder);
    const started = performance.now();
    await indexes.get(INDEXED.posts);
    row("index of posts.jsonl", `${(performance.now() - started).toFixed(0)} ms`);
    for (const file of [
      INDEXED.clusters,
      INDEXED.pairs,
      INDEXED.personas,
      INDEXED.verdicts,
      lineageOf("train"),
    ])
      await indexes.get<unknown>(file);
    row("all indexes", `${(performance.now() - started).toFixed(0)} ms`);
    row("memory of all indexes", `${((await indexes.bytes()) / 1e6).toFixed(1)} MB`);
    global.gc!();
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    row("growth of the process", `${(grown / 1e6).toFixed(1)} MB`);

    const workspace = folder;
    row(
      "first answer, nothing indexed",
      await timed(1, () => reader.sendRequest(datasetSummary, { workspace })),
    );
    await reader.sendRequest(datasetPair, { workspace, pair: "pair-0" });
    row("ranges", await timed(20, () => reader.sendRequest(datasetSummary, { workspace })));
    const count = 500;
    row(
      "500 posts",
      await timed(20, (i) =>
        reader.sendRequest(datasetPosts, { workspace, first: 1 + ((i * 7919) % (posts - count)), count }),
      ),
    );
    const some = (i: number): number => (i * 7919) % posts;
    row(
      "one post with clusters and pairs",
      await timed(50, (i) => reader.sendRequest(datasetPost, { workspace, post: `post-${some(i)}` })),
    );
    row(
      "one pair with its persona",
      await timed(50, (i) => reader.sendRequest(datasetPair, { workspace, pair: `pair-${some(i)}` })),
    );
    const search = async (query: string): Promise<void> => {
      let cursor: number | null = null;
      do {
        const part: { readonly cursor: number | null } = await reader.sendRequest(datasetSearch, {
          ...{ workspace, query, cursor, limit: 200 },
        });
        ({ cursor } = part);
      } while (cursor !== null);
    };
    row("search, part of a word", await timed(5, () => search(`question ${posts - 1}`)));
    row(
      "one slice of a search",
      await timed(20, () =>
        reader.sendRequest(datasetSearch, { workspace, query: "nowhere at all", cursor: null, limit: 200 }),
      ),
    );
    await reader.sendRequest(dropGroups, { workspace });
    row("drops by rule", await timed(20, () => reader.sendRequest(dropGroups, { workspace })));
    row(
      "500 drops",
      await timed(20, () =>
        reader.sendRequest(dropPage, {
          ...{ workspace, stage: "import", rule: "duplicate-response", offset: 0, limit: 500 },
        }),
      ),
    );
  } finally {
    close();
    await rm(folder, { recursive: true, force: true });
  }
}
