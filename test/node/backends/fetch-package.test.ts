import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Header } from "tar";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MissingResourceError } from "../../../src/core/errors.js";
import type { PackagePin } from "../../../src/node/backends/backend.js";
import { fetchPackage, type PackageProgress } from "../../../src/node/backends/fetch-package.js";
import {
  type PackageRegistry,
  packPackage,
  pinOf,
  type Published,
  startRegistry,
} from "../../builders/package-registry.js";

const NAME = "linux-x64-cuda";
const BINARY = randomBytes(3_000_000);
const packed = await packPackage({
  "package.json": JSON.stringify({ name: `@node-llama-cpp/${NAME}`, version: "1.0.0" }),
  "bins/libggml-cuda.so": BINARY,
  "dist/index.js": "throw new Error('nothing of a package is run');",
});
const PIN = pinOf(packed);

let folder: string;
let target: string;
let registry: PackageRegistry | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-backend-"));
  target = join(folder, "backends", "1.0.0", NAME);
});
afterEach(() => {
  registry?.close();
  registry = undefined;
  rmSync(folder, { recursive: true });
});

/** Fetches from a registry with this package. */
async function fetchFrom(
  published: Published | null,
  given: { readonly pin?: PackagePin; readonly token?: string; readonly signal?: AbortSignal } = {},
): Promise<PackageProgress[]> {
  registry?.close();
  registry = await startRegistry(published === null ? {} : { [`@node-llama-cpp/${NAME}`]: published });
  return fetchAgain(given);
}

async function fetchAgain({
  pin = PIN,
  token,
  signal = new AbortController().signal,
}: {
  readonly pin?: PackagePin;
  readonly token?: string;
  readonly signal?: AbortSignal;
} = {}): Promise<PackageProgress[]> {
  const told: PackageProgress[] = [];
  await fetchPackage(NAME, "1.0.0", pin, target, {
    registry: { url: registry!.url, token: token ?? null },
    signal,
    onProgress: (progress) => told.push(progress),
    retryDelayMs: 1,
  });
  return told;
}

const failure = async (fetched: Promise<unknown>): Promise<MissingResourceError> => {
  const error: unknown = await fetched.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MissingResourceError);
  return error as MissingResourceError;
};

/** What lies beside the package's place. */
const beside = (): string[] =>
  existsSync(join(folder, "backends", "1.0.0")) ? readdirSync(join(folder, "backends", "1.0.0")) : [];

/** Gives the first half and breaks the connection. */
function breakHalfway(response: ServerResponse): void {
  response.writeHead(200, { "content-length": packed.length });
  response.write(packed.subarray(0, 1_000_000), () => setTimeout(() => response.destroy(), 50));
}

/** A package file with one entry more. */
function packedWith(path: string, type: "File" | "SymbolicLink" | "Link", linkpath?: string): Buffer {
  const block = (name: string, kind: typeof type, content: string, link?: string): Buffer => {
    const header = new Header({
      path: name,
      ...{ mode: 0o644, size: content.length, type: kind, mtime: new Date(0) },
      ...(link === undefined ? {} : { linkpath: link }),
    });
    const buffer = Buffer.alloc(512);
    header.encode(buffer, 0);
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    body.write(content);
    return Buffer.concat([buffer, body]);
  };
  return gzipSync(
    Buffer.concat([
      block("package/package.json", "File", "{}"),
      block(path, type, type === "File" ? "evil" : "", linkpath),
      Buffer.alloc(1024),
    ]),
  );
}

