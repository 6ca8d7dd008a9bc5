import { lineageSchema } from "../../core/records/alignx-row.js";
import { dropSchema, type Split } from "../../core/records/records.js";
import type { StepName } from "../../core/step-names.js";
import { RecordIndexCache } from "../../runtime/record-index-cache.js";
import type { IndexedFile } from "../../runtime/record-index.js";
import { openWorkspace, type Workspace } from "../../runtime/workspace.js";
import { CLUSTERS, PAIRS, PERSONAS, POSTS, VERDICTS } from "../../steps/files.js";

/** The output files that trees look into. */
export const INDEXED = {
  posts: { ...POSTS, head: ["id"], ids: ["id"] },
  clusters: { ...CLUSTERS, head: ["post"], ids: ["post"] },
  pairs: { ...PAIRS, head: ["id", "post"], ids: ["id", "post"] },
  personas: { ...PERSONAS, head: ["pair"], ids: ["pair"] },
  verdicts: { ...VERDICTS, head: ["pair"], ids: ["pair"] },
} as const;

/** The lineage of a split: it has the line order of the split's data file. */
export const lineageOf = (split: Split) =>
  ({ path: `dataset/${split}.lineage.jsonl`, schema: lineageSchema, head: ["pair"], ids: ["pair"] }) as const;

/** The drop ledger of a step. */
export const dropsOf = (step: StepName) =>
  ({
    path: `${step}/drops.jsonl`,
    schema: dropSchema,
    head: ["id", "rule"],
    ids: ["id"],
    group: "rule",
  }) as const;

/** A workspace with the indexes of its output. */
export interface IndexedWorkspace {
  readonly workspace: Workspace;
  readonly indexes: RecordIndexCache;
}

/** The workspaces that were asked about, with the indexes of their outputs. */
export class IndexedWorkspaces {
  readonly #kept = new Map<string, RecordIndexCache>();

  /** @throws InputError when its settings are wrong */
  async open(folder: string): Promise<IndexedWorkspace> {
    const workspace = await openWorkspace(folder);
    const kept = this.#kept.get(folder);
    const indexes =
      kept?.output.path === workspace.output.path ? kept : new RecordIndexCache(workspace.output);
    this.#kept.set(folder, indexes);
    return { workspace, indexes };
  }
}

/** The first record with an id; null where there is none, or no such file. */
export async function firstWith<T>(
  { indexes }: IndexedWorkspace,
  file: IndexedFile<T>,
  field: string,
  id: string,
): Promise<{ readonly value: T; readonly line: number; readonly number: number } | null> {
  const index = await indexes.get(file);
  return (await index?.find(field, id))?.[0] ?? null;
}
