import type { DimensionSummary, FunnelStage, KindsCount, ReportData } from "./report-data.js";
import { countOf, formatShare } from "./words.js";

/** What the HTML and the Markdown report both derive from the data. */

/** Sum of a list; 0 for an empty one. */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

/** A funnel stage beside the stage before it that counts the same thing. */
export interface FunnelRow {
  readonly stage: FunnelStage;
  /** The largest count of the same unit: the full length of the bar. */
  readonly largest: number;
  /** Such as "83% of posts"; empty for the first stage of a unit. */
  readonly share: string;
}

/** The stages with the scale and the share of each; a share compares only stages of one unit. */
export function funnelRows(funnel: readonly FunnelStage[]): FunnelRow[] {
  return funnel.map((stage, index) => {
    const before = funnel
      .slice(0, index)
      .filter(({ unit }) => unit === stage.unit)
      .at(-1);
    return {
      stage,
      largest: Math.max(...funnel.filter(({ unit }) => unit === stage.unit).map(({ count }) => count)),
      share: before ? `${formatShare(stage.count, before.count)} of ${lowered(before.label)}` : "",
    };
  });
}

function lowered(label: string): string {
  // Acronyms keep their capitals.
  return /^\p{Lu}\p{Ll}/u.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label;
}

/** Dimensions by group, groups in order of first appearance. */
export function byGroup(dimensions: readonly DimensionSummary[]): [string, DimensionSummary[]][] {
  const groups = new Map<string, DimensionSummary[]>();
  for (const dimension of dimensions) {
    const members = groups.get(dimension.group);
    if (members) members.push(dimension);
    else groups.set(dimension.group, [dimension]);
  }
  return [...groups];
}

/** Pairs that differ on a dimension. */
export function contrastOf({ pairs }: DimensionSummary): number {
  return pairs.positive + pairs.negative;
}

/** The ends of the ranking by contrast; ties keep the order of the space. */
export interface ContrastRanking {
  readonly most: readonly DimensionSummary[];
  /** The least contrasted first, none that is already among `most` and none that is in `never`. */
  readonly least: readonly DimensionSummary[];
  /** Dimensions on which no pair differs. */
  readonly never: readonly DimensionSummary[];
}

/** The `length` most and least contrasted dimensions. */
export function rankContrast(dimensions: readonly DimensionSummary[], length: number): ContrastRanking {
  const ranked = dimensions
    .filter((dimension) => contrastOf(dimension) > 0)
    .sort((a, b) => contrastOf(b) - contrastOf(a));
  return {
    most: ranked.slice(0, length),
    least: ranked.slice(Math.max(length, ranked.length - length)).reverse(),
    never: dimensions.filter((dimension) => contrastOf(dimension) === 0),
  };
}

/** A histogram restricted to the part worth showing: `from`..`to` hold every count and `marks`. */
export function shownRange(
  histograms: readonly (readonly number[])[],
  marks: readonly number[],
  last: number,
): { readonly from: number; readonly to: number } {
  const used = histograms.flatMap((counts) => counts.flatMap((count, index) => (count > 0 ? [index] : [])));
  const all = [...used, ...marks];
  // A margin on both sides, so that neither end looks like a wall.
  return {
    from: Math.max(0, Math.min(...all) - 2),
    to: Math.min(Math.max(last, ...all), Math.max(...all) + 2),
  };
}

/** Number of exported examples. */
export function exampleCount(kinds: readonly KindsCount[]): number {
  return sum(kinds.map(({ examples }) => examples));
}

/** Examples with at least two kinds of persona. */
export function severalKinds(kinds: readonly KindsCount[]): number {
  return sum(kinds.filter((entry) => entry.kinds.length >= 2).map(({ examples }) => examples));
}

/** The whole report in one or two sentences. */
export function leadSentence(data: ReportData): string {
  const first = data.funnel[0];
  const last = data.funnel.at(-1);
  if (!first || !last || first === last) return "Nothing has been built yet.";
  const dropped = sum(data.drops.map(({ count }) => count));
  const losses =
    dropped === 0
      ? "Nothing was dropped."
      : `${countOf(dropped, "record")} ${dropped === 1 ? "was" : "were"} dropped on the way; each is kept in a ledger with its reason.`;
  const made =
    last.count === 0
      ? `${countOf(first.count, "raw record")} went in and no example came out yet.`
      : `${countOf(first.count, "raw record")} became ${countOf(last.count, "example")}.`;
  return `${made} ${losses}`;
}

/** Whether the checker has run, so that no findings means nothing to object to. */
export function wasChecked({ steps }: ReportData): boolean {
  return steps.some(({ step }) => step === "check");
}

/** What a reader must know of the annotator before trusting a figure. */
export function annotatorSentence(data: ReportData): string {
  if (!data.model) return "No model has annotated these posts yet, so there are no levels and no pairs.";
  return data.model.probe
    ? data.model.probe.sentence
    : "This model was not probed, so nothing is known of how well it reads people. Measure it: prefloom model probe.";
}
