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
  const [cpu, outputDisk, modelsDisk, libraries, inference, model, python, programs] = await Promise.all([
    checkCpu(env),
    checkOutputDisk(options.outputFolder),
    checkModelsDisk(modelsFolder()),
    checkSystemLibraries(env),
    checkInference(env, options.llamaTimeoutMs),
    checkModels(options.model),
    checkPython(env),
    checkOptionalPrograms(env),
  ]);
  return [
    ...[checkNode(), cpu, checkMemory(), outputDisk, modelsDisk],
    ...[...libraries, ...inference, model, ...python, ...programs],
  ];
}
