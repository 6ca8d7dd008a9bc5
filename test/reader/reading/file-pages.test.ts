import { appendFile, mkdtemp, open, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FileExtent, PAGE_COLUMNS, PAGE_LINES } from "../../../src/protocol/reading.js";
import { FilePages, OpenPages } from "../../../src/reader/reading/file-pages.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "prefloom-pages-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const nobody = () => undefined;

/** A file of a text. */
async function fileOf(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const numbered = (lines: number) => Array.from({ length: lines }, (_, i) => `{"n":${i + 1}}`);

describe("pages", () => {
  it("show every line once, in any file", async () => {
    for (const [count, ending] of [
      [0, ""],
      [1, ""],
      [PAGE_LINES, "\n"],
      [PAGE_LINES, ""],
      [PAGE_LINES + 1, "\n"],
      [3 * PAGE_LINES + 7, ""],
    ] as const) {
      const lines = numbered(count);
      const path = await fileOf("some.jsonl", lines.length > 0 ? lines.join("\r\n") + ending : "");
      const pages = await FilePages.open(path, nobody);
      await pages.count();
      expect(pages.extent).toMatchObject({ lines: count, done: true });
      const shown: string[] = [];
      for (let page = 0; page * PAGE_LINES < count; page++) {
        const found = (await pages.page(page))!;
        expect(found.more).toBe((page + 1) * PAGE_LINES < count);
        shown.push(...found.lines);
      }
      expect(shown).toEqual(lines);
      expect(await pages.page(Math.ceil(count / PAGE_LINES) + 1)).toBeNull();
      expect(await pages.line(count - 1)).toBe(lines.at(-1) ?? null);
      await pages.close();
    }
  });

  it("cut lines where the editor stops to draw, and give them whole when asked", async () => {
    const long = `{"text":"${"é".repeat(20_000)}"}`;
    const path = await fileOf("long.jsonl", `${long}\nshort\n`);
    const pages = await FilePages.open(path, nobody);
    const { lines } = (await pages.page(0))!;
    expect(lines[0]!.length).toBeLessThanOrEqual(PAGE_COLUMNS);
    expect(lines[0]).toMatch(/⟨… 10,\d{3} more characters⟩$/);
    expect(lines[1]).toBe("short");
    expect(await pages.line(0)).toBe(long);
    await pages.close();
  });

  it("show every line however huge the others are; each of them can be had whole", async () => {
    const huge = (letter: string) => letter.repeat(3 * 1024 * 1024);
    const path = await fileOf("huge.jsonl", [..."abcdefgh"].map(huge).join("\n"));
    const pages = await FilePages.open(path, nobody);
    const { lines, more } = (await pages.page(0))!;
    expect(more).toBe(false);
    expect(lines.map((line) => line[0])).toEqual([..."abcdefgh"]);
    for (const line of lines) {
      expect(line.length).toBeLessThanOrEqual(PAGE_COLUMNS);
      expect(line).toMatch(/⟨… 3,135,788 more bytes⟩$/);
    }
    for (const [at, letter] of [..."abcdefgh"].entries()) expect(await pages.line(at)).toBe(huge(letter));
    expect(await pages.line(8)).toBeNull();
    await pages.close();
  });

  it("show no byte order mark", async () => {
    const pages = await FilePages.open(await fileOf("bom.jsonl", "\uFEFFa\n\uFEFFb\n"), nobody);
    expect((await pages.page(0))!.lines).toEqual(["a", "\uFEFFb"]);
    expect(await pages.line(0)).toBe("a");
    await pages.close();
  });

  it("show the first one at once and the others when they are counted", async () => {
    const path = join(folder, "large.jsonl");
    const handle = await open(path, "w");
    const block = Buffer.from(`{"prompt":"${"x".repeat(1000)}"}\n`.repeat(10_000));
    for (let i = 0; i < 20; i++) await handle.write(block);
    await handle.close();
    const told: FileExtent[] = [];
    const all = new OpenPages((extent) => told.push(extent));
    const start = performance.now();
    const pages = await all.get(path);
    expect((await pages.page(0))!.lines).toHaveLength(PAGE_LINES);
    expect(performance.now() - start).toBeLessThan(300);
    expect(await pages.page(999)).toBeNull();
    await pages.count();
    expect(told.at(-1)).toMatchObject({
      path,
      bytes: 20 * block.length,
      counted: 20 * block.length,
      lines: 200_000,
      done: true,
    });
    expect((await pages.page(999))!).toMatchObject({ more: false });
    await all.close(path);
  });

  it("go on where the file has grown", async () => {
    const path = await fileOf("grows.jsonl", `${numbered(PAGE_LINES).join("\n")}\nbeg`);
    const all = new OpenPages(nobody);
    const pages = await all.get(path);
    await pages.count();
    expect(pages.extent).toMatchObject({ lines: PAGE_LINES + 1, done: true });
    expect(await pages.line(PAGE_LINES)).toBe("beg");
    const { identity } = pages.extent;
    await appendFile(path, `in\n${numbered(2 * PAGE_LINES).join("\n")}\n`);
    expect(await all.get(path)).toBe(pages);
    await pages.count();
    expect(pages.extent).toMatchObject({ identity, lines: 3 * PAGE_LINES + 1, done: true });
    expect(await pages.line(PAGE_LINES)).toBe("begin");
    expect(await pages.line(3 * PAGE_LINES)).toBe(`{"n":${2 * PAGE_LINES}}`);
    await all.close(path);
  });

  it("are those of another file where it was replaced or written anew", async () => {
    const path = await fileOf("replaced.jsonl", "a\nb\n");
    const all = new OpenPages(nobody);
    const first = await all.get(path);
    await first.count();
    await rename(await fileOf("other.jsonl", "c\nd\n"), path);
    const second = await all.get(path);
    expect((await second.page(0))!.lines).toEqual(["c", "d"]);
    expect(second.extent.identity).not.toBe(first.extent.identity);
    await second.count();
    await writeFile(path, "e\nf\ng\n");
    const third = await all.get(path);
    expect((await third.page(0))!.lines).toEqual(["e", "f", "g"]);
    expect(third.extent.identity).not.toBe(second.extent.identity);
    await rm(path);
    await expect(all.get(path)).rejects.toThrow("ENOENT");
  });

  it("refuse what is not there", async () => {
    await expect(new OpenPages(nobody).get(join(folder, "none.jsonl"))).rejects.toThrow("ENOENT");
  });
});
