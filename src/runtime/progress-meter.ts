import type { Progress } from "../core/run-events.js";

/** Seconds over which the rate is taken: long enough to be steady, short enough to follow a change. */
const WINDOW_SECONDS = 20;

/** Rate and time left of a running step, from what was done lately. */
export class ProgressMeter {
  readonly #samples: { readonly at: number; readonly done: number; readonly tokens: number }[];

  /**
   * @param start units that were done before this run
   * @param now clock in milliseconds
   */
  constructor(
    start: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#samples = [{ at: this.now(), done: start, tokens: 0 }];
  }

  /** @param tokens evaluated so far in this run */
  measure(done: number, total: number | null, tokens: number): Progress {
    const at = this.now();
    this.#samples.push({ at, done, tokens });
    const oldest = at - WINDOW_SECONDS * 1000;
    // One sample from before the window stays, so that the window is never shorter than it should be.
    while (this.#samples.length > 2 && this.#samples[1]!.at <= oldest) this.#samples.shift();
    const first = this.#samples[0]!;
    const seconds = Math.max((at - first.at) / 1000, 1e-3);
    const rate = (done - first.done) / seconds;
    return {
      done,
      total,
      rate,
      secondsLeft: total === null || rate <= 0 ? null : Math.max(0, (total - done) / rate),
      tokensPerSecond: tokens > 0 ? (tokens - first.tokens) / seconds : null,
    };
  }
}
