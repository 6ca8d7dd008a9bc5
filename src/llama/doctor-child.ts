import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { BACKEND_HOOK, type BackendAddresses } from "./backend-hook.js";

/** node-llama-cpp as it is installed, looked at without loading it. */
export interface LlamaInstallation {
  readonly version: string;
  /** Address of the module. */
  readonly module: string;
  /** Names of the packages with binaries that are installed, such as `linux-x64-cuda`. */
  readonly binaries: readonly string[];
}

/** What became of loading the native library. */
export type LlamaCheck =
  | {
      readonly state: "loaded";
      /** `cuda`, `vulkan`, `metal`, or false for the CPU alone. */
      readonly gpu: string | false;
      readonly devices: readonly string[];
    }
  | {
      readonly state: "failed";
      readonly reason: string;
      /** Those of the libraries asked about that the loader does not find. */
      readonly missing: readonly string[];
    };

/** How to try. */
export interface LlamaCheckOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  /** Packages with binaries that are not installed beside node-llama-cpp. */
  readonly backends?: BackendAddresses;
  /** This and nothing else; default: the best that there is. */
  readonly gpu?: "cuda" | "vulkan";
  /** Names of shared libraries to ask the loader about where it fails. */
  readonly libraries?: readonly string[];
}

/** Loading takes a second; a driver that hangs takes for ever. */
const TIMEOUT_MS = 60_000;

const RESULT = "prefloom-llama:";
const SHOWN_REASON = 300;

/**
 * The program of the child, as text: wherever the bundler puts this module, there is no file of it to start. It asks for
 * what is installed and nothing else, as the annotator does.
 */
const PROGRAM = `
// node-llama-cpp tries each binary in a process of its own, which would run this program again.
process.execArgv = [];
const { module, hook, backends, gpu, libraries } = JSON.parse(process.argv[1]);
const tell = (result) => process.stdout.write("\\n${RESULT}" + JSON.stringify(result) + "\\n", () => process.exit(0));
// The loader itself is asked: what it finds is no addon of Node's, and that it says only then.
const isMissing = (library) => {
  try {
    process.dlopen({ exports: {} }, library);
  } catch (error) {
    return /cannot open shared object file|module could not be found/.test(String(error));
  }
  return false;
};
try {
  (await import(hook)).provide(backends);
  const { getLlama } = await import(module);
  const options = { build: "never", skipDownload: true, logLevel: "disabled" };
  const llama = await getLlama(gpu === undefined ? options : { gpu, ...options });
  const devices = await llama.getGpuDeviceNames().catch(() => []);
  tell({ state: "loaded", gpu: llama.gpu, devices });
} catch (error) {
  const [reason] = String(error).split("\\n");
  tell({ state: "failed", reason: reason.slice(0, ${SHOWN_REASON}), missing: libraries.filter(isMissing) });
}
`;

/** Finds node-llama-cpp and its binaries; null where it is not installed. */
export async function findLlama(): Promise<LlamaInstallation | null> {
  let main: string;
  try {
    main = createRequire(import.meta.url).resolve("node-llama-cpp");
  } catch {
    return null;
  }
  const root = dirname(dirname(main));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const names = new Set<string>();
  // Package managers put them beside node-llama-cpp or below it.
  for (const folder of [join(dirname(root), "@node-llama-cpp"), join(root, "node_modules/@node-llama-cpp")]) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (existsSync(join(folder, name, "package.json"))) names.add(name);
    }
  }
  return { version, module: pathToFileURL(main).href, binaries: [...names].sort() };
}

/** Loads node-llama-cpp in a process of its own, so that a crash or a hang is an answer. */
export async function checkLlama(module: string, options: LlamaCheckOptions = {}): Promise<LlamaCheck> {
  const { timeoutMs = TIMEOUT_MS, gpu, backends = {}, libraries = [] } = options;
  const given = JSON.stringify({ module, hook: BACKEND_HOOK, backends, gpu, libraries });
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM, given], {
    env: { ...(options.env ?? process.env), NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-65_536)));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-65_536)));
  // Killed is what it is when its time was up, and only then.
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const [code, signal] = await new Promise<readonly [number | null, string | null]>((resolve) => {
    child.once("error", (error) => {
      errors = error.message;
      resolve([null, null]);
    });
    // Whatever it has started may hold its pipes open.
    child.once("exit", (...ended) => {
      if (child.killed) resolve(ended);
    });
    child.once("close", (...ended) => resolve(ended));
  });
  clearTimeout(timer);
  const said = output.split("\n").find((line) => line.startsWith(RESULT));
  if (said !== undefined && code === 0) return JSON.parse(said.slice(RESULT.length)) as LlamaCheck;
  const failed = (reason: string): LlamaCheck => ({ state: "failed", reason, missing: [] });
  if (child.killed) return failed(`it did not load within ${Math.round(timeoutMs / 1000)} s`);
  if (signal !== null) return failed(`loading it ended in a crash (${signal})`);
  const last = errors.trim().split("\n").at(-1) ?? "";
  return failed(
    last === "" ? `loading it ended with status ${code ?? "unknown"}` : last.slice(0, SHOWN_REASON),
  );
}
