import type { Editor } from "../editor.js";

/** Registers the doctor. */
export function registerDoctor(_editor: Editor): void {
  // Not yet.
}
