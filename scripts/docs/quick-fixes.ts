import type { RuleId } from "../../src/core/rules/registry.js";

/** What the light bulb offers, in words. */
const WORDS = {
  drop: "**Drop this line**: removes the line, and its line in the lineage file beside it.",
  direction: "**Re-derive the direction**: writes the direction that the levels of the responses give.",
  item: "**Remove the persona item**: takes it out of the row, and out of its lineage.",
  pii: "**Replace by a typed mark**: writes `[EMAIL]`, `[PHONE]` and the like in the place of what was found.",
  swap: "**Swap chosen and rejected**: exchanges the two responses and turns the direction round.",
} as const;

type QuickFix = keyof typeof WORDS;

const ITEM_RULES: readonly RuleId[] = [
  "persona-same-post",
  "persona-duplicate-item",
  "item-inconsistent",
  "item-no-agreement",
  "below-threshold",
];

/** The quick fixes of a rule that a line breaks, the best first. */
export function quickFixes(rule: RuleId): readonly string[] {
  const special: readonly QuickFix[] = ITEM_RULES.includes(rule)
    ? ["item"]
    : rule === "direction-mismatch"
      ? ["direction"]
      : rule === "leftover-pii"
        ? ["pii"]
        : rule === "mirrored-example"
          ? ["swap"]
          : [];
  return [...special, "drop" as const].map((fix) => WORDS[fix]);
}
