import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { checkGguf } from "../../../src/llama/check-gguf.js";
import { ggufBytes, value } from "./gguf-bytes.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-gguf-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: Buffer | string): string {
  const path = join(folder, "model.gguf");
  writeFileSync(path, content);
  return path;
}

async function fault(path: string): Promise<InputError> {
  const error: unknown = await checkGguf(path).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  const input = error as InputError;
  expect(input.message).toMatch(/ Fix: \S/);
  expect(input.file).toBe(path);
  return input;
}

describe("checkGguf", () => {
  it("takes a whole file, of version 2 and 3, and one with bytes to spare", async () => {
    await checkGguf(file(ggufBytes()));
    await checkGguf(file(ggufBytes({ version: 2 })));
    await checkGguf(file(Buffer.concat([ggufBytes(), Buffer.alloc(24)])));
  });

  it("takes a header that is longer than one read", async () => {
    const long = Array.from({ length: 40_000 }, (_, i) => `a token of some length, number ${i}`);
    const whole = ggufBytes({ metadata: { "tokenizer.ggml.tokens": value.strings(long) } });
    expect(whole.length).toBeGreaterThan(1 << 20);
    await checkGguf(file(whole));
    expect((await fault(file(whole.subarray(0, 1 << 20)))).rule).toBe("cut-gguf");
    expect((await fault(file(whole.subarray(0, whole.length - 1)))).rule).toBe("cut-gguf");
  });

  it("knows the length to the byte, whatever the types", async () => {
    const whole = ggufBytes({
      tensors: { q4k: { type: 12, dimensions: [256, 2, 3] }, coming: { type: 99, dimensions: [5] } },
      tensorBytes: 144 * 6,
    });
    await checkGguf(file(whole));
    // Of a type that is not known, only where it starts is checked.
    const known = whole.length - 144 * 6;
    await checkGguf(file(whole.subarray(0, known)));
    expect((await fault(file(whole.subarray(0, known - 1)))).message).toContain(
      `it has ${known - 1} of the ${known} bytes`,
    );
  });

  it("heeds the alignment that the file names", async () => {
    const metadata = { "general.alignment": value.uint32(4096) };
    const path = file(ggufBytes({ metadata }));
    expect((await fault(path)).rule).toBe("cut-gguf");
    await checkGguf(file(Buffer.concat([ggufBytes({ metadata }), Buffer.alloc(4096)])));
  });

  it("finds a file cut short anywhere", async () => {
    const whole = ggufBytes();
    for (let length = 4; length < whole.length; length++) {
      expect((await fault(file(whole.subarray(0, length)))).rule, `${length} bytes`).toBe("cut-gguf");
    }
  });

  it("tells a missing file and a folder", async () => {
    expect((await fault(join(folder, "absent.gguf"))).rule).toBe("missing-file");
    expect((await fault(join(folder, "absent", "model.gguf"))).rule).toBe("missing-file");
    expect((await fault(folder)).rule).toBe("not-a-file");
  });

  it.skipIf(process.getuid?.() === 0)("tells a file that must not be read", async () => {
    const path = file(ggufBytes());
    chmodSync(path, 0);
    expect((await fault(path)).rule).toBe("unreadable-file");
    chmodSync(path, 0o600);
  });

  it.each([
    ["nothing", "", "it is empty"],
    ["three letters", "GGU", "does not begin with GGUF"],
    ["another format", "PK\u0003\u0004 and more", "does not begin with GGUF"],
    [
      "a Git LFS pointer",
      `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 98362432\n`,
      "Git LFS pointer",
    ],
    ["a web page", "\n<!DOCTYPE html><html><body>Sign in</body></html>", "web page"],
  ])("tells that %s is no GGUF file", async (_name, content, message) => {
    const error = await fault(file(content));
    expect(error.rule).toBe("no-gguf");
    expect(error.message).toContain(message);
  });

  it("tells versions that cannot be read", async () => {
    expect((await fault(file(ggufBytes({ version: 1 })))).message).toContain("GGUF version 1");
    expect((await fault(file(ggufBytes({ version: 9 })))).message).toContain("GGUF version 9");
    expect((await fault(file(ggufBytes({ version: 0x03000000 })))).message).toContain("big-endian");
  });

  it("tells a piece of a model, and a vocabulary alone", async () => {
    const piece = ggufBytes({ metadata: { "split.count": value.uint16(3) } });
    expect((await fault(file(piece))).message).toContain("one of 3 pieces");
    await checkGguf(file(ggufBytes({ metadata: { "split.count": value.uint16(1) } })));
    expect((await fault(file(ggufBytes({ tensors: {} })))).rule).toBe("no-weights");
  });

  it("ends quickly on lengths that are damaged", async () => {
    const big = 2n ** 63n;
    for (const metadata of [
      { list: value.strings([], 2n ** 40n) },
      { list: value.strings([], big) },
      { list: value.floats(big) },
      { odd: Buffer.from([77, 0, 0, 0]) },
    ]) {
      const { rule } = await fault(file(ggufBytes({ metadata })));
      expect(["damaged-gguf", "cut-gguf"]).toContain(rule);
    }
    const nested = Buffer.alloc(12 * 100_000);
    for (let at = 0; at < nested.length; at += 12) {
      nested.writeUInt32LE(9, at);
      nested.writeUInt32LE(1, at + 4);
    }
    const deep = ggufBytes({ metadata: { deep: Buffer.concat([Buffer.from([9, 0, 0, 0]), nested]) } });
    expect((await fault(file(deep))).rule).toBe("damaged-gguf");
    const huge = ggufBytes({ tensors: { huge: { type: 0, dimensions: [2 ** 40, 2 ** 40] } } });
    expect((await fault(file(huge))).rule).toBe("damaged-gguf");
  });
});
