import { commands, type Disposable, l10n, Uri, window, workspace } from "vscode";
import { rulePage, RULES_INDEX } from "../../core/rules/rule-page.js";
import type { Editor } from "../editor.js";
import { COMMANDS } from "../ids.js";

/** The page of a rule as a link of a finding: it opens as people read it, not as its source. */
export function ruleLink(rule: string): Uri {
  return Uri.parse(`command:${COMMANDS.openRule}?${encodeURIComponent(JSON.stringify([rule]))}`);
}

/** What a rule's page is asked for by: its id, or a row of the Findings tree. */
function ruleOf(argument: unknown): string | undefined {
  if (typeof argument === "string") return argument;
  const { rule } = (argument ?? {}) as { readonly rule?: unknown };
  return typeof rule === "string" ? rule : undefined;
}

/** Asks which rule is meant. */
async function pickRule(folder: Uri): Promise<string | undefined> {
  const files = await workspace.fs.readDirectory(folder);
  const rules = files.map(([name]) => name.replace(/\.md$/, "")).sort();
  return window.showQuickPick(rules, { title: l10n.t("Which rule?") });
}

/** Registers the command that opens the page of a rule; the list of all where it has none. */
export function registerRules({ context: { extensionUri } }: Editor): Disposable {
  return commands.registerCommand(COMMANDS.openRule, async (argument?: unknown) => {
    const rule = ruleOf(argument) ?? (await pickRule(Uri.joinPath(extensionUri, "docs/rules")));
    if (rule === undefined) return;
    const page = Uri.joinPath(extensionUri, rulePage(rule));
    const isThere = await workspace.fs.stat(page).then(
      () => true,
      () => false,
    );
    const shown = isThere ? page : Uri.joinPath(extensionUri, RULES_INDEX);
    await commands.executeCommand("markdown.showPreview", shown);
  });
}
