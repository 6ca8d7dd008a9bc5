import { existsSync } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Finding } from "../core/finding.js";
import { IGNORE_FILE, IgnoreList, lineHash } from "../core/rules/ignores.js";
import type { RawPlace } from "../node/text/json-lines.js";
import { findWorkspace } from "./workspace.js";

/** Where what is to be ignored in a data file is recorded, and how it is named there. */
export interface IgnorePlace {
  /** Absolute path of the ignore file, whether it is there or not. */
  readonly path: string;
  /** The data file as entries name it. */
  readonly file: string;
}

/** The ignore file of a data file: in the folder of its workspace, else beside it. */
export function ignorePlace(dataFile: string): IgnorePlace {
  const path = resolve(dataFile);
  const folder = findWorkspace(dirname(path)) ?? dirname(path);
  return { path: join(folder, IGNORE_FILE), file: relative(folder, path).split(sep).join("/") };
}

/** Reads ignore files, each once. */
export class IgnoreReader {
  readonly #lists = new Map<string, Promise<IgnoreList>>();

  of({ path }: IgnorePlace): Promise<IgnoreList> {
    const list = this.#lists.get(path) ?? readIgnores(path);
    this.#lists.set(path, list);
    return list;
  }
}

async function readIgnores(path: string): Promise<IgnoreList> {
  if (!existsSync(path)) return new IgnoreList([]);
  return IgnoreList.of((await readFile(path, "utf8")).split(/\r\n|\n/));
}

/** What is ignored in one file, whose lines are read only where an entry may be about them. */
export class FileIgnores {
  #handle: Promise<FileHandle> | undefined;

  private constructor(
    private readonly path: string,
    private readonly file: string,
    private readonly list: IgnoreList,
  ) {}

  /** Null where nothing is ignored in the file. */
  static async open(dataFile: string, reader: IgnoreReader): Promise<FileIgnores | null> {
    const place = ignorePlace(dataFile);
    const list = await reader.of(place);
    return list.concerns(place.file) ? new FileIgnores(resolve(dataFile), place.file, list) : null;
  }

  /** Whether a finding about a record is ignored. */
  async ignores({ rule }: Pick<Finding, "rule">, { start, bytes }: RawPlace): Promise<boolean> {
    if (!this.list.concerns(this.file, rule)) return false;
    this.#handle ??= open(this.path);
    const { buffer } = await (await this.#handle).read(Buffer.alloc(bytes), 0, bytes, start);
    return this.list.ignores({ rule }, this.file, () => lineHash(buffer.toString("utf8")));
  }

  async close(): Promise<void> {
    await (await this.#handle)?.close();
  }
}
