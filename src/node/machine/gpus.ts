import { runProgram } from "./run-program.js";

/** One NVIDIA GPU as its driver tells. */
export interface Gpu {
  readonly name: string;
  readonly mebibytes: number;
  readonly driver: string;
}

/** The NVIDIA GPUs of this machine; `problem` when the driver's program is there and fails. */
export interface GpuReport {
  readonly hasProgram: boolean;
  readonly gpus: readonly Gpu[];
  readonly problem: string | null;
}

/** A driver that hangs is a finding, too. */
const TIMEOUT_MS = 15_000;

/** Reads what `nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader,nounits` prints. */
export function parseGpus(output: string): Gpu[] {
  return output.split("\n").flatMap((line) => {
    const [name, memory, driver] = line.split(",").map((part) => part.trim());
    if (!name || !driver) return [];
    // Memory that is shared with the system reads "[N/A]".
    return [{ name, mebibytes: Number(memory) || 0, driver }];
  });
}

/** Asks the NVIDIA driver what GPUs there are. */
export async function findGpus(env: NodeJS.ProcessEnv): Promise<GpuReport> {
  const args = ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits"];
  const { state, code, stdout, stderr } = await runProgram("nvidia-smi", args, {
    env,
    timeoutMs: TIMEOUT_MS,
  });
  if (state === "absent") return { hasProgram: false, gpus: [], problem: null };
  if (state === "stopped") return { hasProgram: true, gpus: [], problem: "nvidia-smi does not answer" };
  const gpus = code === 0 ? parseGpus(stdout) : [];
  const said = `${stdout}\n${stderr}`.split("\n").find((line) => line.trim() !== "");
  return {
    ...{ hasProgram: true, gpus },
    problem: gpus.length > 0 ? null : (said?.trim() ?? "nvidia-smi shows no GPU"),
  };
}
