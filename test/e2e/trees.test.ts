import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeInVscode } from "./harness/e2e.js";
import { type EditorWindow } from "./harness/window.js";
import { finishedWorkspace } from "./harness/workspaces.js";

const VIEWS = ["Pipeline", "Dataset", "Findings", "Drops", "Models", "Runs"];

/** Opens the activity-bar container with these trees expanded and the others collapsed. */
async function show(window: EditorWindow, ...views: readonly string[]): Promise<void> {
  const { page } = window;
  const header = (view: string) => page.locator(`.pane-header[aria-label^="${view}"]`);
  await window.until(
    // Beside its middle, where a badge may lie.
    () =>
      page.locator('.activitybar .action-label[aria-label^="Prefloom"]').click({ position: { x: 6, y: 6 } }),
    header("Pipeline"),
  );
  // What there is of a workspace shows once one has been found.
  await header("Dataset").waitFor({ timeout: 30_000 });
  for (const view of VIEWS) {
    const isOpen = (await header(view).getAttribute("aria-expanded")) === "true";
    if (isOpen !== views.includes(view)) await header(view).click();
  }
  await window.tree(views[0]!).first().waitFor();
}

/** Expands a row with the keyboard, until a row under it shows. */
async function expand(window: EditorWindow, row: Locator, child: Locator): Promise<void> {
  await row.click();
  await window.until(() => window.page.keyboard.press("ArrowRight"), child);
}

const withText = (rows: Locator, text: string | RegExp): Locator => rows.filter({ hasText: text }).first();

/** Waits until the cursor of the editor that shows a file is in a line. */
async function isOpenAt(window: EditorWindow, file: string, line: number): Promise<void> {
  await window.page.locator(".tab.active", { hasText: file }).waitFor();
  await window.page.locator(".statusbar-item", { hasText: `Ln ${line}, Col` }).waitFor();
}

