/**
 * Pins the packages with GPU backends of the installed version of node-llama-cpp: their hashes and sizes, as the registry of
 * npm's configuration has them now. Run it after node-llama-cpp was updated, and read what changed.
 *
 *   node scripts/pin-backends.mjs
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { list } from "tar";
import { ROOT } from "./lib/files.mjs";

const PINS = join(ROOT, "src/node/backends/pins.json");
const NAMES = ["linux-x64", "win-x64"].flatMap((platform) =>
  ["cuda", "cuda-ext", "vulkan"].map((backend) => `${platform}-${backend}`),
);

const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules/node-llama-cpp/package.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "prefloom-pins-"));
const packages = {};
try {
  for (const name of NAMES) {
    let packed;
    try {
      const args = ["pack", `@node-llama-cpp/${name}@${version}`, "--json", "--ignore-scripts"];
      const output = execFileSync("npm", args, {
        ...{ cwd: folder, encoding: "utf8" },
        stdio: ["ignore", "pipe", "ignore"],
      });
      [packed] = JSON.parse(output);
    } catch {
      console.log(`${name}: the registry does not have ${version}; it is not offered`);
      continue;
    }
    const file = join(folder, packed.filename);
    const content = readFileSync(file);
    let unpackedBytes = 0;
    await list({ file, onReadEntry: ({ size }) => (unpackedBytes += size) });
    packages[name] = {
      integrity: `sha512-${createHash("sha512").update(content).digest("base64")}`,
      sha256: createHash("sha256").update(content).digest("hex"),
      bytes: content.length,
      unpackedBytes,
    };
    console.log(`${name}: ${packages[name].integrity}`);
    rmSync(file);
  }
  writeFileSync(PINS, `${JSON.stringify({ version, packages }, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
