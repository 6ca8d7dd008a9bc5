import { resolve } from "node:path";
import { dropRule } from "../../core/records/drop-rules.js";
import { STEP_NAMES, type StepName } from "../../core/step-names.js";
import type { DropEntry, DropGroup } from "../../protocol/records.js";
import { readRestored } from "../../runtime/restored.js";
import { dropsOf, type IndexedWorkspace } from "./indexed-files.js";

/** The drop ledgers of all steps by step and rule, in the order of the pipeline. */
export async function groupsOfDrops({ workspace, indexes }: IndexedWorkspace): Promise<DropGroup[]> {
  const asked = await readRestored(workspace.output);
  const groups: DropGroup[] = [];
  for (const stage of STEP_NAMES) {
    const index = await indexes.get(dropsOf(stage));
    for (const { key: rule, count } of index?.groupCounts() ?? []) {
      const askedBack = asked.filter((one) => one.stage === stage && one.rule === rule).length;
      groups.push({ stage, rule, count, ...dropRule(rule), askedBack });
    }
  }
  return groups;
}

/** Some entries of a group. */
export async function pageOfDrops(
  { workspace, indexes }: IndexedWorkspace,
  {
    stage,
    rule,
    offset,
    limit,
  }: { readonly stage: StepName; readonly rule: string; readonly offset: number; readonly limit: number },
): Promise<DropEntry[]> {
  const index = await indexes.get(dropsOf(stage));
  const asked = new Set(
    (await readRestored(workspace.output))
      .filter((one) => one.stage === stage && one.rule === rule)
      .map(({ id }) => id),
  );
  const { restorable } = dropRule(rule);
  return ((await index?.page(rule, offset, limit)) ?? []).map((record) => {
    const place = { file: index!.path, line: record.line };
    if ("problem" in record) {
      const reason = record.problem;
      return { id: "", rule, stage, reason, restorable: false, askedBack: false, place, origin: null };
    }
    const { id, reason, origin } = record.value;
    return {
      ...{ id, rule, stage, reason, restorable, askedBack: asked.has(id), place },
      origin: origin ? { file: resolve(workspace.folder, origin.file), line: origin.line } : null,
    };
  });
}
