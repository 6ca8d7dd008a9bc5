import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import pins from "./pins.json" with { type: "json" };

/** What a model can compute on beside the CPU. `cuda-ext` is `cuda` with what CUDA 12 needs, where `cuda` alone needs CUDA 13. */
export const BACKENDS = ["cuda", "cuda-ext", "vulkan"] as const;
export type Backend = (typeof BACKENDS)[number];

/** The one package file that a name stands for. */
export interface PackagePin {
  /** As registries tell it: `sha512-` and base64. */
  readonly integrity: string;
  /** Of the same file, hexadecimal: a download that continues an earlier one is checked by it. */
  readonly sha256: string;
  /** Of the packed file. */
  readonly bytes: number;
  readonly unpackedBytes: number;
}

/** The packages that belong to one version of node-llama-cpp; written by `scripts/pin-backends.mjs`. */
export interface BackendPins {
  readonly version: string;
  readonly packages: Readonly<Record<string, PackagePin>>;
}

/** Those of the version of node-llama-cpp that Prefloom is made with. */
export const BACKEND_PINS: BackendPins = pins;

/** The scope of the packages with node-llama-cpp's binaries. */
export const SCOPE = "@node-llama-cpp";

const PLATFORMS: Readonly<Record<string, string>> = { linux: "linux", darwin: "mac", win32: "win" };
const ARCHITECTURES: Readonly<Record<string, string>> = { arm: "armv7l" };

/** How the names of the packages with binaries for this machine begin, such as `linux-x64`. */
export function binaryPrefix(platform: string = process.platform, arch: string = process.arch): string {
  return `${PLATFORMS[platform] ?? platform}-${ARCHITECTURES[arch] ?? arch}`;
}

/** Names of a backend's packages, without their scope. */
export function packagesOf(backend: Backend, prefix = binaryPrefix()): readonly string[] {
  const own = `${prefix}-${backend}`;
  return backend === "cuda-ext" ? [`${prefix}-cuda`, own] : [own];
}

/** The folder in which fetched packages are kept, by the version of node-llama-cpp that they belong to. */
export class BackendFolder {
  readonly #folder: string;

  constructor(
    readonly path: string,
    version: string,
  ) {
    this.#folder = join(path, version);
  }

  /** Where a package belongs. */
  packagePath(name: string): string {
    return join(this.#folder, name);
  }

  /** A package gets its place when it is whole. */
  has(name: string): boolean {
    return existsSync(join(this.packagePath(name), "package.json"));
  }

  /** Names of the packages that are here, sorted. */
  async names(): Promise<readonly string[]> {
    const entries = await readdir(this.#folder).catch(() => []);
    return entries.filter((name) => /^[\w-]+$/.test(name) && this.has(name)).sort();
  }

  /** Addresses of the packages' modules by the names that node-llama-cpp imports. */
  async addresses(): Promise<Readonly<Record<string, string>>> {
    const names = await this.names();
    return Object.fromEntries(
      names.map((name) => [
        `${SCOPE}/${name}`,
        pathToFileURL(join(this.packagePath(name), "dist", "index.js")).href,
      ]),
    );
  }
}
