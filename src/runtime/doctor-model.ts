import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { checkLlama, findLlama, type LlamaCheck, type LlamaInstallation } from "../llama/doctor-child.js";
import { type Gpu, type GpuReport, findGpus } from "../node/machine/gpus.js";
import { compareVersions, sharedLibraries } from "../node/machine/libraries.js";
import { type DoctorCheck, gigabytes, ok } from "./doctor-check.js";
import { listModels, locateModel } from "./models.js";

const INSTALL = "npm install --include=optional";

/** The NVIDIA GPUs of this machine. */
export function checkGpu({ gpus, problem }: GpuReport): DoctorCheck {
  const name = "GPU";
  if (gpus.length > 0) {
    const list = gpus.map((gpu) =>
      gpu.mebibytes > 0 ? `${gpu.name} (${gigabytes(gpu.mebibytes * 2 ** 20)})` : gpu.name,
    );
    return ok(name, `${list.join(", ")}, driver ${gpus[0]!.driver}`);
  }
  if (problem !== null) {
    const fix = "install the NVIDIA driver anew, or restart if it was just updated";
    return { name, state: "warning", found: problem, fix };
  }
  if (process.platform === "darwin" && process.arch === "arm64") return ok(name, "Apple silicon (Metal)");
  const fix = "none needed: small models run on the CPU";
  return { name, state: "optional", found: "no NVIDIA GPU", fix };
}

const PLATFORMS: Readonly<Record<string, string>> = { linux: "linux", darwin: "mac", win32: "win" };
const ARCHITECTURES: Readonly<Record<string, string>> = { arm: "armv7l" };

