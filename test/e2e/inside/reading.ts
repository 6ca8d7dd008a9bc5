import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  type CodeLens,
  commands,
  type CompletionList,
  type DocumentSymbol,
  extensions,
  type Hover,
  languages,
  type Location,
  type LocationLink,
  type MarkdownString,
  Position,
  Range,
  Selection,
  type TextDocument,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
} from "vscode";
import { type InsideTests } from "../harness/inside-run.js";

const root = (): Uri => workspace.workspaceFolders![0]!.uri;
const output = (path: string): Uri => Uri.joinPath(root(), "prefloom-out", path);

/** Asks again until there is an answer: providers register, and the reader reads, in their own time. */
async function until<T>(what: string, ask: () => Thenable<T> | T, isIt: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    if (Date.now() > end) throw new Error(`not within 20 s: ${what}; last ${JSON.stringify(answer)}`);
    await new Promise((again) => setTimeout(again, 100));
  }
}

async function open(uri: Uri): Promise<TextDocument> {
  const document = await workspace.openTextDocument(uri);
  await window.showTextDocument(document);
  return document;
}

/** Within the first place where a text stands. */
function within(document: TextDocument, sought: string): Position {
  const at = document.getText().indexOf(sought);
  assert.ok(at >= 0, `no ${sought} in ${document.uri.path}`);
  return document.positionAt(at + 1);
}

/** Markdown of the hovers at a place, once there are any. */
async function hoverAt(uri: Uri, position: Position): Promise<string> {
  const hovers = await until(
    `a hover of ${uri.path}`,
    () => commands.executeCommand<Hover[]>("vscode.executeHoverProvider", uri, position),
    (found) => found.length > 0,
  );
  const [content] = hovers.flatMap(({ contents }) => contents) as MarkdownString[];
  assert.ok(!content!.isTrusted, "data is in it");
  return content!.value;
}

const lensesOf = (uri: Uri, resolve: number) =>
  commands.executeCommand<CodeLens[]>("vscode.executeCodeLensProvider", uri, resolve);

const shownBeside = (scheme: string): TextDocument | undefined =>
  workspace.textDocuments.find(({ uri }) => uri.scheme === scheme);

