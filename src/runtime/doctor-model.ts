import { homedir } from "node:os";
import { checkLlama, findLlama, type LlamaCheck, type LlamaInstallation } from "../llama/doctor-child.js";
import { type Backend, binaryPrefix, packagesOf } from "../node/backends/backend.js";
import { type Gpu, type GpuReport, findGpus } from "../node/machine/gpus.js";
import { sharedLibraries } from "../node/machine/libraries.js";
import { type BackendTrial, fetchedBackends, fetchedPackages, isOffered, tryBackend } from "./backends.js";
import { type DoctorCheck, gigabytes, mendedBy, ok } from "./doctor-check.js";
import { checkCuda, cudaBackendFor } from "./doctor-cuda.js";
import { listModels, locateModel } from "./models.js";

const INSTALL = "npm install --include=optional";
/** Runs on any machine, in seconds. */
const SMALL_MODEL = "smollm2-135m-instruct";

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

/**
 * The prebuilt binaries of node-llama-cpp for this machine, installed or fetched.
 * @param wanted the backend for its GPU; null where there is none
 */
export function checkBinaries(llama: LlamaInstallation | null, wanted: Backend | null): DoctorCheck {
  const name = "node-llama-cpp";
  if (llama === null) return mendedBy(name, "missing", "not installed", INSTALL);
  const prefix = binaryPrefix();
  const own = llama.binaries.filter((one) => one === prefix || one.startsWith(`${prefix}-`));
  const found = `${llama.version}, binaries ${own.join(" ") || "none"}`;
  if (own.length === 0) {
    return mendedBy(name, "missing", `${llama.version}, no binary for ${prefix}`, INSTALL);
  }
  if (wanted === null || packagesOf(wanted).every((one) => own.includes(one))) return ok(name, found);
  if (!isOffered(wanted)) return mendedBy(name, "warning", `${found}: none for the GPU`, INSTALL);
  return {
    ...{ name, state: "warning", found: `${found}: none for the GPU` },
    fix: `prefloom doctor --get-backend ${wanted}`,
    action: { kind: "get-backend", backend: wanted },
  };
}

/**
 * Whether the native library loads, and what it computes on.
 * @param trial of the GPU's backend alone, where it is here and the CPU was chosen all the same
 */
export function checkLoading(
  check: LlamaCheck | null,
  gpus: readonly Gpu[],
  trial: BackendTrial | null = null,
): DoctorCheck {
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
  const why = trial === null || trial.works ? "" : `: ${trial.found}`;
  const fix = trial?.fix ?? "mend what is said of CUDA here: a GPU annotates many times faster";
  return { name, state: "warning", found: `loads, on the CPU though there is a GPU${why}`, fix };
}

/** The model that the settings name, or any. */
export async function checkModels(wanted?: {
  readonly model: string;
  readonly folder: string;
}): Promise<DoctorCheck> {
  const name = "Model";
  const absent = (found: string, model: string): DoctorCheck => ({
    ...{ name, state: "missing", found },
    fix: `prefloom model get ${model}`,
    action: { kind: "get-model", model },
  });
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
    const found = `${located.name} is not here${others}`;
    if (kind !== "path") return absent(found, located.name);
    const fix = `put the file at ${path.replace(homedir(), "~")}, or correct “model” in prefloom.json`;
    return { name, state: "missing", found, fix };
  }
  if (present.length > 0) return ok(name, list);
  return absent("none in the models folder", SMALL_MODEL);
}

/** All that inference needs. */
export async function checkInference(
  env: NodeJS.ProcessEnv,
  llamaTimeoutMs: number | undefined,
): Promise<DoctorCheck[]> {
  const [report, installed, fetched, backends] = await Promise.all([
    findGpus(env),
    findLlama(),
    fetchedPackages(),
    fetchedBackends(),
  ]);
  const { gpus } = report;
  const llama = installed && {
    ...installed,
    binaries: [...new Set([...installed.binaries, ...fetched])].sort(),
  };
  const loading =
    llama === null
      ? null
      : checkLlama(llama.module, {
          ...{ env, backends },
          ...(llamaTimeoutMs === undefined ? {} : { timeoutMs: llamaTimeoutMs }),
        });
  const [gpu] = process.platform === "darwin" ? [] : gpus;
  const libraries = gpu ? await sharedLibraries(env) : null;
  const wanted = gpu && libraries ? cudaBackendFor(gpu.driver, libraries) : null;
  const cuda = gpu && libraries && process.platform === "linux" ? [checkCuda(gpu.driver, libraries)] : [];
  const binaries = checkBinaries(llama, wanted);
  const loaded = await loading;
  const isOnCpu = loaded?.state === "loaded" && loaded.gpu === false;
  const trial = wanted && isOnCpu && binaries.state === "ok" ? await tryBackend(wanted, env) : null;
  return [checkGpu(report), ...cuda, binaries, checkLoading(loaded, gpus, trial)];
}
