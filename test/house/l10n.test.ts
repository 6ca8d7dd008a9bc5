import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { join } from "node:path";
import { ROOT } from "../builders/cli.js";

// Another program is run here, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

test("the bundle of strings is what the extension shows", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/write-l10n.mjs", "--check"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("it has strings, each with the places of its values", () => {
  const bundle = JSON.parse(readFileSync(join(ROOT, "l10n/bundle.l10n.json"), "utf8")) as Record<
    string,
    unknown
  >;
  expect(Object.keys(bundle).length).toBeGreaterThan(100);
  for (const [key, value] of Object.entries(bundle)) {
    const text = typeof value === "string" ? value : (value as { readonly message: string }).message;
    expect(key.startsWith(text), key).toBe(true);
  }
});
