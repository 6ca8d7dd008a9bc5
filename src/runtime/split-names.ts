import { basename, dirname, resolve } from "node:path";
import { InputError } from "../core/errors.js";

/** Words that name a split wherever they stand alone in a file's name, such as `alignx_train-00001.jsonl`. */
const SPLIT_WORDS = new Set([
  "train",
  "training",
  "test",
  "testing",
  "validation",
  "valid",
  "val",
  "dev",
  "eval",
  "evaluation",
]);

function splitWordIn(name: string): string | undefined {
  const words = new Set(name.toLowerCase().split(/[^a-z]+/));
  const found = [...words].filter((word) => SPLIT_WORDS.has(word));
  // A name with two of them names neither.
  return found.length === 1 ? found[0] : undefined;
}

/** The splits of files that their names tell, or, where no name tells any, the names of their folders. */
function toldSplits(files: readonly string[]): readonly (string | undefined)[] {
  const byName = files.map((file) => splitWordIn(basename(file).replace(/\.[^.]*$/, "")));
  if (byName.some((split) => split !== undefined)) return byName;
  return files.map((file) => splitWordIn(basename(dirname(resolve(file)))));
}

/** `FILE=NAME` of `--split`. @throws InputError for anything else */
function parseSplit(text: string): { readonly file: string; readonly name: string } {
  const at = text.lastIndexOf("=");
  const [file, name] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1).trim()];
  if (file !== "" && name !== "") return { file, name };
  throw new InputError(
    { file: "--split" },
    {
      rule: "usage",
      message: `“${text}” is no FILE=NAME`,
      fix: "write for example --split part1.jsonl=train, after the files",
    },
  );
}

/**
 * The split of each file: what is said of it, else what its name tells. Without two different
 * splits there is nothing that could leak, and no file has one.
 * @param said `FILE=NAME`, each about one of the files
 * @throws InputError for a split of a file that is not checked
 */
export function splitNames(
  files: readonly string[],
  said: readonly string[] = [],
): ReadonlyMap<string, string> {
  const byPath = new Map<string, string>();
  for (const { file, name } of said.map(parseSplit)) {
    if (!files.some((one) => resolve(one) === resolve(file))) {
      const problem = {
        rule: "usage",
        message: `“${file}” is not among the files to be checked`,
        fix: "name it as well",
      };
      throw new InputError({ file: "--split" }, problem);
    }
    byPath.set(resolve(file), name);
  }
  const splits = new Map<string, string>();
  const told = toldSplits(files);
  for (const [i, file] of files.entries()) {
    const split = byPath.get(resolve(file)) ?? told[i];
    if (split !== undefined) splits.set(file, split);
  }
  return new Set(splits.values()).size > 1 ? splits : new Map();
}
