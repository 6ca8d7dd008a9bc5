import type { DatasetTables } from "../core/dataset/assemble.js";
import type { Split } from "../core/records/records.js";
import { LevelStore } from "../core/search/level-store.js";
import { LEVELS, PAIRS, POSTS, SPLITS_FILE } from "./files.js";
import type { StepContext } from "./step.js";

/** The tables that `check` and `export` put examples together from. */
export async function openDatasetTables(
  context: Pick<StepContext<unknown>, "read" | "table" | "space">,
): Promise<DatasetTables & { readonly splitOf: (post: string) => Split }> {
  const store = new LevelStore(context.space.dimensions.length);
  for await (const { value } of context.read(LEVELS)) store.add(value.response, value.levels);
  const test = new Set<string>();
  for await (const { value } of context.read(SPLITS_FILE)) if (value.split === "test") test.add(value.post);
  return {
    posts: await context.table(POSTS, ({ id }) => id),
    pairs: await context.table(PAIRS, ({ id }) => id),
    levels: (response) => store.get(response),
    splitOf: (post) => (test.has(post) ? "test" : "train"),
  };
}
