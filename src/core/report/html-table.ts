import { type Fragment, type Html, html } from "./html-template.js";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** `number`: right-aligned with tabular figures; `bar`: takes the room that is left; `wide`: running text. */
  readonly kind?: "number" | "bar" | "wide";
  /** Not shown as a title, only read out: for columns that speak for themselves. */
  readonly silent?: boolean;
}

/**
 * A captioned table; the first cell of a row is its heading. Roles are spelled out because narrow screens lay rows out
 * as grids, which some readers then no longer take for a table.
 */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Fragment[])[],
  className = "",
): Html {
  const kind = (index: number) => columns[index]?.kind ?? "plain";
  const heads = columns.map(
    ({ title, silent }, index) =>
      html`<th role="columnheader" scope="col" class="${kind(index)}">
        ${silent ? html`<span class="read-out">${title}</span>` : title}
      </th>`,
  );
  const body = rows.map(
    (cells) =>
      html`<tr role="row">
        ${cells.map((cell, index) =>
          index === 0
            ? html`<th role="rowheader" scope="row" class="${kind(index)}">${cell}</th>`
            : html`<td role="cell" class="${kind(index)}">${cell}</td>`,
        )}
      </tr> `,
  );
  return html`<div class="table-box">
    <table role="table" class="${className}">
      <caption>
        ${caption}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${heads}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${body}
      </tbody>
    </table>
  </div>`;
}

/** A table behind a chart, folded away. */
export function foldedTable(
  summary: string,
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Fragment[])[],
): Html {
  return html`<details class="numbers">
    <summary>${summary}</summary>
    ${table(caption, columns, rows, "compact")}
  </details>`;
}

/** What stands where there is nothing to show. */
export function emptyState(text: string): Html {
  return html`<p class="empty">${text}</p>`;
}

/** One section of the page with an anchor. */
export function section(id: string, title: string, lede: Fragment, body: readonly Html[] | Html): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    <p class="lede">${lede}</p>
    ${body}
  </section> `;
}
