import type { Finding, Severity } from "../../core/finding.js";
import type { FindingGroup, FindingGrouping } from "../../protocol/findings.js";

/** How often one rule was broken in a file. */
export interface RuleCount {
  readonly rule: string;
  readonly severity: Severity;
  readonly count: number;
}

/** The findings of one file, wherever they are kept. */
export interface FileFindings {
  readonly counts: readonly RuleCount[];
  /** In the order of the lines. @param rule null: of every rule */
  page(rule: string | null, offset: number, limit: number): readonly Finding[];
  /** Called when they are not asked for any more. */
  dispose?(): void;
}

const SEVERITY_ORDER: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** All findings that the editor knows, by file: those of an open document hide what a validation has found in it. */
export class FindingBook {
  readonly #live = new Map<string, FileFindings>();
  readonly #validated = new Map<string, FileFindings>();

  /** @param changed called when there is something else to show */
  constructor(private readonly changed: () => void) {}

  /** Findings of an open document. */
  setLive(path: string, findings: FileFindings): void {
    this.#live.set(path, findings);
    this.changed();
  }

  /** The document is closed: what was found last stays where the file had been validated. */
  endLive(path: string): void {
    const last = this.#live.get(path);
    if (!last) return;
    this.#live.delete(path);
    if (this.#validated.has(path)) this.setValidated(path, last);
    else this.changed();
  }

  setValidated(path: string, findings: FileFindings): void {
    this.#validated.get(path)?.dispose?.();
    this.#validated.set(path, findings);
    this.changed();
  }

  /** The file is to be validated anew: its findings make room. */
  endValidated(path: string): void {
    const last = this.#validated.get(path);
    if (!last) return;
    last.dispose?.();
    this.#validated.delete(path);
    this.changed();
  }

  /** Forgets what was found on command. */
  clear(): void {
    for (const findings of this.#validated.values()) findings.dispose?.();
    this.#validated.clear();
    this.changed();
  }

  /** Counts of all, and the groups: errors first, most frequent first. */
  groups(by: FindingGrouping): {
    readonly total: number;
    readonly bySeverity: Readonly<Record<Severity, number>>;
    readonly groups: readonly FindingGroup[];
  } {
    const bySeverity = { error: 0, warning: 0, info: 0 };
    const groups = new Map<string, { key: string; severity: Severity; count: number }>();
    for (const [path, { counts }] of this.#files()) {
      for (const { rule, severity, count } of counts) {
        bySeverity[severity] += count;
        const key = by === "rule" ? rule : path;
        const group = groups.get(key) ?? { key, severity, count: 0 };
        group.count += count;
        if (SEVERITY_ORDER[severity] < SEVERITY_ORDER[group.severity]) group.severity = severity;
        groups.set(key, group);
      }
    }
    return {
      total: bySeverity.error + bySeverity.warning + bySeverity.info,
      bySeverity,
      groups: [...groups.values()].sort(
        (a, b) =>
          SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity] ||
          b.count - a.count ||
          (a.key < b.key ? -1 : 1),
      ),
    };
  }

  /** Some findings of a group, by file and line. */
  page(by: FindingGrouping, key: string, offset: number, limit: number): readonly Finding[] {
    if (by === "file") return this.#of(key)?.page(null, offset, limit) ?? [];
    const found: Finding[] = [];
    let skip = offset;
    for (const [, findings] of this.#files()) {
      const count = findings.counts.reduce((sum, one) => sum + (one.rule === key ? one.count : 0), 0);
      if (skip >= count) {
        skip -= count;
        continue;
      }
      found.push(...findings.page(key, skip, limit - found.length));
      skip = 0;
      if (found.length >= limit) break;
    }
    return found;
  }

  #of(path: string): FileFindings | undefined {
    return this.#live.get(path) ?? this.#validated.get(path);
  }

  #files(): readonly (readonly [string, FileFindings])[] {
    const paths = [...new Set([...this.#live.keys(), ...this.#validated.keys()])].sort();
    return paths.map((path) => [path, this.#of(path)!]);
  }
}

/** Counts findings by rule and severity. */
export class RuleCounter {
  readonly #counts = new Map<string, { rule: string; severity: Severity; count: number }>();

  add({ rule, severity }: Pick<Finding, "rule" | "severity">): void {
    const key = `${severity} ${rule}`;
    const known = this.#counts.get(key);
    if (known) known.count++;
    else this.#counts.set(key, { rule, severity, count: 1 });
  }

  get counts(): readonly RuleCount[] {
    return [...this.#counts.values()];
  }
}
