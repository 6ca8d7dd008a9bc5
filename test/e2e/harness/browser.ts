import { type Browser, chromium } from "playwright-core";
import { type Surroundings } from "./surroundings.js";

/** Chromium as the tests use it. */
export function launchBrowser({ path, env }: Surroundings["chromium"]): Promise<Browser> {
  return chromium.launch({
    executablePath: path,
    env: { ...process.env, ...env },
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
}
