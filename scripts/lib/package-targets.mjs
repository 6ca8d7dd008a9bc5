/** Platforms for which the extension is packaged, and the package with node-llama-cpp's binaries for each: CPU only. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./files.mjs";
import { cacheFolder, fetchPackage, makeFolder, Unavailable } from "./tools.mjs";

/** By VS Code's name of the platform. On Macs with Apple's processors the one package there is can use the GPU, too. */
export const TARGETS = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "linux-armhf": "linux-armv7l",
  "darwin-x64": "mac-x64",
  "darwin-arm64": "mac-arm64-metal",
  "win32-x64": "win-x64",
  "win32-arm64": "win-arm64",
};

/** VS Code's name of the platform that this runs on. */
export function ownTarget() {
  return `${process.platform}-${process.arch === "arm" ? "armhf" : process.arch}`;
}

/** The folder of the binaries for a target: the installed ones, else fetched ones. Throws `Unavailable` in words. */
export async function binariesFor(target) {
  const name = `@node-llama-cpp/${TARGETS[target]}`;
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const { version, integrity } = packages[`node_modules/${name}`];
  const installed = join(ROOT, "node_modules", name);
  if (existsSync(join(installed, "bins"))) return { name, folder: installed };
  if (integrity === undefined) {
    throw new Unavailable(
      `package-lock.json holds no integrity of ${name}@${version}, which the package registry here does not have`,
    );
  }
  const parent = cacheFolder("binaries");
  mkdirSync(parent, { recursive: true });
  const fetch = (making) => void fetchPackage({ name, version, integrity }, making);
  return { name, folder: await makeFolder(join(parent, `${TARGETS[target]}-${version}`), fetch) };
}
