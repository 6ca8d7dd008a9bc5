import { compareVersions } from "../node/machine/libraries.js";
import { runProgram } from "../node/machine/run-program.js";
import { type DoctorCheck, installCommand, mendedBy, ok } from "./doctor-check.js";

const TIMEOUT_MS = 15_000;
const OLDEST_PYTHON = "3.9";

/** The interpreter that gets models and trains, under the name that the system gives it. */
const PYTHON = process.platform === "win32" ? "python" : "python3";

async function versionOf(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | null> {
  const { state, code, stdout, stderr } = await runProgram(program, args, { env, timeoutMs: TIMEOUT_MS });
  if (state !== "ended" || code !== 0) return null;
  return /\d+(?:\.\d+)+/.exec(`${stdout}\n${stderr}`)?.[0] ?? null;
}

const PYTHON_PACKAGES = {
  apt: "python3 python3-pip python3-venv",
  dnf: "python3 python3-pip",
  brew: "python",
  winget: "Python.Python.3.12",
};

/** Python 3 and pip: one way to models, and the way to training. */
export async function checkPython(env: NodeJS.ProcessEnv): Promise<DoctorCheck[]> {
  const fix = installCommand(PYTHON_PACKAGES);
  const version = await versionOf(PYTHON, ["--version"], env);
  if (version === null) {
    return [
      mendedBy("Python", "missing", `no ${PYTHON} on the path`, fix),
      mendedBy("pip", "missing", "comes with Python", fix),
    ];
  }
  const python: DoctorCheck =
    compareVersions(version, OLDEST_PYTHON) >= 0
      ? ok("Python", version)
      : mendedBy("Python", "missing", `${version}, older than ${OLDEST_PYTHON}`, fix);
  const pip = await versionOf(PYTHON, ["-m", "pip", "--version"], env);
  return [python, pip === null ? mendedBy("pip", "missing", `${PYTHON} has no pip`, fix) : ok("pip", pip)];
}

async function checkOptional(
  name: string,
  program: string,
  env: NodeJS.ProcessEnv,
  purpose: string,
  fix: string,
): Promise<DoctorCheck> {
  const version = await versionOf(program, ["--version"], env);
  if (version !== null) return ok(name, version);
  return mendedBy(name, "optional", `none; ${purpose}`, fix);
}

/** Programs that help where they are there. */
export async function checkOptionalPrograms(env: NodeJS.ProcessEnv): Promise<DoctorCheck[]> {
  const uvPackages = { apt: "pipx && pipx install uv", dnf: "uv", brew: "uv", winget: "astral-sh.uv" };
  const gitPackages = { apt: "git", dnf: "git", brew: "git", winget: "Git.Git" };
  return Promise.all([
    checkOptional(
      "uv",
      "uv",
      env,
      "makes the training environment faster than pip",
      installCommand(uvPackages),
    ),
    checkSlurm(env),
    checkOptional("git", "git", env, "keeps a workspace's settings", installCommand(gitPackages)),
  ]);
}

/** Slurm takes both: one program to hand in jobs, one to follow them. */
async function checkSlurm(env: NodeJS.ProcessEnv): Promise<DoctorCheck> {
  const [sbatch, squeue] = await Promise.all([
    versionOf("sbatch", ["--version"], env),
    versionOf("squeue", ["--version"], env),
  ]);
  if (sbatch !== null && squeue !== null) return ok("Slurm", sbatch);
  const fix = "run Prefloom on the login node of a cluster";
  if (sbatch === null && squeue === null) {
    return { name: "Slurm", state: "optional", found: "none; runs jobs on a cluster", fix };
  }
  const found = `${sbatch === null ? "squeue" : "sbatch"} alone`;
  return { name: "Slurm", state: "warning", found, fix: "add the folder of Slurm's programs to PATH" };
}
