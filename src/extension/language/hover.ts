import { Hover, languages, MarkdownString } from "vscode";
import { readingHover } from "../../protocol/reading.js";
import type { Editor } from "../editor.js";
import { askReader, type KindOf, placeOf, rangeIn, READABLE_DOCUMENTS } from "./reading-places.js";

/** Registers hovers: what a vector, an id, an item of a persona or a text is. */
export function registerHover(editor: Editor, kindOf: KindOf): void {
  editor.context.subscriptions.push(
    languages.registerHoverProvider(READABLE_DOCUMENTS, {
      async provideHover(document, { line, character }, token) {
        if (kindOf(document) === null) return undefined;
        const place = { ...placeOf(document, line), character };
        const found = await askReader(editor, readingHover, place, token);
        if (!found) return undefined;
        // Not trusted, no HTML: texts from data are in it. Links to files work all the same.
        return new Hover(new MarkdownString(found.markdown), rangeIn(document, line, found.from, found.to));
      },
    }),
  );
}
