import type { MessageConnection } from "vscode-jsonrpc/node";
import { fixableRules, fixAllEdits, fixEdits, fixesOffered } from "../../protocol/fixes.js";
import { answering } from "../answering.js";
import type { DocumentStore } from "../documents/document-store.js";
import type { DocumentChecks } from "../findings/document-checks.js";
import { DocumentFixes } from "./document-fixes.js";

/** Answers which fixes there are and what they change. */
export function serveFixes(
  connection: MessageConnection,
  documents: DocumentStore,
  checks: DocumentChecks,
): void {
  /** The fixes of a document in the version that the editor shows; null where it is another one by now. */
  const fixesOf = async (uri: string, version: number): Promise<DocumentFixes | null> => {
    const document = documents.get(uri);
    if (document?.version !== version) return null;
    const checked = await checks.upToDate(document);
    const isOver = () => documents.get(uri) !== document || document.version !== version;
    return checked && !isOver()
      ? new DocumentFixes(documents, checked.checker, checked.context, isOver)
      : null;
  };
  connection.onRequest(
    fixesOffered,
    answering(async ({ uri, version, from, to }) => (await fixesOf(uri, version))?.offered(from, to) ?? []),
  );
  connection.onRequest(
    fixEdits,
    answering(async ({ uri, version, fix }) => (await fixesOf(uri, version))?.edits(fix) ?? null),
  );
  connection.onRequest(
    fixAllEdits,
    answering(
      async ({ uri, version, rule, kind }) => (await fixesOf(uri, version))?.allEdits(rule, kind) ?? null,
    ),
  );
  connection.onRequest(
    fixableRules,
    answering(async ({ uri, version }) => (await fixesOf(uri, version))?.rules() ?? []),
  );
}
