import { responseDirection } from "../core/records/direction.js";
import {
  type Annotation,
  type Drop,
  dropSchema,
  type Pair,
  pairSchema,
  type Post,
  postSchema,
  responseSchema,
  type Verdict,
} from "../core/records/records.js";
import type { Finding } from "../core/finding.js";
import { FINDINGS, PAIRS, PERSONAS, POSTS, SPLITS_FILE, VERDICTS } from "../steps/files.js";
import { STEPS } from "../steps/registry.js";
import { type KnownId, resolveId, unknownId } from "./explain-id.js";
import {
  annotationsOf,
  explainClusters,
  explainDimensions,
  explainDrops,
  explainPersona,
  explainPrompt,
  explainRun,
  findDrops,
  findExported,
  findRecord,
  levelsOf,
  mentions,
  readRawLines,
  requireSpace,
} from "./explain-parts.js";
import type { ExplainedPair, ExplainedPost, ExplainedResponse, Explanation } from "./explanation.js";
import { type Manifests, readManifests } from "./report.js";
import type { Workspace } from "./workspace.js";

/** What differs from kind to kind; the rest is filled in the same way. */
type Part = Partial<Omit<Explanation, "asked" | "kind" | "id">>;

/** The record of a ledger entry, where it is of this type. */
function droppedRecord<T>(
  drops: readonly Drop[],
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): T | null {
  for (const { record } of drops) {
    const parsed = schema.safeParse(record);
    if (parsed.success) return parsed.data;
  }
  return null;
}

function explainPost({ id, source, text, thread, responses, origin }: Post): ExplainedPost {
  return {
    ...{ id, source, text, origin, responses: responses.length },
    ...(thread === undefined ? {} : { thread }),
  };
}

function explainResponse(
  post: Post | null,
  id: string,
  role: ExplainedResponse["role"],
): Omit<ExplainedResponse, "cluster"> {
  const found = post?.responses.find((response) => response.id === id);
  return {
    ...{ id, role, text: found?.text ?? null },
    origin: found ? (found.origin ?? post!.origin) : null,
    ...(found?.ratings ? { ratings: found.ratings } : {}),
  };
}

/** Ledger of the step that drops whole posts. */
const DROPPED_POSTS = { path: "import/drops.jsonl", schema: dropSchema };

const findPost = (workspace: Workspace, id: string): Promise<Post | null> =>
  findRecord(workspace, POSTS, id, (post) => post.id === id);

/** Clusters of the post, and the responses with theirs. */
async function placeInClusters(
  workspace: Workspace,
  post: string,
  responses: readonly Omit<ExplainedResponse, "cluster">[],
): Promise<Pick<Explanation, "clusters" | "responses">> {
  const clusters = await explainClusters(workspace, post, responses);
  return {
    clusters,
    responses: responses.map((response) => {
      const at = clusters?.findIndex((cluster) => cluster.responses.includes(response.id)) ?? -1;
      return { ...response, cluster: at < 0 ? null : at + 1 };
    }),
  };
}

async function findingsOn(workspace: Workspace, ids: readonly string[]): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const { value } of mentions(workspace, FINDINGS, ids)) {
    if (value.id !== undefined && ids.includes(value.id)) found.push(value);
  }
  return found;
}

async function splitOf(workspace: Workspace, post: string): Promise<Explanation["split"]> {
  return (await findRecord(workspace, SPLITS_FILE, post, (one) => one.post === post))?.split ?? null;
}

/** The prompt of a response, asked about the first dimension that the persona agrees on, else the first that is shown. */
function promptOf(
  workspace: Workspace,
  manifests: Manifests,
  post: Post | null,
  response: ExplainedResponse,
  annotations: ReadonlyMap<string, Annotation>,
  dimensions: Explanation["dimensions"],
): Explanation["prompt"] {
  const annotation = annotations.get(response.id);
  if (!post || response.text === null || !annotation) return null;
  const { id, text } = response;
  return explainPrompt(
    workspace,
    manifests,
    post,
    { id, text },
    annotation.cut,
    (dimensions?.find(({ agreed }) => agreed) ?? dimensions?.[0])?.dimension,
  );
}

