import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

// Other programs are run here, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ROOT = resolve(import.meta.dirname, "../..");

/** A small project with the entry points that the build knows. */
const SOURCES: Readonly<Record<string, string>> = {
  "src/cli/main.ts": `
    import { Command } from "commander";
    const load = async () => console.log(typeof (await import("../llama/load.js")).load);
    await new Command().version("1.2.3").action(load).parseAsync();`,
  "src/agent/main.ts": `
    import { StreamMessageReader } from "vscode-jsonrpc/node";
    console.log(typeof StreamMessageReader);`,
  "src/reader/main.ts": `
    import { parentPort } from "node:worker_threads";
    console.log(parentPort);`,
  "src/extension/extension.ts": `
    import { window } from "vscode";
    export const activate = () => void window.showInformationMessage("");`,
  "src/llama/load.ts": `
    import { getLlama } from "node-llama-cpp";
    export const load = getLlama;`,
  "src/core/settings/settings.ts": `
    import { z } from "zod";
    export const settingsJsonSchema = () => z.toJSONSchema(z.object({ seed: z.number() }));`,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-build-"));
  for (const part of [
    "scripts/build.mjs",
    "scripts/lib",
    "scripts/sample",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
  ]) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const [file, text] of Object.entries(SOURCES)) write(file, text);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function node(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  return { status, output: stdout + stderr };
}
const build = (...args: readonly string[]): ReturnType<typeof node> => node("scripts/build.mjs", ...args);

test("the bundles run, and load the native package when it is asked for", () => {
  expect(build()).toMatchObject({ status: 0 });
  expect(node("dist/cli.mjs", "--version")).toEqual({ status: 0, output: "1.2.3\n" });
  expect(node("dist/cli.mjs")).toEqual({ status: 0, output: "function\n" });
  expect(node("dist/agent.mjs")).toEqual({ status: 0, output: "function\n" });
  expect(readFileSync(join(folder, "dist/cli.mjs"), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(statSync(join(folder, "dist/cli.mjs")).mode & 0o111).toBe(0o111);
  expect(readFileSync(join(folder, "dist/extension.cjs"), "utf8")).toContain('require("vscode")');
  expect(JSON.parse(readFileSync(join(folder, "dist/prefloom.schema.json"), "utf8"))).toMatchObject({
    properties: { seed: { type: "number" } },
  });
});

test("what is built already is not built again, and what is listed is what is built", () => {
  expect(build().output).toMatch(/ in \d+ ms\n$/);
  expect(build().output).toBe("build: nothing changed, dist/ is up to date\n");

  for (const file of build("--list").output.trim().split("\n")) {
    const text = readFileSync(join(folder, file), "utf8");
    write(file, `${text}\n`);
    expect(build().output).toMatch(/ in \d+ ms\n$/);
    expect(readFileSync(join(folder, file), "utf8")).toBe(text);
  }

  write("src/cli/main.ts", `${SOURCES["src/cli/main.ts"]!}\nconsole.log("changed");`);
  expect(build().output).toMatch(/ in \d+ ms\n$/);
  expect(node("dist/cli.mjs").output).toBe("function\nchanged\n");
});

test("a missing entry point is an error that names it", () => {
  rmSync(join(folder, "src/agent/main.ts"));
  const { status, output } = build();
  expect(output).toBe("build: src/agent/main.ts is missing: dist/agent.mjs is built from it.\n");
  expect(status).toBe(1);
});

test("a bundle that loads the native package at its start is refused", () => {
  write("src/agent/main.ts", 'import { load } from "../llama/load.js";\nconsole.log(load);');
  const { status, output } = build();
  expect(output).toContain("dist/agent.mjs loads node-llama-cpp as soon as it starts");
  expect(status).toBe(1);
});

test("a mistake is told with its file and line, and is not taken for built", () => {
  write("src/cli/main.ts", "\nconst broken = ;");
  for (const attempt of [build(), build()]) {
    expect(attempt.output).toContain("src/cli/main.ts:2:15");
    expect(attempt.status).toBe(1);
  }
});
