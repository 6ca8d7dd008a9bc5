import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { Session, type Profiler } from "node:inspector";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { commands, languages, Position, Selection, Uri, window, workspace } from "vscode";
import { type InsideTests } from "../harness/inside-run.js";

/** Not a test of the suite but the work of `npm run bench:host`: it profiles the extension host while an editor is used. */

/** Longest time for which the extension's code held the host without a pause, in milliseconds. */
export interface HeldHost {
  readonly what: string;
  readonly longest: number;
  /** Functions that were seen during it, the most frequent first. */
  readonly functions: readonly string[];
  /** Of all samples that show the extension's code. */
  readonly total: number;
  /** Wall-clock seconds of the whole. */
  readonly seconds: number;
}

const OURS = /prefloom[^/]*\/dist\/extension\.cjs/;
const SAMPLING_MICROSECONDS = 500;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Longest stretch of neighbouring samples that have the extension's code on the stack. */
function heldBy({
  nodes,
  samples = [],
  timeDeltas = [],
}: Profiler.Profile): Omit<HeldHost, "what" | "seconds"> {
  const parents = new Map<number, number>();
  for (const { id, children } of nodes) for (const child of children ?? []) parents.set(child, id);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  /** The innermost function of ours on the stack. */
  const ourFunction = (id: number): string | undefined => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const { url, functionName, lineNumber, columnNumber } = byId.get(at)!.callFrame;
      if (OURS.test(url)) return `${functionName || "(anonymous)"}:${lineNumber + 1}:${columnNumber + 1}`;
    }
    return undefined;
  };
  let [longest, stretch, total] = [0, 0, 0];
  let seen: string[] = [];
  let functions: string[] = [];
  for (const [i, id] of samples.entries()) {
    const own = ourFunction(id);
    if (own === undefined) {
      [stretch, seen] = [0, []];
      continue;
    }
    const milliseconds = (timeDeltas[i] ?? 0) / 1000;
    stretch += milliseconds;
    total += milliseconds;
    seen.push(own);
    if (stretch > longest) [longest, functions] = [stretch, seen];
  }
  const counts = new Map<string, number>();
  for (const name of functions) counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    longest,
    total,
    functions: [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([name]) => name)
      .slice(0, 5),
  };
}

async function profiled(what: string, work: () => Promise<void>): Promise<HeldHost> {
  const session = new Session();
  session.connect();
  const post = <T>(method: string, params: object = {}) =>
    new Promise<T>((resolve, reject) =>
      session.post(method, params, (error, result) => (error ? reject(error) : resolve(result as T))),
    );
  await post("Profiler.enable");
  await post("Profiler.setSamplingInterval", { interval: SAMPLING_MICROSECONDS });
  await post("Profiler.start");
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  const { profile } = await post<{ readonly profile: Profiler.Profile }>("Profiler.stop");
  session.disconnect();
  return { what, seconds, ...heldBy(profile) };
}

export const tests: InsideTests = {
  "the editor is used while the extension host is profiled": async () => {
    const folder = workspace.workspaceFolders![0]!.uri;
    const held: HeldHost[] = [];
    const note = async (what: string, work: () => Promise<void>) => held.push(await profiled(what, work));
    await note("the trees of 100,000 posts", async () => {
      for (const view of ["pipeline", "dataset", "findings", "drops", "models", "runs"]) {
        await commands.executeCommand(`prefloom.${view}.focus`);
        await pause(700);
      }
      await commands.executeCommand("prefloom.dataset.focus");
      await commands.executeCommand("prefloom.refresh");
      await pause(2000);
    });
    const uri = Uri.joinPath(folder, "typing.jsonl");
    await note("opening 5 MB with 1,000 findings", async () => {
      await window.showTextDocument(await workspace.openTextDocument(uri));
      while (languages.getDiagnostics(uri).length === 0) await pause(50);
      await pause(1500);
    });
    const editor = window.activeTextEditor!;
    const line = Math.floor(editor.document.lineCount / 2);
    const at = editor.document.lineAt(line).text.indexOf("where should");
    assert.ok(at > 0);
    editor.selection = new Selection(new Position(line, at), new Position(line, at));
    await note("typing 100 characters into it", async () => {
      for (let i = 0; i < 100; i++) {
        await commands.executeCommand("type", { text: "x" });
        await pause(60);
      }
      await pause(1000);
    });
    await note("validating it", async () => {
      await commands.executeCommand("prefloom.validateFile", uri);
      await pause(1000);
    });
    writeFileSync(join(folder.fsPath, "host-profile.json"), JSON.stringify(held));
  },
};
