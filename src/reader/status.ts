import type { MessageConnection } from "vscode-jsonrpc/node";
import { type StepStatus, workspaceStatus, type WorkspaceStatus } from "../protocol/reader.js";
import { locateModel } from "../runtime/models.js";
import { sourceFiles } from "../runtime/read-sources.js";
import { holderOf, type StepState, stepStates } from "../runtime/step-state.js";
import { openWorkspace } from "../runtime/workspace.js";
import { answering } from "./answering.js";

function statusOf(state: StepState): StepStatus {
  const manifest = "manifest" in state ? state.manifest : null;
  return {
    ...{ step: state.step, state: state.state },
    why: state.state === "stale" ? state.why : [],
    counts: manifest?.counts ?? {},
    partly: state.state === "partly" ? { done: state.done, total: state.total } : null,
    startedAt: manifest?.startedAt ?? null,
    seconds: manifest?.seconds ?? null,
  };
}

async function statusOfWorkspace(folder: string): Promise<WorkspaceStatus> {
  const workspace = await openWorkspace(folder);
  const [model, holder, sources] = await Promise.all([
    locateModel(workspace.settings.model, folder),
    holderOf(workspace),
    // What is wrong with a source is told when it is imported.
    sourceFiles(workspace).catch(() => []),
  ]);
  return {
    steps: (await stepStates(workspace, { readOnly: true })).map(statusOf),
    output: workspace.output.path,
    sources: sources.length,
    model: { name: model.name, present: model.present, bytes: model.bytes },
    heldBy: holder?.command ?? null,
  };
}

/** Answers how workspaces stand. */
export function serveStatus(connection: MessageConnection): void {
  connection.onRequest(
    workspaceStatus,
    answering(({ workspace }) => statusOfWorkspace(workspace)),
  );
}
