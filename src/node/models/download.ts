import { open, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { connectionError, DownloadError, statusError } from "./http-errors.js";
import {
  type ByteProgress,
  discardPart,
  type FileIdentity,
  finishPart,
  makeFolderOf,
  noRoom,
  noteOrigin,
  paced,
  partPath,
  readPart,
  type Shelf,
  storageError,
} from "./part-file.js";

export interface DownloadOptions {
  /** Several times a second at most, and at the end. */
  readonly onProgress?: (progress: ByteProgress) => void;
  /** The file is here and its hash is taken. */
  readonly onChecking?: (progress: ByteProgress) => void;
  readonly signal?: AbortSignal;
  /** Hexadecimal; default: the one that the hub tells, if any. */
  readonly expectedSha256?: string;
  readonly expectedBytes?: number;
  /** What the target is kept on; default: that of models. */
  readonly shelf?: Shelf;
  /** For the first server alone: a redirect to another does not take it along. */
  readonly token?: string;
  /** Longest wait for an answer; default 30 s. */
  readonly connectTimeoutMs?: number;
  /** Longest wait for more bytes; default 60 s. */
  readonly stallTimeoutMs?: number;
  /** Wait before a broken connection is tried again, doubled each time; default 1 s. */
  readonly retryDelayMs?: number;
}

/** Broken connections in a row, without a byte between them, after which a download ends. */
const FRUITLESS_ATTEMPTS = 3;
const REDIRECTS = 8;

/** Ends what takes too long, and what the user ends. */
class Watch {
  readonly #controller = new AbortController();
  readonly #onAbort: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly user: AbortSignal | undefined) {
    this.#onAbort = () => this.#controller.abort(this.user?.reason);
    if (user?.aborted) this.#onAbort();
    user?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on, so long without a call to `refresh` is too long. */
  limit(ms: number, error: () => Error): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(error()), ms);
  }

  refresh(): void {
    this.#timer?.refresh();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.user?.removeEventListener("abort", this.#onAbort);
  }
}

/** The answer to a request, and what the servers on the way said about the file. */
interface Answer {
  readonly response: Response;
  /** The hub redirects to its storage and names the hash of the file in passing. */
  readonly linkedSha256: string | undefined;
}

/** A GET that follows redirects by hand, since only the hub's own answer has the hash. */
async function get(
  url: string,
  headers: Readonly<Record<string, string>>,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  let linkedSha256: string | undefined;
  let at = new URL(url);
  const { origin } = at;
  for (let redirects = 0; ; redirects++) {
    const authorization: Record<string, string> =
      token !== undefined && at.origin === origin ? { authorization: `Bearer ${token}` } : {};
    const response = await fetch(at, {
      redirect: "manual",
      signal,
      headers: { ...headers, ...authorization },
    }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : connectionError(error, at.href);
    });
    linkedSha256 ??= /^"?([0-9a-f]{64})"?$/.exec(response.headers.get("x-linked-etag") ?? "")?.[1];
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) {
      return { response, linkedSha256 };
    }
    await response.body?.cancel();
    at = new URL(location, at);
    if (redirects >= REDIRECTS || !/^https?:$/.test(at.protocol)) {
      throw new DownloadError("status", `${new URL(url).host} redirects without end`, "try again later");
    }
  }
}

/** A strong version mark: a range may be asked of the same bytes only. */
function strongEtag(response: Response): string | null {
  const etag = response.headers.get("etag");
  return etag === null || etag.startsWith("W/") ? null : etag;
}

/** Bytes of the whole file, or null. */
function totalOf(response: Response, offset: number): number | null {
  // The length of a compressed answer is not that of the file.
  const encoding = response.headers.get("content-encoding") ?? "identity";
  const length = response.headers.get("content-length");
  return length === null || encoding !== "identity" ? null : offset + Number(length);
}

const rangeOf = (response: Response): RegExpExecArray | null =>
  /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");

/** Asks for what is missing of the file; `body` is null when nothing is. */
async function request(
  url: string,
  target: string,
  options: DownloadOptions,
  watch: Watch,
): Promise<{ readonly answer: Answer; readonly offset: number; readonly complete: boolean }> {
  for (;;) {
    const { bytes, origin } = await readPart(target);
    // Without a version mark only a known hash can tell whether two halves belong together.
    const continuable = origin?.url === url && (origin.etag !== null || options.expectedSha256 !== undefined);
    const offset = continuable ? bytes : 0;
    const etag = origin?.etag ?? null;
    const headers: Record<string, string> =
      offset === 0
        ? { "accept-encoding": "identity" }
        : { range: `bytes=${offset}-`, ...(etag === null ? {} : { "if-range": etag }) };
    const answer = await get(url, headers, options.token, watch.signal);
    const { response } = answer;
    const range = rangeOf(response);
    if (offset > 0 && response.status === 416 && range?.[2] === String(offset)) {
      await response.body?.cancel();
      return { answer, offset, complete: true };
    }
    if (offset > 0 && (response.status === 206 || response.status === 416)) {
      const same = etag === null || strongEtag(response) === null || strongEtag(response) === etag;
      if (response.status === 206 && range?.[1] === String(offset) && same) {
        return { answer, offset, complete: false };
      }
      // Another file than the one that was begun: from the start.
      await response.body?.cancel();
      await discardPart(target);
      continue;
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      throw statusError(response.status, url, options.token !== undefined);
    }
    return { answer, offset: 0, complete: false };
  }
}

