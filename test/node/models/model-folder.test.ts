import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { formatHubAddress, parseHubAddress } from "../../../src/node/models/catalogue.js";
import { ModelFolder } from "../../../src/node/models/model-folder.js";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

let root: string;
let folder: ModelFolder;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "prefloom-folder-"));
  folder = new ModelFolder(join(root, "models"));
  file = join(root, "m.gguf");
});
afterEach(() => rmSync(root, { recursive: true }));

/** Identity, and whether the file was read for it. */
async function identify(path = file): Promise<readonly [string, "hashed" | "known"]> {
  const onBytes = vi.fn();
  const identity = await folder.identify(path, onBytes);
  return [identity.sha256, onBytes.mock.calls.length > 0 ? "hashed" : "known"];
}

describe("ModelFolder.identify", () => {
  it("hashes a file once, until its size or its time changes", async () => {
    writeFileSync(file, "one");
    expect(await identify()).toEqual([sha256("one"), "hashed"]);
    expect(await identify()).toEqual([sha256("one"), "known"]);
    folder = new ModelFolder(folder.path);
    expect(await identify()).toEqual([sha256("one"), "known"]);

    writeFileSync(file, "other");
    expect(await identify()).toEqual([sha256("other"), "hashed"]);
    writeFileSync(file, "OTHER");
    utimesSync(file, 1_700_000_000, 1_700_000_000.5);
    expect(await identify()).toEqual([sha256("OTHER"), "hashed"]);
    expect(await identify()).toEqual([sha256("OTHER"), "known"]);
  });

  it("keeps the hashes of several files that are taken at once", async () => {
    const files = ["a", "b", "c", "d"].map((name) => join(root, name));
    for (const path of files) writeFileSync(path, path);
    await Promise.all(files.map((path) => folder.identify(path)));
    for (const path of files) expect(await identify(path)).toEqual([sha256(path), "known"]);
  });

  it("believes what was remembered", async () => {
    writeFileSync(file, "one");
    await folder.remember(file, { sha256: "f".repeat(64), bytes: 3 });
    expect(await identify()).toEqual(["f".repeat(64), "known"]);
  });

  it.each(["", "{", "null", "[]", '{"x": 1}'])("starts again where its notes are %j", async (notes) => {
    mkdirSync(folder.path);
    writeFileSync(join(folder.path, "hashes.json"), notes);
    writeFileSync(file, "one");
    expect(await identify()).toEqual([sha256("one"), "hashed"]);
    expect(await identify()).toEqual([sha256("one"), "known"]);
    expect(JSON.parse(readFileSync(join(folder.path, "hashes.json"), "utf8"))).toHaveProperty([file]);
  });

  it("just hashes where the folder cannot be made or written", async () => {
    writeFileSync(file, "one");
    folder = new ModelFolder(join(file, "models"));
    expect(await identify()).toEqual([sha256("one"), "hashed"]);
    expect(await identify()).toEqual([sha256("one"), "hashed"]);
  });

  it.skipIf(process.getuid?.() === 0)("just hashes where the folder is read-only", async () => {
    writeFileSync(file, "one");
    mkdirSync(folder.path, 0o500);
    expect(await identify()).toEqual([sha256("one"), "hashed"]);
    expect(await identify()).toEqual([sha256("one"), "hashed"]);
    chmodSync(folder.path, 0o700);
  });
});

describe("ModelFolder.hubFiles", () => {
  const put = (path: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
  };

  it("finds the addresses whose files are here", async () => {
    expect(await folder.hubFiles()).toEqual([]);
    const addresses = ["hf:a/b/c.gguf", "hf:a/b/c.gguf@refs/pr/1", "hf:a/b/q4/c.gguf@v1.0"];
    for (const address of addresses) put(folder.hubPath(parseHubAddress(address)));
    expect((await folder.hubFiles()).map(formatHubAddress)).toEqual(addresses);
  });

  it("passes over parts, notes and what was put there otherwise", async () => {
    const path = folder.hubPath(parseHubAddress("hf:a/b/c.gguf"));
    for (const name of [`${path}.part`, `${path}.part.json`, join(folder.path, "hf", "c.gguf")]) put(name);
    put(join(folder.path, "hf", "a", "b", "%zz", "c.gguf"));
    mkdirSync(join(folder.path, "hf", "a", "b", "main", "folder.gguf"));
    expect(await folder.hubFiles()).toEqual([]);
  });
});
