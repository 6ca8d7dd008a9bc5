/**
 * Typing in a data file that is checked as it is edited: what a keystroke costs the editor's process, and how far behind
 * the reader is when typing pauses. The reader is the one that is shipped, in a thread of its own as in the editor.
 *
 *   npm run bench:typing [-- MEGABYTES [FINDINGS [KEYSTROKES]]]
 */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { createMessageConnection, PortMessageReader, PortMessageWriter } from "vscode-jsonrpc/node";
import { documentChanged, documentFindings, documentOpened } from "../../src/protocol/documents.js";
import { linesWithFindings } from "../../test/builders/big-rows.js";
import { ROOT, script } from "../../test/e2e/harness/surroundings.js";

const [megabytes = 5, findings = 1000, keystrokes = 200] = process.argv.slice(2).map(Number);
/** A fast typist's. */
const BETWEEN_MILLISECONDS = 80;
/** The reader waits so long for the next keystroke. */
const QUIET_MILLISECONDS = 200;

script("scripts/build.mjs");
const lines = linesWithFindings(megabytes * 1e6, findings);
const text = lines.join("\n");
const worker = new Worker(join(ROOT, "dist/reader.mjs"));
const connection = createMessageConnection(new PortMessageReader(worker), new PortMessageWriter(worker));
const uri = "file:///bench/typing.jsonl";
let told = { version: 0, total: 0, at: 0 };
let wake: () => void = () => undefined;
connection.onNotification(documentFindings, ({ version, total }) => {
  told = { version, total, at: performance.now() };
  wake();
});
connection.listen();

async function upTo(version: number): Promise<number> {
  while (told.version < version) await new Promise<void>((resolve) => (wake = resolve));
  return told.at;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const worst = (values: readonly number[]) => Math.max(...values).toFixed(1);
const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!.toFixed(2);

const opened = performance.now();
void connection.sendNotification(documentOpened, { uri, path: "/bench/typing.jsonl", version: 1, text });
const sent = performance.now() - opened;
const first = (await upTo(1)) - opened;
console.log(
  `${(text.length / 1e6).toFixed(1)} MB, ${lines.length} rows, ${told.total} findings: ` +
    `sent in ${sent.toFixed(1)} ms, checked for the first time in ${first.toFixed(0)} ms`,
);

const host: number[] = [];
const behind: number[] = [];
let version = 1;
const line = Math.floor(lines.length / 2);
let character = lines[line]!.indexOf("where should");
for (let i = 0; i < keystrokes; i++) {
  const place = { line, character: character++ };
  const started = performance.now();
  void connection.sendNotification(documentChanged, {
    ...{ uri, version: ++version, changes: [{ range: { start: place, end: place }, text: "x" }] },
  });
  host.push(performance.now() - started);
  // Somebody stops to think after every tenth.
  if (i % 10 === 9) behind.push((await upTo(version)) - started - QUIET_MILLISECONDS);
  else await pause(BETWEEN_MILLISECONDS);
}
console.log(
  `${keystrokes} keystrokes: ${median(host)} ms each in the editor's process, ${worst(host)} ms the worst`,
);
console.log(
  `findings of the present text ${median(behind)} ms after a pause of ${QUIET_MILLISECONDS} ms, ${worst(behind)} ms the worst`,
);
await worker.terminate();
