import { resolve } from "node:path";
import { InputError, type Problem } from "../core/errors.js";
import { isObject } from "../core/sources/check-record.js";
import { detectFormat, SOURCE_FORMATS } from "../core/sources/formats.js";
import type { SourceFormat } from "../core/sources/source.js";
import type { SourceSettings } from "../core/settings/settings.js";
import { expandPattern } from "../node/files/expand-pattern.js";
import { readRecords } from "../node/text/read-records.js";
import { openText } from "../node/text/text-file.js";
import type { RawRecord } from "../steps/step.js";
import type { Workspace } from "./workspace.js";

/** Records looked at to tell a format. */
const SAMPLE = 50;

/** One file of a source. */
export interface SourceFile {
  readonly source: SourceSettings;
  readonly path: string;
  /** As people know it. */
  readonly shown: string;
}

/** How a file is read, and why. */
export interface ChosenFormat {
  readonly format: SourceFormat;
  readonly why: string;
}

/** Paths of the files of a source, a pattern's by name. @param at its place in the settings @throws InputError where there are none */
export async function filesOfSource(folder: string, { path }: SourceSettings, at: number): Promise<string[]> {
  const paths = await expandPattern(folder, path);
  if (paths.length > 0) return paths;
  throw new InputError(
    { file: path },
    {
      rule: "missing-file",
      field: `sources[${at}].path`,
      message: "no file has such a name",
      fix: "check the path; * stands for any part of a file name",
    },
  );
}

/** All files of all sources, in the order of the settings; a pattern's files by name. @throws InputError for a pattern without files */
export async function sourceFiles(workspace: Workspace): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const [i, source] of workspace.settings.sources.entries()) {
    const paths = await filesOfSource(workspace.folder, source, i);
    for (const path of paths) files.push({ source, path, shown: workspace.shown(path) });
  }
  return files;
}

/** Looks whether a file can be read and holds text. @throws InputError when not */
export async function requireText(path: string): Promise<void> {
  for await (const _ of (await openText(path)).chunks()) return;
}

/**
 * The format of a file: as the settings say, else told from its first records.
 * @throws InputError when it cannot be told
 */
export async function chooseFormat(path: string, shown: string, given?: string): Promise<ChosenFormat> {
  if (given !== undefined) {
    const format = Object.values(SOURCE_FORMATS).find(({ name }) => name === given);
    if (!format) {
      throw new InputError(
        { file: shown },
        {
          rule: "unknown-format",
          field: "--as",
          message: `there is no format “${given}”`,
          fix: `write one of ${Object.keys(SOURCE_FORMATS).join(", ")}`,
        },
      );
    }
    return { format, why: "as was said" };
  }
  const sample: unknown[] = [];
  let broken: { readonly line: number; readonly problem: Problem } | undefined;
  for await (const record of readRecords(path, { name: shown })) {
    if ("value" in record) sample.push(record.value);
    else broken ??= record;
    if (sample.length >= SAMPLE) break;
  }
  const detected = detectFormat(sample);
  if ("format" in detected) return detected;
  // Without any record that could tell, what is wrong with the first one says more.
  if (broken && !sample.some(isObject))
    throw new InputError({ file: shown, line: broken.line }, broken.problem);
  throw new InputError({ file: shown }, detected.problem);
}

/** Raw records of all sources, file by file; says of each file which format it took and why. */
export async function* rawRecords(
  workspace: Workspace,
  log: (message: string) => void,
): AsyncGenerator<RawRecord> {
  for (const { source, path, shown } of await sourceFiles(workspace)) {
    const { format, why } = await chooseFormat(resolve(path), shown, source.format);
    log(`${shown}: ${format.name} (${why})`);
    for await (const record of readRecords(path, { name: shown })) {
      const place = { source: source.name ?? format.name, origin: { file: shown, line: record.line } };
      if ("value" in record) yield { ...place, value: record.value, format: format.name };
      else yield { ...place, problem: record.problem };
    }
  }
}
