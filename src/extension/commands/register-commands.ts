import type { Editor } from "../editor.js";

/** Registers the commands. */
export function registerCommands(_editor: Editor): void {
  // Not yet.
}
