import type { Finding } from "../../../src/core/finding.js";
import type { AlignxRow } from "../../../src/core/records/alignx-row.js";
import type { DirectionValue } from "../../../src/core/records/direction.js";
import { checkRow, type RowContext } from "../../../src/core/rules/check-row.js";
import { DatasetChecker } from "../../../src/core/rules/dataset-checker.js";
import type { RuleId } from "../../../src/core/rules/registry.js";
import { ALIGNX_SPACE } from "../../../src/core/space/space.js";
import { chatRow, cleanExample, fullContext, rowContext } from "./rows.js";

/** One way to break a rule, and the same thing unbroken. */
export interface Case {
  readonly rule: RuleId;
  readonly breaks: string;
  /** Findings with the rule broken: exactly one, of this rule. */
  readonly broken: () => Finding[];
  /** Findings of the same thing unbroken: none. */
  readonly clean: () => Finding[];
  readonly message?: string | RegExp;
  readonly field?: string;
}

export const ugc = "User-Generated Content";
export const pairs = "Pair-wise Comparative Feedback";
export const direction = "Preference Direction";
export type Loose = Record<string, unknown>;
export type LooseRow = AlignxRow & Loose;

/** A case on an AlignX row without lineage. */
export function row(
  rule: RuleId,
  breaks: string,
  change: (row: LooseRow) => void,
  expected: { message?: string | RegExp; field?: string; context?: Partial<RowContext> } = {},
): Case {
  const { context, ...rest } = expected;
  const check = (changed: boolean) => {
    const value = cleanExample().row as LooseRow;
    if (changed) change(value);
    return checkRow(value, rowContext(context));
  };
  return { rule, breaks, broken: () => check(true), clean: () => check(false), ...rest };
}

/** A case on a row with its lineage, levels and pairs. */
export function traced(
  rule: RuleId,
  breaks: string,
  change: (example: ReturnType<typeof cleanExample>) => void,
  expected: { message?: string | RegExp; field?: string } = {},
): Case {
  const check = (changed: boolean) => {
    const example = cleanExample();
    if (changed) change(example);
    return checkRow(example.row, fullContext(example));
  };
  return { rule, breaks, broken: () => check(true), clean: () => check(false), ...expected };
}

/** A case on a plain preference row. */
export function preference(
  rule: RuleId,
  breaks: string,
  change: (row: Loose) => void,
  message?: string,
): Case {
  const check = (changed: boolean) => {
    const value = chatRow();
    if (changed) change(value);
    return checkRow(value, rowContext());
  };
  const expected = message === undefined ? {} : { message };
  return { rule, breaks, broken: () => check(true), clean: () => check(false), ...expected };
}

/** A case on two rows; the findings are those of the second. */
export function rows(
  rule: RuleId,
  breaks: string,
  change: (second: AlignxRow) => void,
  splits: readonly [string, string] | undefined,
  message?: string | RegExp,
): Case {
  const check = (changed: boolean) => {
    const checker = new DatasetChecker();
    const [first, second] = [cleanExample().row, cleanExample().row];
    second.prompt = "Another post";
    second.chosen = "Another reply";
    for (const item of [...second[ugc], ...second[pairs]]) item.prompt = `Other ${item.prompt}`;
    if (changed) change(second);
    checker.add(first, { file: "train.jsonl", line: 3, ...(splits && { split: splits[0] }) });
    return checker.add(second, { file: "test.jsonl", line: 5, ...(splits && { split: splits[1] }) });
  };
  const expected = message === undefined ? {} : { message };
  return { rule, breaks, broken: () => check(true), clean: () => check(false), ...expected };
}

export function set(values: number[], changes: Record<number, number>): DirectionValue[] {
  return values.map((value, d) => changes[d] ?? value) as DirectionValue[];
}

export const neutral = (): DirectionValue[] => ALIGNX_SPACE.dimensions.map(() => 0.5);
