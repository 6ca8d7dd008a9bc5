import { resolve } from "node:path";
import { type Pair, type Post, SPLITS } from "../../core/records/records.js";
import type {
  ExamplePlace,
  PairDetail,
  PairEntry,
  PersonaItem,
  PostDetail,
  PostEntry,
  RecordPlace,
  ResponseEntry,
} from "../../protocol/records.js";
import { dropsOf, firstWith, INDEXED, type IndexedWorkspace, lineageOf } from "./indexed-files.js";
import { shownText } from "./shown-text.js";

/** Steps that leave out pairs. */
const PAIR_DROPPERS = ["pair", "persona", "check"] as const;

/** What stands in the data set, for trees. */

const placeIn = ({ workspace }: IndexedWorkspace, path: string, line: number): RecordPlace => ({
  file: workspace.output.file(path),
  line,
});

const titleOfPost = ({ text, contextLength }: Post) => shownText(text, contextLength ?? 0);

/** Posts by their numbers from 1. */
export async function postsFrom(
  open: IndexedWorkspace,
  first: number,
  count: number,
): Promise<readonly PostEntry[]> {
  const index = await open.indexes.get(INDEXED.posts);
  if (!index) return [];
  const last = Math.min(first - 1 + count, index.count);
  const records = await index.read(
    Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first - 1 + i),
  );
  return records.map((record) => {
    const place = placeIn(open, INDEXED.posts.path, record.line);
    const number = record.number + 1;
    if ("problem" in record) {
      return { number, id: null, place, title: "", text: "", source: record.problem, responses: 0 };
    }
    const { id, source, responses } = record.value;
    return { number, id, place, ...titleOfPost(record.value), source, responses: responses.length };
  });
}

/** Where a pair stands in the data set. */
async function exampleOf(open: IndexedWorkspace, pair: string): Promise<ExamplePlace | null> {
  for (const split of SPLITS) {
    const found = await firstWith(open, lineageOf(split), "pair", pair);
    if (found) return { ...placeIn(open, `dataset/${split}.jsonl`, found.line), split };
  }
  return null;
}

async function ruleOfDrop(open: IndexedWorkspace, pair: string): Promise<string | null> {
  for (const step of PAIR_DROPPERS) {
    const found = await firstWith(open, dropsOf(step), "id", pair);
    if (found) return found.value.rule;
  }
  return null;
}

/** A response by its id, told as a line of its post. */
function responseOf(post: Post, place: RecordPlace, id: string): ResponseEntry {
  const found = post.responses.find((response) => response.id === id);
  return { id, place, ...shownText(found?.text ?? id) };
}

async function pairEntry(
  open: IndexedWorkspace,
  { value: pair, line }: { readonly value: Pair; readonly line: number },
  post: Post,
  postPlace: RecordPlace,
): Promise<PairEntry> {
  const [persona, example] = await Promise.all([
    firstWith(open, INDEXED.personas, "pair", pair.id),
    exampleOf(open, pair.id),
  ]);
  return {
    id: pair.id,
    place: placeIn(open, INDEXED.pairs.path, line),
    chosen: responseOf(post, postPlace, pair.chosen),
    rejected: responseOf(post, postPlace, pair.rejected),
    example,
    dropped: example ? null : await ruleOfDrop(open, pair.id),
    persona: persona && {
      ugc: persona.value.ugc.length,
      pairs: persona.value.pairs.length,
      demographic: persona.value.demographic !== null,
    },
  };
}

/** What hangs on a post. */
export async function postDetail(open: IndexedWorkspace, id: string): Promise<PostDetail | null> {
  const found = await firstWith(open, INDEXED.posts, "id", id);
  if (!found) return null;
  const post = found.value;
  const place = placeIn(open, INDEXED.posts.path, found.line);
  const clusters = (await firstWith(open, INDEXED.clusters, "post", id))?.value.clusters ?? null;
  const inClusters = new Set(clusters?.flat());
  const pairs = (await (await open.indexes.get(INDEXED.pairs))?.find("post", id)) ?? [];
  return {
    id,
    clusters: clusters?.map((members) => members.map((member) => responseOf(post, place, member))) ?? null,
    responses: post.responses
      .filter((response) => !inClusters.has(response.id))
      .map((response) => responseOf(post, place, response.id)),
    pairs: await Promise.all(pairs.map((pair) => pairEntry(open, pair, post, place))),
    origin: { file: resolve(open.workspace.folder, post.origin.file), line: post.origin.line },
  };
}

async function ugcItem(
  open: IndexedWorkspace,
  item: { readonly post: string; readonly response: string; readonly matches: number },
): Promise<PersonaItem> {
  const post = await firstWith(open, INDEXED.posts, "id", item.post);
  const response = post?.value.responses.find(({ id }) => id === item.response);
  return {
    id: item.response,
    place: placeIn(open, INDEXED.posts.path, post?.line ?? 1),
    matches: [item.matches],
    ...shownText(response?.text ?? item.response),
  };
}

async function pairItem(
  open: IndexedWorkspace,
  item: { readonly pair: string; readonly matchesChosen: number; readonly matchesRejected: number },
): Promise<PersonaItem> {
  const pair = await firstWith(open, INDEXED.pairs, "id", item.pair);
  const post = pair && (await firstWith(open, INDEXED.posts, "id", pair.value.post));
  const text = (id: string | undefined) => post?.value.responses.find((one) => one.id === id)?.text ?? "";
  const texts = pair && [
    post?.value.text ?? "",
    `✓ ${text(pair.value.chosen)}`,
    `✗ ${text(pair.value.rejected)}`,
  ];
  return {
    id: item.pair,
    place: placeIn(open, INDEXED.pairs.path, pair?.line ?? 1),
    matches: [item.matchesChosen, item.matchesRejected],
    title: post ? titleOfPost(post.value).title : item.pair,
    text: (texts ?? []).map((one) => shownText(one).text).join("\n\n"),
  };
}

/** What hangs on a pair. */
export async function pairDetail(open: IndexedWorkspace, id: string): Promise<PairDetail | null> {
  const pair = await firstWith(open, INDEXED.pairs, "id", id);
  if (!pair) return null;
  const [persona, verdict, example] = await Promise.all([
    firstWith(open, INDEXED.personas, "pair", id),
    firstWith(open, INDEXED.verdicts, "pair", id),
    exampleOf(open, id),
  ]);
  const demographic = persona?.value.demographic ?? null;
  return {
    id,
    place: persona && placeIn(open, INDEXED.personas.path, persona.line),
    ugc: await Promise.all((persona?.value.ugc ?? []).map((item) => ugcItem(open, item))),
    pairs: await Promise.all((persona?.value.pairs ?? []).map((item) => pairItem(open, item))),
    demographic: demographic && { ...shownText(demographic.text), method: demographic.method },
    kinds: verdict?.value.kinds ?? null,
    example,
  };
}
