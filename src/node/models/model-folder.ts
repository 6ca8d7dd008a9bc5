import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { hashFile } from "../store/hash-file.js";
import { writeWhole } from "../store/write-whole.js";
import { type CatalogueEntry, type HubAddress, parseHubAddress, formatHubAddress } from "./catalogue.js";
import type { FileIdentity } from "./part-file.js";

/** Hashes by absolute path, each with the size and time of the file it was taken of. */
type KnownHashes = Readonly<Record<string, FileIdentity & { readonly mtimeMs: number }>>;

/** Folder of files by `hf:` address, beside the folders of the named models. */
const HUB_FOLDER = "hf";

/** One write at a time: two would lose each other's hashes. */
let writing: Promise<unknown> = Promise.resolve();

/** The folder in which a user's models are kept, for all workspaces. */
export class ModelFolder {
  constructor(readonly path: string) {}

  /** Where the file of a named model belongs. */
  namedPath({ name, file }: Pick<CatalogueEntry, "name" | "file">): string {
    return join(this.path, name, file);
  }

  /** Where the file of an address belongs. */
  hubPath({ owner, repo, file, revision }: HubAddress): string {
    return join(this.path, HUB_FOLDER, owner, repo, encodeURIComponent(revision), ...file.split("/"));
  }

  /** The addresses whose files are here, sorted. */
  async hubFiles(): Promise<readonly HubAddress[]> {
    const root = join(this.path, HUB_FOLDER);
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
    const addresses = entries.flatMap((entry) => {
      if (!/\.gguf$/i.test(entry.name) || !(entry.isFile() || entry.isSymbolicLink())) return [];
      const path = relative(root, join(entry.parentPath, entry.name));
      const [owner = "", repo = "", revision = "", ...file] = path.split(sep);
      if (file.length === 0) return [];
      try {
        const address = { owner, repo, file: file.join("/"), revision: decodeURIComponent(revision) };
        return [parseHubAddress(formatHubAddress(address))];
      } catch {
        // Put there by hand under a name that no address has.
        return [];
      }
    });
    return addresses.sort((a, b) => (formatHubAddress(a) < formatHubAddress(b) ? -1 : 1));
  }

  get #hashesFile(): string {
    return join(this.path, "hashes.json");
  }

  async #known(): Promise<KnownHashes> {
    return readFile(this.#hashesFile, "utf8")
      .then((text) => {
        const value: unknown = JSON.parse(text);
        return value && typeof value === "object" ? (value as KnownHashes) : {};
      })
      .catch(() => ({}));
  }

  /** SHA-256 and size of a file as far as they were taken before and it has not changed since; else null. */
  async known(path: string): Promise<FileIdentity | null> {
    const absolute = resolve(path);
    const now = await stat(absolute).catch(() => null);
    const known = (await this.#known())[absolute];
    if (!now || known?.bytes !== now.size || known.mtimeMs !== now.mtimeMs) return null;
    return { sha256: known.sha256, bytes: known.bytes };
  }

  /** SHA-256 and size of a file: taken once and known from then on, until the file's size or time changes. */
  async identify(path: string, onBytes?: (bytes: number) => void): Promise<FileIdentity> {
    const absolute = resolve(path);
    const known = await this.known(absolute);
    if (known) return known;
    const before = await stat(absolute);
    const { sha256, bytes } = await hashFile(absolute, onBytes);
    const after = await stat(absolute);
    // A file that was written to meanwhile has no hash to speak of.
    if (after.mtimeMs === before.mtimeMs && after.size === bytes)
      await this.remember(absolute, { sha256, bytes });
    return { sha256, bytes };
  }

  /** Keeps the hash of a file that was just written and checked. */
  async remember(path: string, { sha256, bytes }: FileIdentity): Promise<void> {
    const absolute = resolve(path);
    const write = async (): Promise<void> => {
      const { mtimeMs } = await stat(absolute);
      const hashes = { ...(await this.#known()), [absolute]: { sha256, bytes, mtimeMs } };
      await writeWhole(this.#hashesFile, `${JSON.stringify(hashes, null, 2)}\n`);
    };
    // A folder that cannot be written costs another hashing next time, nothing else.
    writing = writing.then(write).catch(() => undefined);
    await writing;
  }
}
