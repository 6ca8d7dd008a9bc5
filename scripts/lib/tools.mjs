/** Programs that the tests and the packaging fetch for themselves, from the package registry, into the user's cache. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/** A folder below the user's cache, which every checkout shares. */
export function cacheFolder(...names) {
  const given = process.env["XDG_CACHE_HOME"];
  const base = given !== undefined && isAbsolute(given) ? given : join(homedir(), ".cache");
  return join(base, "prefloom", ...names);
}

/** What is needed is not here and cannot be got: a reason to skip, where the rest is none. */
export class Unavailable extends Error {}

/** Runs a program to its end and returns what it printed; throws with all of that when it fails. */
export function runTool(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    ...options,
  });
  if (status !== 0) {
    throw new Error(
      `${command} ${args.join(" ")} failed: ${error?.message ?? ""}\n${stdout ?? ""}${stderr ?? ""}`,
    );
  }
  return stdout;
}

/** Makes a folder all or nothing: a half-made one never stands under the name, and of two makers the first wins. */
export async function makeFolder(folder, make) {
  if (existsSync(folder)) return folder;
  const making = `${folder}.making-${process.pid}`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  try {
    await make(making);
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return folder;
}

/** Puts what a package of the registry holds into `folder`, when its bytes are those that `integrity` names. */
export function fetchPackage({ name, version, integrity }, folder) {
  const spec = `${name}@${version}`;
  mkdirSync(folder, { recursive: true });
  let packed;
  try {
    const out = runTool("npm", ["pack", "--json", "--pack-destination", folder, spec], {
      cwd: dirname(folder),
    });
    packed = join(folder, JSON.parse(out)[0].filename);
  } catch (error) {
    throw new Unavailable(`the package registry gives no ${spec}`, { cause: error });
  }
  const found = `sha512-${createHash("sha512").update(readFileSync(packed)).digest("base64")}`;
  if (found !== integrity) throw new Error(`${spec} is ${found}, not ${integrity}: it is not used`);
  runTool("tar", ["-xzf", packed, "-C", folder, "--strip-components=1"]);
  rmSync(packed);
  return folder;
}

/** What a file that is run as a program prints: its tool as JSON, or why there is none, with 3 as exit status. */
export async function answer(find) {
  try {
    console.log(JSON.stringify(await find()));
  } catch (error) {
    console.error(error.message);
    process.exitCode = error instanceof Unavailable ? 3 : 1;
  }
}
