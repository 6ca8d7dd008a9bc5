import type { Editor } from "../editor.js";

/** Registers tasks. */
export function registerTasks(_editor: Editor): void {
  // Not yet.
}
