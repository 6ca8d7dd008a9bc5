/** The page that lists all rules; shipped with the extension. */
export const RULES_INDEX = "docs/rules.md";

/** The page of a rule, relative to the extension or the checkout; ids that cannot be a rule's lead to the list of all. */
export function rulePage(id: string): string {
  // Ids also come from files: only what has the form of a rule may become part of a path.
  return /^[a-z]+(-[a-z]+)*$/.test(id) ? `docs/rules/${id}.md` : RULES_INDEX;
}
