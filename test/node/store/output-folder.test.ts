import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Manifest } from "../../../src/core/records/manifest.js";
import { OutputFolder, type StepPlace } from "../../../src/node/store/output-folder.js";

let root: string;
let output: OutputFolder;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "prefloom-output-"));
  output = new OutputFolder(join(root, "out"));
  await output.create();
});
afterEach(() => rmSync(root, { recursive: true }));

/** A step with its records in its own folder, and one with a folder beside it. */
const LEVELS: StepPlace = { name: "levels", folder: "levels" };
const EXPORT: StepPlace = { name: "export", folder: "dataset" };

const manifest = (step: string): Omit<Manifest, "outputs"> => ({
  ...{ step, status: "done", inputs: {}, settings: {}, settingsHash: "hash", seed: null, counts: {} },
  ...{ versions: { step: 1 }, startedAt: "now", seconds: 1 },
});
const fileOf = ({ name, folder }: StepPlace) => (name === folder ? "a.jsonl" : `${folder}/a.jsonl`);

/** A step's work up to the point where it is sealed. */
async function worked(place: StepPlace, text: string) {
  const journal = await output.openWork(place.name, text, [fileOf(place)]);
  await journal.add({
    records: { [fileOf(place)]: [{ text }] },
    documents: { "note.json": `{"n":"${text}"}\n` },
  });
  return journal;
}
async function sealed(place: StepPlace, text: string): Promise<Manifest> {
  const journal = await worked(place, text);
  return output.seal(place, journal, journal.documents, manifest(place.name));
}

/** Text of every file below the output folder, by path. */
const tree = (at = output.path): Readonly<Record<string, string>> =>
  Object.fromEntries<string>(
    readdirSync(at, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(at.length + 1), readFileSync(path, "utf8")] as const)
      .sort(),
  );

describe("sealing", () => {
  it("puts a step's folder in its place, with hashes of all that is in it", async () => {
    const made = await sealed(LEVELS, "x");
    const line = '{"text":"x"}\n';
    expect(tree()).toEqual({
      "levels/a.jsonl": line,
      "levels/note.json": '{"n":"x"}\n',
      "levels/manifest.json": `${JSON.stringify(made, null, 2)}\n`,
    });
    expect(made.outputs).toEqual({
      "levels/a.jsonl": { sha256: createHash("sha256").update(line).digest("hex"), bytes: 13, records: 1 },
      "levels/note.json": { sha256: expect.any(String), bytes: 10 },
    });
    expect(await output.manifest("levels")).toEqual(made);
    expect(await output.unfinished("levels")).toBeNull();
    expect(readdirSync(join(output.path, ".work"))).toEqual([]);
  });

  it("puts a folder beside the step's own", async () => {
    const made = await sealed(EXPORT, "x");
    expect(Object.keys(tree())).toEqual(["dataset/a.jsonl", "export/manifest.json", "export/note.json"]);
    expect(Object.keys(made.outputs)).toEqual(["dataset/a.jsonl", "export/note.json"]);
  });

  it("takes the place of what was there, and leaves nothing of it", async () => {
    for (const place of [LEVELS, EXPORT]) {
      await sealed(place, "before");
      writeFileSync(output.file(`${place.folder}/of-somebody.txt`), "x");
      await sealed(place, "after");
    }
    expect(Object.keys(tree())).toHaveLength(6);
    expect(tree()).toMatchObject({
      "levels/a.jsonl": '{"text":"after"}\n',
      "dataset/a.jsonl": '{"text":"after"}\n',
    });
  });
});

