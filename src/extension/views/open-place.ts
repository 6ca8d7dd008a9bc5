import {
  type Command,
  commands,
  languages,
  Position,
  Range,
  Selection,
  Uri,
  window,
  workspace,
} from "vscode";
import type { RecordPlace } from "../../protocol/records.js";
import { COMMANDS } from "../ids.js";

/** Opens a file at a line; rows of trees and links start it. Not in the palette: without a place it means nothing. */
export const OPEN_PLACE = "prefloom.openPlace";

/** An extension never sees a document that is larger. */
const DOCUMENT_BYTES = 50 * 1024 * 1024;

/** The command of a row that stands for a line of a file. @param rule that found something there */
export function openPlaceCommand(title: string, place: RecordPlace, rule?: string): Command {
  return { command: OPEN_PLACE, title, arguments: [place.file, place.line, rule] };
}

/** Where the editor shows the finding of a rule at a line, else the line's start. */
function rangeAt(uri: Uri, line: number, rule: string | undefined): Range {
  const found = languages.getDiagnostics(uri).find(({ range, code }) => {
    const id = typeof code === "object" ? code.value : code;
    return range.start.line === line && id === rule;
  });
  return found?.range ?? new Range(new Position(line, 0), new Position(line, 0));
}

/** Opens a file at a line, from 1. */
export async function openPlace(file: string, line: number, rule?: string): Promise<void> {
  const uri = Uri.file(file);
  const { size } = await workspace.fs.stat(uri);
  if (size > DOCUMENT_BYTES) {
    await commands.executeCommand(COMMANDS.openBigFile, uri, line);
    return;
  }
  const document = await workspace.openTextDocument(uri);
  const range = rangeAt(uri, line - 1, rule);
  const editor = await window.showTextDocument(document, { preview: true, selection: range });
  editor.selection = new Selection(range.end, range.start);
}
