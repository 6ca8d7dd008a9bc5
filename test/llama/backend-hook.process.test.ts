import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BACKEND_HOOK } from "../../src/llama/backend-hook.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-hook-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A module elsewhere than in a `node_modules`. */
function moduleOf(name: string): string {
  const path = join(folder, name, "index.js");
  mkdirSync(join(folder, name));
  writeFileSync(path, `export const name = ${JSON.stringify(name)};`);
  return pathToFileURL(path).href;
}

/** Runs a program in a process of its own, where no test runner resolves imports; it prints JSON. */
function run(program: string): unknown {
  const helper = `const { provide } = await import(${JSON.stringify(BACKEND_HOOK)});
    const names = async (...all) => Promise.all(all.map((one) => import(one).then((m) => m.name, (e) => e.code)));
    const tell = (value) => console.log(JSON.stringify(value));`;
  const args = ["--input-type=module", "-e", `${helper}\n${program}`];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }));
}

describe("packages that lie elsewhere", () => {
  it("are found by their names from when they are provided, and nothing else is touched", () => {
    const one = JSON.stringify({ "@node-llama-cpp/none-one": moduleOf("one") });
    const both = JSON.stringify({
      "@node-llama-cpp/none-one": moduleOf("one-again"),
      "@node-llama-cpp/none-two": moduleOf("two"),
    });
    const all = `"@node-llama-cpp/none-one", "@node-llama-cpp/none-two", "@node-llama-cpp/toString"`;
    expect(
      run(`
        const before = await names(${all});
        provide(${one});
        const then = await names(${all}, "node:fs");
        provide(${both});
        tell([before, then.slice(0, 3), await names(${all})]);`),
    ).toEqual([
      ["ERR_MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"],
      ["one", "ERR_MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"],
      ["one-again", "two", "ERR_MODULE_NOT_FOUND"],
    ]);
  });

  it("cost nothing where there are none", () => {
    expect(run(`provide({}); tell(await names("@node-llama-cpp/none"));`)).toEqual(["ERR_MODULE_NOT_FOUND"]);
  });
});
