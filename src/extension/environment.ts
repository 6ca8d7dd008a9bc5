import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { type ExtensionContext, workspace } from "vscode";
import { SETTINGS } from "./ids.js";

/** A setting that only the machine may have: a folder's own settings cannot name programs or places. */
function machineSetting(id: string): unknown {
  const found = workspace.getConfiguration().inspect(id);
  return found?.globalValue ?? found?.defaultValue;
}

/** Where the doctor's command puts CUDA's libraries: the loader looks there from the start of a process or not at all. */
const CUDA_FOLDERS = ["cu13/lib", "cuda_runtime/lib", "cublas/lib"].map((folder) =>
  join(homedir(), ".cache/prefloom/cuda/nvidia", folder),
);

function libraryPath(): NodeJS.ProcessEnv {
  if (process.platform !== "linux") return {};
  const given = process.env["LD_LIBRARY_PATH"] ?? "";
  return { LD_LIBRARY_PATH: [...(given === "" ? [] : [given]), ...CUDA_FOLDERS].join(delimiter) };
}

/** Environment of the agent and of the reader: the editor's settings as the variables that the engine knows. */
export function engineEnvironment(context: ExtensionContext): NodeJS.ProcessEnv {
  const models = machineSetting(SETTINGS.modelsFolder);
  const layers = machineSetting(SETTINGS.gpuLayers);
  const python = machineSetting(SETTINGS.python);
  const idle = machineSetting(SETTINGS.modelIdleMinutes);
  return {
    ...process.env,
    ...libraryPath(),
    ...(typeof models === "string" && models !== "" ? { PREFLOOM_MODELS: models } : {}),
    ...(typeof layers === "number" ? { PREFLOOM_GPU_LAYERS: String(layers) } : {}),
    ...(typeof python === "string" && python !== "" ? { PREFLOOM_PYTHON: python } : {}),
    ...(typeof idle === "number" ? { PREFLOOM_MODEL_IDLE_MINUTES: String(idle) } : {}),
    PREFLOOM_BACKENDS: process.env["PREFLOOM_BACKENDS"] ?? join(context.globalStorageUri.fsPath, "backends"),
  };
}
