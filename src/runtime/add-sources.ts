import { readFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { applyEdits, modify } from "jsonc-parser";
import type { SourceSettings } from "../core/settings/settings.js";
import { writeWhole } from "../node/store/write-whole.js";
import { SETTINGS_FILE, type Workspace } from "./workspace.js";

/** A path as it is written into the settings: relative to the workspace where it lies within, with `/`. */
function sourcePath(folder: string, file: string): string {
  const inside = relative(folder, resolve(file));
  return (inside.startsWith("..") || isAbsolute(inside) ? resolve(file) : inside).replaceAll("\\", "/");
}

/**
 * Adds files to `sources` of `prefloom.json`, leaving comments and layout as they are.
 * @returns those that were not there before
 */
export async function addSources(
  workspace: Workspace,
  files: readonly string[],
  more: Omit<SourceSettings, "path">,
): Promise<SourceSettings[]> {
  const settingsFile = join(workspace.folder, SETTINGS_FILE);
  const known = new Map(workspace.settings.sources.map((source) => [source.path, source]));
  let text = await readFile(settingsFile, "utf8");
  const added: SourceSettings[] = [];
  for (const file of files) {
    const source: SourceSettings = { path: sourcePath(workspace.folder, file), ...more };
    if (known.has(source.path)) continue;
    known.set(source.path, source);
    const edits = modify(text, ["sources", -1], source, {
      isArrayInsertion: true,
      formattingOptions: { insertSpaces: true, tabSize: 2 },
    });
    text = applyEdits(text, edits);
    added.push(source);
  }
  if (added.length > 0) await writeWhole(settingsFile, text);
  return added;
}
