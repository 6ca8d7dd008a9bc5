import { join } from "node:path";
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
import type { Workspace } from "./workspace.js";

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

/** What the workspace of a folder asks of the machine; without one, or with settings that are broken, the defaults. */
export async function demandsOf(
  folder: string,
  openWorkspace: () => Promise<Workspace>,
): Promise<DoctorOptions> {
  try {
    const { folder: root, output, settings } = await openWorkspace();
    return { outputFolder: output.path, model: { model: settings.model, folder: root } };
  } catch {
    // Whatever is wrong with the settings, others say it; the machine can be looked at all the same.
    return { outputFolder: join(folder, "prefloom-out") };
  }
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
