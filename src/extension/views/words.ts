import { env, l10n, MarkdownString } from "vscode";
import { formatCount } from "../../core/number-words.js";

/** Counts in words. */

const counted = (count: number, one: string, several: (count: string) => string): string =>
  count === 1 ? one : several(formatCount(count));

export const postsInWords = (count: number): string =>
  counted(count, l10n.t("1 post"), (many) => l10n.t("{0} posts", many));

export const responsesInWords = (count: number): string =>
  counted(count, l10n.t("1 response"), (many) => l10n.t("{0} responses", many));

export const pairsInWords = (count: number): string =>
  counted(count, l10n.t("1 pair"), (many) => l10n.t("{0} pairs", many));

export const personasInWords = (count: number): string =>
  counted(count, l10n.t("1 persona"), (many) => l10n.t("{0} personas", many));

export const examplesInWords = (count: number): string =>
  counted(count, l10n.t("1 example"), (many) => l10n.t("{0} examples", many));

export const itemsInWords = (count: number): string =>
  counted(count, l10n.t("1 item"), (many) => l10n.t("{0} items", many));

export const findingsInWords = (count: number): string =>
  counted(count, l10n.t("1 finding"), (many) => l10n.t("{0} findings", many));

export const errorsInWords = (count: number): string =>
  counted(count, l10n.t("1 error"), (many) => l10n.t("{0} errors", many));

export const warningsInWords = (count: number): string =>
  counted(count, l10n.t("1 warning"), (many) => l10n.t("{0} warnings", many));

export const droppedInWords = (count: number): string =>
  counted(count, l10n.t("1 dropped"), (many) => l10n.t("{0} dropped", many));

/** A moment (ISO 8601) as people write it. */
export const momentInWords = (moment: string): string =>
  new Date(moment).toLocaleString(env.language, { dateStyle: "medium", timeStyle: "short" });

/** Somebody's text in a tooltip: nothing of it is markup. @param head sentences before it */
export function textTooltip(text: string, ...head: readonly string[]): MarkdownString {
  const tooltip = new MarkdownString();
  for (const sentence of head) tooltip.appendMarkdown(`${sentence}\n\n`);
  return tooltip.appendText(text);
}
