import { l10n, languages, Location, type LocationLink, window } from "vscode";
import { MOST_REFERENCES, readingDefinition, readingReferences } from "../../protocol/reading.js";
import type { Editor } from "../editor.js";
import {
  askReader,
  type KindOf,
  locationOf,
  placeOf,
  rangeIn,
  READABLE_DOCUMENTS,
} from "./reading-places.js";

/** Registers the ways from a line to where it comes from, and to where its id stands. */
export function registerNavigation(editor: Editor, kindOf: KindOf): void {
  editor.context.subscriptions.push(
    languages.registerDefinitionProvider(READABLE_DOCUMENTS, {
      async provideDefinition(document, { line, character }, token): Promise<LocationLink[] | undefined> {
        if (kindOf(document) === null) return undefined;
        const place = { ...placeOf(document, line), character };
        const found = await askReader(editor, readingDefinition, place, token);
        if (!found) return undefined;
        const originSelectionRange = rangeIn(document, line, found.from, found.to);
        return found.places.map((one) => {
          const { uri, range } = locationOf(one);
          return { originSelectionRange, targetUri: uri, targetRange: range };
        });
      },
    }),
    languages.registerReferenceProvider(READABLE_DOCUMENTS, {
      async provideReferences(document, { line, character }, _context, token) {
        if (kindOf(document) === null) return undefined;
        const place = { ...placeOf(document, line), character };
        const found = await askReader(editor, readingReferences, place, token);
        if (!found || token.isCancellationRequested) return undefined;
        if (found.more) {
          void window.showInformationMessage(
            l10n.t("Only the first {0} places are shown.", String(MOST_REFERENCES)),
          );
        }
        return found.places.map((one) => {
          const { uri, range } = locationOf(one);
          return new Location(uri, range);
        });
      },
    }),
  );
}
