import { commands, env, l10n, type QuickPick, ThemeIcon, window } from "vscode";
import { doctorExamine, type MachineCheck } from "../../protocol/agent.js";
import type { AgentClient } from "../agent/agent-client.js";
import { UntrustedError } from "../agent/agent-errors.js";
import type { Editor } from "../editor.js";
import { COMMANDS } from "../ids.js";
import { type CheckItem, itemsOf, textOf } from "./checks.js";
import { getBackend } from "./get-backend.js";

/** Does what a check tells: after a question, or as a command that the user sees before it is run. */
async function mend(editor: Editor, agent: AgentClient, { name, fix, action }: MachineCheck): Promise<void> {
  switch (action?.kind) {
    case "get-backend":
      return getBackend(editor, agent, action.backend);
    case "get-model":
      await commands.executeCommand(COMMANDS.modelGet, action.model);
      return;
    case "command": {
      const terminal = window.createTerminal(l10n.t("Prefloom: {0}", name));
      terminal.show();
      terminal.sendText(action.command, false);
      return;
    }
    case undefined: {
      if (fix === null) return;
      const copy = l10n.t("Copy");
      if ((await window.showInformationMessage(`${name}: ${fix}`, copy)) === copy)
        await env.clipboard.writeText(fix);
    }
  }
}

/** A list of the checks; it closes when something is done about one of them. */
class DoctorList {
  readonly #list: QuickPick<CheckItem> = window.createQuickPick<CheckItem>();
  #checks: readonly MachineCheck[] = [];

  constructor(
    private readonly editor: Editor,
    private readonly agent: AgentClient,
  ) {
    const again = { iconPath: new ThemeIcon("refresh"), tooltip: l10n.t("Look again") };
    const copy = { iconPath: new ThemeIcon("copy"), tooltip: l10n.t("Copy as text") };
    const list = this.#list;
    list.title = l10n.t("Prefloom: Doctor");
    list.matchOnDescription = true;
    list.matchOnDetail = true;
    list.buttons = [copy, again];
    list.onDidTriggerButton((button) => {
      if (button === again) void this.look();
      else void env.clipboard.writeText(textOf(this.#checks));
    });
    list.onDidAccept(() => this.#accept());
    list.onDidHide(() => list.dispose());
    list.show();
  }

  /** Looks at the machine. */
  async look(): Promise<void> {
    const list = this.#list;
    list.busy = true;
    list.placeholder = l10n.t("Looking at this machine...");
    try {
      this.#checks = (await this.agent.request0(doctorExamine)).checks;
      list.items = itemsOf(this.#checks);
      list.placeholder = this.#summary();
    } catch (error) {
      list.hide();
      void window.showErrorMessage(error instanceof Error ? error.message : String(error));
    }
    list.busy = false;
  }

  #summary(): string {
    const missing = this.#checks.flatMap(({ state, name }) => (state === "missing" ? [name] : []));
    return missing.length > 0
      ? l10n.t("Missing: {0}", missing.join(", "))
      : l10n.t("Nothing that is needed is missing");
  }

  #accept(): void {
    const check = this.#list.activeItems[0]?.check;
    // What is in order stays in sight.
    if (!check || check.state === "ok") return;
    this.#list.hide();
    mend(this.editor, this.agent, check).catch((error: unknown) => {
      void window.showErrorMessage(error instanceof Error ? error.message : String(error));
    });
  }
}

/** The agent to ask: that of the workspace at hand, for its model and its output, else one of no workspace. */
function agentOf({ agents, workspaces }: Editor): AgentClient {
  const { active } = workspaces;
  return active ? agents.of(active.uri) : agents.ofNone();
}

async function showDoctor(editor: Editor): Promise<void> {
  try {
    await new DoctorList(editor, agentOf(editor)).look();
  } catch (error) {
    if (!(error instanceof UntrustedError)) throw error;
    const manage = l10n.t("Manage trust");
    const message = l10n.t("The doctor starts programs of this machine, which needs a trusted folder.");
    if ((await window.showWarningMessage(message, manage)) === manage) {
      await commands.executeCommand("workbench.trust.manage");
    }
  }
}

/** Registers the doctor. */
export function registerDoctor(editor: Editor): void {
  editor.context.subscriptions.push(commands.registerCommand(COMMANDS.doctor, () => showDoctor(editor)));
}
