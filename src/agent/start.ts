import { Writable } from "node:stream";
import { createMessageConnection, StreamMessageReader } from "vscode-jsonrpc/node";
import type { ModelOpener } from "../runtime/open-model.js";
import { AgentWriter, serve } from "./agent.js";
import { endNow, watchParent } from "./end.js";

/** Serves the client at stdin and stdout until it is gone. */
export function startAgent(openModel: ModelOpener): void {
  // stdout carries the protocol and nothing else: whatever a library prints goes to stderr.
  const protocol = process.stdout.write.bind(process.stdout);
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => void protocol(chunk, () => done()),
  });
  process.stdout.write = process.stderr.write.bind(process.stderr);
  const connection = createMessageConnection(
    new StreamMessageReader(process.stdin),
    new AgentWriter(output, () => process.exit(0)),
  );
  const jobs = serve(connection, openModel, (pid) => watchParent(pid, end));
  // The client is gone: nobody is left to work for.
  const end = () => endNow(jobs.busy);
  process.stdin.on("end", end);
  process.stdin.on("close", end);
  process.stdout.on("error", end);
  process.stderr.on("error", () => undefined);
  connection.listen();
}
