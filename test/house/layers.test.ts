import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";

// Other programs are run here, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ROOT = resolve(import.meta.dirname, "../..");
const CRUISER = join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");

interface Violation {
  readonly rule: string;
  readonly file: string;
}

/** The layer check as `npm run layers` does it, in any folder; its exit status is the number of violations. */
function cruise(folder: string): {
  readonly status: number | null;
  readonly violations: readonly Violation[];
} {
  const folders = readdirSync(folder).filter((name) => name === "src" || name === "webview");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [CRUISER, "--config", join(ROOT, ".dependency-cruiser.cjs"), ...folders],
    { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } },
  );
  if (!stdout.includes("dependency violations")) throw new Error(stdout + stderr);
  const violations = [...stdout.matchAll(/^\s*error ([\w-]+): (\S+)/gm)];
  return { status, violations: violations.map(([, rule = "", file = ""]) => ({ rule, file })) };
}

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** One file in every layer, an installed `node_modules`, and what the test plants: file -> import specifiers. */
function plant(imports: Readonly<Record<string, readonly string[]>>): string {
  const folder = mkdtempSync(join(tmpdir(), "prefloom-layers-"));
  folders.push(folder);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  write("package.json", "{}");
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const target of Object.values(LAYERS)) write(`${target}.ts`, "export const value = 1;\n");
  for (const [file, specifiers] of Object.entries(imports)) {
    write(file, specifiers.map((specifier) => importLine(file, specifier)).join("\n"));
  }
  return folder;
}

/** `type TARGET` is imported for its type only; the name of a layer stands for the file in it. */
function importLine(file: string, specifier: string): string {
  const [, type, target = specifier] = /^(type )?(.*)$/.exec(specifier) ?? [];
  const layer = LAYERS[target];
  const path = layer === undefined ? target : `./${relative(dirname(file), layer)}.js`;
  return type === undefined ? `import "${path}";` : `import type { value } from "${path}";`;
}

const LAYERS: Readonly<Record<string, string>> = {
  core: "src/core/target",
  protocol: "src/protocol/target",
  "protocol/webview": "src/protocol/webview",
  steps: "src/steps/target",
  node: "src/node/target",
  llama: "src/llama/target",
  runtime: "src/runtime/target",
  agent: "src/agent/target",
  cli: "src/cli/target",
  extension: "src/extension/target",
  webview: "webview/map/target",
};

/** Written from the table of the architecture, not from the configuration that it tests. */
const ROWS = {
  core: {
    folder: "src/core",
    allowed: ["zod", "ml-kmeans", "ml-matrix", "@noble/hashes/sha2.js", "pure-rand/distribution/uniformInt"],
    forbidden: ["steps", "type protocol", "node", "node:fs", "path", "commander", "jsonc-parser", "vscode"],
  },
  protocol: {
    folder: "src/protocol",
    allowed: ["core", "vscode-jsonrpc", "zod"],
    forbidden: ["type runtime", "steps", "vscode-jsonrpc/node", "vscode", "node:path"],
  },
  steps: {
    folder: "src/steps",
    allowed: ["core", "type core"],
    forbidden: ["type node", "runtime", "llama", "node:crypto", "zod", "node-llama-cpp"],
  },
  node: {
    folder: "src/node",
    allowed: ["core", "node:fs", "fs/promises"],
    forbidden: ["steps", "type llama", "runtime", "commander", "zod"],
  },
  llama: {
    folder: "src/llama",
    allowed: ["core", "node-llama-cpp", "node:os"],
    forbidden: ["node", "type steps", "runtime", "vscode"],
  },
  runtime: {
    folder: "src/runtime",
    allowed: ["core", "steps", "node", "llama", "jsonc-parser"],
    forbidden: ["cli", "type agent", "protocol", "node-llama-cpp", "vscode"],
  },
  agent: {
    folder: "src/agent",
    allowed: ["core", "protocol", "steps", "runtime", "vscode-jsonrpc/node"],
    forbidden: ["llama", "type node", "cli", "vscode", "type node-llama-cpp"],
  },
  cli: {
    folder: "src/cli",
    allowed: ["core", "steps", "runtime", "commander", "node:process"],
    forbidden: ["node", "llama", "type agent", "protocol", "vscode-jsonrpc", "vscode"],
  },
  extension: {
    folder: "src/extension",
    allowed: ["core", "protocol", "type vscode", "vscode-jsonrpc/node"],
    forbidden: ["runtime", "steps", "node", "type agent", "llama", "node-llama-cpp"],
  },
  webview: {
    folder: "webview/map",
    allowed: ["core", "protocol/webview"],
    forbidden: ["protocol", "type extension", "runtime", "node:fs", "vscode"],
  },
} as const;

describe("a planted violation fails by the rule of its row", () => {
  const planted = Object.entries(ROWS).flatMap(([layer, { folder, forbidden }]) =>
    forbidden.map((specifier, i) => ({ layer, specifier, file: `${folder}/planted${i}.ts` })),
  );
  let report: ReturnType<typeof cruise>;
  beforeAll(() => {
    report = cruise(plant(Object.fromEntries(planted.map(({ file, specifier }) => [file, [specifier]]))));
  });

  test.for(planted)("$layer: $specifier", ({ layer, file }) => {
    expect(report.violations.filter((violation) => violation.file === file)).toEqual([
      { rule: `${layer}-may-import`, file },
    ]);
  });

  test("and each counts", () => {
    expect(report.status).toBe(planted.length);
  });
});

test("what the table allows passes", () => {
  const allowed = Object.values(ROWS).map((row) => [`${row.folder}/planted.ts`, row.allowed] as const);
  expect(cruise(plant(Object.fromEntries(allowed)))).toEqual({ status: 0, violations: [] });
});

test("two modules that import each other fail, for a type as well", () => {
  const { violations } = cruise(
    plant({ "src/core/egg.ts": ["./hen.js"], "src/core/hen.ts": ["type ./egg.js"] }),
  );
  expect(new Set(violations.map(({ rule }) => rule))).toEqual(new Set(["no-circular"]));
});

test("a folder without a row in the table fails", () => {
  const { violations } = cruise(plant({ "src/helpers/planted.ts": ["core"] }));
  expect(violations.map(({ rule }) => rule)).toEqual(["no-unknown-layer"]);
});

test("the sources keep to their layers", () => {
  expect(cruise(ROOT)).toEqual({ status: 0, violations: [] });
});
