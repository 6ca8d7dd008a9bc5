/** Rules under which records are dropped on the way, with what the report says and whether the user can ask them back. */
export interface DropRule {
  readonly why: string;
  /** `prefloom drops --restore ID` brings such a record back at the next run. */
  readonly restorable: boolean;
}

export const DROP_RULES: Readonly<Record<string, DropRule>> = {
  "duplicate-post": { why: "a post with the same id came before", restorable: false },
  "duplicate-response": { why: "another response to the same post has the same text", restorable: true },
  "too-few-responses": { why: "fewer distinct responses than import.minResponses", restorable: true },
  "one-cluster": { why: "all responses have the same levels", restorable: false },
  "no-preference": { why: "chosen and rejected have the same levels", restorable: false },
  "persona-empty": { why: "nothing similar and consistent was found for a persona", restorable: false },
  "persona-no-common-dimension": { why: "the persona's parts agree on no dimension", restorable: true },
  "component-inconsistent": { why: "a part of the persona agrees with the pair nowhere", restorable: true },
  "item-inconsistent": { why: "what there is of the persona contradicts the pair", restorable: true },
  "item-no-agreement": { why: "what there is of the persona agrees with the pair nowhere", restorable: true },
  "duplicate-line": { why: "the example is the same as another one", restorable: true },
  "duplicate-example": { why: "prompt, chosen and rejected are those of another example", restorable: true },
  "identical-responses": { why: "chosen and rejected are the same text", restorable: true },
};

/** What is known of a rule; broken raw records have rules of their own and cannot come back as they are. */
export function dropRule(rule: string): DropRule {
  return DROP_RULES[rule] ?? { why: "the record is broken or cannot be used", restorable: false };
}
