import { existsSync } from "node:fs";
import { InputError } from "../core/errors.js";
import { lineageSchema } from "../core/records/alignx-row.js";
import type { StepName } from "../core/step-names.js";
import { readRecordFile } from "../node/store/record-file.js";
import { readLines } from "../node/text/json-lines.js";
import { ANNOTATIONS, CLUSTERS, LEVELS, PAIRS, PERSONAS, POSTS, VERDICTS } from "../steps/files.js";
import type { RecordFile } from "../steps/step.js";
import type { Workspace } from "./workspace.js";

/** What an id is the id of; `record`: a raw record that gave no post. */
export type IdKind = "pair" | "post" | "response" | "record";

/** An id, and what it is of. */
export interface KnownId {
  readonly kind: IdKind;
  readonly id: string;
}

const KINDS: Readonly<Record<string, IdKind>> = {
  "pair-": "pair",
  "post-": "post",
  "resp-": "response",
  "raw-": "record",
};

/** Where the ids of a kind stand, and the step that makes them. */
const HOMES: Readonly<
  Record<IdKind, { readonly step: StepName; readonly path: string; readonly name: string }>
> = {
  pair: { step: "pair", path: PAIRS.path, name: "pair" },
  post: { step: "import", path: POSTS.path, name: "post" },
  response: { step: "import", path: POSTS.path, name: "response" },
  record: { step: "import", path: POSTS.path, name: "raw record" },
};

const kindOf = (id: string): IdKind | undefined =>
  Object.entries(KINDS).find(([prefix]) => id.startsWith(prefix))?.[1];

const HOW =
  "give train.jsonl:LINE or test.jsonl:LINE, or the id of a pair, a post or a response (pair-..., post-..., resp-...)";

const usage = (asked: string, message: string, fix = HOW): InputError =>
  new InputError({ file: asked }, { rule: "unknown-id", message, fix });

/** A file whose lines can be asked for: the step that makes it, and the id that a line stands for. */
interface LineFile {
  readonly step: StepName;
  /** Path of what is shown to people. */
  readonly path: string;
  idAt(workspace: Workspace, line: number): Promise<{ readonly id: string | null; readonly lines: number }>;
}

function lineFile<T>(
  step: StepName,
  { path, schema }: RecordFile<T>,
  idOf: (record: T) => string,
  shownPath = path,
): LineFile {
  return {
    step,
    path: shownPath,
    async idAt({ output, shown }, line) {
      const file = output.file(path);
      let lines = 0;
      const records = readRecordFile(file, schema, shown(file), (raw) => {
        lines = raw.line;
        return raw.line === line;
      });
      for await (const { value } of records) return { id: idOf(value), lines };
      return { id: null, lines };
    },
  };
}

/** Files by name. The lines of a split stand beside those of its lineage. */
const LINE_FILES: Readonly<Record<string, LineFile>> = {
  ...Object.fromEntries(
    ["train", "test"].flatMap((split) => {
      const lineage = { path: `dataset/${split}.lineage.jsonl`, schema: lineageSchema };
      const file = lineFile("export", lineage, ({ pair }) => pair, `dataset/${split}.jsonl`);
      return [
        [`${split}.jsonl`, file],
        [`${split}.lineage.jsonl`, file],
      ];
    }),
  ),
  "posts.jsonl": lineFile("import", POSTS, ({ id }) => id),
  "annotations.jsonl": lineFile("annotate", ANNOTATIONS, ({ response }) => response),
  "levels.jsonl": lineFile("levels", LEVELS, ({ response }) => response),
  "clusters.jsonl": lineFile("cluster", CLUSTERS, ({ post }) => post),
  "pairs.jsonl": lineFile("pair", PAIRS, ({ id }) => id),
  "personas.jsonl": lineFile("persona", PERSONAS, ({ pair }) => pair),
  "verdicts.jsonl": lineFile("check", VERDICTS, ({ pair }) => pair),
};

/** `FILE:LINE`, with any folders before it. */
const PLACE = /^(?:.*[/\\])?([\w.]+\.jsonl)(?::(\d+))?$/;

async function idAtLine(workspace: Workspace, asked: string, name: string, line: number): Promise<string> {
  const file = LINE_FILES[name];
  if (!file) {
    throw usage(
      asked,
      `there is no file “${name}” whose lines can be asked for`,
      `name one of ${Object.keys(LINE_FILES).join(", ")}`,
    );
  }
  const path = workspace.output.file(file.path);
  const shown = workspace.shown(path);
  if (!existsSync(path)) {
    throw usage(
      asked,
      `${shown} has not been made yet`,
      `run \`prefloom ${file.step}\`, or \`prefloom run\` for everything`,
    );
  }
  const { id, lines } = await file.idAt(workspace, line);
  if (id !== null) return id;
  throw usage(
    asked,
    lines === 0
      ? `${shown} has no lines`
      : `${shown} has no line ${line}: it has ${lines} line${lines === 1 ? "" : "s"}`,
    lines === 0 ? "`prefloom drops` tells what was left out and why" : `give a line from 1 to ${lines}`,
  );
}

/**
 * What was asked for: an id, or the id that a line of a file stands for. Whether there is such a record is not looked at.
 * @throws InputError for what is neither, and for a line that is not there
 */
export async function resolveId(workspace: Workspace, asked: string): Promise<KnownId> {
  const [, name, line] = PLACE.exec(asked.trim()) ?? [];
  if (name !== undefined && line === undefined) {
    throw usage(asked, "the line is missing", `write ${name}:1 for its first line`);
  }
  const id = name === undefined ? asked.trim() : await idAtLine(workspace, asked, name, Number(line));
  const kind = kindOf(id);
  if (kind) return { kind, id };
  throw usage(asked, `“${asked}” is no id`);
}

/** Digits of an id that must be the same for another one to be meant. */
const SAME_DIGITS = 4;

/** The id of the same kind with the longest beginning in common, or undefined where none is near. */
async function nearestId({ output }: Workspace, { kind, id }: KnownId): Promise<string | undefined> {
  const prefix = Object.keys(KINDS).find((one) => KINDS[one] === kind)!;
  const pattern = new RegExp(`"id":"(${prefix}[0-9a-f]+)"`, "g");
  let best: string | undefined;
  let longest = prefix.length + SAME_DIGITS - 1;
  for await (const raw of readLines(output.file(HOMES[kind].path), { allowEmpty: true })) {
    if (!("text" in raw)) continue;
    for (const [, found = ""] of raw.text.matchAll(pattern)) {
      let same = 0;
      while (same < found.length && found[same] === id[same]) same++;
      if (same > longest) {
        longest = same;
        best = found;
      }
    }
  }
  return best;
}

/** The error for an id that no record and no ledger has. */
export async function unknownId(workspace: Workspace, known: KnownId): Promise<InputError> {
  const { step, path, name } = HOMES[known.kind];
  if (!existsSync(workspace.output.file(path))) {
    return usage(
      known.id,
      `there are no ${name}s yet: the step “${step}” has not run`,
      `run \`prefloom ${step}\`, or \`prefloom run\` for everything`,
    );
  }
  const near = known.kind === "record" ? undefined : await nearestId(workspace, known);
  return usage(
    known.id,
    `no ${name} has this id, and no drop ledger either`,
    near === undefined
      ? `ids stand in ${workspace.shown(workspace.output.file(path))}; \`prefloom drops\` lists those that were dropped`
      : `perhaps ${near} was meant`,
  );
}
