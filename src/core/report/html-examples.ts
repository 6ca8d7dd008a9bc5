import { emptyState, section } from "./html-table.js";
import { type Html, html, textBlock } from "./html-template.js";
import { EXAMPLES_SHOWN, LABELS_SHOWN, PERSONA_LIMIT, PROMPT_LIMIT, RESPONSE_LIMIT } from "./limits.js";
import type { ReportData, ReportExample } from "./report-data.js";
import { countOf, formatCount } from "./words.js";

function chips({ direction, agreed }: ReportExample): Html {
  if (direction.length === 0) return emptyState("No direction.");
  const agreeing = new Set(agreed);
  const chip = (label: string) =>
    agreeing.has(label)
      ? html`<li class="chip agreed">
          <span aria-hidden="true">✓</span> ${label}<span class="read-out"> (persona agrees)</span>
        </li> `
      : html`<li class="chip">${label}</li> `;
  // Those that the persona speaks of first.
  const ordered = [...direction].sort((a, b) => Number(agreeing.has(b)) - Number(agreeing.has(a)));
  const rest = ordered.length - LABELS_SHOWN;
  return html`<ul class="chips" aria-label="Direction in words">
    ${ordered.slice(0, LABELS_SHOWN).map(chip)}${
      rest > 0 ? html`<li class="chip rest">… ${formatCount(rest)} more</li>` : null
    }
  </ul>`;
}

function personaSummary({ persona }: ReportExample): string {
  const parts = [
    persona.ugc.length > 0 ? countOf(persona.ugc.length, "comment") : "",
    persona.pairs.length > 0 ? countOf(persona.pairs.length, "comparison") : "",
    persona.demographic ? "a description" : "",
  ].filter((part) => part !== "");
  return parts.length > 0 ? parts.join(", ") : "empty";
}

function persona(example: ReportExample): Html {
  const { ugc, pairs, demographic } = example.persona;
  return html`<details class="persona">
    <summary>Persona: ${personaSummary(example)}</summary>
    ${
      demographic
        ? html`<h4>Description (DEMO)</h4>
            ${textBlock(demographic, PERSONA_LIMIT)}`
        : null
    }
    ${
      ugc.length > 0
        ? html`<h4>Comments (UGC)</h4>
            <ol class="items">
              ${ugc.map(
                ({ prompt, comment }) =>
                  html`<li>
                    <div class="context">${textBlock(prompt, PERSONA_LIMIT)}</div>
                    ${textBlock(comment, PERSONA_LIMIT)}
                  </li> `,
              )}
            </ol>`
        : null
    }
    ${
      pairs.length > 0
        ? html`<h4>Comparisons (PAIR)</h4>
            <ol class="items">
              ${pairs.map(
                ({ prompt, chosen, rejected }) =>
                  html`<li>
                    <div class="context">${textBlock(prompt, PERSONA_LIMIT)}</div>
                    <div class="two tight">
                      <div class="side chosen">
                        <h5>Preferred</h5>
                        ${textBlock(chosen, PERSONA_LIMIT)}
                      </div>
                      <div class="side rejected">
                        <h5>Not preferred</h5>
                        ${textBlock(rejected, PERSONA_LIMIT)}
                      </div>
                    </div>
                  </li> `,
              )}
            </ol>`
        : null
    }
  </details>`;
}

function exampleCard(example: ReportExample, index: number): Html {
  const { pair, file, line } = example.lineage;
  const agreement =
    example.agreed.length > 0
      ? html`Direction: ${countOf(example.direction.length, "dimension")},
        ${formatCount(example.agreed.length)} of them backed by the persona`
      : html`Direction: ${countOf(example.direction.length, "dimension")}`;
  return html`<article class="example" aria-labelledby="example-${index + 1}">
    <h3 id="example-${index + 1}">Example ${index + 1}</h3>
    <div class="prompt">
      <h4>Prompt</h4>
      ${textBlock(example.prompt, PROMPT_LIMIT)}
    </div>
    <div class="two tight">
      <div class="side chosen">
        <h4>Chosen</h4>
        ${textBlock(example.chosen, RESPONSE_LIMIT)}
      </div>
      <div class="side rejected">
        <h4>Rejected</h4>
        ${textBlock(example.rejected, RESPONSE_LIMIT)}
      </div>
    </div>
    <h4>${agreement}</h4>
    ${chips(example)} ${persona(example)}
    <p class="lineage">
      Pair <code>${pair}</code> from <code>${file}:${line}</code>. The whole way:
      <code>prefloom explain ${pair}</code>
    </p>
  </article> `;
}

/** Examples side by side, with direction, persona and lineage. */
export function examplesSection({ examples }: ReportData): Html {
  const shown = examples.slice(0, EXAMPLES_SHOWN);
  return section(
    "examples",
    "Examples",
    "What a trainer will see. A label with a tick is one on which every part of the persona agrees with the pair.",
    shown.length === 0 ? emptyState("No example has been exported yet.") : shown.map(exampleCard),
  );
}
