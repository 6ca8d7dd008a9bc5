import { setImmediate } from "node:timers/promises";

/** Work goes on for so long before messages are read: hovers and edits do not wait for a check. */
const SLICE_MILLISECONDS = 12;

/** Cuts long work into slices between which the thread does other things. */
export class Slices {
  #since = performance.now();

  /** @param isOver asked after each pause @returns false where the work is to end */
  async mayGoOn(isOver: () => boolean): Promise<boolean> {
    if (performance.now() - this.#since < SLICE_MILLISECONDS) return true;
    await setImmediate();
    this.#since = performance.now();
    return !isOver();
  }
}
