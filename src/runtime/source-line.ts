import { openPlacedRecords } from "../node/text/placed-records.js";

/**
 * The line (from 1, as an editor counts) of a record of a source, whose number is that of its line, or of its entry where
 * the file is one array; null where there is no such record or file, or where the search was cancelled.
 */
export async function sourceLine(
  path: string,
  number: number,
  isCancelled: () => boolean = () => false,
): Promise<number | null> {
  try {
    const { form, records } = await openPlacedRecords(path, { allowEmpty: true });
    try {
      if (form === "lines") return number;
      for await (const { record, line } of records) {
        if (isCancelled()) return null;
        if (record.line === number) return line;
      }
    } finally {
      // A generator that was never started would not close its file.
      await records.next();
      await records.return();
    }
  } catch {
    // What cannot be read has no lines to go to.
  }
  return null;
}
