import type { Drop } from "./records.js";

/** What a finished unit of work leaves behind. All of it is on disk before the next unit counts as begun. */
export interface UnitResult {
  /** Records by file name, in order. */
  readonly records?: Readonly<Record<string, readonly object[]>>;
  /** Whole small files by name. */
  readonly documents?: Readonly<Record<string, string>>;
  readonly drops?: readonly Drop[];
  /** Added up over the units and shown in manifest and summary. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Tokens that a model evaluated. */
  readonly tokens?: number;
}
