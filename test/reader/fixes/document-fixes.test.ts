import { MessageChannel } from "node:worker_threads";
import { expect, test } from "vitest";
import { createMessageConnection, PortMessageReader, PortMessageWriter } from "vscode-jsonrpc/node";
import { DataDocument } from "../../../src/reader/documents/data-document.js";
import { DocumentStore } from "../../../src/reader/documents/document-store.js";
import { CheckContexts } from "../../../src/reader/findings/check-contexts.js";
import { DocumentChecker } from "../../../src/reader/findings/document-checker.js";
import { DocumentFixes } from "../../../src/reader/fixes/document-fixes.js";
import { rowFiles } from "../../builders/row-files.js";
import { cleanExample } from "../../core/rules/rows.js";

const files = rowFiles("document-fixes");

test("edits of a text that has changed on the way are not told", async () => {
  const { port1 } = new MessageChannel();
  const store = new DocumentStore(
    createMessageConnection(new PortMessageReader(port1), new PortMessageWriter(port1)),
  );
  const rows = [1, 2, 3].map(() => ({ ...cleanExample().row, prompt: "Ask somebody@example.org" }));
  const path = files.path("train.jsonl");
  const document = new DataDocument(
    "file:///train.jsonl",
    path,
    1,
    rows.map((row) => JSON.stringify(row)).join("\n"),
  );
  const checker = new DocumentChecker(document);
  const context = (await new CheckContexts(store).of(document))!;
  expect(await checker.check(context)).toBe(true);
  const fixes = new DocumentFixes(store, checker, context, () => document.version !== 1);
  expect((await fixes.allEdits("leftover-pii", "replace-pii"))?.fixed).toBe(3);
  const [fix] = await fixes.offered(0, 0);

  const start = { line: 0, character: 0 };
  const told = fixes.allEdits("leftover-pii", "replace-pii");
  document.apply(2, [{ range: { start, end: start }, text: "\n" }]);
  expect(await told).toBe(null);
  expect(await fixes.edits(fix!)).toBe(null);
  port1.close();
});
