import { isAbsolute, relative, resolve } from "node:path";
import { l10n } from "vscode";
import type { Finding, Severity } from "../../core/finding.js";
import { formatCount, formatSeconds } from "../../core/number-words.js";
import { formatFinding } from "../../core/rules/text.js";
import type { RunEvent } from "../../core/run-events.js";
import { AGENT_ERRORS } from "../../protocol/agent.js";
import { AgentEndedError, UntrustedError } from "../agent/agent-errors.js";
import { countsInWords, progressInWords } from "../runs/progress-words.js";
import type { RunEnd } from "../runs/runner.js";

/** What tasks write to their terminals, in colour, and the exit codes of the command line. */

export const EXIT = { done: 0, findings: 1, badInput: 2, interrupted: 3, missing: 4 } as const;

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, cyan: 36, dim: 2 } as const;

/** Text in a colour of the terminal's theme. */
export function coloured(colour: keyof typeof CODES, text: string): string {
  return `\u001b[${CODES[colour]}m${text}\u001b[0m`;
}

const OF_SEVERITY: Readonly<Record<Severity, keyof typeof CODES>> = {
  error: "red",
  warning: "yellow",
  info: "blue",
};

/**
 * A finding as a line that the problem matcher reads: `file:line: severity rule: message`.
 * @param from folder of the finding's path where that is relative
 * @param to folder of the task, to which the matcher's paths are relative
 */
export function findingLine(finding: Finding, from: string, to: string): string {
  const inside = relative(to, resolve(from, finding.file));
  const file = (isAbsolute(inside) ? finding.file : inside).replaceAll("\\", "/");
  return coloured(
    OF_SEVERITY[finding.severity],
    formatFinding({ ...finding, file, line: finding.line ?? 1 }),
  );
}

/** A line for an event of a run; null where there is nothing to say. */
export function eventLine(event: RunEvent): string | null {
  const name = (step: string | null) => coloured("cyan", (step ?? "").padEnd(9));
  switch (event.type) {
    case "step-started": {
      const lines = Object.entries(event.repaired).map(([file, bytes]) =>
        l10n.t(
          "{0}: {1} bytes of an unfinished unit were cut off; it is done again",
          file,
          formatCount(bytes),
        ),
      );
      if (event.resumedAt > 0) {
        lines.push(l10n.t("goes on after {0} finished units", formatCount(event.resumedAt)));
      }
      return lines.length > 0 ? lines.map((line) => `${name(event.step)} ${line}`).join("\r\n") : null;
    }
    case "log":
      return `${name(event.step)} ${event.message}`;
    case "step-skipped":
      return `${name(event.step)} ${coloured("dim", l10n.t("up to date"))}`;
    case "step-done": {
      const done = l10n.t("done in {0}", formatSeconds(event.seconds));
      const counts = countsInWords(event.counts);
      return `${name(event.step)} ${coloured("green", done)}${counts === "" ? "" : `: ${counts}`}`;
    }
    case "step-interrupted":
    case "progress":
      return null;
  }
}

const BAR_CELLS = 20;

/** The line that is drawn over while a step runs. */
export function progressLine(event: Extract<RunEvent, { readonly type: "progress" }>): string {
  const { done, total, step, units } = event;
  const filled = total === null ? 0 : Math.round((BAR_CELLS * Math.min(done, total)) / Math.max(1, total));
  const bar = total === null ? "" : `${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)} `;
  return `${step.padEnd(9)} ${bar}${progressInWords(units, event)}`;
}

/** Exit code of an error: as the command line's. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof AgentEndedError) return EXIT.interrupted;
  if (error instanceof UntrustedError) return EXIT.missing;
  const { code } = (error ?? {}) as { readonly code?: unknown };
  if (code === AGENT_ERRORS.badInput) return EXIT.badInput;
  return code === AGENT_ERRORS.interrupted ? EXIT.interrupted : EXIT.missing;
}

/** How a run ended: its last line, and the exit code. */
export function endOfRun(end: RunEnd): { readonly line: string | null; readonly code: number } {
  if ("error" in end) {
    const message = end.error instanceof Error ? end.error.message : String(end.error);
    return { line: coloured("red", message), code: exitCodeOf(end.error) };
  }
  const { interrupted, errors } = end.result;
  if (interrupted) {
    const { step, done, total } = interrupted;
    const of = total === null ? "?" : formatCount(total);
    const line = l10n.t(
      "Stopped: {0} {1} of {2} done. Run the task again to go on.",
      ...[step, formatCount(done), of],
    );
    return { line: coloured("yellow", line), code: EXIT.interrupted };
  }
  if (errors === 0) return { line: null, code: EXIT.done };
  const line = l10n.t("Findings of severity error: {0}. Everything else went on.", formatCount(errors));
  return { line: coloured("red", line), code: EXIT.findings };
}
