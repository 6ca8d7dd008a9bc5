import { type Post, type Split, SPLITS } from "../../core/records/records.js";
import type { SearchHit, SearchPart } from "../../protocol/records.js";
import { firstWith, INDEXED, type IndexedWorkspace, lineageOf } from "./indexed-files.js";
import { shownText } from "./shown-text.js";

/** How long posts are searched before the hits so far are told. */
const SLICE_MILLISECONDS = 60;
/** Posts between two looks at the clock. */
const SLICE_POSTS = 200;

interface Placed<T> {
  readonly value: T;
  readonly line: number;
  readonly number: number;
}

const postPlace = ({ workspace }: IndexedWorkspace, line: number) => ({
  file: workspace.output.file(INDEXED.posts.path),
  line,
});

function hitOfPost(open: IndexedWorkspace, { value, line, number }: Placed<Post>): SearchHit {
  return {
    ...{ kind: "post", id: value.id, title: shownText(value.text, value.contextLength ?? 0).title },
    detail: value.source,
    place: postPlace(open, line),
    post: { id: value.id, number: number + 1 },
  };
}

function hitOfResponse(
  open: IndexedWorkspace,
  { value, line, number }: Placed<Post>,
  id: string,
): SearchHit | null {
  const response = value.responses.find((one) => one.id === id);
  if (!response) return null;
  return {
    ...{ kind: "response", id, title: shownText(response.text).title },
    detail: shownText(value.text, value.contextLength ?? 0).title,
    place: postPlace(open, line),
    post: { id: value.id, number: number + 1 },
  };
}

async function hitOfPair(
  open: IndexedWorkspace,
  id: string,
  example?: { readonly split: Split; readonly line: number },
): Promise<SearchHit[]> {
  const pair = await firstWith(open, INDEXED.pairs, "id", id);
  const post = pair && (await firstWith(open, INDEXED.posts, "id", pair.value.post));
  if (!post) return [];
  const { output } = open.workspace;
  return [
    {
      kind: example ? "example" : "pair",
      id,
      title: shownText(post.value.text, post.value.contextLength ?? 0).title,
      detail: example ? `${example.split}.jsonl:${example.line}` : "",
      place: example
        ? { file: output.file(`dataset/${example.split}.jsonl`), line: example.line }
        : { file: output.file(INDEXED.pairs.path), line: pair.line },
      post: { id: post.value.id, number: post.number + 1 },
    },
  ];
}

/** `train.jsonl:12`, with any folders before it. */
const EXAMPLE = /^(?:.*[/\\])?(\w+)(?:\.lineage)?\.jsonl:(\d+)$/;

/** What a query names by itself: a line of the data set, or a whole id. */
async function named(open: IndexedWorkspace, query: string): Promise<SearchHit[]> {
  const [, split, line] = EXAMPLE.exec(query) ?? [];
  if (split !== undefined) {
    if (!SPLITS.some((one) => one === split)) return [];
    const index = await open.indexes.get(lineageOf(split as Split));
    const number = index?.numberAt(Number(line));
    const [record] = number === undefined ? [] : await index!.read([number]);
    return record && "value" in record
      ? hitOfPair(open, record.value.pair, { split: split as Split, line: Number(line) })
      : [];
  }
  if (query.startsWith("pair-")) {
    const hits = await hitOfPair(open, query);
    for (const one of SPLITS) {
      const found = await firstWith(open, lineageOf(one), "pair", query);
      if (found) hits.push(...(await hitOfPair(open, query, { split: one, line: found.line })));
    }
    return hits;
  }
  const post = query.startsWith("post-") ? await firstWith(open, INDEXED.posts, "id", query) : null;
  return post ? [hitOfPost(open, post)] : [];
}

/** Hits of a post that has all words somewhere in its line: itself, or those responses that have them. */
function hitsIn(open: IndexedWorkspace, post: Placed<Post>, words: readonly string[]): SearchHit[] {
  const has = (text: string) => {
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
  if (has(`${post.value.id} ${post.value.text}`)) return [hitOfPost(open, post)];
  return post.value.responses
    .filter(({ id, text }) => has(`${id} ${text}`))
    .flatMap(({ id }) => hitOfResponse(open, post, id) ?? []);
}

/** One part of a search: as far as a slice of time goes. */
export async function searchSlice(
  open: IndexedWorkspace,
  {
    query,
    cursor,
    limit,
  }: { readonly query: string; readonly cursor: number | null; readonly limit: number },
  isCancelled: () => boolean,
): Promise<SearchPart> {
  const asked = query.trim();
  const index = await open.indexes.get(INDEXED.posts);
  const posts = index?.count ?? 0;
  if (!index || asked === "") return { hits: [], cursor: null, searched: posts, posts };
  const hits: SearchHit[] = cursor === null ? await named(open, asked) : [];
  // What names one thing is not looked for anywhere else.
  if (cursor === null && (hits.length > 0 || EXAMPLE.test(asked))) {
    return { hits, cursor: null, searched: posts, posts };
  }
  const words = asked.toLowerCase().split(/\s+/);
  // In the line as it is written, quotes and backslashes are escaped.
  const inLine = words.filter((word) => !/["\\\u0000-\u001f]/.test(word));
  const until = performance.now() + SLICE_MILLISECONDS;
  let at = cursor ?? 0;
  while (at < posts && hits.length < limit && performance.now() < until && !isCancelled()) {
    const numbers = Array.from({ length: Math.min(SLICE_POSTS, posts - at) }, (_, i) => at + i);
    const found: number[] = [];
    for await (const { number, text } of index.texts(numbers)) {
      const lower = text.toLowerCase();
      if (inLine.every((word) => lower.includes(word))) found.push(number);
    }
    for (const record of await index.read(found)) {
      if ("value" in record) hits.push(...hitsIn(open, record, words));
    }
    at += numbers.length;
  }
  return { hits, cursor: at < posts ? at : null, searched: at, posts };
}
