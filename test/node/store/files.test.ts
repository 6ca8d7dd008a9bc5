import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hashFile, hashValue, keptHash } from "../../../src/node/store/hash-file.js";
import { writeWhole } from "../../../src/node/store/write-whole.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("hashFile", () => {
  it.each([
    ["", 0],
    ["one line", 0],
    ["one\ntwo\n", 2],
    ["\n".repeat(2 ** 20 + 3), 2 ** 20 + 3],
  ])("tells hash, size and lines (case %#)", async (text, lines) => {
    const path = join(folder, "file");
    writeFileSync(path, text);
    const told: number[] = [];
    expect(await hashFile(path, (bytes) => told.push(bytes))).toEqual({
      sha256: createHash("sha256").update(text).digest("hex"),
      bytes: text.length,
      lines,
    });
    expect(told.at(-1) ?? 0).toBe(text.length);
  });

  it("fails for a file that is not there", async () => {
    await expect(hashFile(join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("keptHash", () => {
  const later = () => vi.spyOn(Date, "now").mockReturnValue(Date.now() + 60_000);
  afterEach(() => vi.restoreAllMocks());

  it("does not read again what has settled", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "text");
    later();
    expect(await keptHash(path)).toBe(await keptHash(path));
  });

  it("reads again what was written a moment ago, as the clock may not have ticked since", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "text");
    expect(await keptHash(path)).not.toBe(await keptHash(path));
  });

  it("sees another content of the same size and time of writing", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "text");
    later();
    const { sha256 } = await keptHash(path);
    const { atime, mtime } = statSync(path);
    writeFileSync(path, "TEXT");
    utimesSync(path, atime, mtime);
    expect((await keptHash(path)).sha256).not.toBe(sha256);
  });

  it("fails for a file that is not there", async () => {
    await expect(keptHash(join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("hashValue", () => {
  it("is the same in whatever order keys stand, and another one for other values", () => {
    const value = { b: [1, { d: 1, c: 2 }], a: null };
    expect(hashValue(value)).toBe(hashValue({ a: null, b: [1, { c: 2, d: 1 }] }));
    expect(hashValue(value)).not.toBe(hashValue({ a: null, b: [{ c: 2, d: 1 }, 1] }));
    expect(hashValue({ a: 1 })).not.toBe(hashValue({ a: "1" }));
    // What a JSON file gives back has the same hash.
    expect(hashValue({ a: 1, b: undefined })).toBe(hashValue({ a: 1 }));
  });
});

describe("writeWhole", () => {
  it("makes the folder, writes the file and leaves nothing beside it", async () => {
    const path = join(folder, "a/b/file.json");
    await writeWhole(path, "one");
    await writeWhole(path, Buffer.from("two"));
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(readdirSync(join(folder, "a/b"))).toEqual(["file.json"]);
  });

  it("leaves what was there when it fails, and nothing beside it", async () => {
    mkdirSync(join(folder, "file.json"));
    await expect(writeWhole(join(folder, "file.json"), "x")).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(["file.json"]);
  });
});
