import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BACKEND_PINS, type BackendPins, packagesOf } from "../../src/node/backends/backend.js";
import {
  backendsFolder,
  fetchedBackends,
  getBackend,
  isOffered,
  offerBackend,
  tryBackend,
} from "../../src/runtime/backends.js";
import type { ModelEvent } from "../../src/runtime/models.js";
import { packPackage, type PackageRegistry, pinOf, startRegistry } from "../builders/package-registry.js";

// node-llama-cpp is loaded here, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let registry: PackageRegistry;
let pins: BackendPins;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-backends-"));
  vi.stubEnv("PREFLOOM_MODELS", join(folder, "models"));
  vi.stubEnv("PREFLOOM_BACKENDS", "");
  const packed = await Promise.all(
    packagesOf("cuda-ext").map(async (name) => {
      const file = await packPackage({ "package.json": JSON.stringify({ name }), "dist/index.js": "" });
      return [name, file] as const;
    }),
  );
  const version = BACKEND_PINS.version;
  pins = { version, packages: Object.fromEntries(packed.map(([name, file]) => [name, pinOf(file, 1000)])) };
  registry = await startRegistry(
    Object.fromEntries(packed.map(([name, file]) => [`@node-llama-cpp/${name}`, { packed: file, version }])),
  );
  env = { ...process.env, NPM_CONFIG_REGISTRY: registry.url, NPM_CONFIG_USERCONFIG: join(folder, "none") };
});
afterEach(() => {
  registry.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function get(backend: "cuda" | "cuda-ext"): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  const signal = new AbortController().signal;
  await getBackend(backend, { pins, env, signal, onEvent: (event) => events.push(event) });
  return events;
}

describe("a GPU backend", () => {
  it("is offered with what it takes, and no server is asked", async () => {
    const [first, second] = packagesOf("cuda-ext");
    const bytes = pins.packages[first!]!.bytes + pins.packages[second!]!.bytes;
    expect(await offerBackend("cuda-ext", { pins, env })).toEqual({
      backend: "cuda-ext",
      packages: [first, second].map((name) => ({
        name: `@node-llama-cpp/${name}`,
        version: pins.version,
        present: false,
      })),
      ...{ bytes, unpackedBytes: 2000 },
      folder: join(folder, "backends"),
      registry: registry.url,
    });
    expect(registry.asked).toEqual([]);
    await expect(offerBackend("vulkan", { pins, env })).rejects.toThrow(/has no vulkan backend for/);
  });

  it("is fetched, package by package, those that are here not again", async () => {
    const [first, second] = packagesOf("cuda-ext");
    const events = await get("cuda");
    expect(events[0]).toMatchObject({
      type: "trying",
      message: expect.stringContaining(`Downloading @node-llama-cpp/${first} ${pins.version} from 127.0.0.1`),
    });
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["progress", "checking", "done"]));
    expect(Object.keys(await fetchedBackends())).toEqual([`@node-llama-cpp/${first}`]);
    expect((await offerBackend("cuda-ext", { pins, env })).bytes).toBe(pins.packages[second!]!.bytes);
    const asked = registry.asked.length;
    await get("cuda-ext");
    expect(Object.keys(await fetchedBackends())).toEqual(
      [first, second].map((name) => `@node-llama-cpp/${name}`),
    );
    expect(registry.asked).toHaveLength(asked + 2);
    await get("cuda-ext");
    expect(registry.asked).toHaveLength(asked + 2);
  });

  it("is fetched by one at a time", async () => {
    const [one, two] = await Promise.allSettled([get("cuda"), get("cuda")]);
    expect([one.status, two.status].sort()).toEqual(["fulfilled", "rejected"]);
    const [failed] = [one, two].flatMap((result) =>
      result.status === "rejected" ? [result.reason as Error] : [],
    );
    expect(failed!.message).toMatch(/^GPU backend: process \d+ on .* has been fetching it since/);
    expect(Object.keys(await fetchedBackends())).toHaveLength(1);
  });

  it("is kept where PREFLOOM_BACKENDS says", () => {
    vi.stubEnv("PREFLOOM_BACKENDS", join(folder, "own"));
    expect(backendsFolder()).toBe(join(folder, "own"));
    expect(existsSync(join(folder, "own"))).toBe(false);
  });

  it("is tried for real: it works, or says what it lacks and how to come by it", async () => {
    const trial = await tryBackend("cuda");
    if (trial.works) expect(trial).toMatchObject({ fix: null, found: expect.stringMatching(/^it loads/) });
    else {
      expect(trial.found).toMatch(/(libcu\S+( and |, )?)+ not found|finds no GPU/);
      expect(trial.fix).not.toBe("");
    }
  });

  it("is one of those that Prefloom knows for this machine", () => {
    if (process.platform === "linux" && process.arch === "x64") expect(isOffered("cuda-ext")).toBe(true);
    if (process.platform === "darwin") expect(isOffered("cuda")).toBe(false);
  });
});
