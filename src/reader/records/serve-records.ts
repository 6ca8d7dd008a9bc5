import { relative } from "node:path";
import type { MessageConnection } from "vscode-jsonrpc/node";
import {
  datasetPair,
  datasetPost,
  datasetPosts,
  datasetSearch,
  datasetSummary,
  dropGroups,
  dropPage,
  modelsList,
  recordExplain,
} from "../../protocol/records.js";
import { explain } from "../../runtime/explain.js";
import { answering } from "../answering.js";
import { pairDetail, postDetail, postsFrom } from "./dataset.js";
import { groupsOfDrops, pageOfDrops } from "./drops.js";
import { type ExplanationLinks, explanationMarkdown } from "./explanation-markdown.js";
import { INDEXED, type IndexedWorkspaces, lineageOf } from "./indexed-files.js";
import { modelEntries } from "./models.js";
import { searchSlice } from "./search.js";

/** Links as Markdown previews follow them. */
const linksFrom = (root: string): ExplanationLinks => ({
  place: (file, line) => `/${encodeURI(relative(root, file).replaceAll("\\", "/"))}#L${line}`,
  id: (id) => `${id}.md`,
});

/** Answers what trees and searches ask of the output folders. */
export function serveRecords(connection: MessageConnection, workspaces: IndexedWorkspaces): void {
  connection.onRequest(
    datasetSummary,
    answering(async ({ workspace }) => {
      const { indexes } = await workspaces.open(workspace);
      const posts = await indexes.get(INDEXED.posts);
      // Made ready for the first post that is opened; what is wrong with a file is told then.
      for (const file of [INDEXED.clusters, INDEXED.pairs, INDEXED.personas, INDEXED.verdicts]) {
        void indexes.get<unknown>(file).catch(() => null);
      }
      for (const split of ["train", "test"] as const) void indexes.get(lineageOf(split)).catch(() => null);
      return { posts: posts?.count ?? 0, file: indexes.output.file(INDEXED.posts.path) };
    }),
  );
  connection.onRequest(
    datasetPosts,
    answering(async ({ workspace, first, count }) =>
      postsFrom(await workspaces.open(workspace), first, count),
    ),
  );
  connection.onRequest(
    datasetPost,
    answering(async ({ workspace, post }) => postDetail(await workspaces.open(workspace), post)),
  );
  connection.onRequest(
    datasetPair,
    answering(async ({ workspace, pair }) => pairDetail(await workspaces.open(workspace), pair)),
  );
  connection.onRequest(
    datasetSearch,
    answering(async ({ workspace, ...search }, token) =>
      searchSlice(await workspaces.open(workspace), search, () => token.isCancellationRequested),
    ),
  );
  connection.onRequest(
    dropGroups,
    answering(async ({ workspace }) => groupsOfDrops(await workspaces.open(workspace))),
  );
  connection.onRequest(
    dropPage,
    answering(async ({ workspace, ...page }) => pageOfDrops(await workspaces.open(workspace), page)),
  );
  connection.onRequest(
    modelsList,
    answering(({ workspaces: folders }) => modelEntries(folders)),
  );
  connection.onRequest(
    recordExplain,
    answering(async ({ workspace: folder, id, root }) => {
      const { workspace } = await workspaces.open(folder);
      const explanation = await explain(workspace, id);
      return { id: explanation.id, markdown: explanationMarkdown(explanation, folder, linksFrom(root)) };
    }),
  );
}
