import {
  type CancellationToken,
  type Disposable,
  type Event,
  EventEmitter,
  type TextDocumentContentProvider,
  Uri,
  workspace,
} from "vscode";
import { recordExplain } from "../../protocol/records.js";
import type { ReaderClient } from "../reader/reader-client.js";

/** Scheme of documents that explain an id: `prefloom-explain:/FOLDER/ID.md`. From one to another lead relative links. */
export const EXPLAIN_SCHEME = "prefloom-explain";

/** The address of the document that explains an id of a workspace. */
export function explainUri(folder: Uri, id: string): Uri {
  // A line such as dataset/train.jsonl:12 is known by the file's name alone.
  const name = id.slice(Math.max(id.lastIndexOf("/"), id.lastIndexOf("\\")) + 1);
  return folder.with({ scheme: EXPLAIN_SCHEME, path: `${folder.path}/${name}.md` });
}

/** Gives the documents; they are read-only. */
export class ExplainDocuments implements TextDocumentContentProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange: Event<Uri> = this.#changed.event;

  constructor(private readonly reader: ReaderClient) {}

  async provideTextDocumentContent(uri: Uri, token: CancellationToken): Promise<string> {
    const folder = Uri.joinPath(uri, "..").with({ scheme: "file" }).fsPath;
    const id = uri.path.slice(uri.path.lastIndexOf("/") + 1, -".md".length);
    // A preview takes a link that begins with `/` from the first folder of the window.
    const root = workspace.workspaceFolders?.[0]?.uri.fsPath ?? folder;
    const { markdown } = await this.reader
      .connection()
      .sendRequest(recordExplain, { workspace: folder, id, root }, token);
    return markdown;
  }

  /** Makes a document anew. */
  renew(uri: Uri): void {
    this.#changed.fire(uri);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
