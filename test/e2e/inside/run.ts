import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  commands,
  ConfigurationTarget,
  extensions,
  languages,
  type Task,
  tasks,
  Uri,
  window,
  workspace,
} from "vscode";
import { type InsideTests } from "../harness/inside-run.js";

const root = (): Uri => workspace.workspaceFolders![0]!.uri;
const at = (...parts: readonly string[]): string => join(root().fsPath, ...parts);
const settingsFile = (): Uri => Uri.joinPath(root(), "prefloom.json");
const readJson = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
const manifest = (step: string) => readJson(at("prefloom-out", step, "manifest.json"));
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(what: string, isSo: () => boolean, milliseconds = 100_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await pause(50);
  }
}

/** Agents that this extension host started. */
function agents(): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      if (!/^\d+$/.test(name) || !readFileSync(`/proc/${name}/cmdline`, "utf8").includes("agent.mjs"))
        return [];
      const [state, parent] = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)!.split(" ");
      return state !== "Z" && Number(parent) === process.pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Units of the annotate step that are on disk, in a run that has not ended. */
function annotated(): number {
  try {
    const work = at("prefloom-out/.work/annotate");
    const file = readdirSync(work, { recursive: true, encoding: "utf8" }).find((name) =>
      name.endsWith("annotations.jsonl"),
    );
    return file === undefined ? 0 : readFileSync(join(work, file), "utf8").split("\n").length - 1;
  } catch {
    return 0;
  }
}

async function setSetting(path: string, value: unknown): Promise<void> {
  const text = readFileSync(settingsFile().fsPath, "utf8");
  const settings = JSON.parse(text) as Record<string, Record<string, unknown>>;
  const [section = "", key = ""] = path.split(".");
  settings[section] = { ...settings[section], [key]: value };
  await workspace.fs.writeFile(settingsFile(), Buffer.from(JSON.stringify(settings, null, 2)));
}

async function execute(task: Task): Promise<number | undefined> {
  const ended = new Promise<number | undefined>((resolve) => {
    const listening = tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== task.name) return;
      listening.dispose();
      resolve(exitCode);
    });
  });
  await tasks.executeTask(task);
  return ended;
}

const taskNamed = async (name: string): Promise<Task> => {
  const task = (await tasks.fetchTasks({ type: "prefloom" })).find((one) => one.name === name);
  assert.ok(task, `there is no task “${name}”`);
  return task;
};

const runUntil = (step: string) => commands.executeCommand("prefloom.runUntil", settingsFile(), step);

