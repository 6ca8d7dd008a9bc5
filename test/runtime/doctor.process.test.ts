import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { doctorCommand } from "../../src/cli/commands/doctor.js";
import { checkLlama, findLlama } from "../../src/llama/doctor-child.js";
import { findGpus, parseGpus } from "../../src/node/machine/gpus.js";
import {
  compareVersions,
  newestGlibcxx,
  parseLdconfig,
  sharedLibraries,
} from "../../src/node/machine/libraries.js";
import { runProgram } from "../../src/node/machine/run-program.js";
import { CHECK_STATES, type DoctorCheck } from "../../src/runtime/doctor-check.js";
import { binaryPrefix } from "../../src/node/backends/backend.js";
import { isOffered } from "../../src/runtime/backends.js";
import { examineMachine } from "../../src/runtime/doctor.js";
import { checkGlibc, checkGlibcxx, checkModelsDisk, checkNode } from "../../src/runtime/doctor-machine.js";
import { checkBinaries, checkGpu, checkLoading, checkModels } from "../../src/runtime/doctor-model.js";
import {
  backendLibraries,
  checkCuda,
  cudaBackendFor,
  missingLibraries,
} from "../../src/runtime/doctor-cuda.js";
import { checkOptionalPrograms, checkPython } from "../../src/runtime/doctor-programs.js";
import { fakeCli } from "../fakes/fake-surroundings.js";