/** How the packages with binaries for this machine begin. */
const binaryPrefix = (): string =>
  `${PLATFORMS[process.platform] ?? process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;

/** The prebuilt binaries of node-llama-cpp that are installed for this machine. */
export function checkBinaries(llama: LlamaInstallation | null, gpus: readonly Gpu[]): DoctorCheck {
  const name = "node-llama-cpp";
  if (llama === null) return { name, state: "missing", found: "not installed", fix: INSTALL };
  const prefix = binaryPrefix();
  const own = llama.binaries.filter((one) => one === prefix || one.startsWith(`${prefix}-`));
  const found = `${llama.version}, binaries ${own.join(" ") || "none"}`;
  if (own.length === 0) {
    return { name, state: "missing", found: `${llama.version}, no binary for ${prefix}`, fix: INSTALL };
  }
  const hasCuda = own.some((one) => one.includes("-cuda"));
  if (gpus.length === 0 || hasCuda || process.platform === "darwin") return ok(name, found);
  return { name, state: "warning", found: `${found}: none for the GPU`, fix: INSTALL };
}

/** Whether the native library loads, and what it computes on. */
export function checkLoading(check: LlamaCheck | null, gpus: readonly Gpu[]): DoctorCheck {
  const name = "Inference";
  if (check === null) return { name, state: "missing", found: "nothing to load", fix: INSTALL };
  if (check.state === "failed") {
    // Libraries that are too old or missing are checks of their own and name their fixes.
    const fix = `mend what else is missing here, then ${INSTALL}`;
    return { name, state: "missing", found: `node-llama-cpp does not load: ${check.reason}`, fix };
  }
  const devices = check.devices.length > 0 ? ` (${check.devices.join(", ")})` : "";
  if (check.gpu !== false) return ok(name, `loads, on ${check.gpu}${devices}`);
  if (gpus.length === 0) return ok(name, "loads, on the CPU");
  const fix = "mend what is said of CUDA here: a GPU annotates many times faster";
  return { name, state: "warning", found: "loads, on the CPU though there is a GPU", fix };
}

/** CUDA versions that the binaries are built for, with the oldest driver of each; newest first. */
const CUDA_VERSIONS = [
  {
    major: 13,
    driver: "580",
    binaries: "-cuda",
    packages: "nvidia-cuda-runtime nvidia-cublas",
    folders: ["cu13/lib"],
  },
  {
    major: 12,
    driver: "525",
    binaries: "-cuda-ext",
    packages: "nvidia-cuda-runtime-cu12 nvidia-cublas-cu12",
    folders: ["cuda_runtime/lib", "cublas/lib"],
  },
] as const;

const SYSTEM_CUDA = "/usr/local/cuda/lib64";

const librariesOf = (major: number): readonly string[] => [`libcudart.so.${major}`, `libcublas.so.${major}`];

/**
 * The CUDA libraries that the binaries load; only asked about where there is an NVIDIA GPU.
 * @param libraries files by name, as the loader finds them
 * @param isInSystem whether a library lies in the folder of an installed toolkit, where the loader may not look
 */
export function checkCuda(
  driver: string,
  libraries: ReadonlyMap<string, string>,
  isInSystem: (library: string) => boolean = (library) => existsSync(join(SYSTEM_CUDA, library)),
): DoctorCheck {
  const name = "CUDA libraries";
  const fitting = CUDA_VERSIONS.filter((version) => compareVersions(driver, version.driver) >= 0);
  const [best] = fitting;
  if (!best) {
    const fix = "update the NVIDIA driver to 525 or later";
    return { name, state: "warning", found: `driver ${driver} is too old for CUDA 12`, fix };
  }
  const usable = fitting.find(({ major }) => librariesOf(major).every((library) => libraries.has(library)));
  if (usable) return ok(name, librariesOf(usable.major).join(", "));
  const missing = librariesOf(best.major).filter((library) => !libraries.has(library));
  const found = `${missing.join(" and ")} not found`;
  if (fitting.some(({ major }) => librariesOf(major).every(isInSystem))) {
    const fix = `export LD_LIBRARY_PATH="${SYSTEM_CUDA}:$LD_LIBRARY_PATH"`;
    return { name, state: "warning", found, fix };
  }
  const target = "$HOME/.cache/prefloom/cuda";
  const paths = best.folders.map((folder) => `${target}/nvidia/${folder}`).join(":");
  const fix = `python3 -m pip install --target "${target}" ${best.packages} && export LD_LIBRARY_PATH="${paths}:$LD_LIBRARY_PATH"`;
  return { name, state: "warning", found, fix };
}

/** The model that the settings name, or any. */
export async function checkModels(wanted?: {
  readonly model: string;
  readonly folder: string;
}): Promise<DoctorCheck> {
  const name = "Model";
  const present = (await listModels()).filter((model) => model.present);
  const list = present.map((model) => model.name).join(", ");
  if (wanted) {
    const located = await locateModel(wanted.model, wanted.folder).catch((error: unknown) => error as Error);
    if (located instanceof Error) {
      const fix = "correct “model” in prefloom.json";
      return { name, state: "missing", found: located.message, fix };
    }
    const { bytes, path, kind } = located;
    const size = bytes === null ? "" : ` (${gigabytes(bytes)})`;
    if (located.present) return ok(name, `${located.name}${size}, named in the settings`);
    const others = list === "" ? "" : `; here: ${list}`;
    const fix =
      kind === "path"
        ? `put the file at ${path.replace(homedir(), "~")}, or correct “model” in prefloom.json`
        : `prefloom model get ${located.name}`;
    return { name, state: "missing", found: `${located.name} is not here${others}`, fix };
  }
  if (present.length > 0) return ok(name, list);
  const fix = "prefloom model get smollm2-135m-instruct";
  return { name, state: "missing", found: "none in the models folder", fix };
}

/** All that inference needs. */
export async function checkInference(
  env: NodeJS.ProcessEnv,
  llamaTimeoutMs: number | undefined,
): Promise<DoctorCheck[]> {
  const [report, llama] = await Promise.all([findGpus(env), findLlama()]);
  const { gpus } = report;
  const loading =
    llama === null
      ? null
      : checkLlama(llama.module, {
          env,
          ...(llamaTimeoutMs === undefined ? {} : { timeoutMs: llamaTimeoutMs }),
        });
  const cuda =
    process.platform === "linux" && gpus.length > 0
      ? [checkCuda(gpus[0]!.driver, await sharedLibraries(env))]
      : [];
  return [checkGpu(report), ...cuda, checkBinaries(llama, gpus), checkLoading(await loading, gpus)];
}
