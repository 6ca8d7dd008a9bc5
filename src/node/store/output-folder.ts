import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Manifest, manifestSchema } from "../../core/records/manifest.js";
import { hashFile } from "./hash-file.js";
import { JOURNAL, StepJournal, type UnfinishedWork, unfinishedWork } from "./step-journal.js";
import { writeWhole } from "./write-whole.js";

const WORK = ".work";
const MANIFEST = "manifest.json";

/** Where a step keeps its files. */
export interface StepPlace {
  readonly name: string;
  /** Folder of its records; another than `name` is a folder beside the step's own. */
  readonly folder: string;
}

/**
 * The output folder of a workspace. A step works in `.work/STEP` and its folder takes the place of the last one in a rename
 * when everything is on disk, so readers never see half of it, and a kill between two renames is made good at the next start.
 */
export class OutputFolder {
  constructor(readonly path: string) {}

  /** Absolute path of a file of the folder. */
  file(path: string): string {
    return join(this.path, path);
  }

  #work(step: string): string {
    return join(this.path, WORK, step);
  }

  async manifest(step: string): Promise<Manifest | null> {
    let text: string;
    try {
      text = await readFile(this.file(`${step}/${MANIFEST}`), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
    try {
      return manifestSchema.parse(JSON.parse(text));
    } catch {
      // An unreadable manifest vouches for nothing: the step runs again.
      return null;
    }
  }

  unfinished(step: string): Promise<UnfinishedWork | null> {
    return unfinishedWork(this.#work(step));
  }

  /** Opens the work on a step: continues it when the key is the same. */
  openWork(step: string, key: string, writes: readonly string[]): Promise<StepJournal> {
    return StepJournal.open(this.#work(step), key, writes);
  }

  /** Hashes the finished files, writes the manifest and puts all of it in its place. */
  async seal(
    place: StepPlace,
    journal: StepJournal,
    documents: readonly string[],
    manifest: Omit<Manifest, "outputs">,
  ): Promise<Manifest> {
    await journal.finish();
    const outputs: Manifest["outputs"] = {};
    const names = [...new Set([...journal.files, ...documents])].sort();
    for (const name of names) {
      const { sha256, bytes, lines } = await hashFile(join(journal.folder, name));
      const path = name.startsWith(`${place.folder}/`) ? name : `${place.name}/${name}`;
      outputs[path] = { sha256, bytes, ...(name.endsWith(".jsonl") ? { records: lines } : {}) };
    }
    const sealed: Manifest = { ...manifest, outputs };
    await writeWhole(join(journal.folder, MANIFEST), `${JSON.stringify(sealed, null, 2)}\n`);
    await this.recover(place);
    return sealed;
  }

  /** Finishes what a kill between manifest and last rename has left. */
  async recover({ name, folder }: StepPlace): Promise<void> {
    const work = this.#work(name);
    if (existsSync(join(work, MANIFEST))) {
      await rm(join(work, JOURNAL), { force: true });
      if (folder !== name && existsSync(join(work, folder))) await this.#replace(folder, join(work, folder));
      await this.#replace(name, work);
    }
    await rm(join(this.path, WORK, `old-${name}`), { recursive: true, force: true });
    await rm(join(this.path, WORK, `old-${folder}`), { recursive: true, force: true });
  }

  async #replace(target: string, source: string): Promise<void> {
    const old = join(this.path, WORK, `old-${target}`);
    await rm(old, { recursive: true, force: true });
    if (existsSync(this.file(target))) await rename(this.file(target), old);
    await rename(source, this.file(target));
    await rm(old, { recursive: true, force: true });
  }

  async create(): Promise<void> {
    await mkdir(join(this.path, WORK), { recursive: true });
  }

  /** True when anything has been made here. */
  async isEmpty(): Promise<boolean> {
    return readdir(this.path).then(
      (names) => names.length === 0,
      () => true,
    );
  }
}
