import type { MessageConnection } from "vscode-jsonrpc/node";
import type { KeptModel } from "../runtime/kept-model.js";
import type { Workspace } from "../runtime/workspace.js";
import type { Jobs } from "./jobs.js";

/** What the families of requests are served with. */
export interface Served {
  readonly connection: MessageConnection;
  readonly jobs: Jobs;
  readonly model: KeptModel;
  /** Folder of the workspace. @throws before `initialize` */
  folder(): string;
  /** The workspace, its settings read anew. @throws InputError for settings that are wrong */
  workspace(): Promise<Workspace>;
}