describeInVscode("trees", ({ open }) => {
  let folder: string;
  beforeAll(async () => {
    folder = await finishedWorkspace({
      posts: 40,
      lines: [
        JSON.stringify({ id: "lonely", text: "Nobody answers this one?", responses: [{ text: "I do." }] }),
        "{ broken",
      ],
    });
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("the pipeline says how each step stands, and where the settings are wrong", async () => {
    const window = await open(folder);
    await show(window, "Pipeline");
    const rows = window.tree("Pipeline");
    await withText(rows, "Export").waitFor();
    const spoken = await Promise.all((await rows.all()).map((row) => row.getAttribute("aria-label")));
    expect(spoken).toEqual([
      "Import, done, 40 posts, 160 responses",
      "Annotate, done, 160 responses",
      "Levels, done, 160 responses",
      "Cluster, done, 40 posts",
      "Pair, done, 40 pairs",
      "Persona, done, 40 personas",
      expect.stringMatching(/^Check, done, \d+ examples passed$/),
      expect.stringMatching(/^Export, done, \d+ examples$/),
    ]);
    await expand(window, rows.first(), withText(rows, "last run"));
    await isOpenAt(window, "posts.jsonl", 1);
    await withText(rows, "records").waitFor();
    await window.screenshot("trees-pipeline");

    const settings = join(folder, "prefloom.json");
    const right = await readFile(settings, "utf8");
    await writeFile(settings, right.replace('"testShare": 0.2', '"testShare": "many"'));
    try {
      const problem = withText(rows, "pair.testShare");
      await problem.click();
      const line = right.split("\n").findIndex((text) => text.includes("testShare")) + 1;
      await isOpenAt(window, "prefloom.json", line);
    } finally {
      await writeFile(settings, right);
    }
    await withText(rows, "Annotate").waitFor();
  });

  test("the data set leads from a post to its persona, and each record to its line and its explanation", async () => {
    const window = await open(folder);
    await show(window, "Dataset");
    const rows = window.tree("Dataset");
    const pair = withText(rows, "Pair:");
    await expand(window, rows.first(), pair);
    await isOpenAt(window, "posts.jsonl", 1);
    await expand(window, withText(rows, "Cluster 1"), rows.nth(2));
    expect(await rows.nth(2).getAttribute("aria-label")).toMatch(/^Response: /);
    await expand(window, pair, withText(rows, "chosen"));
    await window.page.locator(".tab.active", { hasText: /(train|test)\.jsonl/ }).waitFor();
    for (const text of ["rejected", "DEMO", "Example"]) await withText(rows, text).waitFor();
    await expand(window, withText(rows, "UGC"), withText(rows, "dimensions match"));
    await window.screenshot("trees-dataset");

    await pair.hover();
    await pair.getByRole("button", { name: "Explain..." }).click();
    const preview = await window.webview("h2");
    expect(await preview.locator("h2").allInnerTexts()).toEqual(
      expect.arrayContaining([
        "Post",
        "Chosen",
        "Rejected",
        "Persona",
        "Direction",
        "Raw record",
        "Made with",
      ]),
    );
    await window.screenshot("explain-pair");
    await preview
      .getByRole("link", { name: /^post-/ })
      .first()
      .click();
    const post = await window.webview("h1:text-matches('^Post post-')");
    await window.screenshot("explain-post");
    await post.getByRole("link", { name: "threads.jsonl:1" }).first().click();
    await isOpenAt(window, "threads.jsonl", 1);
  });

  test("a search shows hits while words are typed, and goes to the one that is chosen", async () => {
    const window = await open(folder);
    await show(window, "Dataset");
    await window.runCommand("Prefloom: Go to a post, pair or example...");
    await window.input.fill("train.jsonl:3");
    const hits = window.page.locator(".quick-input-widget .monaco-list-row");
    await withText(hits, "Example pair-").waitFor();
    expect(await hits.count()).toBe(1);
    await window.input.fill("neighbours night train");
    await withText(hits, "Post post-").waitFor();
    await window.screenshot("go-to");
    await window.page.keyboard.press("Enter");
    await window.page.locator(".tab.active", { hasText: "posts.jsonl" }).waitFor();
    await window
      .tree("Dataset")
      .and(window.page.locator(".selected"))
      .filter({ hasText: "night train" })
      .waitFor();
  });

  test("drops are listed with their reason and can be asked back; models and runs are listed", async () => {
    const window = await open(folder);
    await show(window, "Drops", "Models", "Runs");
    const rows = window.tree("Drops");
    const entry = withText(rows, "fewer than import.minResponses");
    await expand(window, withText(rows, "too-few-responses"), entry);
    await entry.hover();
    await entry.getByRole("button", { name: "Restore a dropped record..." }).click();
    await withText(rows, "asked back").waitFor({ timeout: 30_000 });
    const models = window.tree("Models");
    await withText(models, "No model is loaded").waitFor();
    await withText(models, /fake-model\.gguf.*in use/).waitFor();
    await withText(models, "qwen2.5-14b-instruct").waitFor();
    await window.screenshot("trees-drops-models");
  });

  test("all findings are listed, page by page, by rule and by file", async () => {
    const lines = Array.from({ length: 1200 }, (_, i) =>
      JSON.stringify({ prompt: `Question ${i}?`, chosen: `Same ${i}.`, rejected: `Same ${i}.` }),
    );
    await writeFile(join(folder, "same.jsonl"), `${lines.join("\n")}\n`);
    const window = await open(folder);
    await window.openFile("same.jsonl");
    await show(window, "Findings");
    const rows = window.tree("Findings");
    await expand(window, withText(rows, "identical-responses"), withText(rows, "same.jsonl:1"));
    const more = withText(rows, "Show more");
    await window.until(() => window.page.keyboard.press("End"), more);
    await window.screenshot("trees-findings");
    await more.click();
    await window.until(() => window.page.keyboard.press("End"), withText(rows, "1,000 of 1,200 shown"));
    await withText(rows, "same.jsonl:1000").click();
    await isOpenAt(window, "same.jsonl", 1000);
    await window.runCommand("Prefloom: Group findings by file");
    await withText(rows, /^same\.jsonl.*1,200/).waitFor();
  });
});

describeInVscode("trees of a big data set", ({ open }) => {
  test("posts are shown in ranges", async ({ onTestFinished }) => {
    const folder = await finishedWorkspace({ posts: 1200, responses: 3 });
    onTestFinished(() => rm(folder, { recursive: true }));
    const window = await open(folder);
    await show(window, "Dataset");
    const rows = window.tree("Dataset");
    expect(await rows.count()).toBe(3);
    const last = withText(rows, "Posts 1,001 to 1,200");
    await expand(window, last, rows.nth(3));
    await rows.nth(3).click();
    await isOpenAt(window, "posts.jsonl", 1001);
  });
});
