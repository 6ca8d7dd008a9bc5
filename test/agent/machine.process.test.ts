import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { serve } from "../../src/agent/agent.js";
import { BACKEND_PINS, packagesOf } from "../../src/node/backends/backend.js";
import {
  AGENT_ERRORS,
  backendGet,
  backendOffer,
  doctorExamine,
  initialize,
  type JobProgress,
  jobProgress,
  PROTOCOL_VERSION,
} from "../../src/protocol/agent.js";
import { isOffered } from "../../src/runtime/backends.js";
import { type PackageRegistry, startRegistry } from "../builders/package-registry.js";

// node-llama-cpp is loaded here, on machines that may be busy.
vi.setConfig({ testTimeout: 90_000 });

let folder: string;
let client: MessageConnection;
let agent: MessageConnection;
let registry: PackageRegistry | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-machine-"));
  vi.stubEnv("PREFLOOM_MODELS", join(folder, "models"));
  vi.stubEnv("PREFLOOM_BACKENDS", join(folder, "backends"));
  vi.stubEnv("NPM_CONFIG_USERCONFIG", join(folder, "none"));
  const [there, back] = [new PassThrough(), new PassThrough()];
  agent = createMessageConnection(new StreamMessageReader(there), new StreamMessageWriter(back));
  client = createMessageConnection(new StreamMessageReader(back), new StreamMessageWriter(there));
  serve(
    agent,
    () => Promise.reject(new Error("no model is opened here")),
    () => undefined,
  );
  agent.listen();
  client.listen();
  await client.sendRequest(initialize, { protocol: PROTOCOL_VERSION, workspace: folder, parent: null });
});
afterEach(() => {
  registry?.close();
  registry = undefined;
  client.dispose();
  agent.dispose();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe("the doctor", () => {
  it("looks at the machine where there is no workspace yet, and names what a button can do", async () => {
    const { checks } = await client.sendRequest(doctorExamine);
    expect(checks.find(({ name }) => name === "Output disk")!.found).toContain(folder);
    expect(checks.find(({ name }) => name === "Model")).toMatchObject({
      state: "missing",
      action: { kind: "get-model", model: "smollm2-135m-instruct" },
    });
  });
});

describe.skipIf(!isOffered("cuda"))("a GPU backend", () => {
  const [name] = packagesOf("cuda");
  const pin = BACKEND_PINS.packages[name!]!;

  it("is offered with its size, its origin and its place", async () => {
    vi.stubEnv("NPM_CONFIG_REGISTRY", "https://registry.example/");
    expect(await client.sendRequest(backendOffer, { backend: "cuda" })).toMatchObject({
      packages: [{ name: `@node-llama-cpp/${name}`, version: BACKEND_PINS.version, present: false }],
      ...{ bytes: pin.bytes, unpackedBytes: pin.unpackedBytes },
      ...{ folder: join(folder, "backends"), registry: "https://registry.example/" },
    });
  });

  it("that the registry changed is refused, in words that a client can show", async () => {
    registry = await startRegistry({
      [`@node-llama-cpp/${name}`]: { packed: Buffer.from("other"), version: BACKEND_PINS.version },
    });
    vi.stubEnv("NPM_CONFIG_REGISTRY", registry.url);
    const told: JobProgress[] = [];
    client.onNotification(jobProgress, (progress) => void told.push(progress));
    await expect(client.sendRequest(backendGet, { backend: "cuda" })).rejects.toMatchObject({
      code: AGENT_ERRORS.missing,
      message: expect.stringMatching(/than the one that Prefloom was made with .*Fix: check where npm/),
      data: { reason: "missing-GPU backend" },
    });
    expect(told).toMatchObject([{ job: backendGet.method, progress: null }]);
    expect(told[0]!.message).toContain(`Downloading @node-llama-cpp/${name}`);
  });

  it("is given up when its request is cancelled", async () => {
    const silent = createServer(() => source.cancel());
    const source = new CancellationTokenSource();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    try {
      vi.stubEnv("NPM_CONFIG_REGISTRY", `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`);
      await expect(client.sendRequest(backendGet, { backend: "cuda" }, source.token)).rejects.toMatchObject({
        code: AGENT_ERRORS.interrupted,
      });
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});
