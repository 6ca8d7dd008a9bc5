import { describe, expect, it } from "vitest";
import { CONSISTENCY_MODES } from "../../../src/core/consistency/consistency.js";
import { checkSettings } from "../../../src/core/settings/check-settings.js";
import { settingsJsonSchema, settingsSchema } from "../../../src/core/settings/settings.js";
import { SOURCE_NAMES } from "../../../src/core/sources/source.js";

/** As much of a JSON schema as the settings use. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly markdownDescription?: string;
  readonly enum?: readonly unknown[];
  readonly enumDescriptions?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
}

const SCHEMA = settingsJsonSchema() as Schema & { readonly $schema: string };

/** Every setting by its path; entries of a list as `[]`. */
function settingsIn(schema: Schema, at = ""): [string, Schema][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]): [string, Schema][] => {
    const path = at === "" ? key : `${at}.${key}`;
    if (inner.properties) return settingsIn(inner, path);
    const entries = inner.items?.properties ? settingsIn(inner.items, `${path}[]`) : [];
    return [[path, inner], ...entries];
  });
}

const SETTINGS = new Map(settingsIn(SCHEMA));

/** The paths of the defaults, lists as they are. */
function pathsOf(value: object, at = ""): string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const path = at === "" ? key : `${at}.${key}`;
    return inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? pathsOf(inner, path)
      : [path];
  });
}

describe("settingsSchema", () => {
  const defaults = settingsSchema.parse({});

  it("has the paper's values for defaults", () => {
    expect(defaults).toMatchObject({
      annotate: { answers: "numbers", method: "prefix" },
      levels: { decision: "argmax" },
      cluster: { k: 3 },
      persona: { size: 16, threshold: 0.6, order: "first", demographic: { method: "model" } },
      check: { consistency: "strict" },
    });
  });

  it("takes its own defaults for settings", () => {
    expect(settingsSchema.parse(defaults)).toEqual(defaults);
  });

  it("fills up what is given in part", () => {
    expect(settingsSchema.parse({ persona: { demographic: { retries: 0 } } })).toEqual({
      ...defaults,
      persona: { ...defaults.persona, demographic: { ...defaults.persona.demographic, retries: 0 } },
    });
  });
});

describe("settingsJsonSchema", () => {
  it("is draft 2020-12 and refuses unknown keys at every level", () => {
    expect(SCHEMA.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    const objects = (schema: Schema): Schema[] => [
      ...(schema.properties ? [schema] : []),
      ...Object.values(schema.properties ?? {}).flatMap(objects),
      ...(schema.items ? objects(schema.items) : []),
    ];
    expect(objects(SCHEMA).length).toBeGreaterThan(8);
    for (const { additionalProperties } of objects(SCHEMA)) expect(additionalProperties).toBe(false);
  });

  it("lists every setting that has a default", () => {
    const missing = pathsOf(settingsSchema.parse({})).filter((path) => !SETTINGS.has(path));
    expect(missing).toEqual([]);
    expect(SETTINGS.size).toBeGreaterThan(25);
  });

  it("describes every setting in a sentence, the reference to the schema aside", () => {
    for (const [path, { description }] of SETTINGS) {
      if (path === "$schema") continue;
      expect(description, path).toMatch(/^[A-Z`].*\.$/s);
    }
  });

  it("shows the default of every setting, as checking fills it in", () => {
    const defaults = settingsSchema.parse({});
    for (const [path, { default: shown }] of SETTINGS) {
      if (path === "$schema" || path.includes("[]")) continue;
      const value = path
        .split(".")
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], defaults);
      expect(shown, path).toEqual(value);
    }
  });

  it("requires nothing but the path of a source", () => {
    const requiring = (schema: Schema): string[] => [
      ...(schema.required ?? []),
      ...Object.values(schema.properties ?? {}).flatMap(requiring),
      ...(schema.items ? requiring(schema.items) : []),
    ];
    expect(requiring(SCHEMA)).toEqual(["path"]);
  });

  it("offers the values that a setting may have", () => {
    expect(SETTINGS.get("check.consistency")?.enum).toEqual(CONSISTENCY_MODES);
    expect(SETTINGS.get("sources[].format")?.enum).toEqual(SOURCE_NAMES);
    expect(SETTINGS.get("persona.threshold")).toMatchObject({ type: "number", minimum: 0, maximum: 1 });
    expect(SETTINGS.get("cluster.k")).toMatchObject({ type: "integer", minimum: 2 });
  });

  it("describes each of those values, and the groups of settings", () => {
    const valued = [...SETTINGS].filter(([, one]) => one.enum !== undefined);
    expect(valued.length).toBeGreaterThan(6);
    for (const [path, { enum: values, enumDescriptions }] of valued) {
      expect(enumDescriptions, path).toHaveLength(values!.length);
      for (const words of enumDescriptions!) expect(words, path).toMatch(/^\S.{5,}[^:]$/s);
    }
    for (const [name, { description }] of Object.entries(SCHEMA.properties!)) {
      expect(description, name).toMatch(/\.$/);
    }
  });

  it("says the default where editors show what a setting is", () => {
    expect(SETTINGS.get("seed")?.markdownDescription).toBe("Decides every random draw.\n\nDefault: `42`");
    expect(SETTINGS.get("sources[].licence")?.markdownDescription).not.toContain("Default: `");
  });

  it("lets a settings file name its schema", () => {
    expect("settings" in checkSettings({ $schema: "./prefloom.schema.json" })).toBe(true);
    expect(SETTINGS.get("$schema")?.type).toBe("string");
  });
});
