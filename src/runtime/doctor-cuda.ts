import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Backend } from "../node/backends/backend.js";
import { compareVersions } from "../node/machine/libraries.js";
import { type DoctorCheck, mendedBy, ok } from "./doctor-check.js";

/** A CUDA version that binaries are built for, with the oldest driver of it and the Python packages that carry its libraries. */
interface CudaVersion {
  readonly major: number;
  readonly driver: string;
  readonly backend: Backend;
  readonly packages: string;
  readonly folders: readonly string[];
}

/** Newest first. */
const CUDA_VERSIONS: readonly CudaVersion[] = [
  {
    major: 13,
    driver: "580",
    backend: "cuda",
    packages: "nvidia-cuda-runtime nvidia-cublas",
    folders: ["cu13/lib"],
  },
  {
    major: 12,
    driver: "525",
    backend: "cuda-ext",
    packages: "nvidia-cuda-runtime-cu12 nvidia-cublas-cu12",
    folders: ["cuda_runtime/lib", "cublas/lib"],
  },
];

const SYSTEM_CUDA = "/usr/local/cuda/lib64";
const DRIVER_LIBRARY = "libcuda.so.1";
const DRIVER_FIX =
  "install the NVIDIA driver; in a container, start it with the GPU's driver (such as `--gpus all`)";

const librariesOf = ({ major }: CudaVersion): readonly string[] => [
  `libcudart.so.${major}`,
  `libcublas.so.${major}`,
];

/** Whether a library lies in the folder of an installed toolkit, where the loader may not look. */
const isInToolkit = (library: string): boolean => existsSync(join(SYSTEM_CUDA, library));

/** How to come by the CUDA libraries of a version. */
function libraryFix(version: CudaVersion, isInSystem: (library: string) => boolean): string {
  if (librariesOf(version).every(isInSystem))
    return `export LD_LIBRARY_PATH="${SYSTEM_CUDA}:$LD_LIBRARY_PATH"`;
  const target = "$HOME/.cache/prefloom/cuda";
  const paths = version.folders.map((folder) => `${target}/nvidia/${folder}`).join(":");
  return `python3 -m pip install --target "${target}" ${version.packages} && export LD_LIBRARY_PATH="${paths}:$LD_LIBRARY_PATH"`;
}

/** "a", "a and b", "a, b and c" are not found. */
function notFound(missing: readonly string[]): string {
  const [last] = missing.slice(-1);
  return `${missing.length > 1 ? `${missing.slice(0, -1).join(", ")} and ` : ""}${last} not found`;
}

const fittingVersions = (driver: string): readonly CudaVersion[] =>
  CUDA_VERSIONS.filter((version) => compareVersions(driver, version.driver) >= 0);

const usableVersion = (driver: string, libraries: ReadonlyMap<string, string>): CudaVersion | undefined =>
  fittingVersions(driver).find((version) => librariesOf(version).every((library) => libraries.has(library)));

/** The backend for the CUDA libraries that are here, else for the newest that the driver can do; null where it is too old. */
export function cudaBackendFor(driver: string, libraries: ReadonlyMap<string, string>): Backend | null {
  return (usableVersion(driver, libraries) ?? fittingVersions(driver)[0])?.backend ?? null;
}

/**
 * The CUDA libraries that the binaries load; only asked about where there is an NVIDIA GPU.
 * @param libraries files by name, as the loader finds them
 */
export function checkCuda(
  driver: string,
  libraries: ReadonlyMap<string, string>,
  isInSystem: (library: string) => boolean = isInToolkit,
): DoctorCheck {
  const name = "CUDA libraries";
  const fitting = fittingVersions(driver);
  const [best] = fitting;
  if (!best) {
    const fix = "update the NVIDIA driver to 525 or later";
    return { name, state: "warning", found: `driver ${driver} is too old for CUDA 12`, fix };
  }
  const usable = usableVersion(driver, libraries);
  if (usable) return ok(name, librariesOf(usable).join(", "));
  const found = notFound(librariesOf(best).filter((library) => !libraries.has(library)));
  const installed = fitting.find((version) => librariesOf(version).every(isInSystem));
  const fix = libraryFix(installed ?? best, isInSystem);
  return mendedBy(name, "warning", found, fix);
}

/** Names of the shared libraries that a backend loads, beside those that every system has. */
export function backendLibraries(backend: Backend): readonly string[] {
  if (process.platform !== "linux") return [];
  const version = CUDA_VERSIONS.find((one) => one.backend === backend);
  return version ? [DRIVER_LIBRARY, ...librariesOf(version)] : ["libvulkan.so.1"];
}

/** What missing libraries of a backend are in words, and how to come by them. */
export function missingLibraries(
  backend: Backend,
  missing: readonly string[],
): { readonly found: string; readonly fix: string } {
  const version = CUDA_VERSIONS.find((one) => one.backend === backend);
  const found = notFound(missing);
  if (!version)
    return { found, fix: "install the Vulkan loader (libvulkan1, vulkan-loader) and the GPU's driver" };
  const fixes = [
    ...(missing.includes(DRIVER_LIBRARY) ? [DRIVER_FIX] : []),
    ...(missing.some((library) => library !== DRIVER_LIBRARY) ? [libraryFix(version, isInToolkit)] : []),
  ];
  return { found, fix: fixes.join("; then ") };
}
