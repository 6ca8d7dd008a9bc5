import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { BACKEND_PINS, packagesOf } from "../../src/node/backends/backend.js";
import { isOffered } from "../../src/runtime/backends.js";
import { type PackageRegistry, startRegistry } from "../builders/package-registry.js";
import { describeInVscode } from "./harness/e2e.js";
import type { Server } from "./harness/server.js";
import type { EditorWindow } from "./harness/window.js";

let folder: string;
let registry: PackageRegistry;
const [name] = packagesOf("cuda");
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "prefloom-doctor-"));
  registry = await startRegistry({
    [`@node-llama-cpp/${name}`]: { packed: Buffer.from("another"), version: BACKEND_PINS.version },
  });
});
afterEach(() => {
  registry.close();
  rmSync(folder, { recursive: true });
});

/** The editor takes its programs from where the user's shell finds them; there is a driver's program now. */
function giveGpu(server: Server): void {
  const bin = join(server.folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "nvidia-smi"), "#!/bin/sh\necho 'NVIDIA T4, 15360, 580.65'\n", { mode: 0o755 });
  for (const file of [".profile", ".bash_profile", ".bashrc"]) {
    writeFileSync(join(server.folder, "home", file), `export PATH="${bin}:$PATH"\n`);
  }
}

/** Opens the doctor and chooses the row of the missing backend by the keyboard. */
async function askForBackend(window: EditorWindow): Promise<string> {
  await window.runCommand("Prefloom: Doctor");
  await window.row("node-llama-cpp").waitFor({ timeout: 60_000 });
  await window.input.fill("none for the GPU");
  await window.page.keyboard.press("Enter");
  const dialog = window.page.locator(".monaco-dialog-box");
  await dialog.waitFor();
  return dialog.innerText();
}

describeInVscode("the doctor", ({ startServer: start, openOn }) => {
  it.skipIf(!isOffered("cuda"))(
    "downloads a backend after it was agreed to, and says why it cannot be had",
    async () => {
      const server = await start({
        env: { NPM_CONFIG_REGISTRY: registry.url, PREFLOOM_MODELS: join(folder, "models") },
      });
      giveGpu(server);
      const window = await openOn(server, folder);
      // The palette lists what an extension contributes from when its host is up.
      await expect.poll(() => window.offers("Prefloom: Doctor"), { timeout: 30_000 }).toBe(true);
      const asked = await askForBackend(window);
      await window.screenshot("doctor-consent");
      expect(asked).toContain(`@node-llama-cpp/${name} ${BACKEND_PINS.version}`);
      expect(asked).toContain(`${(BACKEND_PINS.packages[name!]!.bytes / 1e6).toFixed(1)} MB`);
      expect(asked).toContain(new URL(registry.url).host);
      expect(asked).toContain("backends");
      await window.page.keyboard.press("Escape");
      await window.page.locator(".monaco-dialog-box").waitFor({ state: "detached" });
      expect(registry.asked).toEqual([]);

      await askForBackend(window);
      await window.page.keyboard.press("Enter");
      // Toasts do not show where the driver of smoke tests is on; the list of notifications does.
      await expect.poll(() => registry.asked.length).toBe(1);
      await window.runCommand("Notifications: Show Notifications");
      const failure = window.page.locator(".notifications-center .notification-list-item", {
        hasText: "than the one that Prefloom was made with",
      });
      await failure.waitFor();
      expect(await failure.innerText()).toMatch(/Fix: check where npm gets packages from/);
      await window.screenshot("doctor-failure");
      window.forgive(/than the one that Prefloom was made with/);
    },
  );
});
