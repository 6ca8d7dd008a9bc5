import { bar, intervalChart, legend } from "./charts.js";
import { annotatorSentence, funnelRows, sum, wasChecked } from "./figures.js";
import { emptyState, section, table } from "./html-table.js";
import { type Html, html } from "./html-template.js";
import type { FunnelStage, ProbeGroup, ProbeSummary, ReportData } from "./report-data.js";
import { capitalised, countOf, formatCount, formatSeconds, formatShare } from "./words.js";

/** Sections on how the data set came about: funnel, drops, annotator, findings, time, sources, settings. */

function partsOf({ parts = [] }: FunnelStage): Html | null {
  if (parts.length === 0) return null;
  return html`<span class="parts"
    >${parts.map(({ label, count }) => html`<span>${label} ${formatCount(count)}</span>`)}</span
  >`;
}

/** What was left after each step. */
export function funnelSection({ funnel }: ReportData): Html {
  const rows = funnelRows(funnel).map(({ stage, largest, share }) => [
    html`${stage.label}<span class="sub">${stage.stage}</span>`,
    bar(
      stage.count,
      largest,
      `${stage.label}: ${formatCount(stage.count)}${share === "" ? "" : `, ${share}`}`,
      `unit-${stage.unit}`,
    ),
    formatCount(stage.count),
    html`${share}${partsOf(stage)}`,
  ]);
  return section(
    "funnel",
    "From raw records to examples",
    "Bars of one colour count the same thing and are drawn on one scale; shares compare only those.",
    rows.length === 0
      ? emptyState("No step has run yet. Start with: prefloom run.")
      : table(
          "Records left after each step",
          [
            { title: "Stage" },
            { title: "Bar", kind: "bar", silent: true },
            { title: "Count", kind: "number" },
            { title: "Share", kind: "wide" },
          ],
          rows,
          "bars funnel quiet",
        ),
  );
}

/** The drop ledgers by rule. */
export function dropsSection({ drops }: ReportData): Html {
  const total = sum(drops.map(({ count }) => count));
  const largest = Math.max(...drops.map(({ count }) => count));
  return section(
    "drops",
    "What was dropped, and why",
    total === 0
      ? "Dropped records would be listed here by rule."
      : `${countOf(total, "record")} in the drop ledgers. prefloom drops shows each, and says which can be brought back.`,
    total === 0
      ? emptyState("Nothing was dropped.")
      : table(
          "Dropped records by rule",
          [
            { title: "Rule" },
            { title: "Bar", kind: "bar", silent: true },
            { title: "Count", kind: "number" },
            { title: "Why", kind: "wide" },
          ],
          drops.map(({ stage, rule, count, why }) => [
            html`<code>${rule}</code><span class="sub">${stage}</span>`,
            bar(count, largest, `${rule}: ${formatCount(count)} dropped`, "loss"),
            formatCount(count),
            why,
          ]),
          "bars quiet",
        ),
  );
}

function probeRow({ group, right, total, low, high, centred }: ProbeGroup) {
  const share = total > 0 ? right / total : 0;
  const words = `${formatShare(share, 1)} (${formatShare(low, 1)} to ${formatShare(high, 1)})`;
  return [
    capitalised(group),
    intervalChart(
      share,
      [low, high],
      centred,
      `${group}: ${words} ranked right, ${formatShare(centred, 1)} after centring, chance 50%`,
    ),
    html`${words}<span class="sub"
        >${formatCount(right)} of ${formatCount(total)} pairs of texts; ${formatShare(centred, 1)} after
        centring</span
      >`,
  ];
}

function probeTable({ groups }: ProbeSummary): Html {
  return html`${table(
    "Share of known-direction text pairs ranked right",
    [
      { title: "Group" },
      { title: "Chart", kind: "bar", silent: true },
      { title: "Ranked right (interval)", kind: "wide" },
    ],
    groups.map(probeRow),
    "bars probe quiet",
  )}${legend([
    { tone: "accent", label: "ranked right, with its interval" },
    { tone: "hollow", label: "the same after two-way centring" },
    { tone: "dashed", label: "chance, in the middle of 0% to 100%" },
  ])}`;
}

/** The model and what its probe found. */
export function annotatorSection(data: ReportData): Html {
  const { model } = data;
  return section(
    "annotator",
    "How far to trust the annotator",
    "Whether the model that read the responses can tell apart texts whose direction is known.",
    [
      model
        ? html`<p class="identity">
            <strong>${model.name}</strong> <span class="hash">sha256 <code>${model.sha256}</code></span>
          </p>`
        : html``,
      model?.probe
        ? html`<p class="verdict">${model.probe.sentence}</p>
            ${probeTable(model.probe)}`
        : emptyState(annotatorSentence(data)),
    ],
  );
}

/** Findings by rule. */
export function findingsSection(data: ReportData): Html {
  const { findings } = data;
  const counted = (severity: string) =>
    sum(findings.filter((finding) => finding.severity === severity).map(({ count }) => count));
  const words = `${countOf(counted("error"), "error")}, ${countOf(counted("warning"), "warning")}, ${countOf(counted("info"), "note")}.`;
  return section(
    "findings",
    "Findings",
    findings.length === 0 ? "What the checker would object to." : words,
    findings.length === 0
      ? emptyState(
          wasChecked(data) ? "None: the checker has nothing to object to." : "The checker has not run yet.",
        )
      : table(
          "Findings by rule",
          [{ title: "Rule" }, { title: "Severity" }, { title: "Count", kind: "number" }],
          findings.map(({ rule, severity, count }) => [
            html`<code>${rule}</code>`,
            html`<span class="severity ${severity}">${severity}</span>`,
            formatCount(count),
          ]),
          "quiet",
        ),
  );
}

/** Seconds of each step. */
export function timeSection({ steps }: ReportData): Html {
  const total = sum(steps.map(({ seconds }) => seconds));
  const longest = Math.max(...steps.map(({ seconds }) => seconds));
  return section(
    "time",
    "Time",
    steps.length === 0 ? "Seconds of each step." : `${formatSeconds(total)} in all.`,
    steps.length === 0
      ? emptyState("No step has run yet.")
      : table(
          "Time of each step",
          [{ title: "Step" }, { title: "Bar", kind: "bar", silent: true }, { title: "Time", kind: "number" }],
          steps.map(({ step, seconds }) => [
            step,
            bar(seconds, longest, `${step}: ${formatSeconds(seconds)}`),
            formatSeconds(seconds),
          ]),
          "bars short quiet",
        ),
  );
}

/** Sources with licences and posts. */
export function sourcesSection({ sources }: ReportData): Html {
  return section(
    "sources",
    "Sources and licences",
    "The data set is no freer than what it was made from.",
    sources.length === 0
      ? emptyState("No source has been imported yet.")
      : table(
          "Sources",
          [{ title: "Source" }, { title: "Licence" }, { title: "Posts", kind: "number" }],
          sources.map(({ name, licence, posts }) => [name, licence, formatCount(posts)]),
          "quiet",
        ),
  );
}

/** The settings that decided the result. */
export function settingsSection({ settings }: ReportData): Html {
  return section(
    "settings",
    "Settings",
    "What decided the result; with the same inputs and seed they give the same bytes.",
    settings.length === 0
      ? emptyState("No settings were recorded.")
      : table(
          "Settings",
          [{ title: "Name" }, { title: "Value", kind: "wide" }],
          settings.map(([name, value]) => [html`<code>${name}</code>`, value]),
          "quiet",
        ),
  );
}
