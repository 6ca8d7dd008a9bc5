import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";

// Other programs are run here, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ROOT = resolve(import.meta.dirname, "../..");
const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 });

interface Manifest {
  readonly main: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly icon?: string;
  readonly contributes: unknown;
  readonly scripts: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;

/** Every string in a JSON value that names a file of the extension. */
function pathsIn(value: unknown): string[] {
  if (typeof value === "string")
    return /^(\.\/|dist\/|media\/)/.test(value) ? [value.replace(/^\.\//, "")] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}

describe("package.json", () => {
  const built = run("node", "scripts/build.mjs", "--list").trim().split("\n");
  const { main, bin, icon, contributes } = manifest;

  test.for(pathsIn([main, bin, icon, contributes]))("names %s, which is there or gets built", (path) => {
    expect(built.includes(path) || (!path.startsWith("dist/") && existsSync(join(ROOT, path)))).toBe(true);
  });

  test("finds the paths it checks", () => {
    expect(pathsIn([main, bin, contributes])).toEqual(
      expect.arrayContaining(["dist/extension.cjs", "dist/cli.mjs", "dist/prefloom.schema.json"]),
    );
  });

  test.for(Object.entries(manifest.scripts))("script %s runs what exists: %s", ([, script]) => {
    const [program = "", ...args] = script.split(" ");
    const known = ["node", "bash"].includes(program) || existsSync(join(ROOT, "node_modules/.bin", program));
    const files = args.filter((word) => /^[\w.][\w.-]*(\/[\w.-]+)+$|\.(c|m)?js$|\.json$|\.sh$/.test(word));
    const missing = files.filter((file) => !existsSync(join(ROOT, file)));
    expect({ known, missing }).toEqual({ known: true, missing: [] });
  });
});

describe("the compiler", () => {
  const configs = [".", "src/core", "src/steps", "src/extension"];
  let seen: ReadonlyMap<string, readonly string[]>;
  beforeAll(() => {
    const list = (config: string): string[] => {
      const shown = run("node", "node_modules/typescript/bin/tsc", "-p", config, "--showConfig");
      const { files } = JSON.parse(shown) as { readonly files: readonly string[] };
      return files.map((file) => join(config, file));
    };
    seen = new Map(configs.map((config) => [config, list(config)]));
  });

  test("sees every source and every test", () => {
    const all = new Set([...seen.values()].flat());
    const sources = trackedFiles().filter(
      (file) => /^(src|test)\/.*\.ts$/.test(file) && !file.startsWith("test/fixtures/"),
    );
    expect(sources.filter((file) => !all.has(file))).toEqual([]);
  });

  test.for(["src/core", "src/steps", "src/extension"])("sees %s without what it may not use", (folder) => {
    const sources = trackedFiles().filter((file) => file.startsWith(`${folder}/`) && file.endsWith(".ts"));
    expect(sources.filter((file) => !seen.get(folder)!.includes(file))).toEqual([]);
  });
});

describe("package-lock.json", () => {
  test("names the optional packages of node-llama-cpp for every platform, also those that some registry lacks", () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
      packages: Record<string, { optionalDependencies?: Record<string, string>; version?: string }>;
    };
    const wanted = packages["node_modules/node-llama-cpp"]?.optionalDependencies ?? {};
    expect(Object.keys(wanted).length).toBeGreaterThan(10);
    const locked = Object.keys(wanted).map((name) => [name, packages[`node_modules/${name}`]?.version]);
    expect(Object.fromEntries(locked)).toEqual(wanted);
  });
});

/** Tracked, and still there. */
function trackedFiles(): string[] {
  const listed = run("git", "-c", `safe.directory=${ROOT}`, "ls-files", "-z").split("\0");
  return listed.filter((file) => file !== "" && existsSync(join(ROOT, file)));
}

/** Domains that are reserved for examples (RFC 2606), with whatever stands before them; a revision and a file name look alike. */
const RESERVED =
  /\.gguf$|@([\w-]+\.)*(example\.(com|org|net)|[\w-]+\.(example|invalid|test)|example|localhost)$/i;

/** Written apart, so that this file does not contain what it looks for. */
const NOT_IN_THE_TREE = {
  "a path of somebody's machine": new RegExp(
    [
      String.raw`(?<![\w.~])/(home|Users)/[\w.-]+/`,
      "/ro" + String.raw`ot/\w`,
      "/wo" + String.raw`rk/(main|shared)\b`,
      String.raw`\b[A-Z]:\\+Users\\`,
    ].join("|"),
  ),
  "the host of a package registry": new RegExp(
    [
      "registry.npm" + "js",
      "registry.yarn" + "pkg",
      "py" + "pi.org",
      "python" + "hosted.org",
      "crates" + ".io",
      "deb." + "debian",
    ]
      .map((host) => host.replace(".", String.raw`\.`))
      .join("|"),
    "i",
  ),
};

describe("tracked files", () => {
  const texts = trackedFiles()
    .map((file) => ({ file, text: readFileSync(join(ROOT, file), "utf8") }))
    .filter(({ text }) => !text.includes("\0"));

  // What is about personal data shows made-up samples of it.
  const searched = texts.filter(({ file }) => !file.includes("/privacy/"));

  test.for(Object.entries(NOT_IN_THE_TREE))("do not hold %s", ([, pattern]) => {
    const found = searched.flatMap(({ file, text }) => {
      const line = text.split("\n").findIndex((line) => pattern.test(line));
      return line < 0 ? [] : [`${file}:${line + 1}`];
    });
    expect(found).toEqual([]);
  });

  test("hold no e-mail address outside the domains reserved for examples", () => {
    const found = searched.flatMap(({ file, text }) =>
      [...text.matchAll(/[\w.+-]+@[\w-]+(\.[\w-]+)*\.[a-z]{2,}\b/gi)]
        .filter(([address]) => !RESERVED.test(address))
        .map(([address]) => `${file}: ${address}`),
    );
    expect(found).toEqual([]);
  });

  test("of the sources have at most 450 lines", () => {
    const long = texts.filter(
      ({ file, text }) => /^src\/.*\.ts$/.test(file) && text.split("\n").length > 451,
    );
    expect(long.map(({ file }) => file)).toEqual([]);
  });
});
