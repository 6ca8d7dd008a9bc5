import { resolve } from "node:path";
import { originSchema, type Origin, type Post } from "../../core/records/records.js";
import type { FilePlace } from "../../protocol/reading.js";
import { sourceLine } from "../../runtime/source-line.js";
import { INDEXED } from "../records/indexed-files.js";
import { idForm, type IdForm } from "./describe-id.js";
import type { LineContext, Lookup, Placed } from "./line-context.js";
import type { FoundValue } from "./line-tree.js";

/** Whether nobody waits for the answer any more: raw files are long. */
type IsCancelled = () => boolean;

/** Where the things on a line come from. */
export interface Definition {
  readonly from: number;
  readonly to: number;
  readonly places: readonly FilePlace[];
}

async function rawPlace(
  lookup: Lookup,
  { file, line }: Origin,
  isCancelled: IsCancelled,
): Promise<FilePlace[]> {
  const path = resolve(lookup.folder, file);
  const found = await sourceLine(path, line, isCancelled);
  return found === null ? [] : [{ path, line: found - 1, character: 0 }];
}

/** A line (from 1) of an output file. */
const outputPlace = (lookup: Lookup, path: string, line: number, character = 0): FilePlace => ({
  path: lookup.file(path),
  line: line - 1,
  character,
});

async function postPlaces(
  lookup: Lookup,
  post: Placed<Post> | null,
  isCancelled: IsCancelled,
): Promise<FilePlace[]> {
  if (!post) return [];
  return [
    outputPlace(lookup, INDEXED.posts.path, post.line),
    ...(await rawPlace(lookup, post.value.origin, isCancelled)),
  ];
}

async function pairPlaces(lookup: Lookup, id: string, isCancelled: IsCancelled): Promise<FilePlace[]> {
  const pair = await lookup.pair(id);
  if (!pair) return [];
  return [
    outputPlace(lookup, INDEXED.pairs.path, pair.line),
    ...(await postPlaces(lookup, await lookup.post(pair.value.post), isCancelled)),
  ];
}

/** Where a response stands within the line of its post. */
async function responsePlaces(lookup: Lookup, id: string, isCancelled: IsCancelled): Promise<FilePlace[]> {
  const post = await lookup.postOfResponse(id);
  const response = post?.value.responses.find((one) => one.id === id);
  if (!post || !response) return [];
  const index = await lookup.indexes.get(INDEXED.posts);
  let character = 0;
  for await (const { text } of index!.texts([index!.numberAt(post.line)!])) {
    character = Math.max(0, text.indexOf(`"${id}"`));
  }
  return [
    outputPlace(lookup, INDEXED.posts.path, post.line, character),
    ...(await rawPlace(lookup, response.origin ?? post.value.origin, isCancelled)),
  ];
}

async function idPlaces(
  context: LineContext,
  lookup: Lookup,
  form: IdForm,
  id: string,
  isCancelled: IsCancelled,
): Promise<FilePlace[]> {
  if (form === "pair") return pairPlaces(lookup, id, isCancelled);
  if (form === "resp") return responsePlaces(lookup, id, isCancelled);
  if (form === "raw") return [];
  const post = await lookup.post(id);
  // In the file of posts itself the way goes on to the raw file.
  return context.kind === "posts" && post
    ? rawPlace(lookup, post.value.origin, isCancelled)
    : postPlaces(lookup, post, isCancelled);
}

function originAt(context: LineContext, { path }: FoundValue): (Definition & { origin: Origin }) | null {
  const at = path.lastIndexOf("origin");
  const found = at < 0 ? null : context.tree!.of(path.slice(0, at + 1));
  const origin = originSchema.safeParse(found?.value);
  return found && origin.success ? { from: found.from, to: found.to, places: [], origin: origin.data } : null;
}

/** A row of the data set comes from its pair, its post and its raw record. */
async function rowPlaces(
  context: LineContext,
  lookup: Lookup,
  { path }: FoundValue,
  isCancelled: IsCancelled,
): Promise<FilePlace[]> {
  const lineage = await context.lineage();
  if (!lineage) return [];
  const [field, index] = path;
  if (typeof index === "number") {
    const ugc = field === "User-Generated Content" ? lineage.ugc[index] : undefined;
    if (ugc) return responsePlaces(lookup, ugc.response, isCancelled);
    const pair = field === "Pair-wise Comparative Feedback" ? lineage.pairs[index] : undefined;
    if (pair) return pairPlaces(lookup, pair.pair, isCancelled);
  }
  return pairPlaces(lookup, lineage.pair, isCancelled);
}

/** Where what stands at a character comes from, nearest first; null: nowhere that is known. */
export async function definitionAt(
  context: LineContext,
  character: number,
  isCancelled: IsCancelled,
): Promise<Definition | null> {
  const { lookup, tree } = context;
  const found = tree?.at(character);
  if (!found || !lookup) return null;
  const origin = originAt(context, found);
  if (origin) {
    const { from, to } = origin;
    return { from, to, places: await rawPlace(lookup, origin.origin, isCancelled) };
  }
  const { from, to, value } = found;
  const form = idForm(value);
  if (form !== null)
    return { from, to, places: await idPlaces(context, lookup, form, String(value), isCancelled) };
  const places = context.kind === "alignx" ? await rowPlaces(context, lookup, found, isCancelled) : [];
  return places.length > 0 ? { from, to, places } : null;
}