describe("recovery", () => {
  /** What `recover` does, one operation at a time: a kill may come after each of them. */
  const moves = ({ name, folder }: StepPlace, hasBefore: boolean): readonly (() => void)[] => {
    const work = output.file(`.work/${name}`);
    const old = (target: string) => output.file(`.work/old-${target}`);
    const replaced = (target: string, source: string) => [
      ...(hasBefore
        ? [
            () => renameSync(output.file(target), old(target)),
            () => renameSync(source, output.file(target)),
            () => rmSync(join(old(target), readdirSync(old(target))[0]!), { recursive: true }),
            () => rmSync(old(target), { recursive: true }),
          ]
        : [() => renameSync(source, output.file(target))]),
    ];
    return [
      () => rmSync(join(work, "journal.jsonl")),
      ...(folder === name ? [] : replaced(folder, join(work, folder))),
      ...replaced(name, work),
    ];
  };

  /** The folder as it is when the manifest was just written, and as it should be in the end. */
  async function aboutToMove(place: StepPlace, hasBefore: boolean) {
    if (hasBefore) await sealed(place, "before");
    const journal = await worked(place, "after");
    await journal.flush();
    const begun = join(root, "begun");
    cpSync(output.file(`.work/${place.name}`), begun, { recursive: true });
    const before = hasBefore ? join(root, "before") : null;
    if (before) cpSync(output.path, before, { recursive: true });
    const made = await output.seal(place, journal, journal.documents, manifest(place.name));
    const expected = tree();
    const reset = () => {
      rmSync(output.path, { recursive: true });
      if (before) cpSync(before, output.path, { recursive: true });
      rmSync(output.file(`.work/${place.name}`), { recursive: true, force: true });
      mkdirSync(output.file(".work"), { recursive: true });
      cpSync(begun, output.file(`.work/${place.name}`), { recursive: true });
      writeFileSync(output.file(`.work/${place.name}/manifest.json`), `${JSON.stringify(made, null, 2)}\n`);
    };
    return { expected, reset };
  }

  describe.each([
    ["a folder of its own", LEVELS],
    ["a folder beside it", EXPORT],
  ] as const)("of a step with %s", (_, place) => {
    it.each([
      ["the first time", false],
      ["over an earlier one", true],
    ])("ends what a kill between any two moves has left, %s", async (__, hasBefore) => {
      const { expected, reset } = await aboutToMove(place, hasBefore);
      const all = moves(place, hasBefore);
      for (let done = 0; done <= all.length; done++) {
        reset();
        for (const move of all.slice(0, done)) move();
        if (done === all.length) expect(tree()).toEqual(expected);
        await new OutputFolder(output.path).recover(place);
        expect(tree(), `after ${done} of ${all.length} moves`).toEqual(expected);
        expect(readdirSync(output.file(".work"))).toEqual([]);
        // Twice is once.
        await output.recover(place);
        expect(tree()).toEqual(expected);
      }
    });
  });

  it("leaves work without a manifest as it is, and what was there before as well", async () => {
    await sealed(LEVELS, "before");
    const journal = await worked(LEVELS, "after");
    await journal.finish();
    const before = tree();
    await output.recover(LEVELS);
    expect(tree()).toEqual(before);
    expect(await output.unfinished("levels")).toMatchObject({ key: "after", units: 1 });
  });

  it("has nothing to do in a folder that is not there", async () => {
    const nowhere = new OutputFolder(join(root, "nowhere"));
    await nowhere.recover(EXPORT);
    expect(existsSync(nowhere.path)).toBe(false);
  });
});

describe("manifests", () => {
  it.each(["", "{", "null", "{}", '{"step":"levels","status":"partly"}'])(
    "that are none vouch for nothing: %j",
    async (text) => {
      await sealed(LEVELS, "x");
      writeFileSync(output.file("levels/manifest.json"), text);
      expect(await output.manifest("levels")).toBeNull();
    },
  );

  it("are not there before a step has run", async () => {
    expect(await output.manifest("levels")).toBeNull();
  });
});

it("is empty until something is made in it", async () => {
  const folder = new OutputFolder(join(root, "new"));
  expect(await folder.isEmpty()).toBe(true);
  await folder.create();
  expect(await folder.isEmpty()).toBe(false);
});
