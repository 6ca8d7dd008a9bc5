import type { Editor } from "../editor.js";

/** Registers trees and the status bar. */
export function registerViews(_editor: Editor): void {
  // Not yet.
}
