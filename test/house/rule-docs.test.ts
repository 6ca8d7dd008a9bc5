import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test, vi } from "vitest";
import { RULES } from "../../src/core/rules/registry.js";
import { toSarif } from "../../src/core/rules/sarif.js";

// Another program is run here, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const ROOT = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(ROOT, "docs/rules.md"), "utf8");

test("docs/rules.md is what the rules say", () => {
  const script = "scripts/write-rule-docs.mjs";
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("docs/rules.md has one section a rule, with its reason, fix and example", () => {
  const headings = [...page.matchAll(/^### (.*)$/gm)].map(([, id]) => id);
  expect([...headings].sort()).toEqual(Object.keys(RULES).sort());
  for (const { id, title, why, example } of Object.values(RULES)) {
    const section = page.split(`### ${id}\n`)[1]!.split(/^#{2,3} /m)[0]!;
    for (const part of [title, why]) expect(section).toContain(part);
    // Markdown may escape what an example in words holds.
    if (example.startsWith("{")) expect(section).toContain(example);
  }
});

test("SARIF names no address that does not exist", () => {
  const addresses = JSON.stringify(toSarif([], "1.2.3")).match(/https?:\/\/[^"\s]+/g) ?? [];
  expect(addresses.filter((address) => !address.startsWith("https://docs.oasis-open.org/"))).toEqual([]);
});
