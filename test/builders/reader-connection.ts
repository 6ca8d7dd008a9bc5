import { MessageChannel } from "node:worker_threads";
import {
  createMessageConnection,
  type MessageConnection,
  PortMessageReader,
  PortMessageWriter,
} from "vscode-jsonrpc/node";
import { serveReader } from "../../src/reader/reader.js";

/** A client of a reader that runs in this thread, over the same messages as in the editor. */
export function connectReader(): { readonly reader: MessageConnection; close(): void } {
  const { port1, port2 } = new MessageChannel();
  const served = createMessageConnection(new PortMessageReader(port1), new PortMessageWriter(port1));
  const reader = createMessageConnection(new PortMessageReader(port2), new PortMessageWriter(port2));
  serveReader(served);
  served.listen();
  reader.listen();
  return {
    reader,
    close: () => {
      for (const connection of [reader, served]) connection.dispose();
      port1.close();
    },
  };
}
