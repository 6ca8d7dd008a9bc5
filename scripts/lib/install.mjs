/** `node scripts/lib/install.mjs`: brings `node_modules` in line with `package-lock.json`; nothing to do is the usual case. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprint, ROOT } from "./files.mjs";

const STAMP = join(ROOT, "node_modules/.prefloom-lock-hash");

/** Packages differ between platforms, and native ones between architectures. */
const wanted = () => fingerprint(["package-lock.json"], process.platform, process.arch);

/** Whether `node_modules` was installed from the `package-lock.json` of now. */
export function isInstalled() {
  try {
    return readFileSync(STAMP, "utf8") === wanted();
  } catch {
    return false;
  }
}

/** Installs exactly what the lock file names. Returns what npm said when it failed, else `undefined`. */
export function install() {
  const args = ["ci", "--no-audit", "--no-fund"];
  // The prebuilt binaries of node-llama-cpp are packages of their own: nothing else is to be fetched or compiled.
  const env = { ...process.env, NODE_LLAMA_CPP_SKIP_DOWNLOAD: "true" };
  const { status, stdout, stderr, error } = spawnSync("npm", args, { cwd: ROOT, env, encoding: "utf8" });
  if (status !== 0) return `npm ${args.join(" ")}\n${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}`;
  writeFileSync(STAMP, wanted());
  return undefined;
}

if (process.argv[1] === import.meta.filename) {
  if (isInstalled()) {
    console.log("install: node_modules matches package-lock.json");
  } else {
    const started = performance.now();
    const problem = install();
    console.log(problem ?? `install: npm ci in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    process.exitCode = problem === undefined ? 0 : 1;
  }
}
