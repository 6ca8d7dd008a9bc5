import { commands, l10n, window, workspace } from "vscode";
import { AgentEndedError, agentErrorData, AgentGivenUpError, UntrustedError } from "../agent/agent-errors.js";
import type { Editor } from "../editor.js";

/** A button of a message: what it says, and what it does. */
export interface Button {
  readonly label: string;
  readonly press: () => unknown;
}

/** Shows a message with buttons; nobody waits for it to be closed. */
export function tell(
  kind: "info" | "warning" | "error",
  message: string,
  ...buttons: readonly Button[]
): void {
  const show = {
    info: window.showInformationMessage,
    warning: window.showWarningMessage,
    error: window.showErrorMessage,
  }[kind];
  void show(message, ...buttons.map(({ label }) => label)).then((chosen) =>
    buttons.find(({ label }) => label === chosen)?.press(),
  );
}

/** A button that runs a command. */
export function button(label: string, command: string, ...args: readonly unknown[]): Button {
  return { label, press: () => commands.executeCommand(command, ...args) };
}

export const showLogButton = ({ log }: Editor): Button => ({
  label: l10n.t("Show the log"),
  press: () => log.show(),
});

/** Whether this window's folders are trusted; says what is to be done where they are not. */
export function requireTrust(): boolean {
  if (workspace.isTrusted) return true;
  tellUntrusted();
  return false;
}

function tellUntrusted(): void {
  tell(
    "warning",
    l10n.t(
      "Running steps and models needs a trusted workspace: settings of a folder decide which files are read and which model runs.",
    ),
    button(l10n.t("Manage Workspace Trust"), "workbench.trust.manage"),
  );
}

/** What an error says, without the fix that is meant for a terminal where a button stands for it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Tells an error with the button that helps.
 * @param what failed, such as “annotate”
 * @param remedies buttons by the reason that the agent gives
 * @param resume goes on with what the agent's end interrupted
 */
export function tellError(
  editor: Editor,
  what: string,
  error: unknown,
  remedies: Readonly<Record<string, readonly Button[]>> = {},
  resume?: Button,
): void {
  const log = showLogButton(editor);
  if (error instanceof UntrustedError) {
    tellUntrusted();
    return;
  }
  if (error instanceof AgentGivenUpError) {
    const restart = button(l10n.t("Restart the agent"), "prefloom.restartAgent");
    tell(
      "error",
      l10n.t("The agent has ended several times within minutes and is not started again by itself."),
      ...[log, restart],
    );
    return;
  }
  if (error instanceof AgentEndedError) {
    const how = error.end.signal ?? l10n.t("code {0}", String(error.end.code));
    tell(
      "error",
      l10n.t("{0}: the agent ended ({1}); finished work is kept.", what, how),
      ...(resume ? [resume] : []),
      log,
    );
    return;
  }
  const data = agentErrorData(error);
  const buttons = data && remedies[data.reason];
  editor.log.error(`${what}: ${messageOf(error)}`);
  if (data?.reason === "interrupted") return;
  if (buttons) {
    tell("error", data.what, ...buttons);
    return;
  }
  tell("error", data ? messageOf(error) : l10n.t("{0} failed: {1}", what, firstLine(error)), log);
}

const firstLine = (error: unknown): string => messageOf(error).split("\n", 1)[0]!;
