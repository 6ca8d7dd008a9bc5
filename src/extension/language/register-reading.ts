import type { Editor } from "../editor.js";
import { registerBigFiles } from "./big-files.js";
import type { DocumentKinds } from "./document-sync.js";
import { FilePages } from "./file-pages.js";
import { registerHover } from "./hover.js";
import { registerLens } from "./lens.js";
import { registerNavigation } from "./navigation.js";
import { registerReadableLines } from "./readable-lines.js";
import { type KindOf, pageOf } from "./reading-places.js";
import { registerSettingsLanguage } from "./settings-language.js";
import { registerSymbols } from "./symbols.js";

/** Registers all that helps to read data: hovers, lenses, ways to where things come from, outlines, readable forms, pages. */
export function registerReading(editor: Editor, kinds: DocumentKinds): void {
  const pages = new FilePages(editor);
  const kindOf: KindOf = (document) => (pageOf(document.uri) ? pages.kindOf(document) : kinds.of(document));
  editor.context.subscriptions.push(pages);
  registerHover(editor, kindOf);
  registerLens(editor, kindOf, [kinds.onDidChange, pages.onDidChangeKinds]);
  registerNavigation(editor, kindOf);
  registerSymbols(editor, kindOf);
  registerReadableLines(editor, kindOf);
  registerBigFiles(editor, pages);
  registerSettingsLanguage(editor);
}
