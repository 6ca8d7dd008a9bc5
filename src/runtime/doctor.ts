import type { DoctorCheck } from "./doctor-check.js";
import {
  checkCpu,
  checkMemory,
  checkModelsDisk,
  checkNode,
  checkOutputDisk,
  checkSystemLibraries,
} from "./doctor-machine.js";
import { checkInference, checkModels } from "./doctor-model.js";
import { checkOptionalPrograms, checkPython } from "./doctor-programs.js";
import { modelsFolder } from "./models.js";

/** What to look at. */
export interface DoctorOptions {
  /** Where steps write. */
  readonly outputFolder: string;
  /** The model of the settings, and the folder that its path is relative to; default: any model will do. */
  readonly model?: { readonly model: string; readonly folder: string };
  /** Environment of the programs that are asked; default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** How long loading node-llama-cpp may take. */
  readonly llamaTimeoutMs?: number;
}

/** Looks at this machine: what it has, what is missing and how to mend it. Changes nothing. */
export async function examineMachine(options: DoctorOptions): Promise<readonly DoctorCheck[]> {
  const env = options.env ?? process.env;
  const groups = await Promise.all([
    [checkNode()],
    checkCpu(env).then((check) => [check]),
    [checkMemory()],
    checkOutputDisk(options.outputFolder).then((check) => [check]),
    checkModelsDisk(modelsFolder()).then((check) => [check]),
    checkSystemLibraries(env),
    checkInference(env, options.llamaTimeoutMs),
    checkModels(options.model).then((check) => [check]),
    checkPython(env),
    checkOptionalPrograms(env),
  ]);
  return groups.flat();
}
