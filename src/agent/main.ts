import { createMessageConnection, StreamMessageReader } from "vscode-jsonrpc/node";
import { AgentWriter, serve } from "./agent.js";

// stdout carries the protocol and nothing else: whatever a library prints goes to stderr.
const protocol = process.stdout.write.bind(process.stdout);
const output = new (await import("node:stream")).Writable({
  write: (chunk: Buffer, _encoding, done) => void protocol(chunk, () => done()),
});
process.stdout.write = process.stderr.write.bind(process.stderr);

const connection = createMessageConnection(
  new StreamMessageReader(process.stdin),
  new AgentWriter(output, () => process.exit(0)),
);
serve(connection, (code) => process.exit(code));
// The client is gone: nobody is left to work for.
process.stdin.on("end", () => process.exit(0));
connection.listen();
