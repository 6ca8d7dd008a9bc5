import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { outputBytes } from "../builders/output-bytes.js";
import { makeWorkspace, runWorkspace } from "../builders/workspace.js";
import { fakeOpener } from "../fakes/fake-model.js";
import { checkCase, makeCase, runHere } from "./bad-case.js";
import { EARLY, IMPORTS, LATER, USAGE } from "./bad-commands.js";
import { ARRAYS, FORMATS, HARMLESS, WHOLE_FILES } from "./bad-files.js";
import { MODELS } from "./bad-models.js";
import { EDITED, MENDED, OUTPUTS } from "./bad-outputs.js";
import { BROKEN_LINES, FIELDS, TREES } from "./bad-records.js";
import { NAMED_FILES, OVERRIDES, SETTINGS_FILES } from "./bad-settings.js";

/** Lines of the raw file from which the ledger has an entry of each kind. */
const DROPPED = [
  "{broken",
  JSON.stringify({ id: "thread-1", text: "t", responses: ["a", "b"] }),
  JSON.stringify({ id: "twice", text: "t", responses: ["a", "b", "a", "c"] }),
  JSON.stringify({ id: "alone", text: "t", responses: ["a"] }),
  JSON.stringify({ id: "other", text: "t", responses: ["a", "b"] }),
];

/** A workspace in which everything was run. */
let whole: string;
beforeAll(async () => {
  vi.stubEnv("PREFLOOM_MODELS", "/nowhere/models");
  vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
  whole = await makeWorkspace({ posts: 24, responses: 3, lines: DROPPED });
  const { errors } = await runWorkspace(whole);
  expect(errors).toBe(2);
});
afterAll(() => {
  rmSync(whole, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

describe("bad input", () => {
  describe.each([
    ["broken lines", BROKEN_LINES],
    ["fields", FIELDS],
    ["trees", TREES],
    ["whole files", WHOLE_FILES],
    ["formats", FORMATS],
    ["arrays", ARRAYS],
    ["odd but readable", HARMLESS],
    ["settings", SETTINGS_FILES],
    ["--set", OVERRIDES],
    ["files that settings name", NAMED_FILES],
    ["models", MODELS],
    ["usage", USAGE],
    ["commands that come too early", EARLY],
    ["files to import", IMPORTS],
  ] as const)("%s", (_, cases) => {
    it.each(cases)("$name", (wanted) => checkCase(wanted));
  });

  describe.each([
    ["what there is not", LATER],
    ["edited output", EDITED],
    ["output folders", OUTPUTS],
  ] as const)("after a run: %s", (_, cases) => {
    it.each(cases)("$name", (wanted) => checkCase(wanted, whole));
  });

  it.each(MENDED)("after a run: $name is made again", async ({ name, change, said }) => {
    const folder = makeCase({ name, change, code: 1, says: [] }, whole);
    try {
      const { code, stderr } = await runHere(["--workspace", folder, "run"], fakeOpener);
      // Two lines of the raw file are broken, as before.
      expect(code).toBe(1);
      expect(stderr).toMatch(said);
      expect(outputBytes(join(folder, "prefloom-out"))).toEqual(outputBytes(join(whole, "prefloom-out")));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
