/** The little of the editor's API that pure parts of the extension use; vitest puts it in the place of `vscode`. */

/** Texts as they are, with their values. */
export const l10n = {
  t: (text: string, ...values: readonly (string | number)[]): string =>
    text.replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)])),
};
