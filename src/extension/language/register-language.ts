import type { Editor } from "../editor.js";

/** Registers language features of data files. */
export function registerLanguage(_editor: Editor): void {
  // Not yet.
}
