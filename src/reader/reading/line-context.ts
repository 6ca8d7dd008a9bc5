import { dirname, relative, resolve } from "node:path";
import { type Lineage } from "../../core/records/alignx-row.js";
import {
  type Annotation,
  type LeveledResponse,
  type Pair,
  type Persona,
  type Post,
  type PostClusters,
  type PostSplit,
  SPLITS,
  type Verdict,
} from "../../core/records/records.js";
import { ALIGNX_SPACE, type PreferenceSpace } from "../../core/space/space.js";
import type { DocumentKind } from "../../protocol/documents.js";
import type { LinePlace } from "../../protocol/reading.js";
import type { RecordIndexCache } from "../../runtime/record-index-cache.js";
import { findWorkspace } from "../../runtime/workspace.js";
import { ANNOTATIONS, LEVELS, SPLITS_FILE } from "../../steps/files.js";
import type { DataDocument } from "../documents/data-document.js";
import {
  firstWith,
  INDEXED,
  type IndexedWorkspace,
  type IndexedWorkspaces,
  lineageOf,
} from "../records/indexed-files.js";
import { LineTree } from "./line-tree.js";

/** Output files that only readers of lines look into. */
const BY_RESPONSE = {
  annotations: { ...ANNOTATIONS, head: ["post", "response"], ids: ["response"] },
  levels: { ...LEVELS, head: ["post", "response"], ids: ["response"] },
} as const;
const SPLIT_OF_POST = { ...SPLITS_FILE, head: ["post"], ids: ["post"] } as const;

/** A record and the line where it stands, from 1. */
export interface Placed<T> {
  readonly value: T;
  readonly line: number;
}

/** Records of a workspace's output by their ids. */
export class Lookup {
  constructor(readonly open: IndexedWorkspace) {}

  get folder(): string {
    return this.open.workspace.folder;
  }

  get space(): PreferenceSpace {
    return this.open.workspace.space;
  }

  get indexes(): RecordIndexCache {
    return this.open.indexes;
  }

  /** Absolute path of an output file. */
  file(path: string): string {
    return this.open.workspace.output.file(path);
  }

  shown(path: string): string {
    return this.open.workspace.shown(path);
  }

  post(id: string): Promise<Placed<Post> | null> {
    return firstWith(this.open, INDEXED.posts, "id", id);
  }

  pair(id: string): Promise<Placed<Pair> | null> {
    return firstWith(this.open, INDEXED.pairs, "id", id);
  }

  async pairsOf(post: string): Promise<readonly Placed<Pair>[]> {
    return (await (await this.indexes.get(INDEXED.pairs))?.find("post", post)) ?? [];
  }

  persona(pair: string): Promise<Placed<Persona> | null> {
    return firstWith(this.open, INDEXED.personas, "pair", pair);
  }

  verdict(pair: string): Promise<Placed<Verdict> | null> {
    return firstWith(this.open, INDEXED.verdicts, "pair", pair);
  }

  clusters(post: string): Promise<Placed<PostClusters> | null> {
    return firstWith(this.open, INDEXED.clusters, "post", post);
  }

  levels(response: string): Promise<Placed<LeveledResponse> | null> {
    return firstWith(this.open, BY_RESPONSE.levels, "response", response);
  }

  annotation(response: string): Promise<Placed<Annotation> | null> {
    return firstWith(this.open, BY_RESPONSE.annotations, "response", response);
  }

  split(post: string): Promise<Placed<PostSplit> | null> {
    return firstWith(this.open, SPLIT_OF_POST, "post", post);
  }

  /** The post of a response. */
  async postOfResponse(response: string): Promise<Placed<Post> | null> {
    const known = (await this.annotation(response)) ?? (await this.levels(response));
    return known ? this.post(known.value.post) : null;
  }

  /** Where a pair stands in the data set. */
  async exported(pair: string): Promise<{ readonly path: string; readonly line: number } | null> {
    for (const split of SPLITS) {
      const found = await firstWith(this.open, lineageOf(split), "pair", pair);
      if (found) return { path: this.file(`dataset/${split}.jsonl`), line: found.line };
    }
    return null;
  }

  /** The line of lineage that belongs to a line (from 1) of the data set. */
  async lineageAt(path: string, line: number): Promise<Lineage | null> {
    const split = SPLITS.find((one) => this.file(`dataset/${one}.jsonl`) === path);
    const index = split && (await this.indexes.get(lineageOf(split)));
    const number = index?.numberAt(line);
    const [record] = number === undefined ? [] : await index!.read([number]);
    return record && "value" in record ? record.value : null;
  }
}

/** A line and all that is needed to tell what is on it. */
export class LineContext {
  readonly #tree: LineTree | null;
  #lineage: Promise<Lineage | null> | undefined;

  constructor(
    readonly place: LinePlace,
    readonly kind: DocumentKind | null,
    readonly text: string,
    /** Null outside of workspaces, and where its settings are wrong. */
    readonly lookup: Lookup | null,
  ) {
    this.#tree = LineTree.of(text);
  }

  /** Null where the line is no JSON object. */
  get tree(): LineTree | null {
    return this.#tree;
  }

  get value(): Readonly<Record<string, unknown>> {
    return this.#tree?.value ?? {};
  }

  get space(): PreferenceSpace {
    return this.lookup?.space ?? ALIGNX_SPACE;
  }

  /** Where a row of the data set comes from; null where that is not known, or the row has moved since the export. */
  lineage(): Promise<Lineage | null> {
    this.#lineage ??= this.#readLineage();
    return this.#lineage;
  }

  async #readLineage(): Promise<Lineage | null> {
    if (this.kind !== "alignx" || !this.lookup) return null;
    const lineage = await this.lookup.lineageAt(this.place.path, this.place.line + 1);
    const post = lineage && (await this.lookup.post(lineage.post));
    if (!post) return null;
    const isText = (key: "chosen" | "rejected") =>
      post.value.responses.find(({ id }) => id === lineage[key])?.text === this.value[key];
    // Lines move when rows are dropped in the editor; the texts tell whether this is still the one: posts have many rows.
    return post.value.text === this.value["prompt"] && isText("chosen") && isText("rejected")
      ? lineage
      : null;
  }
}

/** Finds lines and what belongs to them. */
export class LineContexts {
  /** @param lineOfFile a line (from 0) of a file that is no open document, and what the file is */
  constructor(
    private readonly documentOf: (uri: string) => DataDocument | undefined,
    private readonly workspaces: IndexedWorkspaces,
    private readonly lineOfFile: (
      path: string,
      line: number,
    ) => Promise<{ readonly text: string; readonly kind: DocumentKind | null } | null>,
  ) {}

  async of(place: LinePlace): Promise<LineContext | null> {
    if (place.uri === null) {
      const found = await this.lineOfFile(place.path, place.line);
      return found && new LineContext(place, found.kind, found.text, await this.lookup(place.path));
    }
    const document = this.documentOf(place.uri);
    if (!document || place.line >= document.lineCount) return null;
    return new LineContext(place, document.kind, document.line(place.line), await this.lookup(place.path));
  }

  /** The workspace that a file lies in. */
  async lookup(path: string): Promise<Lookup | null> {
    const folder = findWorkspace(dirname(resolve(path)));
    if (folder === null) return null;
    // Wrong settings are told where they stand.
    const open = await this.workspaces.open(folder).catch(() => null);
    return open && new Lookup(open);
  }
}

/** A path as people know it in a workspace; outside, its name. */
export function shownPath(lookup: Lookup | null, path: string): string {
  return lookup ? lookup.shown(path) : relative(dirname(path), path);
}
