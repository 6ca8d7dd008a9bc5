import { exampleCount, leadSentence, severalKinds, sum, wasChecked } from "./figures.js";
import { examplesSection } from "./html-examples.js";
import { contrastSection, levelsSection, personasSection, similaritySection } from "./html-preferences.js";
import {
  annotatorSection,
  dropsSection,
  findingsSection,
  funnelSection,
  settingsSection,
  sourcesSection,
  timeSection,
} from "./html-process.js";
import { type Fragment, Html, html } from "./html-template.js";
import type { FunnelStage, ReportData } from "./report-data.js";
import { STYLE } from "./style.js";
import { countOf, formatCount, formatShare } from "./words.js";

const CONTENTS: readonly (readonly [id: string, title: string])[] = [
  ["funnel", "Funnel"],
  ["drops", "Drops"],
  ["annotator", "Annotator"],
  ["levels", "Levels"],
  ["contrast", "Contrast"],
  ["similarity", "Similarity"],
  ["personas", "Personas"],
  ["examples", "Examples"],
  ["findings", "Findings"],
  ["time", "Time"],
  ["sources", "Sources"],
  ["settings", "Settings"],
];

function keyFigure(name: string, value: string, note: Fragment): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}<span class="note">${note}</span></dd>
  </div> `;
}

function keyFigures(data: ReportData): Html {
  const first = (unit: FunnelStage["unit"]) => data.funnel.find((stage) => stage.unit === unit)?.count ?? 0;
  const { kinds } = data.personas;
  const examples = exampleCount(kinds);
  const several = severalKinds(kinds);
  const errors = sum(data.findings.filter(({ severity }) => severity === "error").map(({ count }) => count));
  const dropped = sum(data.drops.map(({ count }) => count));
  const checked =
    errors > 0 ? "see Findings" : wasChecked(data) ? "the checker is content" : "not checked yet";
  const parts = data.funnel.at(-1)?.parts ?? [];
  return html`<dl class="key-figures">
    ${keyFigure("Posts", formatCount(first("posts")), countOf(first("responses"), "response"))}
    ${keyFigure("Pairs", formatCount(first("pairs")), "chosen over rejected")}
    ${keyFigure("Examples", formatCount(examples), parts.map(({ label, count }) => `${formatCount(count)} ${label}`).join(", "))}
    ${keyFigure("Two persona kinds or more", formatCount(several), examples > 0 ? `${formatShare(several, examples)} of examples` : "")}
    ${keyFigure("Dropped", formatCount(dropped), dropped > 0 ? "kept in the ledger" : "")}
    ${keyFigure("Errors found", formatCount(errors), checked)}
  </dl>`;
}

/**
 * The report as one self-contained HTML file: no network, no script, light and dark, printable. Its policy forbids
 * everything but its own style, so that even a mistake in escaping could load or run nothing.
 */
export function renderHtml(data: ReportData): string {
  const links = CONTENTS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${data.title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <p class="kind">Prefloom report</p>
          <h1 dir="auto">${data.title}</h1>
          <p class="lead">${leadSentence(data)}</p>
          <p class="from">${data.generatedFrom}</p>
          ${keyFigures(data)}
        </header>
        <nav aria-label="Contents">
          <ul>
            ${links}
          </ul>
        </nav>
        <main>
          ${funnelSection(data)}${dropsSection(data)}${annotatorSection(data)}${levelsSection(data)}${contrastSection(data)}
          ${similaritySection(data)}${personasSection(data)} ${examplesSection(data)}
          <div class="columns">${findingsSection(data)}${timeSection(data)}</div>
          <div class="columns">${sourcesSection(data)}${settingsSection(data)}</div>
        </main>
        <footer>
          <p>
            Users are inferred from single replies, not asked: a persona is a hypothesis that fits its texts,
            not a person.
          </p>
        </footer>
      </body>
    </html> `;
  return page.markup;
}