export const tests: InsideTests = {
  "a direction is told by its dimensions, levels and probabilities": async () => {
    await extensions.getExtension("prefloom.prefloom")!.activate();
    const row = await open(output("dataset/train.jsonl"));
    const markdown = await hoverAt(row.uri, within(row, '"Preference Direction"'));
    assert.match(markdown, /of 90 dimensions are not neutral/);
    assert.match(markdown, /\| Chosen \| Rejected \|/);
    assert.match(markdown, /pair-[0-9a-f]+\]\(.*pairs\.jsonl#L\d+\) ← /);
  },

  "an id is told, and texts of data in it stay texts": async () => {
    const posts = await open(output("import/posts.jsonl"));
    const line = posts
      .getText()
      .split("\n")
      .findIndex((text) => text.includes("[click]"));
    const { text } = posts.lineAt(line);
    const markdown = await hoverAt(posts.uri, new Position(line, text.indexOf("post-") + 1));
    assert.match(markdown, /\*\*Post\*\* from made threads/);
    assert.ok(markdown.includes("\\[click\\]") && !markdown.includes("<b>"), markdown);
  },

  "lenses say what a row is, and offer to look at it": async () => {
    const { uri } = await open(output("dataset/train.jsonl"));
    // What need not be resolved comes first here, unlike on the screen.
    const lenses = await until(
      "lenses",
      () => lensesOf(uri, 8),
      (found) => found.some(({ command }) => command?.title.startsWith("UGC") === true),
    );
    const titles = lenses
      .filter(({ range }) => range.start.line === 0)
      .map(({ command }) => command!.title)
      .sort();
    assert.equal(titles.length, 4);
    assert.match(titles[0]!, /^\$\(check\) consistent$|^\$\(warning\)/);
    assert.deepEqual(titles.slice(1, 3), ["Explain", "Preview"]);
    assert.match(titles[3]!, /^UGC \d · PAIR \d( · DEMO)? · ≈ [\d,]+ tokens$/);
  },

  "a row leads to its pair, its post and its raw line": async () => {
    const { uri } = await open(output("dataset/train.jsonl"));
    const found = await until(
      "definitions",
      () =>
        commands.executeCommand<LocationLink[]>("vscode.executeDefinitionProvider", uri, new Position(0, 5)),
      (links) => links.length === 3,
    );
    const names = found.map(({ targetUri }) => targetUri.path.slice(targetUri.path.lastIndexOf("/") + 1));
    // The editor puts them in the order of their addresses.
    assert.deepEqual(names, ["posts.jsonl", "pairs.jsonl", "threads.jsonl"]);
    const raw = await workspace.openTextDocument(found[2]!.targetUri);
    const { prompt } = JSON.parse(readFileSync(uri.fsPath, "utf8").split("\n")[0]!) as { prompt: string };
    assert.ok(raw.lineAt(found[2]!.targetRange.start.line).text.includes(JSON.stringify(prompt)));
  },

  "references of a post stand in all files of the output": async () => {
    const posts = await open(output("import/posts.jsonl"));
    const found = await commands.executeCommand<Location[]>(
      "vscode.executeReferenceProvider",
      posts.uri,
      within(posts, "post-"),
    );
    const files = new Set(found.map(({ uri }) => uri.path.slice(uri.path.lastIndexOf("/") + 1)));
    for (const name of ["posts.jsonl", "annotations.jsonl", "levels.jsonl", "pairs.jsonl"])
      assert.ok(files.has(name), name);
  },

  "the outline has each line by its first words": async () => {
    const { uri, lineCount } = await open(output("import/posts.jsonl"));
    const symbols = await commands.executeCommand<DocumentSymbol[]>(
      "vscode.executeDocumentSymbolProvider",
      uri,
    );
    assert.equal(symbols.length, lineCount - 1);
    assert.match(symbols[0]!.name, /^1 {2}\w+/);
  },

  "a line for reading stands beside it and follows its edits": async () => {
    const document = await open(output("dataset/train.jsonl"));
    await commands.executeCommand("prefloom.formatLine", { uri: document.uri, line: 1 });
    const shown = await until(
      "the line",
      () => shownBeside("prefloom-format"),
      (found) => found !== undefined,
    );
    assert.equal(shown!.languageId, "yaml");
    assert.match(shown!.getText(), /^prompt: .*\nchosen: /s);
    const edit = new WorkspaceEdit();
    const { text } = document.lineAt(1);
    const at = text.indexOf('"prompt":"') + '"prompt":"'.length;
    edit.insert(document.uri, new Position(0, 0), `${document.lineAt(0).text}\n`);
    edit.insert(document.uri, new Position(1, at), "Edited ");
    await workspace.applyEdit(edit);
    await until(
      "the edit",
      () => shown!.getText(),
      (now) => now.startsWith('prompt: "Edited ') || now.startsWith("prompt: |-\n  Edited "),
    );
    await window.showTextDocument(document);
    await commands.executeCommand("workbench.action.files.revert");
  },

  "the preview of an example is a page of Markdown": async () => {
    const { uri } = await open(output("dataset/train.jsonl"));
    await commands.executeCommand("prefloom.preview", { uri, line: 0 });
    const shown = await until(
      "the preview",
      () => shownBeside("prefloom-line"),
      (found) => found !== undefined,
    );
    assert.match(shown!.getText(), /^# Example 1\n.*## Prompt\n\n```text\n/s);
    await commands.executeCommand("workbench.action.closeAllEditors");
  },

  "settings in nested folders complete, may have comments, and say what is not there": async () => {
    const folder = Uri.joinPath(root(), "nested", "deeper");
    await workspace.fs.createDirectory(folder);
    const uri = Uri.joinPath(folder, "prefloom.json");
    const text =
      '{\n  // raw\n  "sources": [{ "path": "none.jsonl" }],\n  "levels": { "decision": "" },\n}\n';
    writeFileSync(uri.fsPath, text);
    const document = await open(uri);
    assert.equal(document.languageId, "jsonc");
    const { items } = await until(
      "completions",
      () =>
        commands.executeCommand<CompletionList>(
          "vscode.executeCompletionItemProvider",
          uri,
          document.positionAt(text.indexOf('""') + 1),
        ),
      (found) => found.items.some(({ label }) => label === '"batch"'),
    );
    const batch = items.find(({ label }) => label === '"batch"')!;
    assert.match((batch.documentation as MarkdownString).value, /relative to the corpus/);
    const hover = await commands.executeCommand<Hover[]>(
      "vscode.executeHoverProvider",
      uri,
      document.positionAt(text.indexOf("decision") + 1),
    );
    const words = hover.flatMap(({ contents }) => contents).map((one) => (one as MarkdownString).value);
    assert.match(words.join("\n"), /the most likely answer.*Default: `"argmax"`/s);
    const edit = new WorkspaceEdit();
    edit.insert(uri, document.positionAt(text.indexOf('""') + 1), "batch");
    await workspace.applyEdit(edit);
    const problems = await until(
      "the missing source alone: comments and the comma at the end are no problems",
      () => languages.getDiagnostics(uri),
      (found) => found.length === 1 && found[0]!.code === "missing-file",
    );
    assert.equal(document.getText(problems[0]!.range), '"none.jsonl"');
    await commands.executeCommand("workbench.action.files.revert");
  },

  "a file of 200 MB is looked at in pages": async () => {
    const [row] = readFileSync(output("dataset/train.jsonl").fsPath, "utf8").split("\n");
    const uri = Uri.joinPath(root(), "large.jsonl");
    const block = Buffer.from(`${row!}\n`.repeat(1000));
    const file = openSync(uri.fsPath, "w");
    let lines = 0;
    for (let bytes = 0; bytes < 200 * 1024 * 1024; bytes += block.length) {
      writeSync(file, block);
      lines += 1000;
    }
    writeSync(file, `${"x".repeat(20_000)}\n`);
    closeSync(file);
    const start = Date.now();
    await commands.executeCommand("prefloom.openBigFile", uri);
    const page = window.activeTextEditor!.document;
    // Alone it takes a tenth of a second; other tests may have the machine.
    assert.ok(Date.now() - start < 10_000, `${Date.now() - start} ms`);
    assert.equal(page.uri.scheme, "prefloom-page");
    assert.equal(page.languageId, "jsonl");
    assert.equal(page.lineCount, 200);
    assert.equal(page.lineAt(7).text, row);

    assert.match(
      await hoverAt(page.uri, within(page, '"Preference Direction"')),
      /dimensions are not neutral/,
    );
    const lenses = await until(
      "lenses of the page",
      () => lensesOf(page.uri, 20),
      (found) => found.some(({ command }) => command?.title.startsWith("UGC") === true),
    );
    const titles = lenses.map(({ command }) => command?.title ?? "");
    assert.ok(
      titles.some((title) => title.includes("Next page")),
      titles.slice(0, 12).join(", "),
    );
    assert.ok(!titles.some((title) => title.includes("Previous page")));

    await commands.executeCommand("prefloom.nextPage");
    assert.match(window.activeTextEditor!.document.uri.path, /201–400 large\.jsonl$/);
    await until(
      "the last line",
      async () => {
        await commands.executeCommand("prefloom.openBigFile", uri, lines + 1);
        return window.activeTextEditor!.document.lineAt(window.activeTextEditor!.selection.active.line).text;
      },
      (text) => text.startsWith("xxx"),
    );
    const last = window.activeTextEditor!;
    assert.match(last.document.lineAt(last.selection.active.line).text, /⟨… 10,\d{3} more characters⟩$/);
    await commands.executeCommand("prefloom.previousPage");
    assert.equal(window.activeTextEditor!.document.lineCount, 200);
    await commands.executeCommand("workbench.action.closeAllEditors");
  },

  "a line that is longer than the editor draws can be read": async () => {
    const uri = Uri.joinPath(root(), "long.jsonl");
    const row = { prompt: "p", chosen: "word ".repeat(4000), rejected: "no" };
    writeFileSync(join(root().fsPath, "long.jsonl"), `${JSON.stringify(row)}\n`);
    const document = await open(uri);
    window.activeTextEditor!.selection = new Selection(new Range(0, 5, 0, 5).start, new Position(0, 5));
    await until(
      "it is known",
      () => lensesOf(uri, 4),
      (found) => found.length > 0,
    );
    await commands.executeCommand("prefloom.formatLine");
    const shown = await until(
      "the line",
      () => workspace.textDocuments.find(({ uri: { path } }) => path.endsWith("long.jsonl:1.yaml")),
      (found) => found !== undefined,
    );
    const longest = Math.max(
      ...shown!
        .getText()
        .split("\n")
        .map(({ length }) => length),
    );
    assert.ok(longest < 200, String(longest));
    assert.ok(document.lineAt(0).text.length > 20_000);
  },
};
