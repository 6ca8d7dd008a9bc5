import { parentPort, type MessagePort } from "node:worker_threads";
import { createMessageConnection, PortMessageReader, PortMessageWriter } from "vscode-jsonrpc/node";
import { serveReader } from "./reader.js";

if (parentPort === null) throw new Error("the reader is a worker thread of the editor's extension");
const port: MessagePort = parentPort;
const connection = createMessageConnection(new PortMessageReader(port), new PortMessageWriter(port));
serveReader(connection);
connection.listen();