async function personaOf(workspace: Workspace, pair: Pair, verdict: Verdict | null) {
  let persona: Explanation["persona"] = null;
  let serves = 0;
  for await (const { value } of mentions(workspace, PERSONAS, [pair.id])) {
    if (value.pair === pair.id) persona = await explainPersona(workspace, pair, value, verdict);
    else serves++;
  }
  return { persona, serves };
}

async function explainPair(
  workspace: Workspace,
  manifests: Manifests,
  { id }: KnownId,
  drops: readonly Drop[],
): Promise<Part | null> {
  const pair =
    (await findRecord(workspace, PAIRS, id, (one) => one.id === id)) ?? droppedRecord(drops, pairSchema);
  if (!pair) return null;
  requireSpace(workspace, pair.direction.length);
  const post = await findPost(workspace, pair.post);
  const { clusters, responses } = await placeInClusters(workspace, pair.post, [
    explainResponse(post, pair.chosen, "chosen"),
    explainResponse(post, pair.rejected, "rejected"),
  ]);
  const verdict = await findRecord(workspace, VERDICTS, id, (one) => one.pair === id);
  const ids = [pair.chosen, pair.rejected];
  const annotations = await annotationsOf(workspace, ids);
  const dimensions = explainDimensions(
    workspace.space,
    pair.direction,
    responses,
    await levelsOf(workspace, ids),
    annotations,
    verdict?.agreed ?? [],
  );
  return {
    exported: (await findExported(workspace, [id])).get(id) ?? null,
    split: await splitOf(workspace, pair.post),
    post: post && explainPost(post),
    ...{ responses, clusters, dimensions, verdict },
    ...(await personaOf(workspace, pair, verdict)),
    findings: await findingsOn(workspace, [id, pair.post]),
    prompt: promptOf(workspace, manifests, post, responses[0]!, annotations, dimensions),
    raw: await readRawLines(workspace, manifests, [
      { of: "post", origin: post?.origin },
      ...responses.map(({ role, origin }) => ({ of: role, origin })),
    ]),
  };
}

/** Pairs that mention a post or a response, and what became of them. */
async function pairsWith(
  workspace: Workspace,
  id: string,
  isOne: (pair: Pair) => boolean,
): Promise<ExplainedPair[]> {
  const found: Pair[] = [];
  for await (const { value } of mentions(workspace, PAIRS, [id])) if (isOne(value)) found.push(value);
  const ids = found.map((pair) => pair.id);
  const exported = await findExported(workspace, ids);
  const drops = await findDrops(workspace, ids);
  return found.map((pair) => ({
    ...{ id: pair.id, chosen: pair.chosen, rejected: pair.rejected },
    exported: exported.get(pair.id) ?? null,
    dropped: drops.find((drop) => drop.id === pair.id)?.rule ?? null,
  }));
}

async function explainOnePost(
  workspace: Workspace,
  manifests: Manifests,
  { id }: KnownId,
  drops: readonly Drop[],
): Promise<Part | null> {
  const post = (await findPost(workspace, id)) ?? droppedRecord(drops, postSchema);
  if (!post) return null;
  const { clusters, responses } = await placeInClusters(
    workspace,
    id,
    post.responses.map((response) => explainResponse(post, response.id, "response")),
  );
  return {
    split: await splitOf(workspace, id),
    post: explainPost(post),
    ...{ responses, clusters },
    pairs: await pairsWith(workspace, id, (pair) => pair.post === id),
    findings: await findingsOn(workspace, [id]),
    raw: await readRawLines(workspace, manifests, [
      { of: "post", origin: post.origin },
      ...responses.map(({ origin }, i) => ({ of: `response ${i + 1}`, origin })),
    ]),
  };
}

