import { createReadStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { MissingResourceError } from "../../core/errors.js";
import { checkRoom, downloadFile } from "../models/download.js";
import { DownloadError } from "../models/http-errors.js";
import {
  type ByteProgress,
  makeFolderOf,
  paced,
  readPart,
  type Shelf,
  storageError,
} from "../models/part-file.js";
import { type PackagePin, SCOPE } from "./backend.js";
import { findPackage, type Registry } from "./registry.js";

/** How far the fetching of a package has come, in bytes of its packed file. */
export interface PackageProgress extends ByteProgress {
  readonly stage: "downloading" | "checking" | "unpacking";
}

export interface FetchPackageOptions {
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: PackageProgress) => void;
  /** Wait before a broken connection is tried again; default: that of downloads. */
  readonly retryDelayMs?: number;
}

/** Where backends are kept. */
export const BACKENDS_SHELF: Shelf = { name: "backends folder", variable: "PREFLOOM_BACKENDS" };

/** All that a package of npm's lies under in its file. */
const ROOT = "package/";

const TAMPERED =
  "check where npm gets packages from (`npm config get registry`); a registry that changes packages is not to be trusted";

/** Why a package did not come, with what to do about it here: downloads speak of models. */
function packageError(error: DownloadError, name: string, version: string): MissingResourceError {
  const fixes: Readonly<Record<DownloadError["failure"], string>> = {
    unreachable:
      "check the network; where only a mirror of the package registry can be reached, set NPM_CONFIG_REGISTRY to it",
    status: "try again later, or set NPM_CONFIG_REGISTRY to a registry that gives it",
    interrupted: "run it again: it continues where it stopped",
    content: TAMPERED,
  };
  return new MissingResourceError(
    "GPU backend",
    `${SCOPE}/${name} ${version} cannot be fetched: ${error.why}`,
    fixes[error.failure],
    { cause: error },
  );
}

/** Unpacks the regular files of a package; anything that would lie elsewhere, and every link, refuses the whole. */
async function unpack(
  archive: string,
  folder: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { extract } = await import("tar");
  let refused: string | undefined;
  let bytes = 0;
  await pipeline(
    createReadStream(archive, { highWaterMark: 1 << 20 }),
    async function* counted(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        yield chunk;
        bytes += chunk.length;
        onBytes(bytes);
      }
    },
    extract({
      cwd: folder,
      strip: 1,
      strict: true,
      preserveOwner: false,
      filter: (path, entry) => {
        const isPlain = "type" in entry && /^(Old)?File$|^Directory$/.test(entry.type);
        const isInside = path.startsWith(ROOT) && !/(^|[/\\])\.\.([/\\]|$)/.test(path);
        if (!isPlain || !isInside) refused ??= path;
        return refused === undefined;
      },
    }) as unknown as NodeJS.WritableStream,
    { signal },
  );
  if (refused !== undefined)
    throw new Error(`it holds ${JSON.stringify(refused)}, which is no file of a package`);
}

/**
 * Fetches a package so that it is in `target` whole, or not at all. Its file is the pinned one, whatever the registry says;
 * nothing of it is run. A download that broke goes on the next time.
 * @throws MissingResourceError that names the package and the fix, and the reason of an aborted signal
 */
export async function fetchPackage(
  name: string,
  version: string,
  pin: PackagePin,
  target: string,
  { registry, signal, onProgress, retryDelayMs }: FetchPackageOptions,
): Promise<void> {
  const { host } = new URL(registry.url);
  const fullName = `${SCOPE}/${name}`;
  const failed = (what: string, fix: string, cause?: unknown): MissingResourceError =>
    new MissingResourceError("GPU backend", what, fix, { cause });
  const archive = `${target}.tgz`;
  const folder = `${target}.unpacking`;
  const stage = (stage: PackageProgress["stage"]) => (progress: ByteProgress) =>
    onProgress?.({ stage, ...progress });
  try {
    signal.throwIfAborted();
    const published = await findPackage(registry, fullName, version, signal);
    if (published === null) {
      throw failed(
        `${host} does not have ${fullName} ${version}`,
        "set NPM_CONFIG_REGISTRY to a registry that has it",
      );
    }
    if (published.integrity !== null && published.integrity !== pin.integrity) {
      throw failed(
        `${host} has another ${fullName} ${version} than the one that Prefloom was made with (integrity ${published.integrity}, expected is ${pin.integrity})`,
        TAMPERED,
      );
    }
    await makeFolderOf(target, BACKENDS_SHELF);
    const { bytes: kept } = await readPart(archive);
    await checkRoom(target, pin.bytes - kept + pin.unpackedBytes, BACKENDS_SHELF);
    const isOfRegistry = new URL(published.tarball).origin === new URL(registry.url).origin;
    await downloadFile(published.tarball, archive, {
      ...{ signal, shelf: BACKENDS_SHELF, expectedSha256: pin.sha256, expectedBytes: pin.bytes },
      ...(registry.token !== null && isOfRegistry ? { token: registry.token } : {}),
      ...(retryDelayMs === undefined ? {} : { retryDelayMs }),
      onProgress: stage("downloading"),
      onChecking: stage("checking"),
    });
    try {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder);
      const tell = paced(stage("unpacking"));
      await unpack(archive, folder, signal, (bytes) => tell({ bytes, total: pin.bytes }));
      await rm(target, { recursive: true, force: true });
      await rename(folder, target);
    } catch (error) {
      signal.throwIfAborted();
      const told = storageError(error, target, BACKENDS_SHELF);
      if (told !== error) throw told;
      const why = error instanceof Error ? error.message : String(error);
      throw failed(`${fullName} ${version} cannot be unpacked: ${why}`, TAMPERED, error);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      await rm(archive, { force: true });
    }
  } catch (error) {
    throw error instanceof DownloadError ? packageError(error, name, version) : error;
  }
}
