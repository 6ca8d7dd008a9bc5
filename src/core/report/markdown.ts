import {
  annotatorSentence,
  byGroup,
  contrastOf,
  exampleCount,
  funnelRows,
  leadSentence,
  rankContrast,
  severalKinds,
  sum,
  wasChecked,
} from "./figures.js";
import {
  EXAMPLES_SHOWN,
  LABELS_SHOWN,
  PERSONA_LIMIT,
  PROMPT_LIMIT,
  RANKED,
  RESPONSE_LIMIT,
} from "./limits.js";
import { blocks, inline, markdownTable, quotation } from "./markdown-text.js";
import type { DimensionSummary, ProbeGroup, ReportData, ReportExample } from "./report-data.js";
import { capitalised, countOf, formatCount, formatSeconds, formatShare, kindsInWords } from "./words.js";

/** A table, or a sentence where there would be no rows. */
function tableOr(empty: string, titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? empty : markdownTable(titles, rows);
}

function section(title: string, ...blocksOfText: readonly string[]): string {
  return [`## ${title}`, ...blocksOfText.filter((block) => block !== "")].join("\n\n");
}

function funnel(data: ReportData): string {
  const rows = funnelRows(data.funnel).map(({ stage, largest, share }) => {
    const parts = (stage.parts ?? []).map(({ label, count }) => `${inline(label)} ${formatCount(count)}`);
    const note = [inline(share), parts.join(", ")].filter((part) => part !== "").join("; ");
    return [
      inline(stage.label),
      inline(stage.stage),
      formatCount(stage.count),
      note,
      blocks(stage.count, largest),
    ];
  });
  return section(
    "From raw records to examples",
    tableOr("No step has run yet. Start with: prefloom run.", ["Stage", "Step", "Count:", "Share", ""], rows),
  );
}

function drops(data: ReportData): string {
  const largest = Math.max(...data.drops.map(({ count }) => count));
  const rows = data.drops.map(({ stage, rule, count, why }) => [
    inline(rule),
    inline(stage),
    formatCount(count),
    inline(why),
    blocks(count, largest, 12),
  ]);
  return section(
    "What was dropped, and why",
    tableOr("Nothing was dropped.", ["Rule", "Step", "Count:", "Why", ""], rows),
  );
}

/** The probe's figures as a table; the data card shows the same. */
export function probeTable(groups: readonly ProbeGroup[]): string {
  return markdownTable(
    ["Group", "Ranked right:", "Share:", "Interval:", "After centring:"],
    groups.map(({ group, right, total, low, high, centred }) => [
      inline(capitalised(group)),
      `${formatCount(right)} of ${formatCount(total)}`,
      formatShare(right, total),
      `${formatShare(low, 1)} to ${formatShare(high, 1)}`,
      formatShare(centred, 1),
    ]),
  );
}

function annotator(data: ReportData): string {
  const { model } = data;
  return section(
    "How far to trust the annotator",
    inline(annotatorSentence(data)),
    model ? `${inline(model.name)}, sha256 ${inline(model.sha256)}` : "",
    model?.probe && model.probe.groups.length > 0
      ? `${probeTable(model.probe.groups)}\n\nChance is a share of 50%.`
      : "",
  );
}

function levels(data: ReportData): string {
  const counted = data.dimensions.filter(
    ({ levels: { first, neutral, second } }) => first + neutral + second > 0,
  );
  const row = ({ name, levels: { first, neutral, second }, pairs }: DimensionSummary) => {
    const total = first + neutral + second;
    return [
      inline(name),
      formatCount(second),
      formatCount(neutral),
      formatCount(first),
      formatShare(neutral, total),
      formatCount(pairs.negative),
      formatCount(pairs.positive),
    ];
  };
  const groups = byGroup(counted).map(([group, members]) => {
    const titles = [
      "Dimension",
      "Second option:",
      "Neutral:",
      "First option:",
      "Neutral share:",
      "Pairs Negative:",
      "Pairs Positive:",
    ];
    return `### ${inline(capitalised(group))}\n\n${markdownTable(titles, members.map(row))}`;
  });
  return section(
    "Levels",
    "Responses by level, and pairs by direction, of each dimension.",
    ...(groups.length > 0 ? groups : ["No response has levels yet."]),
  );
}

function contrast(data: ReportData): string {
  const { most, least, never } = rankContrast(data.dimensions, RANKED);
  if (most.length === 0) return section("Contrast", "There are no pairs yet.");
  const largest = Math.max(...data.dimensions.map(contrastOf));
  const rows = (dimensions: readonly DimensionSummary[]) =>
    markdownTable(
      ["Dimension", "Negative:", "Positive:", ""],
      dimensions.map((dimension) => [
        inline(dimension.name),
        formatCount(dimension.pairs.negative),
        formatCount(dimension.pairs.positive),
        blocks(contrastOf(dimension), largest, 16),
      ]),
    );
  return section(
    "Contrast",
    "Pairs in which the chosen response is weaker (Negative) or stronger (Positive) than the rejected one.",
    `### Most contrasted\n\n${rows(most)}`,
    least.length > 0 ? `### Least contrasted\n\n${rows(least)}` : "",
    never.length > 0
      ? `Never contrasted (${formatCount(never.length)}): ${never.map(({ name }) => inline(name)).join(", ")}.`
      : "",
  );
}

/** Two histograms side by side, empty rows left out. */
function histograms(index: string, ugc: readonly number[], pairs: readonly number[]): string {
  const largestUgc = Math.max(...ugc);
  const largestPairs = Math.max(...pairs);
  const rows = Array.from({ length: Math.max(ugc.length, pairs.length) }, (_, i) => ({
    i,
    u: ugc[i] ?? 0,
    p: pairs[i] ?? 0,
  }))
    .filter(({ u, p }) => u + p > 0)
    .map(({ i, u, p }) => [
      formatCount(i),
      formatCount(u),
      blocks(u, largestUgc, 12),
      formatCount(p),
      blocks(p, largestPairs, 12),
    ]);
  return markdownTable([`${index}:`, "UGC:", "", "PAIR:", ""], rows);
}

