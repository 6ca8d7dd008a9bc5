/** `node scripts/lib/chromium.mjs` (prints JSON): the Chromium that the tests look through, found or fetched. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { answer, cacheFolder, fetchPackage, makeFolder, runTool, Unavailable } from "./tools.mjs";

/** Names under which systems install it. */
const PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const APPLICATIONS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** A Chromium without a window, as a package, with the system libraries and fonts that it needs. */
const PACKED = {
  name: "@sparticuz/chromium",
  version: "147.0.1",
  integrity:
    "sha512-eYIl4IJomsAxvto7vzugwz4jZD0E8FjQ9RSLkbN9idERMgExdpKgK61YGPy9w9MFbEXrsaAUEoQ77YWTqArshQ==",
};

/** Its own file of this name looks in folders of the service that it was packed for. */
const FONTS = '<?xml version="1.0"?><fontconfig><dir prefix="relative">fonts</dir></fontconfig>\n';

function found() {
  const given = process.env["PREFLOOM_CHROMIUM"];
  if (given !== undefined && given !== "") {
    if (existsSync(given)) return given;
    throw new Error(`PREFLOOM_CHROMIUM names ${given}, which is not there`);
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const paths = [...folders.flatMap((folder) => PROGRAMS.map((name) => join(folder, name))), ...APPLICATIONS];
  return paths.find((path) => existsSync(path));
}

/** A program of its own file, and archives of what belongs beside it. */
function unpack(folder) {
  const packed = join(folder, "packed");
  fetchPackage(PACKED, packed);
  for (const file of readdirSync(join(packed, "bin"))) {
    const name = file.replace(/\.br$/, "");
    writeFileSync(join(folder, name), brotliDecompressSync(readFileSync(join(packed, "bin", file))));
    if (!name.endsWith(".tar")) continue;
    runTool("tar", ["-xf", name], { cwd: folder });
    rmSync(join(folder, name));
  }
  writeFileSync(join(folder, "fonts.conf"), FONTS);
  chmodSync(join(folder, "chromium"), 0o755);
  rmSync(packed, { recursive: true });
}

/** The environment in which the packed one finds its libraries, and fonts where the system has none. */
function packedEnvironment(folder) {
  const libraries = [process.env["LD_LIBRARY_PATH"], join(folder, "lib")].filter(Boolean).join(delimiter);
  return {
    LD_LIBRARY_PATH: libraries,
    ...(existsSync("/etc/fonts") ? {} : { FONTCONFIG_PATH: folder }),
  };
}

/**
 * Sees that there is a Chromium: the one that `PREFLOOM_CHROMIUM` names, else an installed one, else a packed one.
 * Returns its path and what its environment needs; throws `Unavailable` where there can be none.
 */
export async function chromium() {
  const path = found();
  if (path !== undefined) return { path, env: {} };
  const platform = `${process.platform}-${process.arch}`;
  if (platform !== "linux-x64") {
    throw new Unavailable(
      `no Chromium is installed, and for ${platform} there is none to fetch: name one in PREFLOOM_CHROMIUM`,
    );
  }
  const parent = cacheFolder("chromium");
  mkdirSync(parent, { recursive: true });
  const folder = await makeFolder(join(parent, PACKED.version), unpack);
  return { path: join(folder, "chromium"), env: packedEnvironment(folder) };
}

if (process.argv[1] === import.meta.filename) await answer(chromium);
