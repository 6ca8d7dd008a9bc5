import { DocumentSymbol, languages, Range, SymbolKind } from "vscode";
import { readingSymbols } from "../../protocol/reading.js";
import type { Editor } from "../editor.js";
import { DATA_DOCUMENTS } from "./document-sync.js";
import { askReader, type KindOf } from "./reading-places.js";

/**
 * Registers the outline: a line, or a range of lines in long files. Folding is left out: a line of JSONL has nothing below
 * it that could fold.
 */
export function registerSymbols(editor: Editor, kindOf: KindOf): void {
  editor.context.subscriptions.push(
    languages.registerDocumentSymbolProvider(DATA_DOCUMENTS, {
      async provideDocumentSymbols(document, token) {
        if (kindOf(document) === null) return undefined;
        const symbols = await askReader(editor, readingSymbols, { uri: document.uri.toString() }, token);
        return symbols?.map(({ name, detail, range: { start, end } }) => {
          const range = new Range(start.line, start.character, end.line, end.character);
          const first = new Range(range.start, range.start);
          return new DocumentSymbol(name, detail, SymbolKind.Object, range, first);
        });
      },
    }),
  );
}
