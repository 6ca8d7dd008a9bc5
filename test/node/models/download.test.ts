import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MissingResourceError } from "../../../src/core/errors.js";
import { downloadFile, type DownloadOptions } from "../../../src/node/models/download.js";
import { DownloadError } from "../../../src/node/models/http-errors.js";

const CONTENT = Buffer.from(Array.from({ length: 400_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff));
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
const OTHER = Buffer.alloc(CONTENT.length, 1);
const HALF = 200_000;

let folder: string;
let target: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-download-"));
  target = join(folder, "models", "file.bin");
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** A server whose `nth` request (from 0) is answered by the handler; `asked` holds the requests. */
async function serve(handler: Handler): Promise<{ readonly url: string; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => handler(request, response, asked.push(request) - 1));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/owner/file.bin`, asked };
}

interface Given {
  readonly content?: Buffer;
  readonly etag?: string | null;
  readonly knowsRanges?: boolean;
}

/** A file as a server gives it that knows ranges. */
function give(
  request: IncomingMessage,
  response: ServerResponse,
  { content = CONTENT, etag = '"one"', knowsRanges = true }: Given = {},
): void {
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? "") ?? [];
  const sameVersion = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  const tag = etag === null ? {} : { etag };
  if (from === undefined || !knowsRanges || !sameVersion) {
    response.writeHead(200, { "content-length": content.length, ...tag }).end(content);
  } else if (Number(from) >= content.length) {
    response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
  } else {
    const rest = content.subarray(Number(from));
    response
      .writeHead(206, {
        "content-length": rest.length,
        "content-range": `bytes ${from}-${content.length - 1}/${content.length}`,
        ...tag,
      })
      .end(rest);
  }
}

/** Half of the file, then the connection breaks. */
function breakHalfway(response: ServerResponse, etag: string | null = '"one"'): void {
  response.writeHead(200, { "content-length": CONTENT.length, ...(etag === null ? {} : { etag }) });
  response.write(CONTENT.subarray(0, HALF), () => setTimeout(() => response.destroy(), 50));
}

/** Half of the file, then nothing more. */
function stopHalfway(response: ServerResponse): void {
  response.writeHead(200, { "content-length": CONTENT.length, etag: '"one"' });
  response.write(CONTENT.subarray(0, HALF));
}

const fetchIt = (url: string, options: DownloadOptions = {}) =>
  downloadFile(url, target, { retryDelayMs: 1, ...options });

async function failure(work: Promise<unknown>): Promise<DownloadError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DownloadError);
  expect(error).toBeInstanceOf(MissingResourceError);
  return error as DownloadError;
}

/** Ends a download when half of the file is here, as an ended process does. */
async function leaveHalf(url: string, content = CONTENT): Promise<void> {
  const controller = new AbortController();
  let last = 0;
  const work = fetchIt(url, { signal: controller.signal, onProgress: ({ bytes }) => (last = bytes) });
  const ended = expect(work).rejects.toMatchObject({ name: "AbortError" });
  const hasHalf = () => existsSync(`${target}.part`) && statSync(`${target}.part`).size === HALF;
  await vi.waitFor(() => expect(hasHalf()).toBe(true), { timeout: 5_000, interval: 5 });
  controller.abort();
  await ended;
  expect(readFileSync(`${target}.part`).equals(content.subarray(0, HALF))).toBe(true);
  expect(last).toBe(HALF);
}

const expectWhole = (): void => {
  expect(readFileSync(target).equals(CONTENT)).toBe(true);
  expect(readdirSync(join(folder, "models"))).toEqual(["file.bin"]);
};

describe("downloadFile", () => {
  it("gets a file, tells its progress and leaves nothing else", async () => {
    const { url } = await serve((request, response) => give(request, response));
    const seen: number[] = [];
    const identity = await fetchIt(url, {
      expectedSha256: SHA256,
      expectedBytes: CONTENT.length,
      onProgress: ({ bytes, total }) => {
        expect(total).toBe(CONTENT.length);
        seen.push(bytes);
      },
    });
    expect(identity).toEqual({ sha256: SHA256, bytes: CONTENT.length });
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(CONTENT.length);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expectWhole();
  });

  it("gets a file whose length is not told", async () => {
    const { url } = await serve((_, response) => response.end(CONTENT));
    await fetchIt(url);
    expectWhole();
  });

  it("goes on by itself when the connection breaks", async () => {
    const { url, asked } = await serve((request, response, nth) =>
      nth === 0 ? breakHalfway(response) : give(request, response),
    );
    await fetchIt(url, { expectedSha256: SHA256 });
    expect(asked.map(({ headers }) => headers.range)).toEqual([undefined, `bytes=${HALF}-`]);
    expect(asked[1]!.headers["if-range"]).toBe('"one"');
    expectWhole();
  });

  it("goes on where an ended process stopped", async () => {
    const { url, asked } = await serve((request, response, nth) =>
      nth === 0 ? stopHalfway(response) : give(request, response),
    );
    await leaveHalf(url);
    const seen: number[] = [];
    await fetchIt(url, { onProgress: ({ bytes }) => seen.push(bytes) });
    expect(asked[1]!.headers.range).toBe(`bytes=${HALF}-`);
    expect(seen[0]).toBe(HALF);
    expectWhole();
  });

  it("starts again when the server knows no ranges", async () => {
    const { url } = await serve((request, response, nth) =>
      nth === 0 ? stopHalfway(response) : give(request, response, { knowsRanges: false }),
    );
    await leaveHalf(url);
    await fetchIt(url, { expectedSha256: SHA256 });
    expectWhole();
  });

  it.each([
    ["says so", true],
    ["does not heed If-Range", false],
  ])("starts again when the file has changed and the server %s", async (_name, heedsIfRange) => {
    const { url, asked } = await serve((request, response, nth) => {
      if (nth === 0) {
        response.writeHead(200, { "content-length": OTHER.length, etag: '"old"' });
        response.write(OTHER.subarray(0, HALF));
        return;
      }
      if (!heedsIfRange) delete request.headers["if-range"];
      give(request, response);
    });
    await leaveHalf(url, OTHER);
    await fetchIt(url);
    expect(asked).toHaveLength(heedsIfRange ? 2 : 3);
    expectWhole();
  });

  it("does not put halves together that may be of two files", async () => {
    const { url, asked } = await serve((request, response, nth) =>
      nth === 0 ? breakHalfway(response, null) : give(request, response, { etag: null }),
    );
    await fetchIt(url);
    expect(asked.map(({ headers }) => headers.range)).toEqual([undefined, undefined]);
    expectWhole();
  });

  it("does so without a version mark when the hash will tell", async () => {
    const { url, asked } = await serve((request, response, nth) =>
      nth === 0 ? breakHalfway(response, null) : give(request, response, { etag: null }),
    );
    await fetchIt(url, { expectedSha256: SHA256 });
    expect(asked.map(({ headers }) => headers.range)).toEqual([undefined, `bytes=${HALF}-`]);
    expectWhole();
  });

  it("never goes on with a part of another address or of unknown origin", async () => {
    const { url, asked } = await serve((request, response, nth) =>
      nth === 0 ? stopHalfway(response) : give(request, response),
    );
    await leaveHalf(url);
    rmSync(`${target}.part.json`);
    await fetchIt(url, { expectedSha256: SHA256 });
    expect(asked[1]!.headers.range).toBeUndefined();
    expectWhole();

    writeFileSync(`${target}.part`, OTHER.subarray(0, HALF));
    writeFileSync(`${target}.part.json`, JSON.stringify({ url: `${url}?another`, etag: '"one"' }));
    await fetchIt(url, { expectedSha256: SHA256 });
    expect(asked[2]!.headers.range).toBeUndefined();
    expectWhole();
  });

  it("finishes a part that is whole already", async () => {
    const { url, asked } = await serve((request, response) => give(request, response));
    await fetchIt(url);
    writeFileSync(`${target}.part`, CONTENT);
    writeFileSync(`${target}.part.json`, JSON.stringify({ url, etag: '"one"' }));
    rmSync(target);
    await fetchIt(url, { expectedSha256: SHA256 });
    expect(asked.at(-1)!.headers.range).toBe(`bytes=${CONTENT.length}-`);
    expectWhole();
  });

  it("deletes what has the wrong hash, and an older file stays", async () => {
    const { url } = await serve((request, response) => give(request, response, { content: OTHER }));
    await fetchIt(url);
    const error = await failure(fetchIt(url, { expectedSha256: SHA256 }));
    expect(error.failure).toBe("content");
    expect(error.message).toContain(SHA256);
    expect(readFileSync(target).equals(OTHER)).toBe(true);
    expect(readdirSync(join(folder, "models"))).toEqual(["file.bin"]);
  });

  it("does not download a file of the wrong length", async () => {
    const { url } = await serve((request, response) => give(request, response));
    const error = await failure(fetchIt(url, { expectedBytes: CONTENT.length + 1 }));
    expect(error.failure).toBe("content");
    expect(existsSync(`${target}.part`)).toBe(false);
  });

  it("takes the hash that the hub tells in passing, and keeps the token from its storage", async () => {
    const storage = await serve((request, response) => give(request, response));
    const hub = await serve((request, response, nth) => {
      expect(request.headers.authorization).toBe("Bearer secret");
      const linked = nth === 0 ? SHA256 : createHash("sha256").update("another").digest("hex");
      response.writeHead(302, { location: storage.url, "x-linked-etag": `"${linked}"` }).end();
    });
    await fetchIt(hub.url, { token: "secret" });
    expectWhole();
    expect(storage.asked[0]!.headers.authorization).toBeUndefined();
    rmSync(target);
    expect((await failure(fetchIt(hub.url, { token: "secret" }))).failure).toBe("content");
    expect(existsSync(target)).toBe(false);
  });

  it("ends when redirects do not", async () => {
    const { url } = await serve((request, response) =>
      response.writeHead(302, { location: request.url }).end(),
    );
    expect((await failure(fetchIt(url))).failure).toBe("status");
  });

  it.each([
    [401, "HF_TOKEN"],
    [403, "HF_TOKEN"],
    [404, "no such file"],
    [429, "too many requests"],
    [503, "the server has a fault"],
  ])("tells what %i means", async (status, words) => {
    const { url, asked } = await serve((_, response) => response.writeHead(status).end("no"));
    const error = await failure(fetchIt(url));
    expect(error.failure).toBe("status");
    expect(error.message).toContain(String(status));
    expect(error.message).toContain(words);
    expect(asked).toHaveLength(1);
  });

  it("tells servers that cannot be reached", async () => {
    const { url } = await serve(() => undefined);
    servers[0]!.close();
    const refused = await failure(fetchIt(url));
    expect([refused.failure, refused.message]).toEqual(["unreachable", expect.stringContaining("refused")]);
    const unknown = await failure(fetchIt("http://no-such-server.invalid/file"));
    expect(unknown.failure).toBe("unreachable");
  });

  it("does not wait forever for an answer", async () => {
    const { url } = await serve(() => undefined);
    const error = await failure(fetchIt(url, { connectTimeoutMs: 50 }));
    expect(error.failure).toBe("unreachable");
    expect(error.message).toContain("no answer within 0.05 s");
  });

  it("goes on when the server stops sending, and ends when that does not help", async () => {
    const good = await serve((request, response, nth) =>
      nth === 0 ? stopHalfway(response) : give(request, response),
    );
    await fetchIt(good.url, { stallTimeoutMs: 200 });
    expectWhole();
    rmSync(target);

    const bad = await serve((request, response) => {
      const range = request.headers.range === undefined ? 0 : HALF;
      response.writeHead(range === 0 ? 200 : 206, {
        "content-length": CONTENT.length - range,
        etag: '"one"',
        ...(range === 0 ? {} : { "content-range": `bytes ${HALF}-${CONTENT.length - 1}/${CONTENT.length}` }),
      });
      if (range === 0) response.write(CONTENT.subarray(0, HALF));
      else response.flushHeaders();
    });
    const error = await failure(fetchIt(bad.url, { stallTimeoutMs: 100 }));
    expect(error.failure).toBe("interrupted");
    expect(error.message).toContain("nothing came for 0.1 s");
    expect(readFileSync(`${target}.part`).equals(CONTENT.subarray(0, HALF))).toBe(true);
  });

  it("ends at once when it was aborted before, or between attempts", async () => {
    const { url, asked } = await serve((request, response) => give(request, response));
    const before = AbortSignal.abort();
    await expect(fetchIt(url, { signal: before })).rejects.toMatchObject({ name: "AbortError" });
    expect(asked).toHaveLength(0);

    const broken = await serve((_, response) => breakHalfway(response));
    const between = new AbortController();
    setTimeout(() => between.abort(), 300);
    const started = performance.now();
    const waiting = fetchIt(broken.url, { signal: between.signal, retryDelayMs: 60_000 });
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("tells a folder that cannot be made", async () => {
    const { url } = await serve((request, response) => give(request, response));
    writeFileSync(join(folder, "models"), "a file");
    await expect(fetchIt(url)).rejects.toThrow(/models folder: .* cannot be written .*PREFLOOM_MODELS/);
  });
});
