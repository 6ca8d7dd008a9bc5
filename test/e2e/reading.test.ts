import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeInVscode } from "./harness/e2e.js";
import { describeInside } from "./harness/inside.js";
import { finishedWorkspace } from "./harness/workspaces.js";

describeInside("reading", () =>
  finishedWorkspace({
    lines: [
      JSON.stringify({
        id: "hostile",
        text: "[click](command:workbench.action.quit) <b>bold</b> $(zap)",
        responses: ["one answer", "another answer"],
      }),
    ],
  }),
);

describeInVscode("reading data", (vscode) => {
  let folder: string;
  beforeAll(async () => {
    folder = await finishedWorkspace();
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("a row has lenses and hovers, and is read beside its line", async () => {
    const window = await vscode.open(folder);
    const { page } = window;
    await window.openFile("train.jsonl");
    const lens = page.locator(".codelens-decoration");
    await lens
      .filter({ hasText: /UGC \d · PAIR \d.* · ≈ [\d,]+ tokens/ })
      .first()
      .waitFor();
    await lens.filter({ hasText: "Preview" }).first().waitFor();
    const row = JSON.parse(
      (await readFile(join(folder, "prefloom-out/dataset/train.jsonl"), "utf8")).split("\n")[0]!,
    ) as object;
    const column = JSON.stringify(row).indexOf('"Preference Direction"') + 3;
    await window.goTo(1, column);
    const hover = page.locator(".monaco-hover", { hasText: "dimensions are not neutral" });
    await window.until(() => window.runCommand("Show or Focus Hover"), hover);
    await hover
      .locator("a", { hasText: /^pair-/ })
      .first()
      .waitFor();
    await window.screenshot("reading-hover");
    await page.keyboard.press("Escape");
    // Lenses are drawn anew as they are resolved: a click may come too late for one of them.
    await window.until(
      () =>
        lens
          .locator("a", { hasText: "Preview" })
          .first()
          .click({ timeout: 2_000 })
          .catch(() => undefined),
      page.locator(".tab", { hasText: /Preview .*train\.jsonl:1/ }),
    );
    await window.webview('h2:text-is("Preference direction")');
    await window.screenshot("reading-preview");
    await window.runCommand("View: Focus First Editor Group");
    await window.runCommand("Prefloom: Format this line for reading");
    await page.locator(".tab", { hasText: "train.jsonl:1.yaml" }).waitFor();
    await page.locator(".view-line", { hasText: "rejected:" }).first().waitFor();
    await window.screenshot("reading-format");
  });

  test("a file over 50 MB is told once, and looked into", async () => {
    const [row] = (await readFile(join(folder, "prefloom-out/dataset/train.jsonl"), "utf8")).split("\n");
    const large = join(folder, "large.jsonl");
    await writeFile(large, "");
    const block = `${row!}\n`.repeat(1000);
    for (let bytes = 0; bytes < 60 * 1024 * 1024; bytes += block.length) await appendFile(large, block);
    const window = await vscode.open(folder);
    const { page } = window;
    // The editor itself asks before it shows a file of this size.
    const openLarge = async () => {
      await window.until(() => page.keyboard.press("Control+P"), window.input);
      await window.input.fill("large.jsonl");
      await window.row("large.jsonl").first().click();
      await page.locator(".monaco-editor-pane-placeholder", { hasText: "very large" }).waitFor();
      window.forgive(/not displayed in the text editor because it is very large/);
    };
    await openLarge();
    // Toasts do not show where the driver of smoke tests is on; the list of notifications does.
    const notices = page.locator(".notifications-center .notification-list-item", {
      hasText: "the editor shows extensions no text this large",
    });
    await window.until(() => window.runCommand("Notifications: Show Notifications"), notices);
    await notices.getByRole("button", { name: "Look into it" }).click();
    const lens = page.locator(".codelens-decoration");
    await lens
      .filter({ hasText: /Lines 1–200 of [\d,]+/ })
      .first()
      .waitFor();
    await lens.filter({ hasText: "UGC" }).first().waitFor();
    await window.screenshot("reading-page");
    await window.runCommand("Prefloom: Next page of the big file");
    await page.locator(".tab.active", { hasText: "201–400 large.jsonl" }).waitFor();
    await window.runCommand("Prefloom: Go to a line of the big file...");
    await window.input.fill("1500");
    await page.keyboard.press("Enter");
    await page.locator(".tab.active", { hasText: "1401–1600 large.jsonl" }).waitFor();
    await page.locator(".statusbar-item", { hasText: "Ln 100, Col 1" }).waitFor();
    await window.screenshot("reading-page-line");
    await openLarge();
    await window.runCommand("Notifications: Show Notifications");
    expect(await notices.count()).toBe(0);
  });
});
