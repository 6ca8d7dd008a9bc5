import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type Frame, type Locator, type Page } from "playwright-core";
import { ROOT } from "./surroundings.js";

/** Where screenshots go; nobody commits them. */
export const SCREENSHOTS = join(ROOT, ".cache/screenshots");

/** What VS Code in a browser says of itself on every start. */
const NOISE = [
  /Failed to load resource.*(404|ERR_)/,
  /vsda/,
  /A bad HTTP response code \(404\) was received when fetching the script/,
  /[Ss]ervice ?[Ww]orker/,
  /extension gallery|Extension Gallery|marketplace/i,
  /The web worker extension host is started in a same-origin iframe/,
  /An iframe which has both allow-scripts and allow-same-origin/,
  /Ignoring fetching additional builtin extensions/,
  /Canceled: Canceled/,
  /Timed out waiting for authentication provider/,
];

/** Matches a label that is exactly this. */
const exactly = (label: string): RegExp =>
  new RegExp(`^\\s*${label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*$`);

const QUICK_INPUT = ".quick-input-widget";

/** A window of VS Code, driven as a person would. For all that has no method here there is `page`, of playwright. */
export class EditorWindow {
  readonly page: Page;
  readonly #errors: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error") this.#note(message.text());
    });
    page.on("pageerror", (error) => this.#note(error.message));
  }

  #note(text: string): void {
    if (!NOISE.some((noise) => noise.test(text))) this.#errors.push(text);
  }

  /** Opens a folder, or a `.code-workspace` file, in a window of its own. */
  static async open(browser: Browser, url: string, target: string): Promise<EditorWindow> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const window = new EditorWindow(await context.newPage());
    const kind = target.endsWith(".code-workspace") ? "workspace" : "folder";
    await window.page.goto(`${url}/?${kind}=${encodeURIComponent(target)}`, {
      waitUntil: "domcontentloaded",
    });
    await window.ready();
    return window;
  }

  /** Waits until the workbench is there, as after a reload. */
  async ready(): Promise<void> {
    await this.page.locator(".monaco-workbench .statusbar-item").first().waitFor({ timeout: 60_000 });
  }

  /** Errors on the console of the window so far, less the known noise. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  /** Takes back an error that a test provoked: the workbench logs every notification of one. */
  forgive(provoked: RegExp): void {
    const left = this.#errors.filter((text) => !provoked.test(text));
    this.#errors.splice(0, this.#errors.length, ...left);
  }

  /** Repeats an action until something shows: keys can land before the window listens to them. */
  async until(action: () => Promise<unknown>, shown: Locator, timeout = 20_000): Promise<void> {
    const end = Date.now() + timeout;
    while (true) {
      await action();
      try {
        await shown.first().waitFor({ state: "visible", timeout: 2_000 });
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
      }
    }
  }

  /** The input of palette, quick pick and input box. */
  get input(): Locator {
    return this.page.locator(`${QUICK_INPUT} input[type=text]`);
  }

  /** Row of the palette or of a quick pick whose label is exactly this. */
  row(label: string): Locator {
    const name = this.page.locator(".label-name", { hasText: exactly(label) });
    return this.page.locator(`${QUICK_INPUT} .monaco-list-row`).filter({ has: name });
  }

  /** Runs the command of the palette with exactly this title, such as `Prefloom: Run`. */
  async runCommand(title: string): Promise<void> {
    await this.#openPalette(title);
    await this.row(title).first().click({ timeout: 15_000 });
  }

  /** Whether the palette offers a command of exactly this title now. */
  async offers(title: string): Promise<boolean> {
    await this.#openPalette(title);
    const shown = this.page.locator(`${QUICK_INPUT} .monaco-list-row`);
    await shown.first().waitFor({ state: "visible" });
    const offered = (await this.row(title).count()) > 0;
    await this.page.keyboard.press("Escape");
    await this.input.waitFor({ state: "hidden" });
    return offered;
  }

  async #openPalette(title: string): Promise<void> {
    await this.until(() => this.page.keyboard.press("F1"), this.input);
    await this.input.fill(`>${title}`);
  }

  /** Picks the row of an open quick pick. */
  async pick(label: string): Promise<void> {
    await this.row(label).first().click({ timeout: 15_000 });
  }

  /** Opens a file of the workspace by its name, and waits until its text is drawn. */
  async openFile(name: string): Promise<void> {
    await this.until(() => this.page.keyboard.press("Control+P"), this.input);
    await this.input.fill(name);
    await this.page
      .locator(`${QUICK_INPUT} .monaco-list-row`, { hasText: name })
      .first()
      .click({ timeout: 15_000 });
    const short = name.slice(name.lastIndexOf("/") + 1);
    await this.page.locator(".tab.active", { hasText: short }).waitFor();
    await this.page.locator(".editor-instance .view-lines .view-line").first().waitFor();
  }

  /** Goes to a line, and column, of the open editor. */
  async goTo(line: number, column = 1): Promise<void> {
    await this.until(() => this.page.keyboard.press("Control+G"), this.input);
    await this.input.fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await this.input.waitFor({ state: "hidden" });
  }

  /** Waits for what the extension contributes: the palette lists what there is when it opens. */
  async contributed(): Promise<void> {
    const item = this.page.locator('.activitybar .action-item a[aria-label^="Prefloom"]');
    await item.first().waitFor({ timeout: 30_000 });
  }

  /**
   * A message in the list of notifications, which is opened: toasts do not show where the driver of smoke tests is on.
   * The caller presses its buttons.
   */
  async told(text: string | RegExp, timeout = 60_000): Promise<Locator> {
    const center = this.page.locator(".notifications-center.visible");
    const found = center.locator(".notification-list-item", { hasText: text }).first();
    // An empty list does not open, and closes with its last message.
    const open = async (): Promise<void> => {
      if ((await center.count()) === 0) await this.runCommand("Notifications: Show Notifications");
    };
    await this.until(open, found, timeout);
    return found;
  }

  /** Rows of the Problems panel, which is opened. */
  async problems(): Promise<Locator> {
    await this.runCommand("Problems: Focus on Problems View");
    await this.page.locator(".markers-panel").waitFor({ state: "visible" });
    return this.page.locator(".markers-panel .monaco-list-row");
  }

  /** Rows of a native tree; `view` is its title, as in `Pipeline`. */
  tree(view: string): Locator {
    return this.page
      .locator(".split-view-view, .pane")
      .filter({ has: this.page.locator(`.pane-header[aria-label^="${view}"]`) })
      .last()
      .locator(".monaco-list-row");
  }

  /** The document inside a webview, found by a selector of its own content. */
  async webview(selector: string, timeout = 20_000): Promise<Frame> {
    const end = Date.now() + timeout;
    while (true) {
      for (const frame of this.page.frames()) {
        if (await isShownWebview(frame, selector)) return frame;
      }
      if (Date.now() > end) throw new Error(`no webview shows ${selector}`);
      await this.page.waitForTimeout(100);
    }
  }

  /** Saves what the window shows as `.cache/screenshots/NAME.png`. */
  async screenshot(name: string): Promise<string> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const path = join(SCREENSHOTS, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** The extension's document is two frames deep; the inner one is called `pending-frame` while it loads. */
async function isShownWebview(frame: Frame, selector: string): Promise<boolean> {
  if (!frame.url().includes("/webview/browser/pre/fake.html")) return false;
  try {
    const element = await frame.frameElement();
    if ((await element.getAttribute("id")) !== "active-frame" || !(await element.isVisible())) return false;
    return (await frame.locator(selector).count()) > 0;
  } catch {
    return false; // it went away meanwhile
  }
}
