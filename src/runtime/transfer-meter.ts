import type { Progress } from "../core/run-events.js";
import type { ModelEvent } from "./models.js";
import { ProgressMeter } from "./progress-meter.js";

/** Rate and time left of a model that is fetched, stage by stage. */
export class TransferMeter {
  #meter = new ProgressMeter(0);
  #stage = "";
  #bytes = 0;

  measure({ type, bytes = 0, total }: ModelEvent): Progress {
    const stage = `${type} ${total ?? ""}`;
    if (stage !== this.#stage || bytes < this.#bytes) this.#meter = new ProgressMeter(bytes);
    this.#stage = stage;
    this.#bytes = bytes;
    return this.#meter.measure(bytes, total ?? null, 0);
  }
}
