import { commands, type Disposable, Uri, workspace } from "vscode";
import { rulePage, RULES_INDEX } from "../../core/rules/rule-page.js";
import type { Editor } from "../editor.js";
import { COMMANDS } from "../ids.js";

/** The page of a rule as a link of a finding: it opens as people read it, not as its source. */
export function ruleLink(rule: string): Uri {
  return Uri.parse(`command:${COMMANDS.openRule}?${encodeURIComponent(JSON.stringify([rule]))}`);
}

/** What a rule's page is asked for by: its id, or a row of the Findings tree. */
function ruleOf(argument: unknown): string {
  if (typeof argument === "string") return argument;
  const { rule } = (argument ?? {}) as { readonly rule?: unknown };
  return typeof rule === "string" ? rule : "";
}

/** Registers the command that opens the page of a rule; the list of all where there is none. */
export function registerRules({ context }: Editor): Disposable {
  return commands.registerCommand(COMMANDS.openRule, async (argument?: unknown) => {
    const page = Uri.joinPath(context.extensionUri, rulePage(ruleOf(argument)));
    const isThere = await workspace.fs.stat(page).then(
      () => true,
      () => false,
    );
    await commands.executeCommand(
      "markdown.showPreview",
      isThere ? page : Uri.joinPath(context.extensionUri, RULES_INDEX),
    );
  });
}
