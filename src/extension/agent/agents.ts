import type { Disposable } from "vscode";

/** The agents of this window: one process per workspace, started on first need. */
export class Agents implements Disposable {
  dispose(): void {
    // Filled by the agent's own work.
  }
}
