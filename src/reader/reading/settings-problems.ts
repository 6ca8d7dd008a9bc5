import { dirname } from "node:path";
import { type Node, parseTree } from "jsonc-parser";
import { InputError } from "../../core/errors.js";
import type { Position, Range } from "../../protocol/documents.js";
import type { SettingsProblem } from "../../protocol/reading.js";
import { locateModel } from "../../runtime/models.js";
import { filesOfSource, requireText } from "../../runtime/read-sources.js";
import { loadFewShot, loadSpace, parseSettings } from "../../runtime/workspace.js";

type Path = readonly (string | number)[];

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split("\n").length - 1;
  return { line, character: offset - (before.lastIndexOf("\n") + 1) };
}

/** The value of a setting; where it is not written, the beginning of the file. */
function rangeOf(text: string, tree: Node | undefined, path: Path): Range {
  let node: Node | undefined = tree;
  for (const key of path) {
    node =
      typeof key === "number"
        ? node?.children?.[key]
        : node?.children?.find(({ children }) => children?.[0]?.value === key)?.children?.[1];
  }
  const start = node ? positionAt(text, node.offset) : { line: 0, character: 0 };
  return { start, end: node ? positionAt(text, node.offset + node.length) : { line: 0, character: 1 } };
}

/** Runs a check of one setting. @returns why it cannot be used; null: it can */
async function refusal(check: () => Promise<unknown>): Promise<InputError | null> {
  try {
    await check();
    return null;
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/** What is wrong with settings beyond their schema: names of models, and files that are not there or hold something else. */
export async function settingsProblems(path: string, text: string): Promise<readonly SettingsProblem[]> {
  const folder = dirname(path);
  let settings: ReturnType<typeof parseSettings>;
  try {
    settings = parseSettings(text);
  } catch (error) {
    // The schema tells what is wrong with the form of it.
    if (error instanceof InputError) return [];
    throw error;
  }
  const tree = parseTree(text);
  const problems: SettingsProblem[] = [];
  const add = (at: Path, error: InputError | null, severity: SettingsProblem["severity"] = "error") => {
    if (error) {
      problems.push({
        ...{ range: rangeOf(text, tree, at), rule: error.rule, severity },
        message: error.message,
      });
    }
  };
  for (const [i, source] of settings.sources.entries()) {
    const check = async () => {
      for (const file of await filesOfSource(folder, source, i)) await requireText(file);
    };
    add(["sources", i, "path"], await refusal(check));
  }
  add(["model"], await refusal(async () => locateModel(settings.model, folder)));
  let space: Awaited<ReturnType<typeof loadSpace>> | undefined;
  const noSpace = await refusal(async () => (space = await loadSpace(folder, settings.space)));
  add(["space"], noSpace);
  if (space) {
    const known = space;
    add(["annotate", "fewShot"], await refusal(() => loadFewShot(folder, settings.annotate.fewShot, known)));
  }
  return problems;
}
