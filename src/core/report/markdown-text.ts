import { cutText, moreCharacters, type TextLimit, withVisibleControls } from "./words.js";

/** Text in Markdown that stays text: no markup, no links, no mathematics, no broken table. */

const INLINE_LIMIT: TextLimit = { units: 400, lines: 4 };

function escapedLine(line: string): string {
  return (
    line
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/[\\`*_[\]~|$#]/g, "\\$&")
      // Addresses would become links by themselves.
      .replace(/:\/\//g, "&#58;//")
      .replace(/www\./gi, (match) => `${match.slice(0, 3)}&#46;`)
      .replace(/@/g, "&#64;")
      // What starts a line may start a list, a rule or a heading.
      .replace(/^(\s*)([-+=])/, "$1\\$2")
      .replace(/^(\s*\d+)([.)])(?=\s|$)/, "$1\\$2")
      .replace(/^[ \t]+/, (blank) => "&nbsp;".repeat(blank.length))
  );
}

/** A name or a sentence on one line, fit for a table cell. */
export function inline(text: string): string {
  const { shown, more } = cutText(text, INLINE_LIMIT);
  const line = escapedLine(
    withVisibleControls(shown)
      .replace(/\s*\n\s*/g, " ")
      .trim(),
  );
  return more === 0 ? line : `${line} ${moreCharacters(more)}`;
}

/** Somebody's text as a quotation that keeps its lines. */
export function quotation(text: string, limit: TextLimit): string {
  const { shown, more } = cutText(text, limit);
  const lines =
    shown.trim() === ""
      ? ["*(empty text)*"]
      : withVisibleControls(shown).trimEnd().split("\n").map(escapedLine);
  if (more > 0) lines.push(`*${moreCharacters(more)}*`);
  // A backslash at the end keeps a line break; a blank line starts a paragraph.
  return lines
    .map((line, index) => {
      const broken = line !== "" && (lines[index + 1] ?? "") !== "";
      return `> ${line}${broken ? "\\" : ""}`.trimEnd();
    })
    .join("\n");
}

/** A table; cells are Markdown already. A title that ends in `:` makes a column of numbers. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = titles.map((title) => title.replace(/:$/, ""));
  const rule = titles.map((title) => (title.endsWith(":") ? "---:" : "---"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of block characters, at most `width` of them; what is not nothing stays visible. */
export function blocks(part: number, whole: number, width = 20): string {
  if (part <= 0 || whole <= 0) return "";
  const eighths = Math.max(1, Math.round((part / whole) * width * 8));
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}
