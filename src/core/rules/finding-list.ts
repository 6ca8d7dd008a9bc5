import type { Finding } from "../finding.js";
import { RULES, type RuleId } from "./registry.js";
import { oneLine } from "./words.js";

/** Names of fields come from files, too. */
const SHOWN_FIELD = 100;

/** Where findings are reported: a line of a file, or a file as a whole. */
export interface Place {
  readonly file: string;
  /** 1-based. */
  readonly line?: number | undefined;
}

/** What a rule may say beyond what is wrong. */
export interface FindingDetails {
  readonly field?: string | undefined;
  /** Takes the place of the rule's own fix. */
  readonly fix?: string;
  readonly related?: { readonly file: string; readonly line: number };
}

/** Collects the findings of one place; a message is what is wrong followed by what to do. */
export class FindingList {
  readonly list: Finding[] = [];

  constructor(
    private readonly place: Place,
    private readonly id?: string,
  ) {}

  add(rule: RuleId, problem: string, { field, fix, related }: FindingDetails = {}): void {
    const { file, line } = this.place;
    const where = field === undefined ? "" : `${oneLine(field, SHOWN_FIELD)}: `;
    this.list.push({
      rule,
      severity: RULES[rule].severity,
      message: `${where}${problem}. ${fix ?? RULES[rule].fix}`,
      file,
      ...(line !== undefined && { line }),
      ...(field !== undefined && { field }),
      ...(this.id !== undefined && { id: this.id }),
      ...(related !== undefined && { related }),
    });
  }
}