describe("a package with binaries", () => {
  it("is fetched, checked and unpacked, and nothing but it is left", async () => {
    const told = await fetchFrom({ packed });
    expect(readFileSync(join(target, "bins", "libggml-cuda.so")).equals(BINARY)).toBe(true);
    expect(readFileSync(join(target, "package.json"), "utf8")).toContain(NAME);
    expect(beside()).toEqual([NAME]);
    expect([...new Set(told.map(({ stage }) => stage))]).toEqual(["downloading", "checking", "unpacking"]);
    expect(told.filter(({ stage }) => stage === "downloading").at(-1)).toMatchObject({
      bytes: packed.length,
      total: packed.length,
    });
    expect(told.at(-1)).toMatchObject({ stage: "unpacking", bytes: packed.length, total: PIN.bytes });
  });

  it("shows a token to the registry that it is for", async () => {
    await fetchFrom({ packed }, { token: "secret" });
    expect(registry!.asked.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer secret",
      "Bearer secret",
    ]);
  });

  it("is refused where the registry says that it is another one, before it is downloaded", async () => {
    const error = await failure(fetchFrom({ packed, integrity: "sha512-bm90IHRoaXM=" }));
    expect(error.message).toContain("has another @node-llama-cpp/linux-x64-cuda 1.0.0");
    expect(error.message).toContain(PIN.integrity);
    expect(error.fix).toContain("npm config get registry");
    expect(registry!.asked).toHaveLength(1);
    expect(beside()).toEqual([]);
  });

  it("is refused where it is another one and the registry says what is pinned", async () => {
    const other = Buffer.from(packed);
    other[other.length - 9]! ^= 1;
    const error = await failure(fetchFrom({ packed: other, integrity: PIN.integrity }));
    expect(error.message).toContain("expected is " + PIN.sha256);
    expect(error.fix).toContain("npm config get registry");
    expect(beside()).toEqual([]);
  });

  it("is refused where its size is another one", async () => {
    const error = await failure(fetchFrom({ packed: packed.subarray(0, 1000), integrity: PIN.integrity }));
    expect(error.message).toContain(`has a file of 1000 bytes, expected are ${packed.length}`);
    expect(beside()).toEqual([]);
  });

  it("goes on where its connection broke, though the server names no version", async () => {
    const ranges: (string | undefined)[] = [];
    await fetchFrom({
      packed,
      give: (request, response, nth) => {
        ranges.push(request.headers.range);
        if (nth === 0) {
          breakHalfway(response);
          return;
        }
        const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range!)![1]);
        response
          .writeHead(206, {
            "content-length": packed.length - from,
            "content-range": `bytes ${from}-${packed.length - 1}/${packed.length}`,
          })
          .end(packed.subarray(from));
      },
    });
    expect(ranges).toEqual([undefined, "bytes=1000000-"]);
    expect(beside()).toEqual([NAME]);
  });

  it("that breaks again and again says so, and keeps what came", async () => {
    const error = await failure(
      fetchFrom({
        packed,
        give: (_request, response, nth) => (nth === 0 ? breakHalfway(response) : void response.destroy()),
      }),
    );
    expect(error.message).toContain("@node-llama-cpp/linux-x64-cuda 1.0.0 cannot be fetched");
    expect(beside().sort()).toEqual([`${NAME}.tgz.part`, `${NAME}.tgz.part.json`]);
  });

  it("that is cancelled is not there, and goes on later", async () => {
    const controller = new AbortController();
    const cancelled = fetchFrom(
      {
        packed,
        give: (_request, response) => {
          response.writeHead(200, { "content-length": packed.length });
          response.write(packed.subarray(0, 1_000_000), () => setTimeout(() => controller.abort(), 100));
        },
      },
      { signal: controller.signal },
    );
    await expect(cancelled).rejects.toThrow(controller.signal.reason as Error);
    expect(existsSync(target)).toBe(false);
    await expect(fetchFrom({ packed }, { signal: controller.signal })).rejects.toThrow("aborted");
    expect(registry!.asked).toEqual([]);
  });

  it.each([
    ["a path above it", "package/../../evil.txt", "File", undefined],
    ["an absolute path", "/tmp/prefloom-evil.txt", "File", undefined],
    ["a path beside it", "evil.txt", "File", undefined],
    ["a symbolic link", "package/link", "SymbolicLink", "/etc"],
    ["a hard link", "package/link", "Link", "../../../evil.txt"],
  ] as const)("with %s is refused as a whole", async (_what, path, type, link) => {
    const evil = packedWith(path, type, link);
    const error = await failure(fetchFrom({ packed: evil }, { pin: pinOf(evil) }));
    expect(error.message).toContain("cannot be unpacked");
    expect(error.message).toContain(path);
    expect(beside()).toEqual([]);
    expect(readdirSync(folder)).toEqual(["backends"]);
    expect(existsSync("/tmp/prefloom-evil.txt")).toBe(false);
  });

  it("that is no archive is refused", async () => {
    const text = Buffer.from("this is text".repeat(100));
    const error = await failure(fetchFrom({ packed: text }, { pin: pinOf(text) }));
    expect(error.message).toContain("cannot be unpacked");
    expect(beside()).toEqual([]);
  });

  it("needs room for its file and its content, looked at first", async () => {
    const error = await failure(fetchFrom({ packed }, { pin: { ...PIN, unpackedBytes: 2 ** 60 } }));
    expect(error.resource).toBe("disk space");
    expect(error.fix).toContain("PREFLOOM_BACKENDS");
    expect(registry!.asked).toHaveLength(1);
    expect(beside()).toEqual([]);
  });

  it("needs a folder that can be written", async () => {
    writeFileSync(join(folder, "backends"), "a file");
    const error = await failure(fetchFrom({ packed }));
    expect(error.resource).toBe("backends folder");
    expect(error.fix).toContain("PREFLOOM_BACKENDS");
  });

  it("takes the place of one that is damaged, whole", async () => {
    mkdirSync(join(target, "bins"), { recursive: true });
    writeFileSync(join(target, "bins", "old.so"), "old");
    await fetchFrom({ packed });
    expect(readdirSync(join(target, "bins"))).toEqual(["libggml-cuda.so"]);
  });

  it("is not to be had where the registry lacks it or its version, or cannot be reached", async () => {
    const none = await failure(fetchFrom(null));
    expect(none.message).toMatch(/127\.0\.0\.1:\d+ does not have @node-llama-cpp\/linux-x64-cuda 1\.0\.0/);
    expect(none.fix).toContain("NPM_CONFIG_REGISTRY");
    await failure(fetchFrom({ packed, version: "0.9.0" }));
    registry!.close();
    const gone = await failure(fetchAgain());
    expect(gone.message).toContain("the connection was refused");
    expect(gone.fix).toContain("NPM_CONFIG_REGISTRY");
  });
});
