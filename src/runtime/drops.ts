import { existsSync } from "node:fs";
import { InputError } from "../core/errors.js";
import { dropRule } from "../core/records/drop-rules.js";
import { type Drop, dropSchema } from "../core/records/records.js";
import { STEPS } from "../steps/registry.js";
import { readRecords } from "./read-output.js";
import { addRestored, readRestored, type Restored } from "./restored.js";
import type { Workspace } from "./workspace.js";

/** One entry of the ledgers, and whether the user asked it back since. */
export interface LedgerEntry {
  readonly drop: Drop;
  readonly restored: boolean;
}

/** The drop ledgers of all steps, in the order of the pipeline. @throws InputError for a stage that is no step */
export async function* listDrops(
  workspace: Workspace,
  { rule, stage }: { readonly rule?: string | undefined; readonly stage?: string | undefined } = {},
): AsyncGenerator<LedgerEntry> {
  if (stage !== undefined && !STEPS.some(({ name }) => name === stage)) {
    throw new InputError(
      { file: "--stage" },
      {
        rule: "usage",
        message: `there is no step “${stage}”`,
        fix: `write one of ${STEPS.map(({ name }) => name).join(", ")}`,
      },
    );
  }
  const asked = new Set(
    (await readRestored(workspace.output)).map((one) => [one.stage, one.rule, one.id].join(" ")),
  );
  for (const { name } of STEPS) {
    const path = workspace.output.file(`${name}/drops.jsonl`);
    if ((stage !== undefined && stage !== name) || !existsSync(path)) continue;
    for await (const { value: drop } of readRecords(workspace, path, dropSchema)) {
      if (rule !== undefined && drop.rule !== rule) continue;
      yield { drop, restored: asked.has([drop.stage, drop.rule, drop.id].join(" ")) };
    }
  }
}

/**
 * Asks a dropped record back.
 * @throws InputError when the ledger has no such record, or it cannot come back
 */
export async function restoreDrop(workspace: Workspace, id: string, rule?: string): Promise<Restored> {
  let unusable: Drop | undefined;
  for await (const { drop } of listDrops(workspace, { rule })) {
    if (drop.id !== id) continue;
    if (!dropRule(drop.rule).restorable) {
      unusable = drop;
      continue;
    }
    const record = { stage: drop.stage, rule: drop.rule, id };
    await addRestored(workspace.output, record);
    return record;
  }
  if (unusable) {
    throw new InputError(
      { file: "--restore" },
      {
        rule: "not-restorable",
        message: `${id} was dropped under “${unusable.rule}” (${dropRule(unusable.rule).why}) and cannot come back as it is`,
        fix: "mend the raw record or change the setting that dropped it, and run again",
      },
    );
  }
  throw new InputError(
    { file: "--restore" },
    { rule: "unknown-id", message: `the ledger has no record ${id}`, fix: "`prefloom drops` lists the ids" },
  );
}
