import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KeptModel } from "../../src/runtime/kept-model.js";
import { openWorkspace, type Workspace } from "../../src/runtime/workspace.js";
import { makeWorkspace } from "../builders/workspace.js";
import { FAKE_MODEL_FILE, FakeTextModel } from "../fakes/fake-model.js";

let folder: string;
let workspace: Workspace;
let opened: FakeTextModel[];
let told: (string | null)[];

beforeEach(async () => {
  folder = await makeWorkspace({ posts: 1 });
  workspace = await openWorkspace(folder);
  opened = [];
  told = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function kept(idleMinutes: number): KeptModel {
  const open = async (_: unknown, contextSize: number) => {
    const model = new FakeTextModel({ contextSize });
    opened.push(model);
    return model;
  };
  return new KeptModel(open, idleMinutes, (model) => void told.push(model?.identity.name ?? null));
}
const noLog = (): void => undefined;

describe("a model that is kept", () => {
  it("is lent again, and answers as itself", async () => {
    const models = kept(5);
    const first = await models.open(workspace, 2048, noLog);
    expect(first.identity).toEqual(opened[0]!.identity);
    expect(first.countTokens("two words")).toBe(2);
    await first.close();
    // Twice is once.
    await first.close();
    await models.open(workspace, 2048, noLog);
    expect(opened).toHaveLength(1);
    expect(opened[0]!.closed).toBe(false);
    expect(told).toEqual([FAKE_MODEL_FILE]);
  });

  it("makes room for one with another context or another file, one at a time", async () => {
    const models = kept(5);
    await (await models.open(workspace, 2048, noLog)).close();
    await (await models.open(workspace, 4096, noLog)).close();
    expect(opened.map(({ closed }) => closed)).toEqual([true, false]);
    writeFileSync(join(folder, FAKE_MODEL_FILE), "another file");
    await (await models.open(workspace, 4096, noLog)).close();
    expect(opened.map(({ closed }) => closed)).toEqual([true, true, false]);
    await models.unload();
    expect(told).toEqual([FAKE_MODEL_FILE, null, FAKE_MODEL_FILE, null, FAKE_MODEL_FILE, null]);
  });

  it("is unloaded at once where it is not to be kept, and after a while otherwise", async () => {
    await (await kept(0).open(workspace, 2048, noLog)).close();
    expect(opened[0]!.closed).toBe(true);
    const models = kept(0.001);
    const lent = await models.open(workspace, 2048, noLog);
    await new Promise((resolve) => setTimeout(resolve, 150));
    // In use is not idle.
    expect(opened[1]!.closed).toBe(false);
    await lent.close();
    await expect.poll(() => opened[1]!.closed).toBe(true);
  });

  it("is not taken away from a step that uses it", async () => {
    const models = kept(5);
    await models.open(workspace, 2048, noLog);
    await expect(models.open(workspace, 4096, noLog)).rejects.toThrow("in use");
    expect(opened[0]!.closed).toBe(false);
  });
});
