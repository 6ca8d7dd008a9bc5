import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../core/errors.js";
import { writeWhole } from "../node/store/write-whole.js";
import { SETTINGS_FILE } from "./workspace.js";

const STARTING_SETTINGS = `{
  // Settings of a Prefloom workspace. Comments are allowed; what is left out has its default.

  // Raw threads. \`prefloom import FILE\` adds to this list; "licence" goes into the data card.
  "sources": [
    // { "path": "threads.jsonl", "name": "my threads", "licence": "CC-BY-4.0" }
  ],

  // The annotator: a name from \`prefloom model list\`, an hf: address or the path of a GGUF file.
  // The small default shows that everything works; use a strong model for data you want to learn from.
  "model": "smollm2-135m-instruct",

  "annotate": {
    // "numbers" is the paper's prompt, for strong models; "words" makes a small one usable.
    "answers": "words"
  },
  "levels": {
    // "argmax" is the paper's reading; "batch" takes the extremes relative to the corpus, which a small model needs.
    "decision": "batch",
    "neutralShare": 0.9
  },
  "pair": { "pairsPerPost": 1, "testShare": 0.1 },
  "persona": {
    "size": 16,
    // "model" lets the annotator describe each user (prompt #2); "template" writes the text from the direction.
    "demographic": { "method": "template" }
  },
  "seed": 42
}
`;

/** Files of the sample besides its settings. */
const SAMPLE_FILES = ["oasst-threads.jsonl", "NOTICE.md"];

/** The sample lies beside the built programs; in a checkout, among the scripts. */
function sampleFolder(): string {
  const built = fileURLToPath(new URL("./sample", import.meta.url));
  return existsSync(built) ? built : fileURLToPath(new URL("../../scripts/sample", import.meta.url));
}

/** The sample's settings without the path to a schema, which holds in the checkout only. */
async function sampleSettings(folder: string): Promise<string> {
  const text = await readFile(join(folder, SETTINGS_FILE), "utf8");
  return text.replace(/^ *"\$schema":.*\n/m, "");
}

/** What a new workspace consists of: names and contents, settings first. */
async function startingFiles(sample: boolean): Promise<ReadonlyMap<string, string>> {
  if (!sample) return new Map([[SETTINGS_FILE, STARTING_SETTINGS]]);
  const folder = sampleFolder();
  const files = new Map([[SETTINGS_FILE, await sampleSettings(folder)]]);
  for (const name of SAMPLE_FILES) files.set(name, await readFile(join(folder, name), "utf8"));
  return files;
}

/**
 * Makes a folder a workspace: a starting `prefloom.json`, or with `sample` one for real threads that come with it. What is
 * there already is never written over.
 * @returns paths of the files that were written, settings first
 * @throws InputError when the folder is a workspace already, or a file, or has a file of the sample's name
 */
export async function initWorkspace(
  folder: string,
  { sample = false }: { readonly sample?: boolean } = {},
): Promise<readonly string[]> {
  const settings = join(folder, SETTINGS_FILE);
  if (existsSync(settings)) {
    throw new InputError(
      { file: settings },
      {
        rule: "workspace-exists",
        message: "this folder is a workspace already",
        fix: "edit the file, or name another folder",
      },
    );
  }
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new InputError(
      { file: folder },
      { rule: "not-a-folder", message: "this is a file, not a folder", fix: "name a folder" },
    );
  }
  const files = await startingFiles(sample);
  const taken = [...files.keys()].find((name) => existsSync(join(folder, name)));
  if (taken !== undefined) {
    throw new InputError(
      { file: join(folder, taken) },
      {
        rule: "file-exists",
        message: "the sample has a file of this name, and this one would be lost",
        fix: "name another folder, or move the file away",
      },
    );
  }
  // Settings last: they make the folder a workspace.
  for (const [name, content] of [...files].reverse()) await writeWhole(join(folder, name), content);
  return [...files.keys()].map((name) => join(folder, name));
}
