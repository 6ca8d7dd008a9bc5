import type { RecordSchema } from "../core/records/record-schema.js";
import { readRecordFile } from "../node/store/record-file.js";
import type { Workspace } from "./workspace.js";

/** Records of a file of the output folder, in file order. @throws InputError for the first line that is none */
export function readRecords<T>(
  workspace: Workspace,
  path: string,
  schema: RecordSchema<T>,
): AsyncIterable<{ readonly value: T; readonly line: number }> {
  return readRecordFile(path, schema, workspace.shown(path));
}
