import assert from "node:assert/strict";
import { commands, extensions, workspace } from "vscode";
import { type InsideTests } from "../harness/inside-run.js";

const prefloom = () => extensions.getExtension("prefloom.prefloom");

async function until(true_: () => boolean): Promise<void> {
  while (!true_()) await new Promise((again) => setTimeout(again, 50));
}

export const tests: InsideTests = {
  "a folder with prefloom.json activates the extension": async () => {
    assert.equal((await workspace.findFiles("prefloom.json")).length, 1);
    assert.ok(prefloom(), "the extension is not installed");
    await until(() => prefloom()!.isActive);
  },

  "every contributed command has a handler": async () => {
    const { contributes } = prefloom()!.packageJSON as {
      readonly contributes: { readonly commands: readonly { readonly command: string }[] };
    };
    const registered = new Set(await commands.getCommands(true));
    const missing = contributes.commands.map(({ command }) => command).filter((id) => !registered.has(id));
    assert.deepEqual(missing, []);
  },
};
