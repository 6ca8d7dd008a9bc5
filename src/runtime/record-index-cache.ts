import type { OutputFolder } from "../node/store/output-folder.js";
import { type IndexedFile, RecordIndex } from "./record-index.js";

/** The indexes of the output files of a workspace: built when they are asked for, built anew when their file has changed. */
export class RecordIndexCache {
  readonly #kept = new Map<string, Promise<RecordIndex<unknown> | null>>();

  constructor(readonly output: OutputFolder) {}

  /** The index of a file as it is now; null where it is not there. */
  async get<T>(file: IndexedFile<T>): Promise<RecordIndex<T> | null> {
    const kept = this.#kept.get(file.path);
    // A build that goes on is not asked: it has read the file just now.
    const index = kept === undefined ? null : await kept.catch(() => null);
    if (index !== null && (await index.isCurrent())) return index as RecordIndex<T>;
    if (this.#kept.get(file.path) === kept) {
      this.#kept.set(file.path, RecordIndex.build(this.output.file(file.path), file));
    }
    return this.#kept.get(file.path) as Promise<RecordIndex<T> | null>;
  }

  /** Memory of all indexes. */
  async bytes(): Promise<number> {
    const all = await Promise.all([...this.#kept.values()].map((one) => one.catch(() => null)));
    return all.reduce((sum, index) => sum + (index?.bytes ?? 0), 0);
  }
}