export const tests: InsideTests = {
  "the models' folder is a setting of the machine": async () => {
    await extensions.getExtension("prefloom.prefloom")!.activate();
    const folder = readFileSync(at("models-folder.txt"), "utf8");
    const configuration = workspace.getConfiguration();
    await configuration.update("prefloom.modelsFolder", folder, ConfigurationTarget.Global);
    assert.equal(workspace.getConfiguration().get("prefloom.modelsFolder"), folder);
  },

  "a new workspace has the sample, and no agent is needed before": async () => {
    assert.deepEqual(agents(), []);
    const fresh = Uri.joinPath(root(), "fresh");
    await workspace.fs.createDirectory(fresh);
    await commands.executeCommand("prefloom.init", fresh, { sample: true });
    assert.deepEqual((await workspace.fs.readDirectory(fresh)).map(([name]) => name).sort(), [
      "NOTICE.md",
      "oasst-threads.jsonl",
      "prefloom.json",
    ]);
    assert.equal(
      window.activeTextEditor?.document.uri.toString(),
      Uri.joinPath(fresh, "prefloom.json").toString(),
    );
    await commands.executeCommand("workbench.action.closeAllEditors");
    assert.equal(agents().length, 1);
  },

  "a step whose input is missing does not run": async () => {
    await commands.executeCommand("prefloom.levels", settingsFile());
    assert.throws(() => manifest("levels"));
  },

  "a run that is stopped ends at a unit, and goes on where it was": async () => {
    const run = runUntil("annotate");
    await until("some responses are annotated", () => annotated() > 0);
    await commands.executeCommand("prefloom.stop");
    await run;
    const kept = annotated();
    assert.ok(kept > 0);
    assert.throws(() => manifest("annotate"), "it was stopped");
    const again = runUntil("annotate");
    await until("the next one is annotated", () => annotated() > kept);
    await commands.executeCommand("prefloom.stop");
    await again;
    assert.equal(agents().length, 2, "one for each of the two workspaces");
  },

  "an agent that is killed in the middle of a run loses nothing, and is started again": async () => {
    const run = runUntil("annotate");
    const before = annotated();
    await until("one more is annotated", () => annotated() > before);
    for (const pid of agents()) process.kill(pid, "SIGKILL");
    await run;
    assert.deepEqual(agents(), []);
    assert.ok(annotated() > before);
  },

  "the whole pipeline runs by its command": async () => {
    await setSetting("import.maxPosts", 6);
    await commands.executeCommand("prefloom.run", settingsFile());
    assert.equal(manifest("export")["status"], "done");
    assert.equal((manifest("import")["counts"] as Record<string, number>)["posts"], 6);
    assert.equal((manifest("annotate")["model"] as { name: string }).name, "smollm2-135m-instruct");
    assert.equal(agents().length, 1);
  },

  "tasks run steps with the exit codes of the command line": async () => {
    const names = (await tasks.fetchTasks({ type: "prefloom" })).map(({ name }) => name);
    for (const name of ["run", "import", "export", "report", "validate", "run (fresh)"])
      assert.ok(names.includes(name), name);
    await setSetting("levels.neutralShare", 0.8);
    assert.equal(await execute(await taskNamed("levels")), 0);
    assert.equal((manifest("levels")["settings"] as Record<string, unknown>)["neutralShare"], 0.8);
    assert.equal(await execute(await taskNamed("report")), 0);
    assert.ok([0, 1].includes((await execute(await taskNamed("validate"))) ?? -1));
    assert.equal((await taskNamed("run (fresh)")).definition["workspace"], "fresh");
  },

  "a task of tasks.json checks files, and its findings are problems": async () => {
    await workspace.fs.createDirectory(Uri.joinPath(root(), ".vscode"));
    const definition = { type: "prefloom", step: "validate", files: ["bad.jsonl"] };
    const task = { ...definition, label: "check bad", problemMatcher: "$prefloom" };
    const content = JSON.stringify({ version: "2.0.0", tasks: [task] });
    await workspace.fs.writeFile(Uri.joinPath(root(), ".vscode/tasks.json"), Buffer.from(content));
    const bad = Uri.joinPath(root(), "bad.jsonl");
    await workspace.fs.writeFile(bad, Buffer.from('{"prompt": "a", "chosen": "b", "rejected": "b"}\n'));
    const named = () => tasks.fetchTasks().then((all) => all.find(({ name }) => name === "check bad"));
    let found: Task | undefined;
    for (let i = 0; i < 100 && !(found = await named()); i++) await pause(100);
    assert.ok(found, "tasks.json is not read");
    assert.equal(await execute(found), 1);
    const problems = () => languages.getDiagnostics(bad).filter(({ source }) => source === "Prefloom");
    await until("the task's findings are problems", () => problems().length > 0, 10_000);
    assert.equal(problems()[0]!.range.start.line, 0);
  },

  "the report is written and shown": async () => {
    await commands.executeCommand("prefloom.report", settingsFile());
    await until(
      "a preview is open",
      () => window.tabGroups.activeTabGroup.activeTab?.label.includes("report") === true,
    );
    assert.ok(readFileSync(at("prefloom-out/report/report.html"), "utf8").length > 1000);
    await commands.executeCommand("workbench.action.closeAllEditors");
  },

  "using a model keeps the settings' comments, and refuses one that there is not": async () => {
    const fresh = Uri.joinPath(root(), "fresh", "prefloom.json");
    const before = readFileSync(fresh.fsPath, "utf8");
    await commands.executeCommand("prefloom.modelUse", fresh, "none-such");
    assert.equal(readFileSync(fresh.fsPath, "utf8"), before);
    await commands.executeCommand("prefloom.modelUse", fresh, "qwen2.5-7b-instruct");
    const after = before.replace('"smollm2-135m-instruct"', '"qwen2.5-7b-instruct"');
    assert.notEqual(after, before);
    assert.equal(readFileSync(fresh.fsPath, "utf8"), after);
  },
};
