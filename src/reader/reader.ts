import type { MessageConnection } from "vscode-jsonrpc/node";
import { serveStatus } from "./status.js";

/** Answers the requests of `protocol/reader` and its families on a connection. */
export function serveReader(connection: MessageConnection): void {
  serveStatus(connection);
}
