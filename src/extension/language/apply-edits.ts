import { Position, Range, Uri, workspace, WorkspaceEdit } from "vscode";
import type { FileEdits } from "../../protocol/fixes.js";

/** The edits of one fix as one edit, so that it is undone as one. */
export function workspaceEdit(files: readonly FileEdits[]): WorkspaceEdit {
  const edit = new WorkspaceEdit();
  for (const { path, isNew, edits } of files) {
    const uri = Uri.file(path);
    if (isNew) edit.createFile(uri, { ignoreIfExists: true });
    for (const { range, text } of edits) {
      const start = new Position(range.start.line, range.start.character);
      edit.replace(uri, new Range(start, new Position(range.end.line, range.end.character)), text);
    }
  }
  return edit;
}

/** Saves a file that an edit has changed or made; the reader knows of it as soon as it is a document. */
export async function saveFile(path: string): Promise<void> {
  const document = await workspace.openTextDocument(Uri.file(path));
  if (document.isDirty) await document.save();
}
