import { readFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { applyEdits, modify } from "jsonc-parser";
import { InputError } from "../core/errors.js";
import type { SourceSettings } from "../core/settings/settings.js";
import { expandPattern } from "../node/files/expand-pattern.js";
import { writeWhole } from "../node/store/write-whole.js";
import { SETTINGS_FILE, type Workspace } from "./workspace.js";

/** A path as it is written into the settings: relative to the workspace where it lies within, with `/`. */
function sourcePath(folder: string, file: string): string {
  const inside = relative(folder, resolve(file));
  const isOutside = inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  return (isOutside ? resolve(file) : inside).replaceAll("\\", "/");
}

/** Files of the sources that there are, patterns as what they stand for, with the place of each in the list. */
async function knownFiles({ folder, settings }: Workspace): Promise<Map<string, number | null>> {
  const known = new Map<string, number | null>();
  for (const [i, { path }] of settings.sources.entries()) {
    for (const file of await expandPattern(folder, path)) known.set(file, i);
  }
  return known;
}

/** What is said of a source that is there already must be what stands there: it would be passed over else. */
function requireSame(i: number, known: SourceSettings, more: Omit<SourceSettings, "path">): void {
  for (const key of ["format", "name", "licence"] as const) {
    const wanted = more[key];
    if (wanted === undefined || wanted === known[key]) continue;
    const before = known[key] === undefined ? "without one" : `with “${known[key]}”`;
    throw new InputError(
      { file: SETTINGS_FILE },
      {
        rule: "source-exists",
        field: `sources[${i}].${key}`,
        message: `${known.path} is a source already, ${before}`,
        fix: `write “${wanted}” there`,
      },
    );
  }
}

/**
 * Adds files to `sources` of `prefloom.json`, leaving comments and layout as they are.
 * @returns those that were not there before
 * @throws InputError for a source that is there and of which something else is said
 */
export async function addSources(
  workspace: Workspace,
  files: readonly string[],
  more: Omit<SourceSettings, "path">,
): Promise<SourceSettings[]> {
  const settingsFile = join(workspace.folder, SETTINGS_FILE);
  const known = await knownFiles(workspace);
  let text = await readFile(settingsFile, "utf8");
  const added: SourceSettings[] = [];
  for (const file of files) {
    const place = known.get(resolve(file));
    if (place !== undefined) {
      // Null: it is named twice in this call.
      if (place !== null) requireSame(place, workspace.settings.sources[place]!, more);
      continue;
    }
    known.set(resolve(file), null);
    const source: SourceSettings = { path: sourcePath(workspace.folder, file), ...more };
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