function similarity({ similarity: { counted, dimensions, leastMatches, ugc, pairs } }: ReportData): string {
  if (sum(ugc) + sum(pairs) === 0) return section("Similarity", "No persona item was compared yet.");
  return section(
    "Similarity",
    `Matching dimensions, of ${formatCount(dimensions)}: ${inline(counted)}. Similar from ${formatCount(leastMatches)} on. For PAIR the smaller of its two matches.`,
    histograms("Matches", ugc, pairs),
  );
}

function personas({ personas: { wanted, ugc, pairs, demographic, kinds } }: ReportData): string {
  const { model, template, none } = demographic;
  if (sum(ugc) + sum(pairs) + model + template + none === 0) {
    return section("Personas", "There are no personas yet.");
  }
  const largest = Math.max(...kinds.map(({ examples }) => examples));
  return section(
    "Personas",
    `${formatCount(severalKinds(kinds))} of ${countOf(exampleCount(kinds), "example")} carry two persona kinds or more.`,
    tableOr(
      "No example has been exported yet.",
      ["Kinds", "Examples:", ""],
      kinds.map((entry) => [
        kindsInWords(entry.kinds),
        formatCount(entry.examples),
        blocks(entry.examples, largest),
      ]),
    ),
    `Personas by number of items kept, of ${formatCount(wanted)} wanted:`,
    histograms("Items", ugc, pairs),
    `DEMO: ${formatCount(model)} written by the model, ${formatCount(template)} from the template, ${formatCount(none)} without.`,
  );
}

function persona({ persona: { ugc, pairs, demographic } }: ReportExample): string[] {
  const quote = (text: string) => quotation(text, PERSONA_LIMIT);
  return [
    ...(demographic ? ["**Persona, description (DEMO)**", quote(demographic)] : []),
    ...ugc.flatMap(({ prompt, comment }, index) => [
      `**Persona, comment ${index + 1} (UGC)** on`,
      quote(prompt),
      "says",
      quote(comment),
    ]),
    ...pairs.flatMap(({ prompt, chosen, rejected }, index) => [
      `**Persona, comparison ${index + 1} (PAIR)** on`,
      quote(prompt),
      "prefers",
      quote(chosen),
      "to",
      quote(rejected),
    ]),
  ];
}

function example(shown: ReportExample, index: number): string {
  const agreed = new Set(shown.agreed);
  const labels = [...shown.direction].sort((a, b) => Number(agreed.has(b)) - Number(agreed.has(a)));
  const words = labels
    .slice(0, LABELS_SHOWN)
    .map((label) => (agreed.has(label) ? `**${inline(label)}** ✓` : inline(label)));
  const rest = labels.length - words.length;
  const { pair, file, line } = shown.lineage;
  return [
    `### Example ${index + 1}`,
    "**Prompt**",
    quotation(shown.prompt, PROMPT_LIMIT),
    "**Chosen**",
    quotation(shown.chosen, RESPONSE_LIMIT),
    "**Rejected**",
    quotation(shown.rejected, RESPONSE_LIMIT),
    `**Direction**: ${words.join(" · ")}${rest > 0 ? ` … ${formatCount(rest)} more` : ""}`,
    ...persona(shown),
    `Pair ${inline(pair)} from ${inline(file)}, line ${formatCount(line)}.`,
  ].join("\n\n");
}

function examples(data: ReportData): string {
  const shown = data.examples.slice(0, EXAMPLES_SHOWN);
  return section(
    "Examples",
    shown.length > 0
      ? "A label with a tick is one on which every part of the persona agrees with the pair."
      : "No example has been exported yet.",
    ...shown.map(example),
  );
}

function findings(data: ReportData): string {
  return section(
    "Findings",
    tableOr(
      wasChecked(data) ? "None: the checker has nothing to object to." : "The checker has not run yet.",
      ["Rule", "Severity", "Count:"],
      data.findings.map(({ rule, severity, count }) => [inline(rule), severity, formatCount(count)]),
    ),
  );
}

function closing(data: ReportData): string[] {
  const longest = Math.max(...data.steps.map(({ seconds }) => seconds));
  return [
    section(
      "Time",
      tableOr(
        "No step has run yet.",
        ["Step", "Time:", ""],
        data.steps.map(({ step, seconds }) => [
          inline(step),
          formatSeconds(seconds),
          blocks(seconds, longest, 16),
        ]),
      ),
    ),
    section(
      "Sources and licences",
      tableOr(
        "No source has been imported yet.",
        ["Source", "Licence", "Posts:"],
        data.sources.map(({ name, licence, posts }) => [inline(name), inline(licence), formatCount(posts)]),
      ),
    ),
    section(
      "Settings",
      tableOr(
        "No settings were recorded.",
        ["Name", "Value"],
        data.settings.map(([name, value]) => [inline(name), inline(value)]),
      ),
    ),
  ];
}

/** The report in Markdown: the same sections and numbers as the HTML file. */
export function renderMarkdown(data: ReportData): string {
  const sections = [
    `# ${inline(data.title)}`,
    leadSentence(data),
    inline(data.generatedFrom),
    funnel(data),
    drops(data),
    annotator(data),
    levels(data),
    contrast(data),
    similarity(data),
    personas(data),
    examples(data),
    findings(data),
    ...closing(data),
  ];
  return `${sections.join("\n\n")}\n`;
}
