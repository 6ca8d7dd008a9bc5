import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { STEP_NAMES } from "../../src/core/step-names.js";
import {
  COMMANDS,
  CONTAINER,
  CONTEXT_KEYS,
  SETTINGS,
  TASK_TYPE,
  VIEWS,
  WALKTHROUGH,
} from "../../src/extension/ids.js";
import { ROOT } from "../builders/cli.js";

interface Contributions {
  readonly commands: readonly {
    readonly command: string;
    readonly title: string;
    readonly category: string;
  }[];
  readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
  readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
  readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
  readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope: string }>> };
  readonly taskDefinitions: readonly {
    readonly type: string;
    readonly properties: { readonly step: { readonly enum: readonly string[] } };
  }[];
  readonly walkthroughs: readonly {
    readonly id: string;
    readonly steps: readonly { readonly id: string }[];
  }[];
  readonly viewsContainers: {
    readonly activitybar: readonly { readonly id: string; readonly icon: string }[];
  };
}

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const manifest = JSON.parse(read("package.json")) as {
  readonly name: string;
  readonly publisher: string;
  readonly contributes: Contributions;
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
};
const texts = JSON.parse(read("package.nls.json")) as Readonly<Record<string, string>>;
const { contributes } = manifest;

/** Every string of a JSON value. */
function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(strings) : [];
}

describe("what package.json contributes and what the code knows are the same", () => {
  it("commands, each in the palette's category", () => {
    expect(contributes.commands.map(({ command }) => command).sort()).toEqual(Object.values(COMMANDS).sort());
    expect(new Set(contributes.commands.map(({ category }) => category))).toEqual(new Set(["Prefloom"]));
  });

  it("a command for each step", () => {
    expect(Object.keys(COMMANDS)).toEqual(expect.arrayContaining([...STEP_NAMES]));
  });

  it("views and their container", () => {
    expect(contributes.views[CONTAINER]!.map(({ id }) => id).sort()).toEqual(Object.values(VIEWS).sort());
    expect(contributes.viewsContainers.activitybar.map(({ id }) => id)).toEqual([CONTAINER]);
  });

  it("settings", () => {
    expect(Object.keys(contributes.configuration.properties).sort()).toEqual(Object.values(SETTINGS).sort());
  });

  it("the walkthrough and the type of tasks", () => {
    expect(contributes.walkthroughs.map(({ id }) => `${manifest.publisher}.${manifest.name}#${id}`)).toEqual([
      WALKTHROUGH,
    ]);
    expect(contributes.taskDefinitions.map(({ type }) => type)).toEqual([TASK_TYPE]);
  });

  it("every step is a task", () => {
    expect(contributes.taskDefinitions[0]!.properties.step.enum).toEqual(
      expect.arrayContaining([...STEP_NAMES]),
    );
  });

  it("menus name commands and views that there are", () => {
    const items = Object.values(contributes.menus).flat();
    expect(
      items.map(({ command }) => command).filter((id) => !Object.values<string>(COMMANDS).includes(id)),
    ).toEqual([]);
    const named = items.flatMap(({ when }) =>
      [...(when ?? "").matchAll(/view == ([\w.]+)/g)].map(([, id]) => id!),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((id) => !Object.values<string>(VIEWS).includes(id))).toEqual([]);
  });

  it("context keys of the extension are those that it sets", () => {
    const known = [...Object.values<string>(CONTEXT_KEYS), ...Object.values<string>(VIEWS)];
    const used = strings(contributes.menus)
      .concat(
        strings(contributes.views),
        contributes.commands.flatMap((one) => strings({ ...one, command: "" })),
      )
      .flatMap((text) => [...text.matchAll(/(?<![\w:/.-])prefloom\.[a-zA-Z]+/g)].map(([id]) => id))
      .filter((id) => !Object.values<string>(COMMANDS).includes(id) || known.includes(id));
    expect(used.length).toBeGreaterThan(10);
    expect([...new Set(used)].filter((id) => !known.includes(id))).toEqual([]);
  });
});

describe("texts of the manifest", () => {
  it("every key has a text and every text is used", () => {
    const keys = strings(manifest).flatMap((text) =>
      [...text.matchAll(/^%([\w.-]+)%$/g)].map(([, key]) => key!),
    );
    expect([...new Set(keys)].sort()).toEqual(Object.keys(texts).sort());
  });

  it("links lead to commands that there are", () => {
    const links = Object.values(texts).flatMap((text) =>
      [...text.matchAll(/\(command:(prefloom\.[\w.]+)\)/g)].map(([, id]) => id!),
    );
    const known = [...Object.values(COMMANDS), ...Object.values(VIEWS).map((id) => `${id}.focus`)];
    expect(links.length).toBeGreaterThan(8);
    expect(links.filter((id) => !known.includes(id))).toEqual([]);
  });
});

describe("trust", () => {
  it("whatever names a program or a place of one is the machine's alone", () => {
    for (const id of [SETTINGS.modelsFolder, SETTINGS.gpuLayers, SETTINGS.python]) {
      expect(contributes.configuration.properties[id]!.scope, id).toBe("machine");
      expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toContain(id);
    }
  });
});
