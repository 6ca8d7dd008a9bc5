import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import {
  getNodeValue,
  type Node,
  findNodeAtLocation,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { z } from "zod";
import { InputError } from "../core/errors.js";
import { checkSettings, nearestName, type SettingProblem } from "../core/settings/check-settings.js";
import type { Settings } from "../core/settings/settings.js";
import { ALIGNX_SPACE, type PreferenceSpace, spaceSchema } from "../core/space/space.js";
import { FEW_SHOT, fewShotSchema, type FewShotExample } from "../core/prompts/few-shot.js";
import { OutputFolder } from "../node/store/output-folder.js";
import type { LoadedSettings } from "../steps/step.js";

/** Name of the settings file, which makes a folder a workspace. */
export const SETTINGS_FILE = "prefloom.json";

/** A folder with `prefloom.json`, its settings and its output. */
export interface Workspace {
  readonly folder: string;
  readonly settings: Settings;
  /** Content of the files that settings name. */
  readonly loaded: LoadedSettings;
  readonly space: PreferenceSpace;
  readonly output: OutputFolder;
  /** A path as people know it: relative to the workspace, with `/`. */
  shown(path: string): string;
}

/** The nearest folder from `start` upward that holds `prefloom.json`, or null. */
export function findWorkspace(start: string): string | null {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (existsSync(join(folder, SETTINGS_FILE))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function lineOf(text: string, tree: Node | undefined, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0 && tree; depth--) {
    const node = findNodeAtLocation(
      tree,
      path.slice(0, depth).map((key) => (typeof key === "number" ? key : String(key))),
    );
    if (node) return lineAt(text, (node.parent?.type === "property" ? node.parent : node).offset);
  }
  return 1;
}

/** `key=value` of `--set`: the value as JSON, else as text. @throws InputError for anything else */
export function parseOverride(text: string): { readonly path: string[]; readonly value: unknown } {
  const at = text.indexOf("=");
  const path = text.slice(0, Math.max(0, at)).trim().split(".");
  if (at < 1 || path.some((key) => key === "" || key === "__proto__")) {
    throw new InputError(
      { file: "--set" },
      { rule: "usage", message: `“${text}” is no key=value`, fix: "write for example --set persona.size=4" },
    );
  }
  const raw = text.slice(at + 1);
  try {
    return { path, value: JSON.parse(raw) as unknown };
  } catch {
    return { path, value: raw };
  }
}

function applyOverrides(value: unknown, overrides: readonly string[]): unknown {
  const root = value as Record<string, unknown>;
  for (const text of overrides) {
    const { path, value: to } = parseOverride(text);
    let at = root;
    for (const key of path.slice(0, -1)) {
      const next = at[key];
      at = (next && typeof next === "object" ? next : (at[key] = {})) as Record<string, unknown>;
    }
    at[path.at(-1)!] = to;
  }
  return root;
}

/** One error that lists every problem with the settings. */
function settingsError(
  problems: readonly SettingProblem[],
  text: string,
  tree: Node | undefined,
  overridden: readonly string[],
): InputError {
  const [first, ...rest] = problems.map((problem) => {
    const key = problem.path.map(String).join(".");
    const fromSet = overridden.some(
      (path) => key === path || key.startsWith(`${path}.`) || path.startsWith(`${key}.`),
    );
    return {
      problem,
      place: fromSet ? { file: "--set" } : { file: SETTINGS_FILE, line: lineOf(text, tree, problem.path) },
    };
  });
  const error = new InputError(first!.place, first!.problem);
  const others = rest.map(({ place, problem }) => new InputError(place, problem).message);
  if (others.length > 0) error.message = [error.message, ...others].join("\n");
  return error;
}

/** `CommaExpected` as “comma expected”. */
function faultInWords({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase();
}

/** The first thing that is wrong with a file that settings name, in words: `[0].answers[2]: what`. */
function firstIssue({ issues }: z.ZodError): { readonly field: string; readonly message: string } {
  const { path, message } = issues[0]!;
  return {
    field: path
      .map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`))
      .join(""),
    message: message.replace(/^Invalid input: /, ""),
  };
}

/** Settings from the text of `prefloom.json` (comments and trailing commas allowed) and overrides. @throws InputError */
export function parseSettings(text: string, overrides: readonly string[] = []): Settings {
  const errors: ParseError[] = [];
  const body = text.replace(/^\ufeff/, "");
  if (body.trim() === "") {
    throw new InputError(
      { file: SETTINGS_FILE },
      { rule: "json-syntax", message: "the file is empty", fix: "write { } at least" },
    );
  }
  const tree = parseTree(body, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) {
    throw new InputError(
      { file: SETTINGS_FILE, line: lineAt(body, error.offset) },
      {
        rule: "json-syntax",
        message: `the settings are no JSON: ${faultInWords(error)}`,
        fix: "correct the line; `prefloom init` in an empty folder writes an example",
      },
    );
  }
  const value: unknown = tree ? getNodeValue(tree) : undefined;
  if (!value || typeof value !== "object" || Array.isArray(value)) {
    throw new InputError(
      { file: SETTINGS_FILE },
      { rule: "setting-value", message: "the settings are no object", fix: "write { } at least" },
    );
  }
  const checked = checkSettings(applyOverrides(value, overrides));
  if ("settings" in checked) return checked.settings;
  throw settingsError(
    checked.problems,
    body,
    tree,
    overrides.map((text) => parseOverride(text).path.join(".")),
  );
}

/** The space that settings name. @throws InputError where its file is none */
export async function loadSpace(folder: string, space: string): Promise<PreferenceSpace> {
  if (space === "alignx") return ALIGNX_SPACE;
  const place = { file: space };
  let value: unknown;
  try {
    value = JSON.parse(await readFile(resolve(folder, space), "utf8"));
  } catch (error) {
    throw new InputError(
      place,
      {
        rule: "space",
        message: `the preference space cannot be read: ${(error as Error).message}`,
        fix: "set “space” to “alignx” or to a JSON file with a list of dimensions",
      },
      { cause: error },
    );
  }
  const checked = spaceSchema.safeParse(value);
  if (!checked.success) {
    throw new InputError(place, {
      rule: "space",
      ...firstIssue(checked.error),
      fix: "give each dimension group, name, options (two), positiveLabel and negativeLabel",
    });
  }
  const names = checked.data.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new InputError(place, {
      rule: "space",
      message: `two dimensions are named “${twice}”`,
      fix: "rename one",
    });
  }
  return { name: space, dimensions: checked.data };
}

/** Examples on dimensions that the space has not would be left out of the prompt. */
function requireDimensions(
  examples: readonly FewShotExample[],
  file: string,
  { dimensions }: PreferenceSpace,
): void {
  const names = dimensions.map(({ name }) => name);
  for (const [i, { answers }] of examples.entries()) {
    for (const [a, { dimension }] of answers.entries()) {
      if (names.includes(dimension)) continue;
      const near = nearestName(dimension, names);
      throw new InputError(
        { file },
        {
          rule: "few-shot",
          field: `[${i}].answers[${a}].dimension`,
          message: `the preference space has no dimension “${dimension}”`,
          fix: near === undefined ? "write the name of a dimension of the space" : `write “${near}”`,
        },
      );
    }
  }
}

/** Few-shot examples of one's own. @throws InputError naming the entry that is wrong */
export async function loadFewShot(
  folder: string,
  file: string | null,
  space: PreferenceSpace,
): Promise<readonly FewShotExample[]> {
  if (file === null) return FEW_SHOT;
  const fix = 'give a list of {"query", "comment", "answers": [{"dimension", "answer": 1, 2 or 3}]}';
  let value: unknown;
  try {
    value = JSON.parse(await readFile(resolve(folder, file), "utf8"));
  } catch (error) {
    const message = `the few-shot examples cannot be read: ${(error as Error).message}`;
    throw new InputError({ file }, { rule: "few-shot", message, fix }, { cause: error });
  }
  const checked = fewShotSchema.safeParse(value);
  if (!checked.success) {
    throw new InputError({ file }, { rule: "few-shot", ...firstIssue(checked.error), fix });
  }
  requireDimensions(checked.data, file, space);
  return checked.data;
}

/** Opens the workspace of a folder. @throws InputError when the folder has no settings or they are wrong */
export async function openWorkspace(folder: string, overrides: readonly string[] = []): Promise<Workspace> {
  let text: string;
  try {
    text = await readFile(join(folder, SETTINGS_FILE), "utf8");
  } catch (error) {
    throw new InputError(
      { file: SETTINGS_FILE },
      {
        rule: "no-workspace",
        message: `${folder} is no workspace: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "it has no such file" : (error as Error).message}`,
        fix: "run `prefloom init` there, or name a workspace with --workspace",
      },
      { cause: error },
    );
  }
  const settings = parseSettings(text, overrides);
  const space = await loadSpace(folder, settings.space);
  return {
    folder,
    settings,
    loaded: { fewShot: await loadFewShot(folder, settings.annotate.fewShot, space) },
    space,
    output: new OutputFolder(resolve(folder, settings.output)),
    shown: (path) => relative(folder, path).replaceAll("\\", "/") || ".",
  };
}
