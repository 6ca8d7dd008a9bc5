import { type ExtensionContext, window } from "vscode";
import { Agents } from "./agent/agents.js";
import { registerCommands } from "./commands/register-commands.js";
import { registerDoctor } from "./doctor/register-doctor.js";
import type { Editor } from "./editor.js";
import { engineEnvironment } from "./environment.js";
import { Workspaces } from "./folders/workspaces.js";
import { registerLanguage } from "./language/register-language.js";
import { ReaderClient } from "./reader/reader-client.js";
import { registerTasks } from "./tasks/register-tasks.js";
import { registerViews } from "./views/register-views.js";

/** Starts the extension: it registers what can be asked for; whatever costs time begins when it is asked for. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("Prefloom", { log: true });
  const { version } = context.extension.packageJSON as { readonly version: string };
  log.info(`Prefloom ${version}`);
  const reader = ReaderClient.in(context.extensionPath, () => engineEnvironment(context), log);
  const workspaces = new Workspaces(reader);
  const agents = new Agents();
  const editor: Editor = { context, log, reader, workspaces, agents };
  context.subscriptions.push(log, reader, workspaces, agents);
  registerCommands(editor);
  registerTasks(editor);
  registerViews(editor);
  registerLanguage(editor);
  registerDoctor(editor);
}
