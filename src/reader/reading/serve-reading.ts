import type { MessageConnection } from "vscode-jsonrpc/node";
import {
  fileCounted,
  filePagesClosed,
  readingDefinition,
  readingFormat,
  readingHover,
  readingPage,
  readingPreview,
  readingReferences,
  readingSettings,
  readingSummaries,
  readingSymbols,
  type RowSummary,
} from "../../protocol/reading.js";
import { answering } from "../answering.js";
import { kindOf } from "../documents/document-kind.js";
import type { DocumentStore } from "../documents/document-store.js";
import type { IndexedWorkspaces } from "../records/indexed-files.js";
import { definitionAt } from "./definition.js";
import { OpenPages } from "./file-pages.js";
import { formatLine } from "./format-line.js";
import { hoverAt } from "./hover.js";
import { LineContexts } from "./line-context.js";
import { previewOf } from "./preview.js";
import { referencesAt } from "./references.js";
import { summariseRow } from "./row-summary.js";
import { settingsProblems } from "./settings-problems.js";
import { symbolsOf } from "./symbols.js";

/** Answers what the editor asks of lines of data. */
export function serveReading(
  connection: MessageConnection,
  documents: Pick<DocumentStore, "get">,
  workspaces: IndexedWorkspaces,
): void {
  const pages = new OpenPages((extent) => void connection.sendNotification(fileCounted, extent));
  const kindOfFile = async (path: string) => kindOf(path, await (await pages.get(path)).head()).kind;
  const contexts = new LineContexts(
    (uri) => documents.get(uri),
    workspaces,
    async (path, line) => {
      const text = await (await pages.get(path)).line(line);
      return text === null ? null : { text, kind: await kindOfFile(path) };
    },
  );

  connection.onRequest(
    readingHover,
    answering(async (place) => {
      const context = await contexts.of(place);
      return context && hoverAt(context, place.character);
    }),
  );
  connection.onRequest(
    readingSummaries,
    answering(async ({ uri, path, lines }, token) => {
      const found: RowSummary[] = [];
      for (const line of lines) {
        if (token.isCancellationRequested) break;
        const context = await contexts.of({ uri, path, line });
        const summary = context && summariseRow(context);
        if (summary) found.push(summary);
      }
      return found;
    }),
  );
  connection.onRequest(
    readingDefinition,
    answering(async (place, token) => {
      const context = await contexts.of(place);
      return context && definitionAt(context, place.character, () => token.isCancellationRequested);
    }),
  );
  connection.onRequest(
    readingReferences,
    answering(async (place, token) => {
      const context = await contexts.of(place);
      if (!context) return { places: [], more: false };
      return referencesAt(context, place.character, () => token.isCancellationRequested);
    }),
  );
  connection.onRequest(
    readingSymbols,
    answering(async ({ uri }) => {
      const document = documents.get(uri);
      return document ? symbolsOf(document) : [];
    }),
  );
  connection.onRequest(
    readingFormat,
    answering(async (place) => {
      const context = await contexts.of(place);
      return context && formatLine(context);
    }),
  );
  connection.onRequest(
    readingPreview,
    answering(async (place) => {
      const context = await contexts.of(place);
      return context && previewOf(context);
    }),
  );
  connection.onRequest(
    readingSettings,
    answering(({ path, text }) => settingsProblems(path, text)),
  );
  connection.onRequest(
    readingPage,
    answering(async ({ path, page }) => {
      const file = await pages.get(path);
      const found = await file.page(page);
      return {
        page: found && { page, ...found, kind: await kindOfFile(path) },
        extent: file.extent,
      };
    }),
  );
  connection.onNotification(filePagesClosed, ({ path }) => void pages.close(path));
}
