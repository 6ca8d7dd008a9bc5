import { readFile } from "node:fs/promises";
import { z } from "zod";
import { InputError } from "../core/errors.js";
import { writeWhole } from "../node/store/write-whole.js";
import type { OutputFolder } from "../node/store/output-folder.js";

/** Dropped records that the user wants back, in the output folder; steps heed the list at their next run. */
const FILE = "restored.json";

const restoredSchema = z.array(z.object({ stage: z.string(), rule: z.string(), id: z.string() }));
export type Restored = z.infer<typeof restoredSchema>[number];

/** The records asked back so far. @throws InputError when somebody has broken the list */
export async function readRestored(output: OutputFolder): Promise<Restored[]> {
  let text: string;
  try {
    text = await readFile(output.file(FILE), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  try {
    return restoredSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new InputError(
      { file: output.file(FILE) },
      {
        rule: "edited-output",
        message: "this is no list of records asked back",
        fix: "undo the edit, or delete the file and ask the records back again (`prefloom drops --restore ID`)",
      },
      { cause: error },
    );
  }
}

/** Adds a record to the list; twice is once. */
export async function addRestored(output: OutputFolder, record: Restored): Promise<void> {
  const before = await readRestored(output);
  if (
    before.some(({ stage, rule, id }) => stage === record.stage && rule === record.rule && id === record.id)
  ) {
    return;
  }
  await writeWhole(output.file(FILE), `${JSON.stringify([...before, record], null, 2)}\n`);
}
