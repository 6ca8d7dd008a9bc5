import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { applyEdits, modify } from "jsonc-parser";
import { writeWhole } from "../node/store/write-whole.js";
import { locateModel } from "./models.js";
import { SETTINGS_FILE, type Workspace } from "./workspace.js";

/** Writes a model's name into `prefloom.json`, leaving comments and layout as they are. @throws InputError for a name that nothing has */
export async function useModel({ folder }: Workspace, model: string): Promise<void> {
  await locateModel(model, folder);
  const file = join(folder, SETTINGS_FILE);
  const text = await readFile(file, "utf8");
  const edits = modify(text, ["model"], model, { formattingOptions: { insertSpaces: true, tabSize: 2 } });
  if (edits.length > 0) await writeWhole(file, applyEdits(text, edits));
}