/** @throws MissingResourceError where so many bytes do not fit beside the target */
export async function checkRoom(target: string, bytes: number, shelf?: Shelf): Promise<void> {
  const free = await statfs(dirname(target)).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity,
  );
  if (free < bytes) throw noRoom(target, shelf);
}

/** Receives the rest of the file into its part. @returns the hash that the hub tells */
async function receive(url: string, target: string, options: DownloadOptions): Promise<string | undefined> {
  const { connectTimeoutMs = 30_000, stallTimeoutMs = 60_000 } = options;
  const { host } = new URL(url);
  const watch = new Watch(options.signal);
  const broken = (what: string, cause?: unknown): DownloadError =>
    new DownloadError("interrupted", `${host}: ${what}`, "run it again: it continues where it stopped", {
      cause,
    });
  try {
    watch.limit(
      connectTimeoutMs,
      () =>
        new DownloadError(
          "unreachable",
          `${host}: no answer within ${connectTimeoutMs / 1000} s`,
          "check the network, or try again later",
        ),
    );
    const { answer, offset, complete } = await request(url, target, options, watch);
    const { response, linkedSha256 } = answer;
    if (complete) return linkedSha256;
    const total = totalOf(response, offset);
    const { expectedBytes } = options;
    if (expectedBytes !== undefined && total !== null && total !== expectedBytes) {
      await response.body?.cancel();
      await discardPart(target);
      throw new DownloadError(
        "content",
        `${host} has a file of ${total} bytes, expected are ${expectedBytes}`,
        "check the address; the file on the server has changed",
      );
    }
    await checkRoom(target, (total ?? 0) - offset, options.shelf);
    await noteOrigin(target, { url, etag: strongEtag(response) });

    watch.limit(stallTimeoutMs, () => broken(`nothing came for ${stallTimeoutMs / 1000} s`));
    const handle = await open(partPath(target), offset > 0 ? "a" : "w");
    const tell = options.onProgress && paced(options.onProgress);
    let bytes = offset;
    try {
      tell?.({ bytes, total });
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        watch.refresh();
        await handle.writeFile(chunk);
        bytes += chunk.length;
        tell?.({ bytes, total });
      }
    } catch (error) {
      if (watch.signal.aborted || storageError(error, target) !== error) throw error;
      throw broken("the connection broke", error);
    } finally {
      await handle.close();
      // What is kept, to the byte, however it ended.
      options.onProgress?.({ bytes, total });
    }
    if (total !== null && bytes < total)
      throw broken(`the connection ended after ${bytes} of ${total} bytes`);
    return linkedSha256;
  } catch (error) {
    if (watch.signal.aborted) throw watch.signal.reason;
    throw storageError(error, target, options.shelf);
  } finally {
    watch.close();
  }
}

/**
 * Downloads a file so that it is there whole and checked or not at all. What a broken or ended download has received stays
 * in `TARGET.part` and the next one continues it, as long as the server still has the same file.
 * @throws DownloadError, MissingResourceError where the disk is full or read-only, and the reason of an aborted signal
 */
export async function downloadFile(
  url: string,
  target: string,
  options: DownloadOptions = {},
): Promise<FileIdentity> {
  await makeFolderOf(target, options.shelf);
  let linkedSha256: string | undefined;
  let fruitless = 0;
  let received = false;
  for (;;) {
    const before = (await readPart(target)).bytes;
    try {
      linkedSha256 = await receive(url, target, options);
      break;
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      const grew = (await readPart(target)).bytes > before;
      received ||= grew;
      // A server that never gave anything is left alone at once: there may be another source.
      const isWorthIt = error.failure === "interrupted" || (received && error.failure !== "content");
      fruitless = grew ? 0 : fruitless + 1;
      if (!isWorthIt || fruitless >= FRUITLESS_ATTEMPTS) throw error;
      await wait((options.retryDelayMs ?? 1000) * 2 ** fruitless, undefined, abortable(options.signal));
    }
  }
  const expected = options.expectedSha256 ?? linkedSha256 ?? null;
  const { renamed, sha256, bytes } = await finishPart(target, expected, {
    ...(options.onChecking ? { onProgress: options.onChecking } : {}),
    ...(options.shelf ? { shelf: options.shelf } : {}),
    ...abortable(options.signal),
  });
  if (!renamed) {
    throw new DownloadError(
      "content",
      `what ${new URL(url).host} gave has the SHA-256 ${sha256}, expected is ${String(expected)}; it was deleted`,
      "try again; if it stays so, the file on the server is another one",
    );
  }
  return { sha256, bytes };
}

const abortable = (signal: AbortSignal | undefined): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };
