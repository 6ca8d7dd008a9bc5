import { join } from "node:path";
import { type ExtensionContext, workspace } from "vscode";
import { SETTINGS } from "./ids.js";

/** A setting that only the machine may have: a folder's own settings cannot name programs or places. */
function machineSetting(id: string): unknown {
  const found = workspace.getConfiguration().inspect(id);
  return found?.globalValue ?? found?.defaultValue;
}

/** Environment of the agent and of the reader: the editor's settings as the variables that the engine knows. */
export function engineEnvironment(context: ExtensionContext): NodeJS.ProcessEnv {
  const models = machineSetting(SETTINGS.modelsFolder);
  const layers = machineSetting(SETTINGS.gpuLayers);
  const python = machineSetting(SETTINGS.python);
  return {
    ...process.env,
    ...(typeof models === "string" && models !== "" ? { PREFLOOM_MODELS: models } : {}),
    ...(typeof layers === "number" ? { PREFLOOM_GPU_LAYERS: String(layers) } : {}),
    ...(typeof python === "string" && python !== "" ? { PREFLOOM_PYTHON: python } : {}),
    PREFLOOM_BACKENDS: process.env["PREFLOOM_BACKENDS"] ?? join(context.globalStorageUri.fsPath, "backends"),
  };
}
