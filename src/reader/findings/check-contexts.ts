import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { IgnoreList } from "../../core/rules/ignores.js";
import {
  type DatasetReference,
  type LevelTables,
  openLevelTables,
  ReferenceFinder,
} from "../../runtime/dataset-reference.js";
import { ignorePlace } from "../../runtime/ignores.js";
import { isLineageFile, lineagePath } from "../../runtime/lineage-reader.js";
import type { Workspace } from "../../runtime/workspace.js";
import { LEVELS, PAIRS } from "../../steps/files.js";
import type { DataDocument } from "../documents/data-document.js";
import type { DocumentStore } from "../documents/document-store.js";
import type { CheckSettings } from "./line-check.js";
import { LineageLines } from "./lineage-lines.js";

/** All that a document is checked against at one moment. */
export interface CheckContext {
  readonly settings: CheckSettings;
  readonly lineage: LineageLines | null;
  readonly ignores: IgnoreList;
  /** The document as the ignore file names it. */
  readonly ignoreName: string;
}

/** When files changed last, as one text. */
async function stampOf(paths: readonly string[]): Promise<string> {
  const stamps = paths.map((path) =>
    stat(path).then(
      ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
      () => "-",
    ),
  );
  return (await Promise.all(stamps)).join(", ");
}

/** A value that is made anew when the files that it is made from have changed. */
class Kept<T> {
  readonly #kept = new Map<string, { readonly stamp: string; readonly value: Promise<T> }>();

  constructor(private readonly replaced: (value: T) => void = () => undefined) {}

  async get(key: string, paths: readonly string[], make: () => Promise<T>, extra = ""): Promise<T> {
    const stamp = `${extra} ${await stampOf(paths)}`;
    const known = this.#kept.get(key);
    if (known?.stamp === stamp) return known.value;
    void known?.value.then(this.replaced, () => undefined);
    const value = make();
    this.#kept.set(key, { stamp, value });
    return value;
  }

  delete(key: string): void {
    void this.#kept.get(key)?.value.then(this.replaced, () => undefined);
    this.#kept.delete(key);
  }

  get values(): readonly Promise<T>[] {
    return [...this.#kept.values()].map(({ value }) => value);
  }
}

/** A check that goes on with older tables has ended by then. */
const GRACE_MILLISECONDS = 30_000;

/** Finds what documents are checked against, and keeps it while the files that say so stay the same. */
export class CheckContexts {
  readonly #settings = new Kept<CheckSettings>();
  readonly #tables = new Kept<LevelTables | null>((tables) => {
    setTimeout(() => void tables?.close(), GRACE_MILLISECONDS).unref();
  });
  readonly #lineage = new Kept<LineageLines | null>();
  readonly #ignores = new Kept<IgnoreList>();

  constructor(private readonly documents: DocumentStore) {}

  /** Null for what Prefloom does not know. */
  async of(document: DataDocument): Promise<CheckContext | null> {
    if (document.kind === null) return null;
    const place = ignorePlace(document.path);
    const [settings, lineage, ignores] = await Promise.all([
      this.#settingsOf(document, place.file),
      this.lineageOf(document),
      this.#ignoresIn(place.path),
    ]);
    return { settings, lineage, ignores, ignoreName: place.file };
  }

  /** The document of a path is closed. */
  forget(path: string): void {
    this.#settings.delete(path);
    this.#lineage.delete(lineagePath(path));
  }

  /** Closes the files that are kept open. */
  async close(): Promise<void> {
    for (const tables of this.#tables.values) await (await tables)?.close();
  }

  /** The lineage beside a data set, as it is in the editor or else on the disk. */
  async lineageOf({ path, dialect }: DataDocument): Promise<LineageLines | null> {
    if (dialect === null || isLineageFile(path)) return null;
    const file = lineagePath(path);
    const open = this.documents.at(file);
    if (!open) return this.#lineage.get(file, [file], () => readLineage(file));
    const lines = Array.from({ length: open.lineCount }, (_, i) => open.line(i));
    return new LineageLines(lines);
  }

  async #settingsOf(document: DataDocument, shown: string): Promise<CheckSettings> {
    const { path, kind, dialect, format } = document;
    const { workspace, isOutput, space, mode, threshold } = await referenceOf(path);
    const hasLineage = dialect !== null && (await this.lineageOf(document)) !== null;
    const output = hasLineage && isOutput && workspace ? workspace.output : null;
    const files = output ? [output.file(LEVELS.path), output.file(PAIRS.path)] : [];
    const make = async (): Promise<CheckSettings> => ({
      ...{ kind: kind!, dialect, format, space, mode, threshold, shown },
      lineageShown: lineagePath(shown),
      tables: output && workspace ? await this.#tablesIn(workspace, files) : null,
    });
    return this.#settings.get(
      path,
      files,
      make,
      JSON.stringify([kind, dialect, format, hasLineage, mode, threshold, space]),
    );
  }

  /** Broken levels are told where they stand. */
  #tablesIn(workspace: Workspace, files: readonly string[]): Promise<LevelTables | null> {
    return this.#tables.get(workspace.output.path, files, () => openLevelTables(workspace).catch(() => null));
  }

  #ignoresIn(path: string): Promise<IgnoreList> {
    const open = this.documents.at(path);
    if (!open) {
      return this.#ignores.get(path, [path], async () => IgnoreList.of(await linesOfFile(path)));
    }
    return Promise.resolve(IgnoreList.of(Array.from({ length: open.lineCount }, (_, i) => open.line(i))));
  }
}

async function linesOfFile(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split(/\r\n|\n/);
}

async function readLineage(path: string): Promise<LineageLines | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  return text === null ? null : new LineageLines(text.split(/\r\n|\n/));
}

/** Settings that cannot be used are told in their own file: data is checked by the defaults as long. */
async function referenceOf(path: string): Promise<DatasetReference> {
  try {
    return await new ReferenceFinder(undefined, []).find(path);
  } catch {
    return new ReferenceFinder(undefined, []).find(join("/", basename(path)));
  }
}
