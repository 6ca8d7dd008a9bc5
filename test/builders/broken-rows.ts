import type { FixKind } from "../../src/protocol/fixes.js";

type Loose = Record<string, unknown>;
interface Item extends Loose {
  prompt: string;
  "Preference Direction": number[];
}
/** A row of the published format, open to be broken. */
export interface Row extends Loose {
  prompt: string;
  chosen: string;
  rejected: string;
  "Preference Direction": number[];
  "User-Generated Content": Item[];
  "Pair-wise Comparative Feedback": Item[];
}

export const UGC = "User-Generated Content";
const DIRECTION = "Preference Direction";

/** A way to break a row that the pipeline made, and the fix that mends it. */
export interface BrokenRow {
  readonly rule: string;
  readonly kind: FixKind;
  /** @param others the rows of its file, from the first on */
  readonly change: (row: Row, others: readonly Row[]) => void;
}

export const BROKEN_ROWS: readonly BrokenRow[] = [
  {
    rule: "direction-mismatch",
    kind: "rederive-direction",
    change: (row) =>
      (row[DIRECTION] = row[DIRECTION].map((value, d) => (d === 3 ? (value === 1 ? 0 : 1) : value))),
  },
  {
    rule: "direction-mismatch",
    kind: "rederive-direction",
    change: (row) => {
      const items = row[UGC].length > 0 ? row[UGC] : row["Pair-wise Comparative Feedback"];
      const at = items[0]![DIRECTION].indexOf(0.5);
      items[0]![DIRECTION][at] = 1;
    },
  },
  {
    rule: "format-vector-value",
    kind: "nearest-values",
    change: (row) => (row[DIRECTION][row[DIRECTION].indexOf(0.5)] = 0.6),
  },
  {
    rule: "item-inconsistent",
    kind: "remove-item",
    change: (row) => contradict(row),
  },
  {
    rule: "persona-same-post",
    kind: "remove-item",
    change: (row) => (itemsOf(row)[0]!.prompt = row.prompt),
  },
  {
    rule: "persona-duplicate-item",
    kind: "remove-item",
    change: (row) => (itemsOf(row)[1] = structuredClone(itemsOf(row)[0]!)),
  },
  {
    rule: "leftover-pii",
    kind: "replace-pii",
    change: (row) => (row.prompt = `Ask "me\\us" at\tsomebody@example.org or other.one@example.com \u00e9`),
  },
  {
    rule: "format-unknown-field",
    kind: "rename-field",
    change: (row) => {
      row["demografic_information"] = row["Demographic Information"];
      delete row["Demographic Information"];
    },
  },
  {
    rule: "duplicate-line",
    kind: "drop-line",
    change: (row, all) => Object.assign(row, structuredClone(all[0])),
  },
  {
    rule: "mirrored-example",
    kind: "swap-responses",
    change: (row, all) =>
      Object.assign(row, structuredClone(all[0]), { chosen: all[0]!.rejected, rejected: all[0]!.chosen }),
  },
];

function itemsOf(row: Row): Item[] {
  return row[UGC].length > 1 ? row[UGC] : row["Pair-wise Comparative Feedback"];
}

/** Makes the first item prefer the opposite of the pair. */
export function contradict(row: Row): void {
  const d = row[DIRECTION].findIndex((value) => value !== 0.5);
  itemsOf(row)[0]![DIRECTION][d] = 1 - row[DIRECTION][d]!;
}
