/** What a test of this folder imports; README.md beside it shows how. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject } from "vitest";
import { launchBrowser } from "./browser.js";
import { type Server, type ServerOptions, startServer } from "./server.js";
import { EditorWindow } from "./window.js";

const shared = inject("vscode");

/** VS Code for the tests of a `describeInVscode`. */
export interface Vscode {
  /** Opens a folder in a window of its own, closed after the test; what it logged as errors fails the test. */
  readonly open: (folder: string) => Promise<EditorWindow>;
  /** Starts a server of the test's own, stopped after the test: for trust, settings, processes. */
  readonly startServer: (options?: ServerOptions) => Promise<Server>;
  /** Where the shared server has the extension installed, and the Node that it runs in. */
  readonly installed: { readonly folder: string; readonly node: string };
  /** As `open`, on a server of the test's own. */
  readonly openOn: (server: Server, folder: string) => Promise<EditorWindow>;
}

/** Tests through the screen of the installed extension; skipped where there is no VS Code or no Chromium. */
export function describeInVscode(name: string, body: (vscode: Vscode) => void): void {
  if ("missing" in shared) {
    describe.skip(`${name} (${shared.missing})`, () => body({} as Vscode));
    return;
  }
  describe(name, () => {
    let browser: Browser;
    const windows: EditorWindow[] = [];
    const servers: Server[] = [];

    const openAt = async (url: string, folder: string): Promise<EditorWindow> => {
      const window = await EditorWindow.open(browser, url, folder);
      windows.push(window);
      return window;
    };

    beforeAll(async () => {
      browser = await launchBrowser(shared.chromium);
    });
    afterAll(() => browser.close());
    afterEach(async ({ task }) => {
      const opened = windows.splice(0);
      if (task.result?.state === "fail") {
        const file = task.name.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase();
        for (const [i, window] of opened.entries()) await window.screenshot(`failed-${file}-${i + 1}`);
      }
      const errors = opened.flatMap((window) => window.errors);
      for (const window of opened) await window.close();
      for (const server of servers.splice(0)) await server.stop();
      expect(errors).toEqual([]);
    });

    const extensions = join(shared.serverFolder, "extensions");
    const name = readdirSync(extensions).find((one) => one.startsWith("prefloom.prefloom-"))!;
    body({
      installed: { folder: join(extensions, name), node: shared.host.node },
      open: (folder) => openAt(shared.url, folder),
      openOn: (server, folder) => openAt(server.url, folder),
      startServer: async (options) => {
        const server = await startServer(shared.host, { vsix: [shared.vsix], ...options });
        servers.push(server);
        return server;
      },
    });
  });
}
