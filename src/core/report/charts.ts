import { sum } from "./figures.js";
import { type Html, html } from "./html-template.js";
import { countOf, formatCount, formatShare } from "./words.js";

/**
 * Inline SVG charts. Widths are percentages and heights pixels, without a view box, so that a chart fills its place and
 * its letters keep their size on any screen.
 */

const percent = (share: number) => `${Number((100 * share).toFixed(3))}%`;

const shareOf = (part: number, whole: number) => (whole > 0 ? part / whole : 0);

/** One horizontal bar on its track; what is not nothing stays visible. */
export function bar(part: number, whole: number, label: string, tone = "accent"): Html {
  const fill =
    part > 0
      ? html`<rect
          class="${tone}"
          width="${percent(Math.max(shareOf(part, whole), 0.004))}"
          height="100%"
          rx="2"
        />`
      : null;
  return html`<svg class="bar" role="img" aria-label="${label}" width="100%" height="10">
    <rect class="track" width="100%" height="100%" rx="2" />
    ${fill}
  </svg>`;
}

/** One part of a stacked bar. */
export interface Part {
  readonly label: string;
  readonly count: number;
  /** CSS class that colours it. */
  readonly tone: string;
}

/** Parts of a whole side by side. */
export function stackedBar(parts: readonly Part[], name: string, height = 10): Html {
  const whole = sum(parts.map(({ count }) => count));
  const words = parts.map(({ label, count }) => `${label} ${formatCount(count)}`).join(", ");
  let start = 0;
  const rects = parts.map(({ count, tone }) => {
    const x = start;
    start += shareOf(count, whole);
    return html`<rect
      class="${tone}"
      x="${percent(x)}"
      width="${percent(shareOf(count, whole))}"
      height="100%"
    />`;
  });
  return html`<svg class="bar" role="img" aria-label="${`${name}: ${words}`}" width="100%" height="${height}">
    <rect class="track" width="100%" height="100%" />
    ${rects}
  </svg>`;
}

/** Negative to the left and positive to the right of a middle line; `largest` is the length of a full half. */
export function divergingBar(negative: number, positive: number, largest: number, label: string): Html {
  const left = shareOf(negative, largest) / 2;
  const right = shareOf(positive, largest) / 2;
  return html`<svg class="bar" role="img" aria-label="${label}" width="100%" height="14">
    <rect class="negative" x="${percent(0.5 - left)}" y="1" width="${percent(left)}" height="12" rx="1" />
    <rect class="positive" x="50%" y="1" width="${percent(right)}" height="12" rx="1" />
    <line class="middle" x1="50%" x2="50%" y1="0" y2="14" />
  </svg>`;
}

/** A share with its interval on an axis from 0 to 1, beside chance (0.5) and a second share drawn hollow. */
export function intervalChart(
  share: number,
  interval: readonly [number, number],
  second: number,
  label: string,
): Html {
  const [low, high] = interval;
  return html`<svg class="interval" role="img" aria-label="${label}" width="100%" height="22">
    <line class="axis" x1="0" x2="100%" y1="11" y2="11" />
    <line class="chance" x1="50%" x2="50%" y1="0" y2="22" />
    <line class="whisker" x1="${percent(low)}" x2="${percent(high)}" y1="11" y2="11" />
    <circle class="hollow" cx="${percent(second)}" cy="11" r="4.5" />
    <circle class="accent" cx="${percent(share)}" cy="11" r="5" />
  </svg>`;
}

/** How a histogram is drawn. */
export interface HistogramOptions {
  readonly name: string;
  /** First and last index shown; given to draw several histograms on one axis. */
  readonly range: { readonly from: number; readonly to: number };
  /** Indexes below it are drawn faint and a line marks it. */
  readonly threshold?: { readonly index: number; readonly label: string };
  /** Write the count above each bar. */
  readonly counts?: boolean;
  /** CSS class that colours the bars. */
  readonly tone?: string;
}

const PLOT = { top: 22, height: 110, axis: 24 } as const;

/** Round distance of axis labels: at most about ten of them. */
function tickStep(length: number): number {
  return [1, 2, 5, 10, 20, 25, 50, 100].find((step) => length / step <= 10) ?? Math.ceil(length / 10);
}

/** Vertical bars by whole numbers. */
export function histogram(counts: readonly number[], options: HistogramOptions): Html {
  const { from, to } = options.range;
  const slots = to - from + 1;
  const at = (index: number, offset = 0) => percent((index - from + offset) / slots);
  const largest = Math.max(1, ...counts);
  const bottom = PLOT.top + PLOT.height;

  const bars = counts.flatMap((count, index) => {
    if (count === 0 || index < from || index > to) return [];
    const height = Math.max(1.5, Math.round((PLOT.height * count * 10) / largest) / 10);
    const y = Number((bottom - height).toFixed(1));
    const faint = options.threshold !== undefined && index < options.threshold.index;
    const number = options.counts
      ? html`<text class="bar-count" x="${at(index, 0.5)}" y="${y - 4}">${formatCount(count)}</text>`
      : null;
    return [
      html`<rect
          class="${faint ? "faint" : (options.tone ?? "accent")}"
          x="${at(index, 0.08)}"
          y="${y}"
          width="${percent(0.84 / slots)}"
          height="${height}"
        />${number}`,
    ];
  });

  const step = tickStep(slots);
  const ticks: Html[] = [];
  for (let index = Math.ceil(from / step) * step; index <= to; index += step) {
    const side = index === from && slots > 30 ? " at-start" : index === to && slots > 30 ? " at-end" : "";
    ticks.push(html`<text class="tick${side}" x="${at(index, 0.5)}" y="${bottom + 16}">${index}</text>`);
  }

  const { threshold } = options;
  const late = threshold !== undefined && (threshold.index - from) / slots > 0.5;
  const mark = threshold
    ? html`<line
          class="threshold"
          x1="${at(threshold.index)}"
          x2="${at(threshold.index)}"
          y1="4"
          y2="${bottom}"
        /><text
          class="threshold-label${late ? " at-end" : ""}"
          x="${at(threshold.index)}"
          dx="${late ? -6 : 6}"
          y="13"
          >${threshold.label}</text
        >`
    : null;

  const total = sum(counts);
  const peak = counts.indexOf(Math.max(...counts));
  const words =
    total === 0
      ? `${options.name}: nothing counted`
      : `${options.name}: ${formatCount(total)} counted, most (${formatCount(counts[peak]!)}) at ${peak}`;
  return html`<svg
    class="histogram"
    role="img"
    aria-label="${words}"
    width="100%"
    height="${bottom + PLOT.axis}"
  >
    ${bars}
    <line class="axis" x1="0" x2="100%" y1="${bottom}" y2="${bottom}" />
    ${ticks}${mark}
  </svg>`;
}

/** Colour keys of a chart. */
export function legend(entries: readonly { readonly tone: string; readonly label: string }[]): Html {
  return html`<ul class="legend">
    ${entries.map(
      ({ tone, label }) =>
        html`<li>
          <svg class="key" aria-hidden="true" width="12" height="12">
            <rect class="${tone}" width="12" height="12" rx="2" /></svg
          >${label}
        </li>`,
    )}
  </ul>`;
}

/** Colour keys of a stacked bar with counts and shares. */
export function stackedLegend(parts: readonly Part[], unit: string): Html {
  const whole = sum(parts.map(({ count }) => count));
  return legend(
    parts.map(({ label, count, tone }) => ({
      tone,
      label: `${label}: ${countOf(count, unit)} (${formatShare(count, whole)})`,
    })),
  );
}