/** A response that was dropped, by itself or with its post. */
async function explainDroppedResponse(
  workspace: Workspace,
  manifests: Manifests,
  id: string,
  drops: readonly Drop[],
): Promise<Part | null> {
  const alone = droppedRecord(drops, responseSchema);
  if (alone) {
    const origin = drops[0]?.origin ?? null;
    return {
      responses: [{ id, role: "response", text: alone.text, origin, cluster: null }],
      raw: await readRawLines(workspace, manifests, [{ of: "response", origin }]),
    };
  }
  for await (const { value: drop } of mentions(workspace, DROPPED_POSTS, [id])) {
    const post = postSchema.safeParse(drop.record);
    if (!post.success || !post.data.responses.some((one) => one.id === id)) continue;
    const response = explainResponse(post.data, id, "response");
    return {
      drops: await explainDrops(workspace, [drop]),
      post: explainPost(post.data),
      responses: [{ ...response, cluster: null }],
      raw: await readRawLines(workspace, manifests, [
        { of: "post", origin: post.data.origin },
        { of: "response", origin: response.origin },
      ]),
    };
  }
  return null;
}

async function explainOneResponse(
  workspace: Workspace,
  manifests: Manifests,
  { id }: KnownId,
  drops: readonly Drop[],
): Promise<Part | null> {
  const post = await findRecord(workspace, POSTS, id, ({ responses }) => responses.some((r) => r.id === id));
  if (!post) return explainDroppedResponse(workspace, manifests, id, drops);
  const { clusters, responses } = await placeInClusters(workspace, post.id, [
    explainResponse(post, id, "response"),
  ]);
  const levels = await levelsOf(workspace, [id]);
  const annotations = await annotationsOf(workspace, [id]);
  const own = levels.get(id);
  const dimensions = own
    ? explainDimensions(workspace.space, responseDirection(own), responses, levels, annotations, [])
    : null;
  let serves = 0;
  for await (const { value } of mentions(workspace, PERSONAS, [id])) {
    if (value.ugc.some(({ response }) => response === id)) serves++;
  }
  return {
    split: await splitOf(workspace, post.id),
    post: explainPost(post),
    ...{ responses, clusters, dimensions, serves },
    pairs: await pairsWith(workspace, id, ({ chosen, rejected }) => chosen === id || rejected === id),
    findings: await findingsOn(workspace, [post.id]),
    prompt: promptOf(workspace, manifests, post, responses[0]!, annotations, dimensions),
    raw: await readRawLines(workspace, manifests, [
      { of: "post", origin: post.origin },
      { of: "response", origin: responses[0]!.origin },
    ]),
  };
}

/** A raw record that gave no post: its ledger entry is all there is. */
async function explainRecord(
  workspace: Workspace,
  manifests: Manifests,
  _: KnownId,
  drops: readonly Drop[],
): Promise<Part | null> {
  if (drops.length === 0) return null;
  const raw = await readRawLines(
    workspace,
    manifests,
    drops.map(({ origin }) => ({ of: "record", origin })),
  );
  return { raw };
}

const BY_KIND = {
  pair: explainPair,
  post: explainOnePost,
  response: explainOneResponse,
  record: explainRecord,
};

/**
 * Walks back from a line of the data set, a pair, a post or a response to all that it came from.
 * @param asked such as `train.jsonl:12`, or an id
 * @throws InputError for what no record and no ledger has
 */
export async function explain(workspace: Workspace, asked: string): Promise<Explanation> {
  const known = await resolveId(workspace, asked);
  const { kind, id } = known;
  const manifests = await readManifests(workspace);
  const drops = await findDrops(workspace, [id]);
  const part = await BY_KIND[kind](workspace, manifests, known, drops);
  if (!part) throw await unknownId(workspace, known);
  return {
    ...{ asked, kind, id },
    exported: null,
    drops: await explainDrops(workspace, drops),
    ...{ split: null, post: null, responses: [], clusters: null, dimensions: null },
    size: workspace.space.dimensions.length,
    ...{ pairs: [], serves: 0, persona: null, verdict: null, findings: [], prompt: null },
    made: explainRun(workspace, manifests),
    raw: [],
    notRun: STEPS.map(({ name }) => name).filter((name) => !manifests.has(name)),
    ...part,
  };
}
