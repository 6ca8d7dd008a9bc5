import type { ExtensionContext, LogOutputChannel } from "vscode";
import type { Agents } from "./agent/agents.js";
import type { Workspaces } from "./folders/workspaces.js";
import type { ReaderClient } from "./reader/reader-client.js";
import type { RunHistory } from "./runs/run-history.js";
import type { Runner } from "./runs/runner.js";

/** What every feature of the extension is given. */
export interface Editor {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly reader: ReaderClient;
  readonly workspaces: Workspaces;
  readonly agents: Agents;
  readonly runner: Runner;
  readonly runs: RunHistory;
}
