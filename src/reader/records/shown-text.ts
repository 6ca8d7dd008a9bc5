import { withVisibleControls } from "../../core/report/words.js";
import type { ShownText } from "../../protocol/records.js";

const TITLE_UNITS = 100;
const TEXT_UNITS = 1200;

/** The beginning of a text, on one line where it is a title. */
function cut(text: string, units: number): string {
  if (text.length <= units) return text;
  // Half a surrogate pair is no character.
  const end = /[\uD800-\uDBFF]/.test(text.charAt(units - 1)) ? units - 1 : units;
  return `${text.slice(0, end).trimEnd()}…`;
}

/** A text as trees show it: by its first words, and more of it in the tooltip. @param from where the title begins */
export function shownText(text: string, from = 0): ShownText {
  const beginning = withVisibleControls(text.slice(from, from + 4 * TITLE_UNITS))
    .replace(/\s+/g, " ")
    .trim();
  return { title: cut(beginning, TITLE_UNITS), text: withVisibleControls(cut(text, TEXT_UNITS)) };
}
