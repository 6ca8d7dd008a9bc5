import type { TextLimit } from "./words.js";

/** How much of an example a report shows. */

/** Of the prompt. */
export const PROMPT_LIMIT: TextLimit = { units: 1200, lines: 24 };
export const RESPONSE_LIMIT: TextLimit = { units: 1600, lines: 36 };
/** Of each text in a persona. */
export const PERSONA_LIMIT: TextLimit = { units: 500, lines: 10 };
export const EXAMPLES_SHOWN = 5;
/** Labels of a direction. */
export const LABELS_SHOWN = 40;
/** Dimensions at either end of the contrast ranking. */
export const RANKED = 10;
