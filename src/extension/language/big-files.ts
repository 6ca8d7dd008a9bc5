import { basename } from "node:path";
import { commands, l10n, type Tab, TabInputText, Uri, window, workspace } from "vscode";
import type { Editor } from "../editor.js";
import { COMMANDS } from "../ids.js";
import type { FilePages } from "./file-pages.js";

/** Extensions never see a document that is larger. */
const DOCUMENT_BYTES = 50 * 1024 * 1024;

function sizeInWords(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024;
  return mebibytes < 1024
    ? l10n.t("{0} MB", String(Math.round(mebibytes)))
    : l10n.t("{0} GB", (mebibytes / 1024).toFixed(1));
}

/** Says once for each file that it is too large for what Prefloom shows in the editor. */
class BigFileNotices {
  readonly #told = new Set<string>();

  async look({ input }: Tab): Promise<void> {
    if (!(input instanceof TabInputText) || input.uri.scheme !== "file") return;
    const { uri } = input;
    if (!/\.(jsonl|ndjson)$/i.test(uri.path) || this.#told.has(uri.toString())) return;
    const size = await workspace.fs.stat(uri).then(
      (found) => found.size,
      () => 0,
    );
    if (size <= DOCUMENT_BYTES || this.#told.has(uri.toString())) return;
    this.#told.add(uri.toString());
    const look = l10n.t("Look into it");
    const validate = l10n.t("Validate it");
    const message = l10n.t(
      "{0} has {1}: the editor shows extensions no text this large, so there are no findings, hovers or lenses in it.",
      basename(uri.fsPath),
      sizeInWords(size),
    );
    const chosen = await window.showInformationMessage(message, look, validate);
    if (chosen === look) await commands.executeCommand(COMMANDS.openBigFile, uri);
    if (chosen === validate) await commands.executeCommand(COMMANDS.validateFile, uri);
  }
}

async function pickFile(): Promise<Uri | undefined> {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  const isData = input instanceof TabInputText && /\.(jsonl|ndjson)$/i.test(input.uri.path);
  if (isData && input.uri.scheme === "file") return input.uri;
  const picked = await window.showOpenDialog({
    title: l10n.t("Look into a big file"),
    filters: { [l10n.t("Data")]: ["jsonl", "ndjson", "json"] },
  });
  return picked?.[0];
}

/** Registers what stands in for the editor where a file is too large for it. */
export function registerBigFiles(editor: Editor, pages: FilePages): void {
  const notices = new BigFileNotices();
  for (const group of window.tabGroups.all) for (const tab of group.tabs) void notices.look(tab);
  editor.context.subscriptions.push(
    window.tabGroups.onDidChangeTabs(({ opened }) => {
      for (const tab of opened) void notices.look(tab);
    }),
    commands.registerCommand(COMMANDS.openBigFile, async (uri?: unknown, line?: unknown) => {
      const file = uri instanceof Uri ? uri : await pickFile();
      if (file) await pages.show(file.fsPath, typeof line === "number" ? line : 1);
    }),
  );
}
