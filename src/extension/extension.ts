import { type ExtensionContext, window } from "vscode";

/** Starts the extension: for now its log, which names the version; commands and views come with the editor's own work. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("Prefloom", { log: true });
  context.subscriptions.push(log);
  const { version } = context.extension.packageJSON as { readonly version: string };
  log.info(`Prefloom ${version}. The pipeline runs on the command line: npx prefloom --help`);
}
