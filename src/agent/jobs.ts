import type { CancellationToken } from "vscode-jsonrpc/node";
import { busy } from "./answering.js";

/** What an agent does at the moment; what uses the model happens one after the other. */
export class Jobs {
  readonly #running = new Map<AbortController, Promise<unknown>>();
  #modelUser: string | undefined;

  /** Whether there is any. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Does something that ends when its request is cancelled, or the agent is shut down. */
  async run<T>(token: CancellationToken, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    if (token.isCancellationRequested) controller.abort();
    token.onCancellationRequested(() => controller.abort());
    const done = work(controller.signal);
    this.#running.set(
      controller,
      done.catch(() => undefined),
    );
    try {
      return await done;
    } finally {
      this.#running.delete(controller);
    }
  }

  /** As `run`, for what uses the model. @param name such as “a run” */
  async withModel<T>(
    name: string,
    token: CancellationToken,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (this.#modelUser !== undefined) throw busy(`${this.#modelUser} is under way already`);
    this.#modelUser = name;
    try {
      return await this.run(token, work);
    } finally {
      this.#modelUser = undefined;
    }
  }

  /** Ends all of them at their next unit. */
  async end(): Promise<void> {
    for (const controller of this.#running.keys()) controller.abort();
    await Promise.all(this.#running.values());
  }
}
