import { type QuickPickItem, QuickPickItemKind, l10n } from "vscode";
import type { MachineCheck } from "../../protocol/agent.js";

/** A check as a row of a list; separators have none. */
export interface CheckItem extends QuickPickItem {
  readonly check?: MachineCheck;
}

type State = MachineCheck["state"];

const ICONS: Readonly<Record<State, string>> = {
  missing: "$(error)",
  warning: "$(warning)",
  optional: "$(circle-outline)",
  ok: "$(pass)",
};

/** What is worst first, under a heading that says what the icons show. */
const headings = (): readonly (readonly [State, string])[] => [
  ["missing", l10n.t("Missing")],
  ["warning", l10n.t("Could be better")],
  ["ok", l10n.t("In order")],
  ["optional", l10n.t("Not there, and not needed")],
];

/** What Enter does on a check, or what people can do themselves. */
function remedy({ fix, action }: MachineCheck): string | undefined {
  switch (action?.kind) {
    case "get-backend":
      return l10n.t("Enter: download it, after its size was shown");
    case "get-model":
      return l10n.t("Enter: get {0}", action.model);
    case "command":
      return l10n.t("Enter: put into a terminal: {0}", action.command);
    case undefined:
      return fix ?? undefined;
  }
}

/** The rows of the doctor's list. */
export function itemsOf(checks: readonly MachineCheck[]): readonly CheckItem[] {
  return headings().flatMap(([state, heading]) => {
    const own = checks.filter((check) => check.state === state);
    if (own.length === 0) return [];
    return [
      { label: heading, kind: QuickPickItemKind.Separator },
      ...own.map((check): CheckItem => {
        const detail = remedy(check);
        return {
          label: `${ICONS[state]} ${check.name}`,
          description: check.found,
          ...(detail === undefined ? {} : { detail }),
          check,
        };
      }),
    ];
  });
}

/** The checks as text, for a report of a defect. */
export function textOf(checks: readonly MachineCheck[]): string {
  return checks
    .map(
      ({ name, state, found, fix }) =>
        `${name} (${state}): ${found}${fix === null ? "" : `\n    fix: ${fix}`}`,
    )
    .join("\n");
}
