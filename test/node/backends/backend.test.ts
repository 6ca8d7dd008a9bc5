import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BACKEND_PINS, BackendFolder, binaryPrefix, packagesOf } from "../../../src/node/backends/backend.js";
import { findPackage, findRegistry } from "../../../src/node/backends/registry.js";
import { startRegistry } from "../../builders/package-registry.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-backend-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("pins", () => {
  const ROOT = resolve(import.meta.dirname, "../../..");
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { integrity?: string }>;
  };

  it("are of the version of node-llama-cpp that is installed (scripts/pin-backends.mjs makes them anew)", () => {
    expect(BACKEND_PINS.version).toBe(dependencies["node-llama-cpp"]);
  });

  it("name the packages of Linux as the lock file does", () => {
    const names = Object.keys(BACKEND_PINS.packages);
    expect(names).toEqual(expect.arrayContaining([...packagesOf("cuda-ext", "linux-x64")]));
    for (const name of names) {
      expect(BACKEND_PINS.packages[name]!.integrity, name).toBe(
        packages[`node_modules/@node-llama-cpp/${name}`]!.integrity,
      );
    }
  });
});

describe("a backend", () => {
  it("is one package of this machine's, or two", () => {
    expect(packagesOf("cuda", "win-x64")).toEqual(["win-x64-cuda"]);
    expect(packagesOf("cuda-ext", "linux-x64")).toEqual(["linux-x64-cuda", "linux-x64-cuda-ext"]);
    expect(binaryPrefix("linux", "arm")).toBe("linux-armv7l");
    expect(binaryPrefix("darwin", "arm64")).toBe("mac-arm64");
  });

  it("is here when its package is whole, and has an address then", async () => {
    const backends = new BackendFolder(folder, "1.2.3");
    expect(await backends.addresses()).toEqual({});
    const whole = join(folder, "1.2.3", "linux-x64-cuda");
    mkdirSync(whole, { recursive: true });
    expect(backends.has("linux-x64-cuda")).toBe(false);
    writeFileSync(join(whole, "package.json"), "{}");
    const half = join(folder, "1.2.3", "linux-x64-vulkan.unpacking");
    mkdirSync(half);
    writeFileSync(join(half, "package.json"), "{}");
    expect(await backends.names()).toEqual(["linux-x64-cuda"]);
    expect(await backends.addresses()).toEqual({
      "@node-llama-cpp/linux-x64-cuda": pathToFileURL(join(whole, "dist", "index.js")).href,
    });
    expect(await new BackendFolder(folder, "1.2.4").names()).toEqual([]);
  });
});

describe("the registry", () => {
  /** An environment without npm, with this `.npmrc`. */
  function environment(npmrc: string, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    writeFileSync(join(folder, "npmrc"), npmrc);
    return { PATH: folder, NPM_CONFIG_USERCONFIG: join(folder, "npmrc"), ...env };
  }

  it("is the one of the scope, then of the environment, then of the user's settings", async () => {
    const npmrc = "# mine\nregistry = https://user.example/npm\n//env.example/:_authToken=${SECRET}\n";
    expect(await findRegistry(environment(npmrc))).toEqual({
      url: "https://user.example/npm/",
      token: null,
    });
    const fromEnv = environment(npmrc, { NPM_CONFIG_REGISTRY: "https://env.example", SECRET: "s3" });
    expect(await findRegistry(fromEnv)).toEqual({ url: "https://env.example/", token: "s3" });
    const scoped = environment(`${npmrc}@node-llama-cpp:registry="https://scope.example/"`, {
      NPM_CONFIG_REGISTRY: "https://env.example",
    });
    expect((await findRegistry(scoped)).url).toBe("https://scope.example/");
  });

  it.skipIf(process.platform === "win32")("is what npm says where nothing is configured", async () => {
    const env = environment("");
    writeFileSync(join(folder, "npm"), '#!/bin/sh\n[ "$PWD" = "$WANTED" ] && echo https://npm.example/\n', {
      mode: 0o755,
    });
    expect(await findRegistry({ ...env, WANTED: homedir() })).toMatchObject({ url: "https://npm.example/" });
  });

  it("is the public one where there is no npm", async () => {
    const { url } = await findRegistry(environment(""));
    expect(new URL(url).host.split(".")).toEqual(["registry", "npmjs", "org"]);
  });

  it("is an address, or the fix is named", async () => {
    await expect(findRegistry(environment("registry=ftp://old.example/"))).rejects.toThrow(
      /ftp:\/\/old\.example\/” is no address\. Fix: correct NPM_CONFIG_REGISTRY/,
    );
  });

  it("is asked for a file at itself where it passes on the public registry's addresses", async () => {
    const host = ["registry", "npmjs", "org"].join(".");
    const registry = await startRegistry({
      "@node-llama-cpp/x": { packed: Buffer.from("x"), origin: `https://${host}/` },
    });
    try {
      const given = { url: registry.url, token: null };
      const signal = new AbortController().signal;
      const found = await findPackage(given, "@node-llama-cpp/x", "1.0.0", signal);
      expect(found!.tarball).toBe(`${registry.url}@node-llama-cpp/x/-/file-1.0.0.tgz`);
      expect(await findPackage(given, "@node-llama-cpp/x", "2.0.0", signal)).toBeNull();
      expect(await findPackage(given, "@node-llama-cpp/y", "1.0.0", signal)).toBeNull();
    } finally {
      registry.close();
    }
  });
});
