import type { RuleId } from "../../src/core/rules/registry.js";
import type { FixKind } from "../../src/protocol/fixes.js";
import { RULE_FIXES } from "../../src/reader/fixes/row-fixes.js";

/** What the light bulb offers, in words. */
const WORDS: Readonly<Record<Exclude<FixKind, "ignore">, string>> = {
  "drop-line": "**Drop this line**: removes the line, and its line in the lineage file beside it.",
  "rederive-direction":
    "**Re-derive the direction from the levels**: writes the direction that the levels of the responses give, where they are known.",
  "nearest-values":
    "**Round the values to 0, 0.5 and 1**: writes the nearest value that a direction can have.",
  "remove-item":
    "**Remove the persona item**: where the finding is about one, takes it out of the row, and out of its lineage.",
  "replace-pii":
    "**Replace personal information by typed marks**: writes `[EMAIL]`, `[PHONE]` and the like in the place of what was found.",
  "swap-responses":
    "**Swap chosen and rejected**: exchanges the two responses and turns the direction round, in the lineage too.",
  "rename-field": "**Rename the field**: where its name is that of a known field, misspelt.",
};

/** The quick fixes of a rule that a line breaks, the best first. */
export function quickFixes(rule: RuleId): readonly string[] {
  const particular = RULE_FIXES[rule];
  return [particular, "drop-line" as const].flatMap((kind) =>
    kind === undefined || kind === "ignore" ? [] : [WORDS[kind]],
  );
}
