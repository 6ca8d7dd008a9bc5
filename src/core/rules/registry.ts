import type { Severity } from "../finding.js";

/** What a rule looks at: one row, the rows of a data set together, or the result of a step. */
export type RuleScope = "line" | "dataset" | "step";

/** A rule as people meet it: in messages, the Problems panel, quick fixes, SARIF and the documentation. */
export interface Rule {
  /** kebab-case; part of the interface, never renamed. */
  readonly id: string;
  readonly severity: Severity;
  readonly scope: RuleScope;
  readonly title: string;
  /** What goes wrong where the rule is broken. */
  readonly why: string;
  /** What to do, one sentence; ends every message of the rule that brings no better one. */
  readonly fix: string;
  /** What breaks the rule, in short. */
  readonly example: string;
}

const table = {
  json: {
    severity: "error",
    scope: "line",
    title: "The line is no JSON object",
    why: "A data set holds one JSON object a line; a trainer stops at the first line that is none.",
    fix: "Write one JSON object on one line.",
    example: '{"prompt": "Hi", "chosen":',
  },
  "format-missing-field": {
    severity: "error",
    scope: "line",
    title: "A field is missing",
    why: "Readers of the published format expect every field in every row; absent parts are empty, not left out.",
    fix: "Add the field.",
    example: '{"prompt": "Hi", "chosen": "Hello"}',
  },
  "format-unknown-field": {
    severity: "warning",
    scope: "line",
    title: "A field is not part of the format",
    why: "Readers with a fixed schema fail on it or drop it, and it may carry what should not be published.",
    fix: "Remove the field or correct its name.",
    example: '{"prompt": "Hi", "author": "..."}',
  },
  "format-type": {
    severity: "error",
    scope: "line",
    title: "A field has the wrong type",
    why: "A trainer reads every field with one type.",
    fix: "Write the field in its published type.",
    example: '{"prompt": 7}',
  },
  "format-vector-length": {
    severity: "error",
    scope: "line",
    title: "A direction has the wrong length",
    why: "The place in the list is the dimension: with another length it is unknown what the numbers mean.",
    fix: "Write one value for each dimension, in the order of the space.",
    example: '"Preference Direction" with 89 numbers in a space of 90 dimensions',
  },
  "format-vector-value": {
    severity: "error",
    scope: "line",
    title: "A direction holds a value that is none",
    why: "A direction is Positive, Neutral or Negative on each dimension; nothing lies between.",
    fix: "Write 1 for Positive, 0.5 for Neutral, 0 for Negative.",
    example: '"Preference Direction": [0.7, ...]',
  },
  "format-empty-text": {
    severity: "error",
    scope: "line",
    title: "A text is empty",
    why: "An empty prompt or response teaches nothing.",
    fix: "Fill in the text or remove what it belongs to.",
    example: '{"chosen": "  "}',
  },
  "format-broken-text": {
    severity: "error",
    scope: "line",
    title: "A text is no valid Unicode",
    why: "Half of a surrogate pair cannot be written as UTF-8; tokenizers stop at it or replace it.",
    fix: "Remove the broken character or replace it by U+FFFD.",
    example: '{"chosen": "\\ud800"}',
  },
  "preference-form": {
    severity: "error",
    scope: "line",
    title: "Texts and message lists are mixed in one row",
    why: "A trainer takes a row as plain text or as a conversation, decided by one of its fields.",
    fix: "Write prompt, chosen and rejected all as texts or all as lists of messages.",
    example: '{"prompt": "Hi", "chosen": [{"role": "assistant", "content": "Hello"}]}',
  },
  "preference-message": {
    severity: "error",
    scope: "line",
    title: "A chat message is malformed",
    why: "A chat template needs the role and the content of every message.",
    fix: 'Write each message as {"role": ..., "content": ...}, both texts.',
    example: '{"prompt": [{"content": "Hi"}]}',
  },
  "preference-ending": {
    severity: "warning",
    scope: "line",
    title: "A response does not end with the assistant",
    why: "What is trained is the assistant's answer; another last role trains on the wrong turn.",
    fix: "End chosen and rejected with an assistant message.",
    example: '{"chosen": [{"role": "user", "content": "Hello"}]}',
  },
  "persona-empty": {
    severity: "error",
    scope: "line",
    title: "The persona is empty",
    why: "An example without user-generated content, comparative feedback and demographic text personalises nothing.",
    fix: "Give at least one component or drop the row.",
    example: "all three persona fields empty",
  },
  "identical-responses": {
    severity: "error",
    scope: "line",
    title: "Chosen and rejected are the same",
    why: "Two equal responses express no preference; the loss is constant and its gradient noise.",
    fix: "Remove what they belong to.",
    example: '{"chosen": "Yes.", "rejected": "Yes. "}',
  },
  "near-identical-responses": {
    severity: "warning",
    scope: "line",
    title: "Chosen and rejected differ in nothing but case or spaces",
    why: "Case and layout may be what is preferred; more often one answer was sampled twice and the pair teaches nothing.",
    fix: "Remove what they belong to unless case or layout is what is preferred.",
    example: '{"chosen": "Positive", "rejected": "positive"}',
  },
  "no-preference": {
    severity: "error",
    scope: "line",
    title: "The pair prefers nothing",
    why: "With every dimension Neutral there is nothing a persona could explain.",
    fix: "Drop the row.",
    example: '"Preference Direction" with 0.5 everywhere',
  },
  "persona-same-post": {
    severity: "error",
    scope: "line",
    title: "A persona item comes from the example's own post",
    why: "Contextual independence: the persona would give the answer away.",
    fix: "Remove the item.",
    example: "an item whose prompt is the row's prompt",
  },
  "persona-duplicate-item": {
    severity: "warning",
    scope: "line",
    title: "A persona item is there twice",
    why: "It votes twice and takes the place of other evidence.",
    fix: "Remove the item.",
    example: "two equal items of User-Generated Content",
  },
  "item-inconsistent": {
    severity: "error",
    scope: "line",
    title: "A persona item contradicts the pair",
    why: "Strict consistency: no item may say the opposite of what the pair prefers.",
    fix: "Remove the item.",
    example: "an item with Low Neuroticism where the pair says High Neuroticism",
  },
  "item-no-agreement": {
    severity: "error",
    scope: "line",
    title: "A persona item shares no preference with the pair",
    why: "Strict consistency: every item agrees with the pair on at least one dimension that is not Neutral.",
    fix: "Remove the item.",
    example: "an item that is Neutral wherever the pair is not",
  },
  "component-inconsistent": {
    severity: "error",
    scope: "line",
    title: "A persona component does not support the pair",
    why: "By majority vote the component agrees with the pair on no dimension that is not Neutral.",
    fix: "Replace its items or leave the component empty.",
    example: "items of which no two agree on a dimension of the pair",
  },
  "persona-no-common-dimension": {
    severity: "error",
    scope: "line",
    title: "The persona's components share no dimension with the pair",
    why: "Preference consistency asks for one dimension on which the pair and every component present agree.",
    fix: "Leave one of the components empty.",
    example: "User-Generated Content supports Likes travel, Pair-wise Comparative Feedback only Likes crafts",
  },
  "leftover-pii": {
    severity: "error",
    scope: "line",
    title: "A text carries personal information",
    why: "E-mail addresses, phone numbers and the like must not be published nor learnt.",
    fix: "Replace it by a typed mark such as [EMAIL].",
    example: '{"chosen": "Write to me at somebody@example.org"}',
  },
  "lineage-mismatch": {
    severity: "error",
    scope: "line",
    title: "The row and its lineage do not belong together",
    why: "Lineage that names other items, responses or counts explains a row that does not exist.",
    fix: "Export again.",
    example: "three items in the row, four in its lineage",
  },
  "below-threshold": {
    severity: "error",
    scope: "line",
    title: "A persona item is not similar enough",
    why: "Only what exceeds the similarity threshold stands for the same preferences.",
    fix: "Remove the item.",
    example: "54 of 90 levels match with a threshold of 0.6",
  },
  "direction-mismatch": {
    severity: "error",
    scope: "line",
    title: "A direction is not what the levels say",
    why: "Directions are computed from levels; another value was edited or belongs to other levels.",
    fix: "Export again from the present levels.",
    example: "Likes travel where chosen and rejected have the same level",
  },
  "duplicate-line": {
    severity: "error",
    scope: "dataset",
    title: "The row is there twice",
    why: "A repeated row counts double, and a copy in another split leaks.",
    fix: "Remove one of the two.",
    example: "two equal lines",
  },
  "duplicate-example": {
    severity: "warning",
    scope: "dataset",
    title: "Prompt and responses are there twice",
    why: "The pair counts double, even where its personas differ.",
    fix: "Keep one of the two.",
    example: "two rows with the same prompt, chosen and rejected",
  },
  "mirrored-example": {
    severity: "warning",
    scope: "dataset",
    title: "Two rows prefer the opposite",
    why: "The same persona cannot prefer each of two responses over the other; the rows cancel out.",
    fix: "Keep the row that is right, or give the two different personas.",
    example: "two rows with chosen and rejected swapped",
  },
  "split-leak": {
    severity: "error",
    scope: "dataset",
    title: "A post appears in two splits",
    why: "A model is tested on what it has seen; posts of persona items count too.",
    fix: "Move the rows that share the post into one split or drop one of them.",
    example: "a post of test.jsonl in a persona of train.jsonl",
  },
  "levels-degenerate": {
    severity: "warning",
    scope: "step",
    title: "The levels say little",
    why: "Where nearly all levels are equal or one factor explains them, pairs and personas are near-copies of each other.",
    fix: "Annotate with a model that passes the probe.",
    example: "99% of all levels are 2",
  },
  "component-left-out": {
    severity: "info",
    scope: "step",
    title: "A persona component is left out",
    why: "The rest of the persona agrees with the pair; with this component the example would contradict itself.",
    fix: "Nothing has to be done: the example is exported without it.",
    example: "comments that contradict the pair, where the comparative feedback supports it",
  },
} satisfies Record<string, Omit<Rule, "id">>;

/** The ids of all rules. */
export type RuleId = keyof typeof table;

/** Every rule by id, in the order in which they are documented. */
export const RULES = Object.fromEntries(
  Object.entries(table).map(([id, rule]) => [id, { id, ...rule }]),
) as Readonly<Record<RuleId, Rule>>;

/** The ids in the order of `RULES`. */
export const RULE_IDS = Object.keys(table) as readonly RuleId[];

/** The rule of a finding; undefined for ids that only steps use. */
export function findRule(id: string): Rule | undefined {
  return Object.hasOwn(RULES, id) ? RULES[id as RuleId] : undefined;
}
