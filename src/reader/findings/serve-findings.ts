import type { MessageConnection } from "vscode-jsonrpc/node";
import {
  findingGroups,
  findingPage,
  findingsChanged,
  findingsClear,
  findingsValidate,
  validateProgress,
} from "../../protocol/findings.js";
import { answering } from "../answering.js";
import type { DocumentStore } from "../documents/document-store.js";
import { DocumentChecks } from "./document-checks.js";
import { FindingBook } from "./finding-book.js";
import { Room } from "./kept-findings.js";
import { Validation } from "./validate-files.js";

/** Checks documents as they are edited and files on command, and answers what was found. */
export function serveFindings(connection: MessageConnection, documents: DocumentStore): DocumentChecks {
  const book = new FindingBook(() => void connection.sendNotification(findingsChanged, null));
  const room = new Room();
  const checks = new DocumentChecks(connection, documents, book);
  connection.onDispose(() => void checks.contexts.close());
  connection.onRequest(
    findingGroups,
    answering(({ by }) => Promise.resolve(book.groups(by))),
  );
  connection.onRequest(
    findingPage,
    answering(({ by, key, offset, limit }) => Promise.resolve(book.page(by, key, offset, limit))),
  );
  connection.onRequest(
    findingsValidate,
    answering((request, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return new Validation(book, room).run(request, controller.signal, (progress) => {
        const { file, bytes, totalBytes, rows, secondsLeft, rowsPerSecond } = progress;
        void connection.sendNotification(validateProgress, {
          ...{ file, rows },
          progress: {
            ...{ done: bytes, total: totalBytes, rate: rowsPerSecond },
            ...{ secondsLeft, tokensPerSecond: null },
          },
        });
      });
    }),
  );
  connection.onRequest(findingsClear, () => {
    book.clear();
    return null;
  });
  return checks;
}
