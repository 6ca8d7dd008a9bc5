/**
 * Takes the pictures of README and guide in a real VS Code, on the data set of the demo, so `bash scripts/demo.sh` comes
 * first.
 *
 *   npm run screenshots [-- NAME...]    writes docs/guide/images/NAME.png, all of them by default
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator } from "playwright-core";
import { modelsFolder } from "../../src/runtime/models.js";
import { launchBrowser } from "../../test/e2e/harness/browser.js";
import { type Server, startServer } from "../../test/e2e/harness/server.js";
import { findSurroundings, ROOT, script } from "../../test/e2e/harness/surroundings.js";
import { EditorWindow } from "../../test/e2e/harness/window.js";

const IMAGES = join(ROOT, "docs/guide/images");
const VIEWS = ["Pipeline", "Dataset", "Findings", "Drops", "Models", "Runs"];
/** What pictures leave out. */
const SETTINGS = {
  "editor.minimap.enabled": false,
  "breadcrumbs.enabled": false,
  "window.commandCenter": false,
  "workbench.layoutControl.enabled": false,
  "workbench.sideBar.location": "left",
};

interface Stage {
  /** A copy of the demo's workspace. */
  readonly folder: string;
  readonly server: Server;
  readonly open: (folder?: string) => Promise<EditorWindow>;
}

/** Opens the Prefloom view with these trees expanded and the others collapsed. */
async function show(window: EditorWindow, ...views: readonly string[]): Promise<void> {
  const { page } = window;
  const header = (view: string) => page.locator(`.pane-header[aria-label^="${view}"]`);
  const isShown = await header("Pipeline").isVisible();
  if (!isShown) {
    await window.until(
      () => page.locator('.activitybar .action-label[aria-label^="Prefloom"]').click(),
      header("Pipeline"),
    );
  }
  await header("Dataset").waitFor({ timeout: 30_000 });
  for (const view of VIEWS) {
    const isOpen = (await header(view).getAttribute("aria-expanded")) === "true";
    if (isOpen !== views.includes(view)) await header(view).click();
  }
  for (const view of views) await window.tree(view).first().waitFor({ timeout: 60_000 });
}

const withText = (rows: Locator, text: string | RegExp): Locator => rows.filter({ hasText: text }).first();

/** Expands rows one after the other with the keyboard; each is looked for below the one before. */
async function expand(window: EditorWindow, row: Locator): Promise<void> {
  await row.click();
  await window.until(async () => {
    if ((await row.getAttribute("aria-expanded")) !== "true") await window.page.keyboard.press("ArrowRight");
  }, row.page().locator(".monaco-list-row[aria-expanded=true]"));
  await window.page.waitForTimeout(500);
}

