import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError } from "../core/errors.js";
import type { Origin } from "../core/records/records.js";
import { cutText } from "../core/report/words.js";
import { hashFile } from "../node/store/hash-file.js";
import { entriesOf } from "../node/text/json-array.js";
import { linesOf } from "../node/text/json-lines.js";
import { beginsWithList } from "../node/text/read-records.js";
import { openText } from "../node/text/text-file.js";
import type { Workspace } from "./workspace.js";

/** A record as its source has it, in part; nothing of it has been cleaned. */
export interface RawExcerpt extends Origin {
  /** The beginning of the line, or why there is none to show. */
  readonly text: string | null;
  readonly why?: string;
  /** Characters of the line beyond `text`. */
  readonly more: number;
  /** The file is not the one that was imported any more, so the line may be another one. */
  readonly changed: boolean;
}

const SHOWN_CHARACTERS = 300;

/** The text of a line, or of an array's entry, which is put on one line; null where the file ends before it. */
async function recordText(path: string, name: string, line: number): Promise<string | null> {
  const file = await openText(path, { name });
  if (beginsWithList(file)) {
    for await (const entry of entriesOf(() => Promise.resolve(file), { allowEmpty: true })) {
      if (entry.line === line) return "value" in entry ? JSON.stringify(entry.value) : entry.problem.message;
    }
    return null;
  }
  for await (const raw of linesOf(() => Promise.resolve(file), { allowEmpty: true })) {
    if (raw.line === line) return "text" in raw ? raw.text : raw.problem.message;
    if (raw.line > line) return null;
  }
  return null;
}

/** What an import has recorded of a source file. */
export interface ImportedFile {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly sha256: string | undefined;
}

const modifiedAt = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );

/** The beginning of a raw record. @param imported null where nothing is known of the import */
export async function readRawLine(
  workspace: Workspace,
  { file, line }: Origin,
  imported: ImportedFile | null,
): Promise<RawExcerpt> {
  const path = resolve(workspace.folder, file);
  const nothing = { file, line, text: null, more: 0 };
  const modified = await modifiedAt(path);
  if (modified === null) return { ...nothing, why: "the file is not there any more", changed: false };
  try {
    // A file may be younger than its import without being another one: it was copied, or checked out.
    const changed =
      imported !== null && modified > imported.at && (await hashFile(path)).sha256 !== imported.sha256;
    const text = await recordText(path, file, line);
    if (text === null) return { ...nothing, why: "the file ends before this line", changed };
    const { shown, more } = cutText(text, { units: SHOWN_CHARACTERS, lines: SHOWN_CHARACTERS });
    return { file, line, text: shown, more, changed };
  } catch (error) {
    if (error instanceof InputError) return { ...nothing, why: error.message, changed: false };
    throw error;
  }
}
