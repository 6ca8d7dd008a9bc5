import { SPLITS } from "../../core/records/records.js";
import { STEP_NAMES } from "../../core/step-names.js";
import { type FilePlace, MOST_REFERENCES } from "../../protocol/reading.js";
import { linesWith } from "../../runtime/lines-with.js";
import {
  ANNOTATIONS,
  CLUSTERS,
  FINDINGS,
  LEVELS,
  PAIRS,
  PERSONAS,
  POSTS,
  SPLITS_FILE,
  VERDICTS,
} from "../../steps/files.js";
import { idForm } from "./describe-id.js";
import type { LineContext, Lookup } from "./line-context.js";

/** Output files in the order of the pipeline: an id is found first where it is made. */
const FILES = [
  ...[POSTS, ANNOTATIONS, LEVELS, CLUSTERS, PAIRS, SPLITS_FILE, PERSONAS, VERDICTS, FINDINGS].map(
    ({ path }) => path,
  ),
  ...SPLITS.map((split) => `dataset/${split}.lineage.jsonl`),
  ...STEP_NAMES.map((step) => `${step}/drops.jsonl`),
];

/** What the references to a character's value are searched for: its id, or that of a dataset row's pair. */
async function soughtAt(context: LineContext, character: number): Promise<string | null> {
  const found = context.tree?.at(character);
  if (!found) return null;
  if (idForm(found.value) !== null) return String(found.value);
  return context.kind === "alignx" ? ((await context.lineage())?.pair ?? null) : null;
}

async function search(
  lookup: Lookup,
  id: string,
  isCancelled: () => boolean,
): Promise<{ readonly places: readonly FilePlace[]; readonly more: boolean }> {
  const places: FilePlace[] = [];
  for (const file of FILES) {
    const path = lookup.file(file);
    for await (const { line, character } of linesWith(path, `"${id}"`, isCancelled)) {
      if (isCancelled() || places.length === MOST_REFERENCES) return { places, more: true };
      places.push({ path, line: line - 1, character: character + 1 });
    }
    if (isCancelled()) return { places, more: true };
  }
  return { places, more: false };
}

/** Where an id stands in the output files. */
export async function referencesAt(
  context: LineContext,
  character: number,
  isCancelled: () => boolean,
): Promise<{ readonly id: string | null; readonly places: readonly FilePlace[]; readonly more: boolean }> {
  const id = await soughtAt(context, character);
  const { lookup } = context;
  if (id === null || !lookup) return { id: null, places: [], more: false };
  return { id, ...(await search(lookup, id, isCancelled)) };
}
