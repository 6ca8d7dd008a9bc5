import type { MessageConnection } from "vscode-jsonrpc/node";
import { DocumentStore } from "./documents/document-store.js";
import { serveFindings } from "./findings/serve-findings.js";
import { serveFixes } from "./fixes/serve-fixes.js";
import { serveReading } from "./reading/serve-reading.js";
import { IndexedWorkspaces } from "./records/indexed-files.js";
import { serveRecords } from "./records/serve-records.js";
import { serveStatus } from "./status.js";

/** Answers the requests of `protocol/reader` and its families on a connection. */
export function serveReader(connection: MessageConnection): void {
  const documents = new DocumentStore(connection);
  const workspaces = new IndexedWorkspaces();
  serveStatus(connection);
  serveRecords(connection, workspaces);
  const checks = serveFindings(connection, documents);
  serveFixes(connection, documents, checks);
  serveReading(connection, documents, workspaces);
}