// Other programs are run here, on machines that may be busy.
vi.setConfig({ testTimeout: 90_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-doctor-"));
  vi.stubEnv("PREFLOOM_MODELS", join(folder, "models"));
  vi.stubEnv("PREFLOOM_BACKENDS", join(folder, "backends"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A path on which only these programs are, each a shell script. */
function pathWith(programs: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { PATH: bin };
}

const byName = (checks: readonly DoctorCheck[]): ReadonlyMap<string, DoctorCheck> =>
  new Map(checks.map((check) => [check.name, check]));

/** What every entry is like, whatever was found. */
function expectWellFormed(checks: readonly DoctorCheck[]): void {
  for (const check of checks) {
    const { action, ...others } = check;
    expect(Object.keys(others).sort()).toEqual(["found", "fix", "name", "state"].sort());
    expect(CHECK_STATES).toContain(check.state);
    expect(check.name).not.toBe("");
    expect(check.found).not.toMatch(/^\s*$|\n/);
    // What is in order needs no fix; whatever is not has one.
    expect(check.fix === null).toBe(check.state === "ok");
    // A button does what people are told to do.
    if (action?.kind === "command") expect(action.command).toBe(check.fix);
    if (action?.kind === "get-model") expect(check.fix).toBe(`prefloom model get ${action.model}`);
    if (action?.kind === "get-backend") expect(check.fix).toContain(`--get-backend ${action.backend}`);
  }
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
}

describe("this machine", () => {
  it("is examined without fail", async () => {
    const checks = await examineMachine({ outputFolder: join(folder, "out") });
    expectWellFormed(checks);
    const names = byName(checks);
    for (const name of [
      "Node",
      "CPU",
      "Memory",
      "Output disk",
      "Models disk",
      "GPU",
      "Inference",
      "Model",
      "Slurm",
    ]) {
      expect(names.has(name), name).toBe(true);
    }
    expect(names.get("Node")!.state).toBe("ok");
    expect(names.get("Model")).toMatchObject({
      state: "missing",
      fix: "prefloom model get smollm2-135m-instruct",
      action: { kind: "get-model", model: "smollm2-135m-instruct" },
    });
  });

  it("is examined where nothing is on the path", async () => {
    const checks = await examineMachine({ outputFolder: folder, env: pathWith({}) });
    expectWellFormed(checks);
    const names = byName(checks);
    expect(names.get("Python")!.state).toBe("missing");
    expect(names.get("Python")!.fix).toMatch(/install/);
    expect(names.get("Python")!.action).toMatchObject({ kind: "command" });
    expect(names.get("git")!.state).toBe("optional");
    if (process.platform === "linux") expect(names.get("GPU")!.state).toBe("optional");
  });
});

describe.skipIf(process.platform === "win32")("programs", () => {
  it("Python is found with pip, or missing", async () => {
    const both = pathWith({
      python3: 'if [ "$1" = "-m" ]; then echo "pip 24.1 from x"; else echo Python 3.12.1; fi',
    });
    expect(await checkPython(both)).toMatchObject([
      { name: "Python", state: "ok", found: "3.12.1" },
      { name: "pip", state: "ok", found: "24.1" },
    ]);
    const old = pathWith({ python3: 'if [ "$1" = "-m" ]; then exit 1; else echo Python 3.6.9; fi' });
    expect(await checkPython(old)).toMatchObject([
      { state: "missing", found: "3.6.9, older than 3.9" },
      { state: "missing", found: "python3 has no pip" },
    ]);
    const none = await checkPython({ PATH: join(folder, "none") });
    expectWellFormed(none);
    expect(none.map(({ state }) => state)).toEqual(["missing", "missing"]);
  });

  it("what is optional is found or not needed", async () => {
    const some = pathWith({ uv: "echo uv 0.5.1", sbatch: "echo slurm 23.11.4" });
    const checks = await checkOptionalPrograms(some);
    expectWellFormed(checks);
    expect(checks).toMatchObject([
      { name: "uv", state: "ok", found: "0.5.1" },
      { name: "Slurm", state: "warning", found: "sbatch alone" },
      { name: "git", state: "optional" },
    ]);
    const slurm = await checkOptionalPrograms(pathWith({ squeue: "echo slurm 23.11.4" }));
    expect(byName(slurm).get("Slurm")).toMatchObject({ state: "ok", found: "23.11.4" });
  });

  it("one that hangs is ended, and one that is not there is no error", async () => {
    const env = { ...pathWith({ hang: "while :; do :; done" }) };
    expect(await runProgram("hang", [], { env, timeoutMs: 300 })).toMatchObject({ state: "stopped" });
    expect(await runProgram("none", [], { env, timeoutMs: 300 })).toMatchObject({ state: "absent" });
  });
});

describe("the GPU", () => {
  it("is what the driver tells", () => {
    expect(parseGpus("NVIDIA H100 80GB HBM3, 81559, 550.54.15\nNVIDIA GB10, [N/A], 580.1\n")).toEqual([
      { name: "NVIDIA H100 80GB HBM3", mebibytes: 81559, driver: "550.54.15" },
      { name: "NVIDIA GB10", mebibytes: 0, driver: "580.1" },
    ]);
    expect(parseGpus("")).toEqual([]);
  });

  it.skipIf(process.platform === "win32")("is asked for, and a driver that fails is told", async () => {
    const one = await findGpus(pathWith({ "nvidia-smi": "echo 'NVIDIA T4, 15360, 535.1'" }));
    expect(checkGpu(one)).toMatchObject({ state: "ok", found: "NVIDIA T4 (16 GB), driver 535.1" });
    const failing = await findGpus(
      pathWith({
        "nvidia-smi": "echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18",
      }),
    );
    expect(checkGpu(failing)).toMatchObject({
      state: "warning",
      found: "Failed to initialize NVML: Driver/library version mismatch",
    });
    const none = await findGpus({ PATH: join(folder, "none") });
    expect(none).toEqual({ hasProgram: false, gpus: [], problem: null });
  });

  const libraries = (...names: readonly string[]) => new Map(names.map((name) => [name, `/lib/${name}`]));
  const nowhere = () => false;

  it("needs the CUDA libraries that its driver and the binaries are for", () => {
    const both = libraries("libcudart.so.12", "libcublas.so.12", "libcudart.so.13", "libcublas.so.13");
    expect(checkCuda("580.65.06", both, nowhere)).toMatchObject({
      state: "ok",
      found: "libcudart.so.13, libcublas.so.13",
    });
    expect(checkCuda("550.54.15", both, nowhere)).toMatchObject({
      state: "ok",
      found: "libcudart.so.12, libcublas.so.12",
    });
    const half = checkCuda("550.54.15", libraries("libcudart.so.12", "libcublas.so.13"), nowhere);
    expect(half).toMatchObject({ state: "warning", found: "libcublas.so.12 not found" });
    expect(half.fix).toContain("nvidia-cuda-runtime-cu12 nvidia-cublas-cu12 && export LD_LIBRARY_PATH=");
    const none = checkCuda("580.65.06", libraries(), nowhere);
    expect(none.fix).toContain("nvidia-cuda-runtime nvidia-cublas &&");
    expect(checkCuda("470.1", both, nowhere)).toMatchObject({ state: "warning" });
    const installed = checkCuda("550.54.15", libraries(), (library) => library.endsWith(".12"));
    expect(installed.fix).toMatch(/^export LD_LIBRARY_PATH="\/usr\/local\/cuda\/lib64:/);
  });

  it("gets the backend for the CUDA libraries that are here, else for the newest that its driver can do", () => {
    const twelve = libraries("libcudart.so.12", "libcublas.so.12");
    expect(cudaBackendFor("580.65.06", twelve)).toBe("cuda-ext");
    expect(cudaBackendFor("580.65.06", libraries())).toBe("cuda");
    expect(cudaBackendFor("550.54.15", libraries())).toBe("cuda-ext");
    expect(cudaBackendFor("470.1", libraries())).toBeNull();
  });

  it.skipIf(process.platform !== "linux")(
    "is told which libraries its backend lacks, each with its fix",
    () => {
      expect(backendLibraries("cuda")).toEqual(["libcuda.so.1", "libcudart.so.13", "libcublas.so.13"]);
      expect(backendLibraries("cuda-ext")).toContain("libcudart.so.12");
      expect(backendLibraries("vulkan")).toEqual(["libvulkan.so.1"]);
      const all = missingLibraries("cuda", backendLibraries("cuda"));
      expect(all.found).toBe("libcuda.so.1, libcudart.so.13 and libcublas.so.13 not found");
      expect(all.fix).toMatch(/^install the NVIDIA driver; .*; then .*nvidia-cublas/);
      expect(missingLibraries("cuda-ext", ["libcudart.so.12"]).fix).not.toContain("driver");
      expect(missingLibraries("cuda", ["libcuda.so.1"]).fix).not.toContain("nvidia-cublas");
      expect(missingLibraries("vulkan", ["libvulkan.so.1"]).found).toBe("libvulkan.so.1 not found");
    },
  );
});

describe("node-llama-cpp", () => {
  it("is found with its binaries, without loading it", async () => {
    const llama = await findLlama();
    expect(llama!.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(checkBinaries(llama, null).state).toBe("ok");
    expect(checkBinaries({ ...llama!, binaries: ["plan9-mips"] }, null)).toMatchObject({
      state: "missing",
      fix: "npm install --include=optional",
    });
    expect(checkBinaries(null, null)).toMatchObject({ state: "missing", found: "not installed" });
  });

  it("has binaries for the GPU, or tells how to get them", async () => {
    const prefix = binaryPrefix();
    const onCpu = { ...(await findLlama())!, binaries: [prefix] };
    const check = checkBinaries(onCpu, "cuda");
    expectWellFormed([check]);
    if (isOffered("cuda")) expect(check.action).toEqual({ kind: "get-backend", backend: "cuda" });
    expect(check).toMatchObject({ state: "warning", found: expect.stringContaining("none for the GPU") });
    const newest = { ...onCpu, binaries: [prefix, `${prefix}-cuda`] };
    expect(checkBinaries(newest, "cuda").state).toBe("ok");
    // CUDA 12 needs both packages.
    expect(checkBinaries(newest, "cuda-ext").state).toBe("warning");
  });

  const gpu = { name: "NVIDIA T4", mebibytes: 15360, driver: "535.1" };

  it.each([
    ["crashes", "process.abort();", /^loading it ended in a crash \(SIGABRT\)$/],
    ["throws", 'throw new Error("no backend");', /no backend/],
    ["hangs", "await new Promise((done) => setTimeout(done, 1e6));", /^it did not load within 2 s$/],
    ["ends early", "process.exit(7);", /status 7/],
  ])("that %s is told, and nothing else is harmed", async (_what, body, reason) => {
    const module = join(folder, "llama.mjs");
    writeFileSync(module, `export async function getLlama() { ${body} }`);
    const check = await checkLlama(pathToFileURL(module).href, { timeoutMs: 2_000 });
    expect(check).toMatchObject({ state: "failed", reason: expect.stringMatching(reason), missing: [] });
    expect(checkLoading(check, [])).toMatchObject({ state: "missing" });
  });

  it("that loads says what it computes on", async () => {
    const module = join(folder, "llama.mjs");
    writeFileSync(
      module,
      `console.log("noise"); export const getLlama = async (options) => ({
        gpu: JSON.stringify(options) === '{"build":"never","skipDownload":true,"logLevel":"disabled"}' && "cuda",
        getGpuDeviceNames: async () => ["NVIDIA T4"],
      });`,
    );
    const check = await checkLlama(pathToFileURL(module).href);
    expect(check).toEqual({ state: "loaded", gpu: "cuda", devices: ["NVIDIA T4"] });
    expect(checkLoading(check, [gpu])).toMatchObject({ state: "ok", found: "loads, on cuda (NVIDIA T4)" });
    const onCpu = { state: "loaded", gpu: false, devices: [] } as const;
    expect(checkLoading(onCpu, [])).toMatchObject({ state: "ok" });
    expect(checkLoading(onCpu, [gpu])).toMatchObject({ state: "warning" });
    const trial = { works: false, found: "libcuda.so.1 not found", fix: "install the driver" };
    expect(checkLoading(onCpu, [gpu], trial)).toMatchObject({
      state: "warning",
      found: "loads, on the CPU though there is a GPU: libcuda.so.1 not found",
      fix: "install the driver",
    });
    expect(checkLoading(null, [])).toMatchObject({ state: "missing" });
  });

  it.skipIf(process.platform !== "linux")(
    "that does not load tells what the loader does not find",
    async () => {
      const module = join(folder, "llama.mjs");
      writeFileSync(
        module,
        "export const getLlama = (options) => { throw new Error(`no ${options.gpu}\nat all`); };",
      );
      const libraries = ["libc.so.6", "libprefloom-none.so.1"];
      const check = await checkLlama(pathToFileURL(module).href, { gpu: "cuda", libraries });
      expect(check).toEqual({
        state: "failed",
        reason: "Error: no cuda",
        missing: ["libprefloom-none.so.1"],
      });
    },
  );
});

describe("system libraries", () => {
  it("are compared by version, part by part", () => {
    expect(compareVersions("3.4.9", "3.4.30")).toBeLessThan(0);
    expect(compareVersions("20.19", "20.19.0")).toBe(0);
    expect(checkNode("20.18.3").state).toBe("missing");
    expect(checkNode("22.0.0").state).toBe("ok");
    expect(checkGlibc("2.31").state).toBe("missing");
    expect(checkGlibc("2.34").state).toBe("ok");
    expect(checkGlibc(null).state).toBe("missing");
    expect(checkGlibcxx("3.4.29").state).toBe("missing");
    expect(checkGlibcxx("3.4.30").state).toBe("ok");
    expect(checkGlibcxx(null).state).toBe("missing");
  });

  it("are found in the loader's cache and in LD_LIBRARY_PATH", async () => {
    const printed = [
      "2 libs found in cache `/etc/ld.so.cache'",
      "\tlibcudart.so.12 (libc6,x86-64) => /opt/cuda/libcudart.so.12",
      "\tlibcudart.so.12 (libc6) => /opt/cuda32/libcudart.so.12",
    ].join("\n");
    expect(parseLdconfig(printed)).toEqual(new Map([["libcudart.so.12", "/opt/cuda/libcudart.so.12"]]));
    writeFileSync(join(folder, "libown.so.1"), "");
    const found = await sharedLibraries({ PATH: "", LD_LIBRARY_PATH: `${join(folder, "none")}:${folder}` });
    expect(found.get("libown.so.1")).toBe(join(folder, "libown.so.1"));
  });

  it("tell their newest symbols", async () => {
    const file = join(folder, "libstdc++.so.6");
    writeFileSync(file, "\0GLIBCXX_3.4.9\0GLIBCXX_3.4.30\0GLIBCXX_3.4.4\0GLIBCXX_DEBUG_MESSAGE_LENGTH\0");
    expect(await newestGlibcxx(file)).toBe("3.4.30");
    expect(await newestGlibcxx(join(folder, "none"))).toBeNull();
  });
});

describe("models", () => {
  it("are those of the settings, or any", async () => {
    expect(await checkModels()).toMatchObject({ state: "missing" });
    const named = await checkModels({ model: "qwen2.5-7b-instruct", folder });
    expect(named).toMatchObject({ state: "missing", fix: "prefloom model get qwen2.5-7b-instruct" });
    expect(await checkModels({ model: "./own.gguf", folder })).toMatchObject({ state: "missing" });
    writeFileSync(join(folder, "own.gguf"), "GGUF");
    expect(await checkModels({ model: "./own.gguf", folder })).toMatchObject({ state: "ok" });
    expect(await checkModels({ model: "no-such-name", folder })).toMatchObject({
      state: "missing",
      fix: "correct “model” in prefloom.json",
    });
  });

  it("have a folder with room, which need not exist yet", async () => {
    const check = await checkModelsDisk(join(folder, "not/yet/there"));
    expect(check.found).toMatch(/GB free in /);
    expectWellFormed([check]);
  });
});

describe("the command", () => {
  it("shows a list for people, one object for programs, and 4 where something is missing", async () => {
    const people = fakeCli({ folder });
    await doctorCommand(people.cli).parseAsync([], { from: "user" });
    expect(people.cli.exitCode).toBe(4);
    expect(people.stdout()).toMatch(/^✓ Node +\d/);
    expect(people.stdout()).toMatch(/✗ Model +none in the models folder\n +→ prefloom model get /);
    expect(people.stdout()).toMatch(/Missing: .*Model.*\.\n$/);
    const programs = fakeCli({ folder, json: true });
    await doctorCommand(programs.cli).parseAsync([], { from: "user" });
    expectWellFormed((JSON.parse(programs.stdout()) as { checks: DoctorCheck[] }).checks);
  });

  it.skipIf(!isOffered("cuda"))(
    "downloads a backend on the user's word alone, after telling its size",
    async () => {
      vi.stubEnv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:1/");
      const { cli, stdout } = fakeCli({ folder, json: true });
      const asked = doctorCommand(cli).parseAsync(["--get-backend", "cuda"], { from: "user" });
      await expect(asked).rejects.toThrow(
        /this would download @node-llama-cpp\/\S+-cuda \S+: \d+\.\d MB from 127\.0\.0\.1:1, \d+\.\d MB unpacked in .*backends\. Fix: add --yes/,
      );
      const agreed = doctorCommand(cli).parseAsync(["--get-backend", "cuda", "--yes"], { from: "user" });
      await expect(agreed).rejects.toThrow(/cannot be fetched: 127\.0\.0\.1:1: .*NPM_CONFIG_REGISTRY/);
      expect(stdout()).toBe("");
    },
  );
});
