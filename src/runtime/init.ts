import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
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

/**
 * Writes a starting `prefloom.json`.
 * @returns its path
 * @throws InputError when the folder is a workspace already, or a file
 */
export async function initWorkspace(folder: string): Promise<string> {
  const file = join(folder, SETTINGS_FILE);
  if (existsSync(file)) {
    throw new InputError(
      { file },
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
  await writeWhole(file, STARTING_SETTINGS);
  return file;
}
