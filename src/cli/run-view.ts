import { formatCount, formatSeconds } from "../core/report/words.js";
import type { OnEvent, RunEvent } from "../core/run-events.js";
import type { Cli } from "./cli.js";
import { progressInWords } from "./progress-line.js";

/** Counts that say most of a step, in a line. */
function countsInWords(counts: Readonly<Record<string, number>>): string {
  const shown = Object.entries(counts)
    .filter(([name, count]) => count > 0 && !name.endsWith("marks") && !name.startsWith("posts from "))
    .slice(0, 4);
  return shown.map(([name, count]) => `${formatCount(count)} ${name}`).join(", ");
}

function lineOf(event: RunEvent): string | null {
  switch (event.type) {
    case "step-started": {
      const lines = Object.entries(event.repaired).map(
        ([file, bytes]) =>
          `${event.step.padEnd(9)} ${file}: ${formatCount(bytes)} bytes of an unfinished unit were cut off; it is done again`,
      );
      if (event.resumedAt > 0)
        lines.push(`${event.step.padEnd(9)} goes on after ${formatCount(event.resumedAt)} finished units`);
      return lines.length > 0 ? lines.join("\n") : null;
    }
    case "log":
      return `${(event.step ?? "").padEnd(9)} ${event.message}`;
    case "step-skipped":
      return `${event.step.padEnd(9)} up to date`;
    case "step-done":
      return `${event.step.padEnd(9)} done in ${formatSeconds(event.seconds)}: ${countsInWords(event.counts)}`;
    case "step-interrupted":
    case "progress":
      return null;
  }
}

/** Shows a run as it goes: a line for each step that ended, and a live line for the one that runs. With `--json` each event is a line. */
export function runView(cli: Cli): OnEvent {
  return (event) => {
    cli.event(event);
    if (event.type === "progress") {
      cli.progress.update(progressInWords(event.step, event.units, event));
      return;
    }
    if (event.type === "step-done" || event.type === "step-interrupted") cli.progress.end();
    const line = lineOf(event);
    if (line !== null) cli.note(line);
  };
}
