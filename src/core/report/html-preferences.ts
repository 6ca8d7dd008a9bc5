import { bar, divergingBar, histogram, legend, stackedBar, stackedLegend } from "./charts.js";
import { byGroup, contrastOf, exampleCount, rankContrast, severalKinds, shownRange, sum } from "./figures.js";
import { emptyState, foldedTable, section, table } from "./html-table.js";
import { type Html, html } from "./html-template.js";
import { RANKED } from "./limits.js";
import type { DimensionSummary, ReportData } from "./report-data.js";
import { capitalised, countOf, formatCount, formatShare, kindsInWords } from "./words.js";
import { shortName } from "../space/space.js";

/** Sections on what the data says of preferences: levels, contrast, similarity, personas. */

function levelRow({ name, levels }: DimensionSummary): Html {
  const total = levels.first + levels.neutral + levels.second;
  const chart = stackedBar(
    [
      { label: "second option", count: levels.second, tone: "negative" },
      { label: "neutral", count: levels.neutral, tone: "neutral" },
      { label: "first option", count: levels.first, tone: "positive" },
    ],
    name,
  );
  return html`<li>
    <span class="name" title="${name}">${shortName(name)}</span>${chart}<span class="figure"
      >${formatShare(levels.neutral, total)}</span
    >
  </li> `;
}

function levelGroup(group: string, members: readonly DimensionSummary[]): Html {
  return html`<h3>
      ${capitalised(group)} <span class="muted">${countOf(members.length, "dimension")}</span>
    </h3>
    <ol class="levels">
      ${members.map(levelRow)}
    </ol> `;
}

/** Responses by level of every dimension, by group. */
export function levelsSection({ dimensions }: ReportData): Html {
  const responses = Math.max(
    0,
    ...dimensions.map(({ levels }) => levels.first + levels.neutral + levels.second),
  );
  const intro = "How the responses are spread over the three levels of each dimension";
  if (responses === 0) {
    return section("levels", "Levels", `${intro}.`, emptyState("No response has levels yet."));
  }
  return section(
    "levels",
    "Levels",
    `${intro}: ${countOf(responses, "response")}; the figure is the neutral share.`,
    [
      legend([
        { tone: "negative", label: "second option (level 1)" },
        { tone: "neutral", label: "neutral (level 2)" },
        { tone: "positive", label: "first option (level 3)" },
      ]),
      ...byGroup(dimensions).map(([group, members]) => levelGroup(group, members)),
      foldedTable(
        "All counts",
        "Responses by level",
        [
          { title: "Dimension", kind: "wide" },
          { title: "Second option", kind: "number" },
          { title: "Neutral", kind: "number" },
          { title: "First option", kind: "number" },
        ],
        dimensions.map(({ name, levels }) => [
          name,
          formatCount(levels.second),
          formatCount(levels.neutral),
          formatCount(levels.first),
        ]),
      ),
    ],
  );
}

function contrastList(title: string, dimensions: readonly DimensionSummary[], largest: number): Html {
  const rows = dimensions.map(({ name, positiveLabel, negativeLabel, pairs }) => {
    const words = `${name}: ${formatCount(pairs.negative)} Negative, ${formatCount(pairs.positive)} Positive`;
    return html`<li>
      <span class="name" title="${name}">${shortName(name)}</span
      ><span class="end left"
        >${formatCount(pairs.negative)}<span class="read-out"> ${negativeLabel}</span></span
      >${divergingBar(pairs.negative, pairs.positive, largest, words)}<span class="end right"
        >${formatCount(pairs.positive)}<span class="read-out"> ${positiveLabel}</span></span
      >
    </li> `;
  });
  return html`<div>
    <h3>${title}</h3>
    <ol class="contrast">
      ${rows}
    </ol>
  </div> `;
}

function neverContrasted(never: readonly DimensionSummary[]): Html | null {
  if (never.length === 0) return null;
  return html`<p class="never">
    <strong>Never contrasted</strong> (${formatCount(never.length)}):
    ${never.map(({ name }) => html`<span class="word">${shortName(name)}</span> `)}
  </p> `;
}

/** The ends of the ranking by number of pairs that differ. */
export function contrastSection({ dimensions }: ReportData): Html {
  const { most, least, never } = rankContrast(dimensions, RANKED);
  const intro = "On which dimensions the chosen response differs from the rejected one";
  if (most.length === 0) {
    return section("contrast", "Contrast", `${intro}.`, emptyState("There are no pairs yet."));
  }
  const largest = Math.max(1, ...dimensions.map(({ pairs }) => Math.max(pairs.positive, pairs.negative)));
  return section("contrast", "Contrast", `${intro}, in pairs.`, [
    legend([
      { tone: "negative", label: "chosen is weaker (Negative)" },
      { tone: "positive", label: "chosen is stronger (Positive)" },
    ]),
    html`<div class="two">
      ${contrastList("Most contrasted", most, largest)}${
        least.length > 0 ? contrastList("Least contrasted", least, largest) : null
      }
    </div>`,
    neverContrasted(never) ?? html``,
    foldedTable(
      "All counts",
      "Pairs by direction",
      [
        { title: "Dimension", kind: "wide" },
        { title: "Negative", kind: "number" },
        { title: "Positive", kind: "number" },
        { title: "Either", kind: "number" },
      ],
      dimensions.map((dimension) => [
        html`${dimension.name}<span class="sub"
            >${dimension.negativeLabel} / ${dimension.positiveLabel}</span
          >`,
        formatCount(dimension.pairs.negative),
        formatCount(dimension.pairs.positive),
        formatCount(contrastOf(dimension)),
      ]),
    ),
  ]);
}

