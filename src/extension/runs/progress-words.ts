import { l10n } from "vscode";
import { formatCount, formatSeconds } from "../../core/number-words.js";
import type { Progress } from "../../core/run-events.js";
import { STEP_NAMES, type StepName } from "../../core/step-names.js";
import type { RunRequest } from "../../protocol/agent.js";

/** Bytes in the unit that people compare files in. */
export function sizeInWords(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function rateInWords(rate: number): string {
  return rate >= 100 ? formatCount(Math.round(rate)) : rate.toFixed(rate >= 10 ? 0 : rate >= 1 ? 1 : 2);
}

/** The share that is done, in whole per cent; null while it cannot be told. */
export function percentOf({ done, total }: Pick<Progress, "done" | "total">): number | null {
  return total === null || total === 0 ? null : Math.min(100, Math.floor((100 * done) / total));
}

/** Time left in words; null while it cannot be told. */
export function timeLeftInWords({ done, total, secondsLeft }: Progress): string | null {
  if (secondsLeft === null || (total !== null && done >= total)) return null;
  return l10n.t("{0} left", formatSeconds(Math.ceil(secondsLeft)));
}

/** Done of total, rate, tokens a second, time left. @param units what is counted; `bytes` are shown as sizes */
export function progressInWords(units: string, progress: Progress): string {
  const { done, total, rate, tokensPerSecond } = progress;
  const isSize = units === "bytes";
  const count = isSize ? sizeInWords : formatCount;
  const named = (text: string) => (isSize ? text : `${text} ${units}`);
  const left = timeLeftInWords(progress);
  return [
    named(total === null ? count(done) : l10n.t("{0} of {1}", count(done), count(total))),
    ...(rate > 0 ? [`${isSize ? sizeInWords(rate) : rateInWords(rate)}/s`] : []),
    ...(tokensPerSecond !== null && tokensPerSecond > 0
      ? [l10n.t("{0} tokens/s", rateInWords(tokensPerSecond))]
      : []),
    ...(left === null ? [] : [left]),
  ].join(", ");
}

/** The steps that a run goes through, in order. */
export function stepsOf({ steps, until }: RunRequest): readonly StepName[] {
  const upTo = until === undefined ? STEP_NAMES : STEP_NAMES.slice(0, STEP_NAMES.indexOf(until) + 1);
  return steps === undefined ? upTo : upTo.filter((name) => steps.includes(name));
}

/** What a run is called: `annotate`, `run`, `run until levels`. */
export function runInWords({ steps, until }: RunRequest): string {
  if (steps !== undefined) return steps.join(", ");
  return until === undefined ? l10n.t("run") : l10n.t("run until {0}", until);
}

/** Counts that say most of a step, in a line. */
export function countsInWords(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([name, count]) => count > 0 && !name.endsWith("marks") && !name.startsWith("posts from "))
    .slice(0, 4)
    .map(([name, count]) => `${formatCount(count)} ${name}`)
    .join(", ");
}
