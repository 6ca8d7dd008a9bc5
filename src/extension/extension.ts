import { commands, type ExtensionContext, window, workspace } from "vscode";
import { Agents } from "./agent/agents.js";
import { registerCommands } from "./commands/register-commands.js";
import { registerDoctor } from "./doctor/register-doctor.js";
import type { Editor } from "./editor.js";
import { engineEnvironment } from "./environment.js";
import { Workspaces } from "./folders/workspaces.js";
import { registerLanguage } from "./language/register-language.js";
import { COMMANDS, SETTINGS } from "./ids.js";
import { ReaderClient } from "./reader/reader-client.js";
import { RunHistory } from "./runs/run-history.js";
import { Runner } from "./runs/runner.js";
import { showRunInStatusBar } from "./runs/status-item.js";
import { registerTasks } from "./tasks/register-tasks.js";
import { registerViews } from "./views/register-views.js";

let endAgents: (() => Promise<void>) | undefined;

/** Starts the extension: it registers what can be asked for; whatever costs time begins when it is asked for. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("Prefloom", { log: true });
  const { version } = context.extension.packageJSON as { readonly version: string };
  log.info(`Prefloom ${version}`);
  const reader = ReaderClient.in(context.extensionPath, () => engineEnvironment(context), log);
  const workspaces = new Workspaces(reader);
  const agents = new Agents(context, log);
  const runs = new RunHistory(context.workspaceState);
  const runner = new Runner(agents, runs, log);
  const editor: Editor = { context, log, reader, workspaces, agents, runner, runs };
  context.subscriptions.push(log, reader, workspaces, agents, runs, runner);
  context.subscriptions.push(
    workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(SETTINGS.modelsFolder)) return;
      reader.restart();
      void commands.executeCommand(COMMANDS.refresh);
    }),
  );
  context.subscriptions.push(showRunInStatusBar(workspaces, runs));
  endAgents = () => agents.stop();
  registerCommands(editor);
  registerTasks(editor);
  registerViews(editor);
  registerLanguage(editor);
  registerDoctor(editor);
}

/** The window closes or reloads: the agents end in order, as far as there is time. */
export async function deactivate(): Promise<void> {
  await endAgents?.();
}