/** A table of two histograms, empty rows left out. */
function histogramTable(
  index: string,
  caption: string,
  ugc: readonly number[],
  pairs: readonly number[],
): Html {
  const rows = Array.from({ length: Math.max(ugc.length, pairs.length) }, (_, i) => i)
    .filter((i) => (ugc[i] ?? 0) + (pairs[i] ?? 0) > 0)
    .map((i) => [formatCount(i), formatCount(ugc[i] ?? 0), formatCount(pairs[i] ?? 0)]);
  return foldedTable(
    "All counts",
    caption,
    [
      { title: index, kind: "number" },
      { title: "UGC", kind: "number" },
      { title: "PAIR", kind: "number" },
    ],
    rows,
  );
}

/** Matching dimensions of persona items, with the threshold. */
export function similaritySection({ similarity }: ReportData): Html {
  const { counted, dimensions, leastMatches, ugc, pairs } = similarity;
  const intro = `Matching dimensions, of ${formatCount(dimensions)}: ${counted}`;
  if (sum(ugc) + sum(pairs) === 0) {
    return section("similarity", "Similarity", `${intro}.`, emptyState("No persona item was compared yet."));
  }
  const range = shownRange([ugc, pairs], [leastMatches - 2, leastMatches], dimensions);
  const threshold = { index: leastMatches, label: `similar from ${formatCount(leastMatches)}` };
  const chart = (name: string, counts: readonly number[]) =>
    html`<figure>
      <figcaption>${name} <span class="muted">${countOf(sum(counts), "item")}</span></figcaption>
      ${histogram(counts, { name, range, threshold })}
    </figure> `;
  return section("similarity", "Similarity", `${intro}.`, [
    html`<div class="two">${chart("UGC", ugc)}${chart("PAIR, the smaller of its two matches", pairs)}</div>`,
    histogramTable("Matches", "Items by number of matching dimensions", ugc, pairs),
  ]);
}

function fillChart(name: string, counts: readonly number[], wanted: number): Html {
  const personas = sum(counts);
  const full = counts[wanted] ?? 0;
  return html`<figure>
    <figcaption>${name} <span class="muted">${formatShare(full, personas)} full</span></figcaption>
    ${histogram(counts, { name, range: { from: 0, to: Math.max(wanted, counts.length - 1) }, counts: true })}
  </figure> `;
}

function kindsTable(data: ReportData): Html {
  const { kinds } = data.personas;
  const largest = Math.max(...kinds.map(({ examples }) => examples));
  return table(
    "Exported examples by persona kinds",
    [{ title: "Kinds" }, { title: "Bar", kind: "bar", silent: true }, { title: "Examples", kind: "number" }],
    kinds.map((entry) => [
      kindsInWords(entry.kinds),
      bar(entry.examples, largest, `${kindsInWords(entry.kinds)}: ${countOf(entry.examples, "example")}`),
      formatCount(entry.examples),
    ]),
    "bars short",
  );
}

/** How full personas are and which kinds the examples carry. */
export function personasSection(data: ReportData): Html {
  const { wanted, ugc, pairs, demographic, kinds } = data.personas;
  const demographics = [
    { label: "written by the model", count: demographic.model, tone: "accent" },
    { label: "from the template", count: demographic.template, tone: "accent-soft" },
    { label: "none", count: demographic.none, tone: "neutral" },
  ];
  const personas = Math.max(sum(ugc), sum(pairs), sum(demographics.map(({ count }) => count)));
  const several = severalKinds(kinds);
  if (personas === 0) {
    return section(
      "personas",
      "Personas",
      `How many of the ${formatCount(wanted)} items wanted each persona holds.`,
      emptyState("There are no personas yet."),
    );
  }
  return section(
    "personas",
    "Personas",
    `How many of the ${formatCount(wanted)} items wanted each of ${countOf(personas, "persona")} holds. ${countOf(several, "example")} of ${formatCount(exampleCount(kinds))} ${several === 1 ? "carries" : "carry"} two kinds or more.`,
    [
      html`<div class="two">
        ${fillChart("UGC items kept", ugc, wanted)}${fillChart("PAIR items kept", pairs, wanted)}
      </div>`,
      histogramTable("Items kept", "Personas by number of items kept", ugc, pairs),
      html`<div class="two">
        ${kinds.length > 0 ? kindsTable(data) : emptyState("No example has been exported yet.")}
        <figure>
          <figcaption>DEMO, the text that describes the person</figcaption>
          ${stackedBar(demographics, "DEMO", 16)}${stackedLegend(demographics, "persona")}
        </figure>
      </div>`,
    ],
  );
}
