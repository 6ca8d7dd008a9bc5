import { dirname, join, resolve } from "node:path";
import { MissingResourceError } from "../core/errors.js";
import type { BackendAddresses } from "../llama/backend-hook.js";
import { checkLlama, findLlama, type LlamaCheck } from "../llama/doctor-child.js";
import {
  type Backend,
  BACKEND_PINS,
  BackendFolder,
  type BackendPins,
  binaryPrefix,
  packagesOf,
  SCOPE,
} from "../node/backends/backend.js";
import { BACKENDS_SHELF, fetchPackage, type PackageProgress } from "../node/backends/fetch-package.js";
import { findRegistry } from "../node/backends/registry.js";
import { backendLibraries, missingLibraries } from "./doctor-cuda.js";
import { lockFolderOf, type ModelEvent, modelsFolder } from "./models.js";

export { type Backend as BackendName, BACKENDS as BACKEND_NAMES } from "../node/backends/backend.js";

/** Where GPU backends are kept: `PREFLOOM_BACKENDS`, else beside the folder of models. */
export function backendsFolder(): string {
  const given = process.env["PREFLOOM_BACKENDS"]?.trim();
  return given === undefined || given === "" ? join(dirname(modelsFolder()), "backends") : resolve(given);
}

const folderOf = ({ version }: BackendPins): BackendFolder => new BackendFolder(backendsFolder(), version);

/** Names of the packages that were fetched for this version of node-llama-cpp. */
export function fetchedPackages(): Promise<readonly string[]> {
  return folderOf(BACKEND_PINS).names();
}

/** Where node-llama-cpp finds what was fetched. */
export function fetchedBackends(): Promise<BackendAddresses> {
  return folderOf(BACKEND_PINS).addresses();
}

/** Whether Prefloom knows the packages of a backend for this machine. */
export function isOffered(backend: Backend, { packages }: BackendPins = BACKEND_PINS): boolean {
  return packagesOf(backend).every((name) => name in packages);
}

/** What getting a backend would mean, said before anything is fetched. */
export interface BackendOffer {
  readonly backend: Backend;
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly present: boolean;
  }[];
  /** To be downloaded. */
  readonly bytes: number;
  /** That the unpacked packages take. */
  readonly unpackedBytes: number;
  readonly folder: string;
  /** Address of the registry. */
  readonly registry: string;
}

interface BackendContext {
  /** Default: those of this version of Prefloom. */
  readonly pins?: BackendPins;
  /** Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Says what getting a backend would mean. Asks no server. @throws MissingResourceError where there is none for this machine */
export async function offerBackend(
  backend: Backend,
  { pins = BACKEND_PINS, env = process.env }: BackendContext = {},
): Promise<BackendOffer> {
  if (!isOffered(backend, pins)) {
    throw new MissingResourceError(
      "GPU backend",
      `Prefloom has no ${backend} backend for ${binaryPrefix()} to offer`,
      "none is needed: models run on the CPU; from a checkout, `npm install --include=optional` gets what there is",
    );
  }
  const folder = folderOf(pins);
  const packages = packagesOf(backend).map((name) => ({
    name,
    pin: pins.packages[name]!,
    present: folder.has(name),
  }));
  const absent = packages.filter(({ present }) => !present);
  const sum = (of: (one: (typeof packages)[number]) => number) =>
    absent.reduce((total, one) => total + of(one), 0);
  return {
    backend,
    packages: packages.map(({ name, present }) => ({
      name: `${SCOPE}/${name}`,
      version: pins.version,
      present,
    })),
    bytes: sum(({ pin }) => pin.bytes),
    unpackedBytes: sum(({ pin }) => pin.unpackedBytes),
    folder: folder.path,
    registry: (await findRegistry(env)).url,
  };
}

export interface GetBackendOptions extends BackendContext {
  readonly onEvent: (event: ModelEvent) => void;
  readonly signal: AbortSignal;
}

/** Whether node-llama-cpp computes with a backend here, in words. */
export interface BackendTrial {
  readonly works: boolean;
  readonly found: string;
  /** Null where it works. */
  readonly fix: string | null;
}

function judged(backend: Backend, check: LlamaCheck): BackendTrial {
  if (check.state === "loaded") {
    const devices = check.devices.length > 0 ? ` on ${check.devices.join(", ")}` : "";
    return { works: true, found: `it loads${devices}`, fix: null };
  }
  if (check.missing.length > 0) return { works: false, ...missingLibraries(backend, check.missing) };
  const fix =
    "check the GPU and its driver: `prefloom doctor` shows what it tells; models run on the CPU meanwhile";
  return { works: false, found: `it finds no GPU that it can use (${check.reason})`, fix };
}

/** Loads node-llama-cpp with this backend and no other, in a process of its own. */
export async function tryBackend(
  backend: Backend,
  env: NodeJS.ProcessEnv = process.env,
): Promise<BackendTrial> {
  const llama = await findLlama();
  if (llama === null) return { works: false, found: "node-llama-cpp is not installed", fix: "npm install" };
  const check = await checkLlama(llama.module, {
    env,
    backends: await fetchedBackends(),
    gpu: backend === "vulkan" ? "vulkan" : "cuda",
    libraries: backendLibraries(backend),
  });
  return judged(backend, check);
}

const STAGES: Readonly<Record<PackageProgress["stage"], string>> = {
  downloading: "Downloading",
  checking: "Checking the hash",
  unpacking: "Unpacking",
};

/**
 * Fetches the packages of a GPU backend that are not here yet, from the package registry. Only ever done on a user's word.
 * @throws MissingResourceError that says why it cannot be had, and the reason of an aborted signal
 */
export async function getBackend(backend: Backend, options: GetBackendOptions): Promise<BackendOffer> {
  const { pins = BACKEND_PINS, env = process.env, onEvent, signal } = options;
  const offer = await offerBackend(backend, { pins, env });
  const folder = folderOf(pins);
  const registry = await findRegistry(env);
  const { host } = new URL(registry.url);
  // The folder of the lock, and of the packages.
  const release = await lockFolderOf(
    folder.packagePath("any"),
    "GPU backend",
    `prefloom doctor --get-backend ${backend}`,
    BACKENDS_SHELF,
  );
  try {
    for (const name of packagesOf(backend)) {
      if (folder.has(name)) continue;
      onEvent({ type: "trying", message: `Downloading ${SCOPE}/${name} ${pins.version} from ${host}` });
      await fetchPackage(name, pins.version, pins.packages[name]!, folder.packagePath(name), {
        ...{ registry, signal },
        onProgress: ({ stage, bytes, total }) =>
          onEvent({
            type: stage === "downloading" ? "progress" : "checking",
            message: `${STAGES[stage]} ${name}`,
            ...{ bytes, ...(total === null ? {} : { total }) },
          }),
      });
    }
  } finally {
    await release();
  }
  onEvent({ type: "done", message: `The ${backend} backend is here: ${folder.path}` });
  return offer;
}