/** Row of the data set, one of whose texts carries an address and whose direction is broken. */
function brokenCopy(folder: string): string {
  const path = join(folder, "received.jsonl");
  const lines = readFileSync(join(folder, "prefloom-out/dataset/train.jsonl"), "utf8")
    .split("\n")
    .slice(0, 6);
  const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  rows[1] = { ...rows[1], chosen: "Write to jan@example.org for the full list." };
  rows[2] = { ...rows[2], rejected: rows[2]!["chosen"] };
  rows[4] = { ...rows[0] };
  // Short lines first: what is wrong is seen without scrolling.
  const short = rows.map(({ chosen, rejected, prompt, ...rest }) => ({
    chosen: String(chosen).slice(0, 70),
    rejected: String(rejected).slice(0, 60),
    prompt,
    ...rest,
  }));
  writeFileSync(path, short.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
}

const PICTURES: Readonly<Record<string, (stage: Stage) => Promise<EditorWindow>>> = {
  async window({ open }) {
    const window = await open();
    await show(window, "Pipeline", "Dataset");
    await window.openFile("train.jsonl");
    await window.page.locator(".codelens-decoration", { hasText: "consistent" }).first().waitFor();
    return window;
  },
  async walkthrough({ open }) {
    const window = await open();
    await show(window, "Pipeline");
    await window.runCommand("Prefloom: Get started");
    await window.page.locator(".getting-started-step.expanded").first().waitFor();
    await window.page.keyboard.press("Control+B");
    await window.page.waitForTimeout(1500);
    return window;
  },
  async models({ open }) {
    const window = await open();
    await show(window, "Models");
    return window;
  },
  async doctor({ open }) {
    const window = await open();
    await show(window, "Pipeline");
    await window.runCommand("Prefloom: Doctor");
    await window.row("node-llama-cpp").waitFor({ timeout: 60_000 });
    return window;
  },
  async run({ open, folder }) {
    const fresh = join(folder, "..", "running");
    cpSync(join(ROOT, "scripts/sample"), fresh, { recursive: true });
    const file = join(fresh, "prefloom.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"probePairs": 48', '"probePairs": 0'));
    const window = await open(fresh);
    await show(window, "Pipeline");
    await window.runCommand("Prefloom: Run");
    await window.told(/annotate \(2 of 8\): \d+ of/, 120_000);
    await window.page.waitForTimeout(6000);
    return window;
  },
  async dataset({ open }) {
    const window = await open();
    await show(window, "Dataset");
    const rows = window.tree("Dataset");
    await expand(window, rows.first());
    await expand(window, withText(rows, "Cluster 1"));
    await expand(window, withText(rows, "Pair:"));
    await expand(window, withText(rows, "UGC"));
    return window;
  },
  async hover({ open, folder }) {
    const window = await open();
    await show(window, "Pipeline");
    await window.page.keyboard.press("Control+B");
    await window.openFile("pairs.jsonl");
    const line = readFileSync(join(folder, "prefloom-out/pair/pairs.jsonl"), "utf8").split("\n")[0]!;
    await window.goTo(1, line.indexOf('"direction"') + 3);
    const hover = window.page.locator(".monaco-hover", { hasText: "not neutral" });
    await window.until(() => window.runCommand("Show or Focus Hover"), hover);
    return window;
  },
  async drops({ open }) {
    const window = await open();
    await show(window, "Drops");
    const rows = window.tree("Drops");
    await expand(window, rows.first());
    await expand(window, rows.nth(1));
    await rows.nth(2).hover();
    return window;
  },
  async findings({ open, folder }) {
    brokenCopy(folder);
    const window = await open();
    await show(window, "Pipeline");
    await window.openFile("received.jsonl");
    await window.page.locator(".squiggly-error").first().waitFor({ timeout: 60_000 });
    await show(window, "Findings");
    await window.problems();
    await window.page.waitForTimeout(1000);
    return window;
  },
  async "quick-fix"({ open, folder }) {
    brokenCopy(folder);
    const window = await open();
    await show(window, "Pipeline");
    await window.page.keyboard.press("Control+B");
    await window.openFile("received.jsonl");
    await window.page.locator(".squiggly-error").first().waitFor({ timeout: 60_000 });
    await window.goTo(2, 20);
    const menu = window.page.locator(".action-widget .monaco-list-row", { hasText: "mark" });
    await window.until(() => window.page.keyboard.press("Control+Period"), menu);
    return window;
  },
};

/** Restricted mode needs a server that asks for trust. */
async function restricted(
  open: (server: Server) => Promise<EditorWindow>,
  server: Server,
): Promise<EditorWindow> {
  const window = await open(server);
  await show(window, "Pipeline", "Dataset");
  await window.runCommand("Prefloom: Run");
  await window.told("trust");
  return window;
}

/** Pictures of a tree alone leave the empty editor out. */
const CLIPPED: Readonly<Record<string, { readonly width: number; readonly height: number }>> = {
  models: { width: 640, height: 420 },
  drops: { width: 640, height: 420 },
};

async function take(name: string, window: EditorWindow): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  // The mouse rests where it shows nothing, unless it is what shows something.
  if (!["drops", "hover"].includes(name)) await window.page.mouse.move(640, 799);
  const path = join(IMAGES, `${name}.png`);
  const size = CLIPPED[name];
  await window.page.waitForTimeout(500);
  await window.page.screenshot({ path, ...(size ? { clip: { x: 0, y: 0, ...size } } : {}) });
  console.log(`docs/guide/images/${name}.png`);
  await window.close();
}

async function main(): Promise<void> {
  const demo = process.env["PREFLOOM_DEMO"] ?? join(ROOT, "demo");
  if (!existsSync(join(demo, "prefloom-out/dataset/train.jsonl"))) {
    throw new Error("the pictures show the demo's data set: run bash scripts/demo.sh first");
  }
  const wanted = process.argv.slice(2);
  const surroundings = findSurroundings();
  if ("missing" in surroundings) throw new Error(surroundings.missing);
  const scratch = mkdtempSync(join(tmpdir(), "prefloom-pictures-"));
  const folder = join(scratch, "preferences");
  cpSync(demo, folder, { recursive: true });
  const vsix = join(scratch, "prefloom.vsix");
  script("scripts/build.mjs");
  script("scripts/package.mjs", "--output", vsix);
  const browser: Browser = await launchBrowser(surroundings.chromium);
  const env = { PREFLOOM_MODELS: modelsFolder() };
  const started = (trust: boolean) =>
    startServer(surroundings.host, { vsix: [vsix], settings: SETTINGS, env, trust });
  const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);
  try {
    const server = await started(false);
    try {
      const open = (at = folder) => EditorWindow.open(browser, server.url, at);
      for (const [name, picture] of Object.entries(PICTURES)) {
        if (isWanted(name)) await take(name, await picture({ folder, server, open }));
      }
    } finally {
      await server.stop();
    }
    if (!isWanted("restricted")) return;
    const strict = await started(true);
    try {
      const open = ({ url }: Server) => EditorWindow.open(browser, url, folder);
      await take("restricted", await restricted(open, strict));
    } finally {
      await strict.stop();
    }
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main();
