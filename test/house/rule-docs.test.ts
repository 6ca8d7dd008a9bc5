import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test, vi } from "vitest";
import { RULES } from "../../src/core/rules/registry.js";
import { rulePage, RULES_INDEX } from "../../src/core/rules/rule-page.js";
import { toSarif } from "../../src/core/rules/sarif.js";

// Another program is run here, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const ROOT = resolve(import.meta.dirname, "../..");
const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");

test("the pages of the rules are what the rules and the checker say", () => {
  const script = "scripts/write-rule-docs.mjs";
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("every rule has a page and no page is left over", () => {
  const pages = readdirSync(join(ROOT, "docs/rules")).map((name) => `docs/rules/${name}`);
  expect(pages.sort()).toEqual(Object.keys(RULES).map(rulePage).sort());
});

test.for(Object.values(RULES))("the page of $id says what, why, how it reads and what to do", (rule) => {
  const { id, severity, scope, title, why, fix } = rule;
  const page = textOf(rulePage(id));
  for (const part of [`# ${id}\n`, `**${title}.**`, why, `: ${severity} ${id}: `])
    expect(page).toContain(part);
  // Markdown may escape what a sentence holds.
  expect(page.split("## What to do\n")[1]).toContain(fix.slice(0, 12));
  expect(page.includes("## Ignore it")).toBe(scope !== "step");
});

test("the list of rules links to every page", () => {
  const links = [...textOf(RULES_INDEX).matchAll(/\]\((rules\/[^)]*)\)/g)].map(([, path]) => `docs/${path!}`);
  expect(links.sort()).toEqual(Object.keys(RULES).map(rulePage).sort());
});

test("an id that is none leads to the list of rules, whatever it holds", () => {
  for (const id of ["", "../../package", "a/b", "No", "json.md", "json\n"])
    expect(rulePage(id)).toBe(RULES_INDEX);
  expect(existsSync(join(ROOT, RULES_INDEX))).toBe(true);
});

test("SARIF names no address that does not exist", () => {
  const addresses = JSON.stringify(toSarif([], "1.2.3")).match(/https?:\/\/[^"\s]+/g) ?? [];
  expect(addresses.filter((address) => !address.startsWith("https://docs.oasis-open.org/"))).toEqual([]);
});
