import { cutText, moreCharacters, type TextLimit, withVisibleControls } from "./words.js";

/** Markup that is safe to place in a page; only this module makes it. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What a template takes: markup as it is, text escaped, numbers as digits, null as nothing. */
export type Fragment = Html | string | number | null | readonly Html[];

/** Names, labels and sentences longer than this are no names, labels or sentences. */
const INLINE_LIMIT: TextLimit = { units: 400, lines: 4 };

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

function escaped(text: string): string {
  return withVisibleControls(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character]!);
}

function inserted(fragment: Fragment): string {
  if (fragment === null) return "";
  if (fragment instanceof Html) return fragment.markup;
  if (typeof fragment === "number") return String(fragment);
  if (typeof fragment !== "string") return fragment.map(({ markup }) => markup).join("");
  const { shown, more } = cutText(fragment, INLINE_LIMIT);
  return more === 0 ? escaped(shown) : `${escaped(shown)} ${moreCharacters(more)}`;
}

/** Tagged template for markup: whatever is inserted is escaped unless it is markup already. */
export function html(strings: TemplateStringsArray, ...fragments: readonly Fragment[]): Html {
  let markup = strings[0]!;
  fragments.forEach((fragment, index) => {
    markup += inserted(fragment) + strings[index + 1]!;
  });
  return new Html(markup);
}

/** A text of somebody's as a block of its own: line breaks kept, direction its own, cut at the limit. */
export function textBlock(text: string, limit: TextLimit): Html {
  const { shown, more } = cutText(text, limit);
  const body = shown.trim() === "" ? html`<em class="muted">(empty text)</em>` : new Html(escaped(shown));
  const rest = more === 0 ? null : html` <span class="more">${moreCharacters(more)}</span>`;
  return html`<div class="text" dir="auto">${body}${rest}</div>`;
}
