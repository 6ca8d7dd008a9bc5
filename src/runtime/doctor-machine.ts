import { access, constants, readFile, stat, statfs } from "node:fs/promises";
import os from "node:os";
import { dirname, resolve } from "node:path";
import { compareVersions, newestGlibcxx, sharedLibraries } from "../node/machine/libraries.js";
import { runProgram } from "../node/machine/run-program.js";
import { type DoctorCheck, gigabytes, installCommand, mendedBy, ok } from "./doctor-check.js";

const OLDEST_NODE = "20.19";
/** What the prebuilt binaries of node-llama-cpp are linked against. */
const OLDEST_GLIBC = "2.34";
const OLDEST_GLIBCXX = "3.4.30";

const LITTLE_MEMORY = 4e9;
const LITTLE_DISK = 1e9;
/** The paper's annotator, which is what a models folder is for, takes 9 GB. */
const ROOM_FOR_A_MODEL = 10e9;

/** Whether Node is new enough. */
export function checkNode(version = process.versions.node): DoctorCheck {
  const found = `${version} (${process.platform} ${process.arch})`;
  if (compareVersions(version, OLDEST_NODE) >= 0) return ok("Node", found);
  const fix = `nvm install 22, or any other way to Node ${OLDEST_NODE} or later`;
  return { name: "Node", state: "missing", found, fix };
}

const X86_FEATURES = ["avx", "avx2", "fma", "f16c", "avx512f", "avx512_vnni", "amx_int8"];
const ARM_FEATURES = ["asimd", "asimddp", "i8mm", "sve"];

/** Instructions that matter to inference; null where the system does not tell. */
async function cpuFeatures(env: NodeJS.ProcessEnv): Promise<readonly string[] | null> {
  if (process.platform === "darwin") {
    if (process.arch === "arm64") return ["neon"];
    const args = ["-n", "machdep.cpu.features", "machdep.cpu.leaf7_features"];
    const { stdout } = await runProgram("sysctl", args, { env, timeoutMs: 5_000 });
    const flags = new Set(
      stdout
        .toLowerCase()
        .replace(/avx1\.0/g, "avx")
        .split(/\s+/),
    );
    return stdout === "" ? null : X86_FEATURES.filter((one) => flags.has(one));
  }
  const text = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  const [, line] = /^(?:flags|Features)\s*:(.*)$/m.exec(text) ?? [];
  if (line === undefined) return null;
  const flags = new Set(line.trim().split(/\s+/));
  return [...X86_FEATURES, ...ARM_FEATURES].filter((one) => flags.has(one));
}

/** Cores, and the instructions that decide how fast a model runs on them. */
export async function checkCpu(env: NodeJS.ProcessEnv): Promise<DoctorCheck> {
  const cores = os.availableParallelism();
  const features = await cpuFeatures(env);
  const model = os.cpus()[0]?.model.trim() ?? "";
  const found = [
    `${cores} core${cores === 1 ? "" : "s"}`,
    ...(model === "" || model === "unknown" ? [] : [model]),
    ...(features === null || features.length === 0 ? [] : [features.join(" ")]),
  ].join(", ");
  if (process.arch !== "x64" || features === null || features.includes("avx2")) return ok("CPU", found);
  const fix = "annotate on a machine with AVX2 or a GPU: without them a model is several times slower";
  return { name: "CPU", state: "warning", found: `${found}, no AVX2`, fix };
}

/** Memory that this process may use, containers considered. */
export function checkMemory(): DoctorCheck {
  const limit = process.constrainedMemory();
  const total = limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
  const found = `${gigabytes(total)}, ${gigabytes(os.freemem())} free`;
  if (total >= LITTLE_MEMORY) return ok("Memory", found);
  const fix = "use a small model: --set model=smollm2-135m-instruct";
  return { name: "Memory", state: "warning", found, fix };
}

/** The folder itself, or the nearest one above it that exists. */
async function existingFolder(folder: string): Promise<string> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const isFolder = await stat(at).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    if (isFolder || dirname(at) === at) return at;
  }
}

/** Room in a folder that may not exist yet, and whether it can be written. */
async function checkDisk(name: string, folder: string, least: number, fix: string): Promise<DoctorCheck> {
  const existing = await existingFolder(folder);
  const isWritable = await access(existing, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable) {
    return { name, state: "missing", found: `${folder} cannot be written`, fix };
  }
  const free = await statfs(existing).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  if (free === null) return ok(name, folder);
  const found = `${gigabytes(free)} free in ${folder}`;
  return free >= least ? ok(name, found) : { name, state: "warning", found, fix };
}

/** Room for what the steps write. */
export function checkOutputDisk(folder: string): Promise<DoctorCheck> {
  return checkDisk("Output disk", folder, LITTLE_DISK, "use a folder on another disk: --set output=FOLDER");
}

/** Room for models. */
export function checkModelsDisk(folder: string): Promise<DoctorCheck> {
  const fix = "use a folder on another disk: export PREFLOOM_MODELS=FOLDER";
  return checkDisk("Models disk", folder, ROOM_FOR_A_MODEL, fix);
}

/** Version of the C library of this process; null where it is another one. */
function glibcVersion(): string | null {
  // Looking up the names of its own connections would take seconds.
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  report.excludeNetwork = true;
  const { header } = report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ?? null;
}

const NEWER_SYSTEM = "use a newer system or container: Ubuntu 22.04, Debian 12, RHEL 10 or later";

/** The C and C++ libraries that the prebuilt binaries need; none to check but on Linux. */
export async function checkSystemLibraries(env: NodeJS.ProcessEnv): Promise<DoctorCheck[]> {
  if (process.platform !== "linux") return [];
  const glibc = glibcVersion();
  const libraries = await sharedLibraries(env);
  const path = libraries.get("libstdc++.so.6");
  const glibcxx = path === undefined ? null : await newestGlibcxx(path);
  return [checkGlibc(glibc), checkGlibcxx(glibcxx)];
}

/** Judges the version of the C library; null is another library, such as musl. */
export function checkGlibc(version: string | null): DoctorCheck {
  const name = "C library";
  if (version === null) {
    const found = "no glibc (musl?): the prebuilt binaries do not run";
    return { name, state: "missing", found, fix: NEWER_SYSTEM };
  }
  if (compareVersions(version, OLDEST_GLIBC) >= 0) return ok(name, `glibc ${version}`);
  const found = `glibc ${version}, older than ${OLDEST_GLIBC}`;
  return { name, state: "missing", found, fix: NEWER_SYSTEM };
}

/** Judges the newest symbols of the C++ library; null when it was not found. */
export function checkGlibcxx(version: string | null): DoctorCheck {
  const name = "C++ library";
  if (version === null) {
    const fix = installCommand({ apt: "libstdc++6", dnf: "libstdc++", brew: "gcc", winget: "" });
    return mendedBy(name, "missing", "no libstdc++.so.6", fix);
  }
  if (compareVersions(version, OLDEST_GLIBCXX) >= 0) return ok(name, `GLIBCXX ${version}`);
  const found = `GLIBCXX ${version}, older than ${OLDEST_GLIBCXX}`;
  return { name, state: "missing", found, fix: NEWER_SYSTEM };
}
