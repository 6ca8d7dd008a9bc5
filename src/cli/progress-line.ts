import { formatSeconds } from "../core/report/words.js";
import type { Progress } from "../core/run-events.js";

/** Where nothing can be drawn over, a line of progress comes this often at most. */
const LINE_MILLISECONDS = 10_000;

/** One line at the bottom that is drawn over as work goes on; a line now and then where the output is no terminal. */
export class ProgressLine {
  #shown = "";
  #writtenAt = performance.now();

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly quiet: () => boolean,
  ) {}

  update(line: string): void {
    if (this.quiet()) return;
    if (this.stream.isTTY) {
      this.#shown = line.slice(0, Math.max(20, this.stream.columns - 1));
      this.stream.write(`\r\u001b[K${this.#shown}`);
    } else if (performance.now() - this.#writtenAt >= LINE_MILLISECONDS) {
      this.#writtenAt = performance.now();
      this.stream.write(`${line}\n`);
    }
  }

  /** Writes something above the line. */
  above(write: () => void): void {
    if (this.#shown !== "") this.stream.write("\r\u001b[K");
    write();
    if (this.#shown !== "") this.stream.write(this.#shown);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shown !== "") this.stream.write("\r\u001b[K");
    this.#shown = "";
    this.#writtenAt = performance.now();
  }
}

const BAR_CELLS = 20;

function bar(done: number, total: number): string {
  const filled = Math.round((BAR_CELLS * Math.min(done, total)) / Math.max(1, total));
  return `${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)}`;
}

function rateInWords(rate: number): string {
  return rate >= 100
    ? Math.round(rate).toLocaleString("en-US")
    : rate.toFixed(rate >= 10 ? 0 : rate >= 1 ? 1 : 2);
}

/** Progress in words: done of total, rate, tokens a second, time left. */
export function progressInWords(
  name: string,
  units: string,
  { done, total, rate, secondsLeft, tokensPerSecond }: Progress,
): string {
  const count = (n: number) => n.toLocaleString("en-US");
  const parts = [
    total === null
      ? `${count(done)} ${units}`
      : `${bar(done, total)} ${count(done)} of ${count(total)} ${units}`,
    ...(rate > 0 ? [`${rateInWords(rate)}/s`] : []),
    ...(tokensPerSecond !== null && tokensPerSecond > 0 ? [`${rateInWords(tokensPerSecond)} tokens/s`] : []),
    ...(secondsLeft !== null && (total === null || done < total)
      ? [`${formatSeconds(Math.ceil(secondsLeft))} left`]
      : []),
  ];
  return `${name.padEnd(9)} ${parts.join(", ")}`;
}
