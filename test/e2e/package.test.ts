import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { modelsFolder } from "../../src/runtime/models.js";
import { describeInVscode } from "./harness/e2e.js";
import { ROOT } from "./harness/surroundings.js";

const models = modelsFolder();

describeInVscode("the installed package", ({ installed }) => {
  const modules = join(installed.folder, "dist/node_modules");
  const packages = (folder: string): string[] =>
    readdirSync(folder).flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(folder, name)).map((one) => `${name}/${one}`) : [name],
    );

  /** Runs the packaged command line as the editor would: with the editor's Node, far from any checkout. */
  const prefloom = (cwd: string, ...args: readonly string[]): string =>
    execFileSync(installed.node, [join(installed.folder, "dist/cli.mjs"), ...args], {
      cwd,
      encoding: "utf8",
      env: { ...process.env, PREFLOOM_MODELS: models },
      stdio: ["ignore", "pipe", "pipe"],
    });

  test("holds the binaries of this platform for the CPU, and none besides", () => {
    const binaries = packages(modules).filter((name) => name.startsWith("@node-llama-cpp/"));
    expect(binaries).toEqual([`@node-llama-cpp/${process.platform}-${process.arch}`]);
    expect(existsSync(join(modules, "node-llama-cpp/llama/gitRelease.bundle"))).toBe(false);
  });

  test("holds what package.json names, no source map, and the terms of all that it carries", () => {
    const files = readdirSync(installed.folder, { recursive: true, encoding: "utf8" });
    expect(files.filter((file) => file.endsWith(".map"))).toEqual([]);
    const manifest = readFileSync(join(installed.folder, "package.json"), "utf8");
    const named = [...manifest.matchAll(/"(?:\.\/)?((?:dist|media|docs|l10n)\/[^"]+)"/g)].map(
      ([, path]) => path!,
    );
    expect(named).toContain("dist/extension.cjs");
    expect(named.filter((path) => !existsSync(join(installed.folder, path)))).toEqual([]);
    const terms = readFileSync(join(installed.folder, "ThirdPartyNotices.txt"), "utf8");
    expect(packages(modules).filter((name) => !terms.includes(`\n${name} `))).toEqual([]);
  });

  test("annotates with a real model", { timeout: 300_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), "prefloom-installed-"));
    try {
      const { checks } = JSON.parse(prefloom(folder, "doctor", "--json")) as {
        readonly checks: readonly { readonly name: string; readonly state: string }[];
      };
      expect(checks.find(({ name }) => name === "Inference")).toMatchObject({ state: "ok" });

      copyFileSync(join(ROOT, "scripts/sample/oasst-threads.jsonl"), join(folder, "threads.jsonl"));
      const settings = {
        sources: [{ path: "threads.jsonl", licence: "Apache-2.0" }],
        model: "smollm2-135m-instruct",
        import: { minResponses: 3, maxPosts: 1 },
        annotate: { answers: "words", probePairs: 0 },
      };
      writeFileSync(join(folder, "prefloom.json"), JSON.stringify(settings));
      prefloom(folder, "import");
      prefloom(folder, "annotate");
      const annotated = readFileSync(join(folder, "prefloom-out/annotate/annotations.jsonl"), "utf8");
      const rows = annotated
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { answers: number[][] });
      expect(rows.length).toBeGreaterThanOrEqual(3);
      for (const { answers } of rows) {
        expect(answers).toHaveLength(90);
        expect(Math.max(...answers.map((of) => of.reduce((sum, share) => sum + share, 0)))).toBeCloseTo(1);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
