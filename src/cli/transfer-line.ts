import { formatSeconds } from "../core/report/words.js";
import type { ModelEvent } from "../runtime/models.js";
import { TransferMeter } from "../runtime/transfer-meter.js";

/** Bytes in the unit that people compare files in. */
export function sizeInWords(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Progress of a download as a line: how much of how much, rate, time left. */
export class TransferLine {
  readonly #meter = new TransferMeter();

  line(event: ModelEvent): string {
    const { message, bytes = 0, total } = event;
    const { rate, secondsLeft } = this.#meter.measure(event);
    return [
      `${message}: ${sizeInWords(bytes)}${total === undefined ? "" : ` of ${sizeInWords(total)}`}`,
      ...(rate > 0 ? [`${sizeInWords(rate)}/s`] : []),
      ...(secondsLeft !== null && secondsLeft > 0 ? [`${formatSeconds(Math.ceil(secondsLeft))} left`] : []),
    ].join(", ");
  }
}
