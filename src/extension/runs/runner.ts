import { type CancellationToken, CancellationTokenSource, commands, type Disposable } from "vscode";
import type { RunEvent } from "../../core/run-events.js";
import { pipelineEvent, pipelineRun, type RunRequest, type RunResult } from "../../protocol/agent.js";
import type { Agents } from "../agent/agents.js";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import { CONTEXT_KEYS } from "../ids.js";
import type { RunHistory } from "./run-history.js";
import type { RunRecord } from "./run-record.js";

/** How a run ended. */
export type RunEnd =
  | { readonly result: RunResult; readonly run: RunRecord | undefined }
  | { readonly error: unknown; readonly run: RunRecord | undefined };

/** Runs steps of workspaces by their agents; whoever starts a run shows it. One run a workspace. */
export class Runner implements Disposable {
  readonly #running = new Map<PrefloomWorkspace, CancellationTokenSource>();

  constructor(
    private readonly agents: Agents,
    private readonly history: RunHistory,
    private readonly log: { info(message: string): void },
  ) {}

  isRunning(workspace: PrefloomWorkspace): boolean {
    return this.#running.has(workspace);
  }

  /** Workspaces in which something runs. */
  get running(): readonly PrefloomWorkspace[] {
    return [...this.#running.keys()];
  }

  /** Ends a workspace's run at its next unit. */
  stop(workspace: PrefloomWorkspace): void {
    this.#running.get(workspace)?.cancel();
  }

  /**
   * Runs steps; never throws: how it went is what it returns.
   * @param token ends it at the next unit
   * @param onEvent told what happens
   */
  async run(
    workspace: PrefloomWorkspace,
    request: RunRequest,
    token?: CancellationToken,
    onEvent: (event: RunEvent) => void = () => undefined,
  ): Promise<RunEnd> {
    const source = new CancellationTokenSource();
    if (token?.isCancellationRequested) source.cancel();
    const cancelled = token?.onCancellationRequested(() => source.cancel());
    this.#running.set(workspace, source);
    this.#tellRunning();
    const id = this.history.start(workspace.path, request);
    const began = performance.now();
    const end = (outcome: RunRecord["outcome"], errors: number, message: string | null) =>
      this.history.end(id, { outcome, errors, message, seconds: (performance.now() - began) / 1000 });
    let listening: { dispose(): void } | undefined;
    try {
      const agent = this.agents.of(workspace.uri);
      listening = agent.onNotification(pipelineEvent, (event) => {
        if (event.type === "log")
          this.log.info(`${workspace.name}: ${event.step ?? "run"}: ${event.message}`);
        workspace.follow(event);
        this.history.follow(id, event);
        onEvent(event);
      });
      const result = await this.agents.during(agent, () => agent.request(pipelineRun, request, source.token));
      return { result, run: end(result.interrupted ? "stopped" : "done", result.errors, null) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { error, run: end("failed", 0, message) };
    } finally {
      listening?.dispose();
      cancelled?.dispose();
      this.#running.delete(workspace);
      source.dispose();
      workspace.endRun();
      this.#tellRunning();
    }
  }

  #tellRunning(): void {
    void commands.executeCommand("setContext", CONTEXT_KEYS.running, this.#running.size > 0);
  }

  dispose(): void {
    for (const source of this.#running.values()) source.cancel();
  }
}
